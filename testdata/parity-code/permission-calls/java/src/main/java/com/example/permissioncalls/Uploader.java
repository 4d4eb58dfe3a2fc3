package com.example.permissioncalls;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

public class Uploader implements RequestHandler<Map<String, String>, Void> {
    private static final S3AsyncClient files;

    static {
        files = S3AsyncClient.builder().build();
    }

    @Override
    public Void handleRequest(Map<String, String> event, Context context) {
        PutObjectRequest.Builder request = PutObjectRequest.builder();
        request.bucket(System.getenv("BUCKET")).key(event.get("key"));
        files.putObject(request.build(), AsyncRequestBody.empty()).join();
        return null;
    }
}
