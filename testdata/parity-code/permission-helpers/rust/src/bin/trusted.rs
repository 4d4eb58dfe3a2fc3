use helpers::call;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

async fn handle(_event: LambdaEvent<Value>) -> Result<(), Error> {
    let other = std::env::var("OTHER")?;
    call::function(&other).await
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}
