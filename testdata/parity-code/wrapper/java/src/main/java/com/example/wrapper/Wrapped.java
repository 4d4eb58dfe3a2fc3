package com.example.wrapper;

import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** A client per invocation. */
public class Wrapped extends WithClient {
    public Wrapped() {
        super(() -> DynamoDbClient.create(), Find::item);
    }
}
