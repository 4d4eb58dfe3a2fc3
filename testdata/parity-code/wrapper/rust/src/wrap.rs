//! Gives handlers their client.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use lambda_runtime::{Error, LambdaEvent};
use serde_json::Value;

pub type Event = LambdaEvent<Value>;

/// Builds a client for each invocation.
pub fn with_client<F, R>(config: SdkConfig, handler: F) -> impl Fn(Event) -> R
where
    F: Fn(Client, Event) -> R,
    R: Future<Output = Result<Value, Error>>,
{
    move |event| {
        let client = Client::new(&config);
        handler(client, event)
    }
}

/// Has one.
pub fn with_shared_client<F, R>(config: SdkConfig, handler: F) -> impl Fn(Event) -> R
where
    F: Fn(Client, Event) -> R,
    R: Future<Output = Result<Value, Error>>,
{
    let shared = Client::new(&config);
    move |event| handler(shared.clone(), event)
}
