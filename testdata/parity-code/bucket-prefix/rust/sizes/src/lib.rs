//! Stores the size of each uploaded object beside it.

use aws_lambda_events::event::s3::S3Event;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use lambda_runtime::Error;

mod names;

pub async fn store(client: &Client, event: S3Event, folder: &str) -> Result<(), Error> {
    for record in event.records {
        let bucket = record.s3.bucket.name.as_deref().ok_or("no bucket")?;
        let key = names::decoded(record.s3.object.key.as_deref().unwrap_or_default());
        let object = client.get_object().bucket(bucket).key(&key).send().await?;
        let size = object.content_length().unwrap_or(0);
        client
            .put_object()
            .bucket(bucket)
            .key(format!("{folder}/{key}.size"))
            .body(ByteStream::from(size.to_string().into_bytes()))
            .send()
            .await?;
    }
    Ok(())
}
