use aws_sdk_sqs as sqs;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

async fn purge<'a>(queues: &'a sqs::Client, url: &'a str) -> Result<(), sqs::Error> {
    queues.purge_queue().queue_url(url).send().await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_from_env().await;
    let queues = sqs::Client::new(&config);
    let url = std::env::var("QUEUE")?;
    run(service_fn(|_: LambdaEvent<Value>| async {
        purge(&queues, &url).await.map_err(Error::from)
    }))
    .await
}
