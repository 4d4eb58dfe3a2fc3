package com.example.clients;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Clients that are built when they are needed first. */
public class Memo implements RequestHandler<Request, Map<String, AttributeValue>> {
    private static DynamoDbClient kept;
    private DynamoDbClient late;

    private static synchronized DynamoDbClient client() {
        if (kept == null) {
            kept = DynamoDbClient.create();
        }
        return kept;
    }

    private DynamoDbClient lateClient() {
        if (late != null) {
            return late;
        }
        late = DynamoDbClient.create();
        return late;
    }

    @Override
    public Map<String, AttributeValue> handleRequest(Request request, Context context) {
        if (request.id().isEmpty()) {
            return Items.read(lateClient(), "none");
        }
        return Items.read(client(), request.id());
    }
}
