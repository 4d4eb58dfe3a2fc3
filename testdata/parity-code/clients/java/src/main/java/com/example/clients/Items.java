package com.example.clients;

import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Reads items by their id. */
final class Items {
    private static final String TABLE = System.getenv("TABLE");

    private Items() {
    }

    static Map<String, AttributeValue> read(DynamoDbClient client, String id) {
        return client.getItem(r -> r.tableName(TABLE).key(Map.of("id", AttributeValue.fromS(id)))).item();
    }
}
