//! A client per environment.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use clients::{Request, read};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().json().with_target(false).without_time().init();
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let client = Client::new(&config);
    let shared_client = &client;
    let func = service_fn(move |event: LambdaEvent<Request>| async move {
        let (request, _context) = event.into_parts();
        read(shared_client, &request.id).await
    });
    lambda_runtime::run(func).await
}
