package com.example.permissioncalls;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.sqs.AmazonSQS;
import com.amazonaws.services.sqs.AmazonSQSClientBuilder;
import com.amazonaws.services.sqs.model.PurgeQueueRequest;
import java.util.Map;

public class Purger implements RequestHandler<Map<String, String>, Void> {
    private final AmazonSQS queues = AmazonSQSClientBuilder.standard().withRegion("eu-west-1").build();

    @Override
    public Void handleRequest(Map<String, String> event, Context context) {
        queues.purgeQueue(new PurgeQueueRequest(System.getenv("QUEUE")));
        return null;
    }
}
