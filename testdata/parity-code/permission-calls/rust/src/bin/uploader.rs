use aws_sdk_s3::{Client, primitives::ByteStream};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

/// Where files go.
trait Files {
    async fn put(&self, key: &str) -> Result<(), Error>;
}

struct Bucket {
    client: Client,
    name: String,
}

impl Files for Bucket {
    async fn put(&self, key: &str) -> Result<(), Error> {
        let request = self.client.put_object().bucket(self.name.clone()).key(key);
        request.body(ByteStream::from_static(b"")).send().await.map_err(|e| format!("upload: {e}"))?;
        Ok(())
    }
}

async fn handle(files: &impl Files, event: LambdaEvent<Value>) -> Result<(), Error> {
    files.put(event.payload["key"].as_str().unwrap_or("unnamed")).await
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::new(&aws_config::load_from_env().await);
    let bucket = Bucket { client, name: std::env::var("BUCKET").expect("BUCKET must be set") };
    run(service_fn(|event| handle(&bucket, event))).await
}
