package com.example.storeclass;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A store per environment. */
public class Held implements RequestHandler<Map<String, String>, Map<String, AttributeValue>> {
    private final Store store = new Store();

    @Override
    public Map<String, AttributeValue> handleRequest(Map<String, String> event, Context context) {
        return store.get(event.get("id"));
    }
}
