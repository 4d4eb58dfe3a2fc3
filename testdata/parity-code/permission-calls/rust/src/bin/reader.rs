use aws_sdk_dynamodb::{Client, config, types::AttributeValue};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

async fn handle(database: &Client, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let key = AttributeValue::S(event.payload["id"].to_string());
    let table = std::env::var("TABLE")?;
    match database.get_item().table_name(table).key("id", key).send().await {
        Ok(answer) => Ok(json!({ "found": answer.item.is_some() })),
        Err(e) => {
            eprintln!("reading: {e:?}");
            Err(e.into())
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let shared = aws_config::load_from_env().await;
    let settings = config::Builder::from(&shared).retry_config(config::retry::RetryConfig::adaptive()).build();
    let database = Client::from_conf(settings);
    run(service_fn(|event: LambdaEvent<Value>| async { handle(&database, event).await })).await
}
