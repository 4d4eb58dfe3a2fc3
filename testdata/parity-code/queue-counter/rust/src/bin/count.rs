use aws_lambda_events::event::sqs::SqsEvent;
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use queue_counter::{Order, Orders, each};

async fn add(orders: &Orders, order: Order) -> Result<(), Error> {
    orders
        .client
        .update_item()
        .table_name(&orders.table)
        .key("id", AttributeValue::S(order.shop))
        .update_expression("ADD orders :one")
        .expression_attribute_values(":one", AttributeValue::N("1".into()))
        .send()
        .await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let orders = Orders::open().await;
    run(service_fn(|event: LambdaEvent<SqsEvent>| {
        each(event.payload, |_message, order| add(&orders, order))
    }))
    .await
}
