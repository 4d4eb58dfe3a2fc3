package com.example.storeclass;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A store per invocation. */
public class Fresh implements RequestHandler<Map<String, String>, Map<String, AttributeValue>> {
    @Override
    public Map<String, AttributeValue> handleRequest(Map<String, String> event, Context context) {
        Store store = new Store();
        return store.get(event.get("id"));
    }
}
