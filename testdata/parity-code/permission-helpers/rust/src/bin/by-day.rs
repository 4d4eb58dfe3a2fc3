use helpers::store::Store;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

async fn handle(store: Store, event: LambdaEvent<Value>) -> Result<usize, Error> {
    let key = event.payload["key"].as_str().unwrap_or_default();
    tracing::info!(key, request = %event.context.request_id, "asked");
    store.by_day(key).await.map(|items| items.len())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let store = Store::connect().await;
    run(service_fn(|event| handle(store.clone(), event))).await
}
