//! Reads items by their id.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::Error;
use serde::Deserialize;
use serde_json::{Value, json};

/// What the functions get.
#[derive(Debug, Deserialize)]
pub struct Request {
    pub id: String,
}

/// Gives an item.
pub async fn read(client: &Client, id: &str) -> Result<Value, Error> {
    let table = std::env::var("TABLE")?;
    let answer = client.get_item().table_name(table).key("id", AttributeValue::S(id.to_string())).send().await?;
    Ok(json!({ "found": answer.item().is_some() }))
}
