package com.example.wrapper;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Handlers that are given their client. */
abstract class WithClient implements RequestHandler<Map<String, String>, Map<String, AttributeValue>> {
    private final Supplier<DynamoDbClient> clients;
    private final BiFunction<Map<String, String>, DynamoDbClient, Map<String, AttributeValue>> inner;

    WithClient(
            Supplier<DynamoDbClient> clients,
            BiFunction<Map<String, String>, DynamoDbClient, Map<String, AttributeValue>> inner) {
        this.clients = clients;
        this.inner = inner;
    }

    @Override
    public Map<String, AttributeValue> handleRequest(Map<String, String> event, Context context) {
        return inner.apply(event, clients.get());
    }
}
