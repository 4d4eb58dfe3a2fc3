package com.example.bucketprefix;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.S3Event;
import software.amazon.awssdk.services.s3.S3Client;

public class Sort implements RequestHandler<S3Event, Void> {
    private final SizeStore sizes = new SizeStore(S3Client.create(), "sizes");

    @Override
    public Void handleRequest(S3Event event, Context context) {
        sizes.store(event);
        return null;
    }
}
