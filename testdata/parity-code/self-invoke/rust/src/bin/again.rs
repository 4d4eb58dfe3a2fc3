use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use self_invoke::Event;

async fn handle(functions: &Client, event: LambdaEvent<Event>) -> Result<(), Error> {
    let rest = serde_json::to_vec(&event.payload)?;
    functions
        .invoke()
        .function_name(&event.context.env_config.function_name)
        .invocation_type(InvocationType::Event)
        .payload(Blob::new(rest))
        .send()
        .await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_from_env().await;
    let functions = Client::new(&config);
    run(service_fn(|event| async { handle(&functions, event).await })).await
}
