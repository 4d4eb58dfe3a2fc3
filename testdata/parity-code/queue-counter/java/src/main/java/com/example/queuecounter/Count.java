package com.example.queuecounter;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

public class Count extends QueueHandler {
    @Override
    public SQSBatchResponse handleRequest(SQSEvent event, Context context) {
        return each(event, this::add);
    }

    private void add(SQSMessage message, Order order) {
        dynamodb.updateItem(r -> r
                .tableName(TABLE)
                .key(Map.of("id", AttributeValue.builder().s(order.shop()).build()))
                .updateExpression("ADD orders :one")
                .expressionAttributeValues(Map.of(":one", AttributeValue.builder().n("1").build())));
    }
}
