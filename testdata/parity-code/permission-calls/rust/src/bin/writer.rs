use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use std::collections::HashMap;

struct Writer {
    database: aws_sdk_dynamodb::Client,
    table: String,
}

impl Writer {
    async fn write(&self, event: LambdaEvent<Value>) -> Result<(), Error> {
        let id = event.payload["id"].as_str().unwrap_or_default();
        let mut item = HashMap::new();
        item.insert("id".to_string(), AttributeValue::S(id.into()));
        self.database.put_item().table_name(&self.table).set_item(Some(item)).send().await?;
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = aws_config::from_env().load().await;
    let table = std::env::var("TABLE")?;
    let writer = Writer { database: aws_sdk_dynamodb::Client::new(&config), table };
    run(service_fn(|event| writer.write(event))).await
}
