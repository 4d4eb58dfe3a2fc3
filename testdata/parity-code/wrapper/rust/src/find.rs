//! Reads items.

use crate::wrap::Event;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::Error;
use serde_json::{Value, json};
use std::env;
use std::sync::LazyLock;

const DEFAULT_STAGE: &str = "test";

static TABLE: LazyLock<String> = LazyLock::new(|| env::var("TABLE").expect("TABLE is set"));

/// Reads one.
pub async fn item(client: Client, event: Event) -> Result<Value, Error> {
    let stage = env::var("STAGE").unwrap_or_else(|_| DEFAULT_STAGE.into());
    let id = event.payload.get("id").and_then(Value::as_str).unwrap_or_default();
    let key = AttributeValue::S(format!("{stage}/{id}"));
    let answer = client.get_item().table_name(TABLE.clone()).key("id", key).send().await?;
    Ok(json!({ "found": answer.item.is_some(), "stage": stage }))
}
