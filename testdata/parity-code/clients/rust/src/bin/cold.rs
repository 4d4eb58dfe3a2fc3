//! A client per invocation.

use aws_config::SdkConfig;
use clients::{Request, read};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

async fn handle(config: &SdkConfig, event: LambdaEvent<Request>) -> Result<Value, Error> {
    let client = aws_sdk_dynamodb::Client::new(config);
    read(&client, &event.payload.id).await
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_from_env().await;
    run(service_fn(|event| handle(&config, event))).await
}
