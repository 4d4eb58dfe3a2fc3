//! A client that is built when it is needed first.

use aws_sdk_dynamodb::Client;
use clients::{Request, read};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use std::sync::OnceLock;
use tokio::sync::OnceCell;

static CLIENT: OnceCell<Client> = OnceCell::const_new();
static LATE: OnceLock<Client> = OnceLock::new();

async fn client() -> &'static Client {
    CLIENT
        .get_or_init(|| async {
            let config = aws_config::load_from_env().await;
            Client::new(&config)
        })
        .await
}

async fn late_client() -> Client {
    if let Some(known) = LATE.get() {
        return known.clone();
    }
    let config = aws_config::load_from_env().await;
    LATE.get_or_init(|| Client::new(&config)).clone()
}

async fn handle(event: LambdaEvent<Request>) -> Result<Value, Error> {
    if event.payload.id.is_empty() {
        let client = late_client().await;
        return read(&client, "none").await;
    }
    read(client().await, &event.payload.id).await
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}
