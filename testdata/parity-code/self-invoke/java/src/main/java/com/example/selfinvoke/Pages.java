package com.example.selfinvoke;

import com.amazonaws.services.lambda.runtime.Context;
import com.google.gson.Gson;
import java.util.List;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;

/** Passes the rest of the work on: to the function itself, known in two ways, or to another one. */
public class Pages {
    /** What is left. */
    public record Rest(int page, List<String> items) {
    }

    private final LambdaClient functions = LambdaClient.create();
    private final Gson gson = new Gson();

    private InvokeRequest rest(Rest event, String name) {
        return InvokeRequest.builder()
                .functionName(name)
                .invocationType(InvocationType.EVENT)
                .payload(SdkBytes.fromUtf8String(gson.toJson(event)))
                .build();
    }

    public void again(Rest event, Context context) {
        functions.invoke(rest(event, context.getFunctionName()));
    }

    public void named(Rest event) {
        String ownName = System.getenv("AWS_LAMBDA_FUNCTION_NAME");
        functions.invoke(rest(event, ownName));
    }

    public void forward(Rest event) {
        functions.invoke(rest(event, System.getenv().get("NEXT")));
    }

    public int other(Rest event) {
        return event.items().size();
    }
}
