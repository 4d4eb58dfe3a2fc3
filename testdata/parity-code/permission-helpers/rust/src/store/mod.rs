//! Keeps items.

mod query;

pub use query::Items;

use aws_sdk_dynamodb::Client;

/// A table of items.
#[derive(Clone)]
pub struct Store {
    pub(super) client: Client,
    table: String,
}

impl Store {
    pub async fn connect() -> Self {
        let config = aws_config::load_from_env().await;
        let table = std::env::var("TABLE").expect("TABLE");
        Store { client: Client::new(&config), table }
    }
}
