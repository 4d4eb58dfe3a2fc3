package com.example.permissioncalls;

import com.amazonaws.services.dynamodbv2.AmazonDynamoDB;
import com.amazonaws.services.dynamodbv2.AmazonDynamoDBClientBuilder;
import com.amazonaws.services.dynamodbv2.model.AttributeValue;
import com.amazonaws.services.dynamodbv2.model.GetItemRequest;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;

public class Reader implements RequestHandler<Map<String, String>, String> {
    private static final AmazonDynamoDB DATABASE = AmazonDynamoDBClientBuilder.defaultClient();

    @Override
    public String handleRequest(Map<String, String> event, Context context) {
        GetItemRequest request = new GetItemRequest()
                .withTableName(System.getenv("TABLE"))
                .withKey(Map.of("id", new AttributeValue(event.get("id"))));
        return DATABASE.getItem(request).getItem().toString();
    }
}
