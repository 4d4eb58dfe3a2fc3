mod find;
mod wrap;

use lambda_runtime::{Error, service_fn, tower::ServiceBuilder};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let config = aws_config::load_from_env().await;
    let handler = wrap::with_client(config, find::item);
    let service = ServiceBuilder::new().layer(lambda_runtime::layers::TracingLayer::new()).service(service_fn(handler));
    lambda_runtime::run(service).await
}
