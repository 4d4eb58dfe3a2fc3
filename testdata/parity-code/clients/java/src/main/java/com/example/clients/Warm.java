package com.example.clients;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** A client per environment. */
public class Warm implements RequestHandler<Request, Map<String, AttributeValue>> {
    private final DynamoDbClient client;

    public Warm() {
        this(DynamoDbClient.builder()
                .region(Region.of(System.getenv("AWS_REGION")))
                .httpClient(UrlConnectionHttpClient.create())
                .build());
    }

    Warm(DynamoDbClient client) {
        this.client = client;
    }

    @Override
    public Map<String, AttributeValue> handleRequest(Request request, Context context) {
        return Items.read(client, request.id());
    }
}
