package com.example.clients;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A client per invocation. */
public class Cold implements RequestHandler<Request, Map<String, AttributeValue>> {
    @Override
    public Map<String, AttributeValue> handleRequest(Request request, Context context) {
        DynamoDbClient client = DynamoDbClient.create();
        return Items.read(client, request.id());
    }
}
