package com.example.permissionhelpers;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;

public class Caller implements RequestHandler<Map<String, String>, Void> {
    private static final LambdaClient FUNCTIONS = LambdaClient.create();

    private static void call(String name, String payload) {
        InvokeRequest request = InvokeRequest.builder()
                .functionName(name)
                .payload(SdkBytes.fromUtf8String(payload))
                .build();
        FUNCTIONS.invoke(request);
    }

    @Override
    public Void handleRequest(Map<String, String> event, Context context) {
        call(System.getenv("OTHER"), "{}");
        return null;
    }
}
