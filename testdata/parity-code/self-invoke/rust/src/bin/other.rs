use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use self_invoke::Event;

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Event>| Ok::<_, Error>(event.payload.items.len()))).await
}
