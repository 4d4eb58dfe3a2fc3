package com.example.storeclass;

import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;

/** Items by their id. */
class Store {
    private final DynamoDbClient client;
    private final String table;

    Store() {
        client = DynamoDbClient.create();
        table = System.getenv("TABLE");
    }

    Map<String, AttributeValue> get(String item) {
        Map<String, AttributeValue> key = new HashMap<>();
        key.put("id", AttributeValue.fromS(item));
        return client.getItem(GetItemRequest.builder().tableName(table).key(key).build()).item();
    }
}
