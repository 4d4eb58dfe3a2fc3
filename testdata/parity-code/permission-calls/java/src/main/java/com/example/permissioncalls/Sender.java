package com.example.permissioncalls;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

public class Sender implements RequestHandler<Map<String, String>, Void> {
    private final SqsClient queue = SqsClient.builder().build();

    @Override
    public Void handleRequest(Map<String, String> event, Context context) {
        var entries = List.of(
                SendMessageBatchRequestEntry.builder().id("1").messageBody(event.get("id")).build());
        queue.sendMessageBatch(r -> r.queueUrl(System.getenv("QUEUE")).entries(entries));
        return null;
    }
}
