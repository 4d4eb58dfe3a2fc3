package com.example.permissionhelpers;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;

class Store {
    private final DynamoDbClient client;
    private final String table = System.getenv("TABLE");

    Store(DynamoDbClient client) {
        this.client = client;
    }

    private List<Map<String, AttributeValue>> query(QueryRequest.Builder request) {
        return client.query(request.tableName(table).build()).items();
    }

    List<Map<String, AttributeValue>> byDay(Map<String, AttributeValue> day) {
        return query(QueryRequest.builder()
                .indexName("by-day")
                .keyConditionExpression("#d = :d")
                .expressionAttributeValues(day));
    }

    List<Map<String, AttributeValue>> byId(Map<String, AttributeValue> key) {
        return query(QueryRequest.builder()
                .keyConditionExpression("id = :i")
                .expressionAttributeValues(key));
    }

    List<Map<String, AttributeValue>> all() {
        return client.scanPaginator(r -> r.tableName(table)).items().stream().collect(Collectors.toList());
    }
}
