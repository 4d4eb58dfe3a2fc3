package com.example.wrapper;

import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** A client per environment. */
public class Plain extends WithClient {
    private static final DynamoDbClient SHARED = DynamoDbClient.create();

    public Plain() {
        super(() -> SHARED, Find::item);
    }
}
