package com.example.wrapper;

import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads an item. */
class Find {
    private static final String TABLE = System.getenv("TABLE");
    private static final String STAGE = Objects.requireNonNullElse(System.getenv("STAGE"), "test");

    static Map<String, AttributeValue> item(Map<String, String> event, DynamoDbClient client) {
        String id = STAGE + "/" + event.get("id");
        return client.getItem(r -> r.tableName(TABLE).key(Map.of("id", AttributeValue.fromS(id)))).item();
    }
}
