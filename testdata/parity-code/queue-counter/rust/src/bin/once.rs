use aws_lambda_events::event::sqs::{SqsEvent, SqsMessage};
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use queue_counter::{Order, Orders, each};

async fn add(orders: &Orders, message: SqsMessage, order: Order) -> Result<(), Error> {
    let id = message.message_id.unwrap_or_default();
    let counted = orders
        .client
        .update_item()
        .table_name(&orders.table)
        .key("id", AttributeValue::S(order.shop))
        .update_expression("ADD orders :one, seen :message")
        .condition_expression("NOT contains(seen, :id)")
        .expression_attribute_values(":one", AttributeValue::N("1".into()))
        .expression_attribute_values(":message", AttributeValue::Ss(vec![id.clone()]))
        .expression_attribute_values(":id", AttributeValue::S(id.clone()))
        .send()
        .await;
    match counted {
        Ok(_) => Ok(()),
        Err(e) if e.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
            println!("counted before: {id}");
            Ok(())
        }
        Err(e) => Err(e.into()),
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let orders = Orders::open().await;
    let orders = &orders;
    run(service_fn(move |event: LambdaEvent<SqsEvent>| async move {
        let (event, _) = event.into_parts();
        each(event, |message, order| add(orders, message, order)).await
    }))
    .await
}
