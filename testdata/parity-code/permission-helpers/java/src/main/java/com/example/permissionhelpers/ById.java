package com.example.permissionhelpers;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

public class ById
        implements RequestHandler<Map<String, AttributeValue>, List<Map<String, AttributeValue>>> {
    private static final DynamoDbClient DATABASE = DynamoDbClient.create();

    @Override
    public List<Map<String, AttributeValue>> handleRequest(
            Map<String, AttributeValue> event, Context context) {
        return new Store(DATABASE).byId(event);
    }
}
