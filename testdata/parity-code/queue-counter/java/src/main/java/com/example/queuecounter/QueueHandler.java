package com.example.queuecounter;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** Works on the messages of a queue, one by one. */
abstract class QueueHandler implements RequestHandler<SQSEvent, SQSBatchResponse> {
    protected static final String TABLE = Optional.ofNullable(System.getenv("TABLE")).orElse("orders");
    protected final DynamoDbClient dynamodb = DynamoDbClient.create();
    private final ObjectMapper mapper = new ObjectMapper();

    SQSBatchResponse each(SQSEvent event, BiConsumer<SQSMessage, Order> work) {
        List<BatchItemFailure> failed = new ArrayList<>();
        event.getRecords().forEach(message -> {
            try {
                work.accept(message, mapper.readValue(message.getBody(), Order.class));
            } catch (Exception e) {
                failed.add(new BatchItemFailure(message.getMessageId()));
            }
        });
        return new SQSBatchResponse(failed);
    }

    @Override
    public abstract SQSBatchResponse handleRequest(SQSEvent event, Context context);
}
