package com.example.bucketprefix;

import com.amazonaws.services.lambda.runtime.events.S3Event;
import com.amazonaws.services.lambda.runtime.events.models.s3.S3EventNotification.S3EventNotificationRecord;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** Stores the size of each uploaded object beside it. */
class SizeStore {
    private final S3Client s3;
    private final String folder;

    SizeStore(S3Client s3, String folder) {
        this.s3 = s3;
        this.folder = folder;
    }

    void store(S3Event event) {
        for (S3EventNotificationRecord record : event.getRecords()) {
            String bucket = record.getS3().getBucket().getName();
            String key = URLDecoder.decode(record.getS3().getObject().getKey(), StandardCharsets.UTF_8);
            var object = s3.getObject(GetObjectRequest.builder().bucket(bucket).key(key).build());
            PutObjectRequest request = PutObjectRequest.builder()
                    .bucket(bucket)
                    .key(String.format("%s/%s.size", folder, key))
                    .build();
            s3.putObject(request, RequestBody.fromString(String.valueOf(object.response().contentLength())));
        }
    }
}
