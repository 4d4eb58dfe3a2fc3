use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use std::sync::LazyLock;

static QUEUE: LazyLock<String> = LazyLock::new(|| std::env::var("QUEUE").expect("QUEUE must be set"));

async fn handle(client: Client, event: LambdaEvent<Value>) -> Result<(), Error> {
    let entry = SendMessageBatchRequestEntry::builder().id("1").message_body(event.payload.to_string()).build()?;
    client.send_message_batch().queue_url(QUEUE.as_str()).entries(entry).send().await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = Client::new(&aws_config::load_from_env().await);
    run(service_fn(move |event| {
        let client = client.clone();
        handle(client, event)
    }))
    .await
}
