mod store;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;
use store::Store;

async fn handle(event: LambdaEvent<Value>) -> Result<bool, Error> {
    let store = Store::new().await?;
    let id = event.payload["id"].as_str().unwrap_or_default();
    Ok(store.get(id).await?.is_some())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handle)).await
}
