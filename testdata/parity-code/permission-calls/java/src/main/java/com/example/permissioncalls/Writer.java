package com.example.permissioncalls;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbEnhancedClient;
import software.amazon.awssdk.enhanced.dynamodb.DynamoDbTable;
import software.amazon.awssdk.enhanced.dynamodb.TableSchema;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

public class Writer implements RequestHandler<Map<String, String>, Void> {
    private final DynamoDbEnhancedClient database = DynamoDbEnhancedClient.builder()
            .dynamoDbClient(DynamoDbClient.create())
            .build();
    private final DynamoDbTable<Item> table = database.table(
            Optional.ofNullable(System.getenv("TABLE")).orElse(""), TableSchema.fromBean(Item.class));

    @Override
    public Void handleRequest(Map<String, String> event, Context context) {
        Item item = new Item();
        item.setId(event.get("id"));
        table.putItem(item);
        return null;
    }
}
