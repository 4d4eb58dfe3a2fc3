package com.example.queuecounter;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

public class Once extends QueueHandler {
    @Override
    public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
        return each(event, (message, order) -> addOnce(message, order));
    }

    private void addOnce(SQSMessage message, Order order) {
        UpdateItemRequest request = UpdateItemRequest.builder()
                .tableName(TABLE)
                .key(Map.of("id", AttributeValue.fromS(order.shop())))
                .updateExpression("ADD orders :one, seen :message")
                .conditionExpression("NOT contains(seen, :id)")
                .expressionAttributeValues(Map.of(
                        ":one", AttributeValue.fromN("1"),
                        ":message", AttributeValue.builder().ss(message.getMessageId()).build(),
                        ":id", AttributeValue.fromS(message.getMessageId())))
                .build();
        try {
            dynamodb.updateItem(request);
        } catch (ConditionalCheckFailedException e) {
            System.out.println("counted before: " + message.getMessageId());
        }
    }
}
