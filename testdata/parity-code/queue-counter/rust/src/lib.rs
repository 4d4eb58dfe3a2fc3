//! Goes through the messages of a queue.

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use aws_sdk_dynamodb::Client;
use lambda_runtime::Error;
use serde::Deserialize;
use std::future::Future;

/// The body of a message.
#[derive(Debug, Deserialize)]
pub struct Order {
    pub shop: String,
}

/// Where orders are counted.
pub struct Orders {
    pub client: Client,
    pub table: String,
}

impl Orders {
    pub async fn open() -> Self {
        let table = std::env::var("TABLE").unwrap_or_else(|_| "orders".to_string());
        Self { client: Client::new(&aws_config::load_from_env().await), table }
    }
}

/// Calls a function with each message.
pub async fn each<F, R>(event: SqsEvent, work: F) -> Result<SqsBatchResponse, Error>
where
    F: Fn(SqsMessage, Order) -> R,
    R: Future<Output = Result<(), Error>>,
{
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        let id = message.message_id.clone().unwrap_or_default();
        let body = message.body.as_deref().unwrap_or("{}");
        let order: Order = match serde_json::from_str(body) {
            Ok(order) => order,
            Err(e) => {
                tracing::error!("a message that is no order: {e}");
                continue;
            }
        };
        if let Err(e) = work(message, order).await {
            tracing::warn!(error = ?e, "counting failed");
            response.batch_item_failures.push(BatchItemFailure { item_identifier: id });
        }
    }
    Ok(response)
}
