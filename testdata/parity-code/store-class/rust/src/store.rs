//! Holds items by their id.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::Error;
use std::collections::HashMap;
use std::env;

pub type Item = HashMap<String, AttributeValue>;

/// A table with its client.
pub struct Store {
    client: Client,
    table: String,
}

impl Store {
    pub async fn new() -> Result<Self, Error> {
        let config = aws_config::load_from_env().await;
        let table = env::var("TABLE").expect("TABLE is set");
        Ok(Self { client: Client::new(&config), table })
    }

    pub async fn get(&self, id: &str) -> Result<Option<Item>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("id", AttributeValue::S(id.to_owned()))
            .send()
            .await?;
        Ok(answer.item)
    }
}
