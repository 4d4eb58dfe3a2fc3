//! Calls other functions.

use aws_sdk_lambda::Client;
use lambda_runtime::Error;
use tokio::sync::OnceCell;

static FUNCTIONS: OnceCell<Client> = OnceCell::const_new();

async fn connect() -> Client {
    Client::new(&aws_config::load_from_env().await)
}

/// Calls one and waits.
pub async fn function(name: &str) -> Result<(), Error> {
    let functions = FUNCTIONS.get_or_init(connect).await;
    functions.invoke().function_name(name).send().await?;
    Ok(())
}
