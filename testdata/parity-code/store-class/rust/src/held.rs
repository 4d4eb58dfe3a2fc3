mod store;

use crate::store::Store;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use std::sync::Arc;

struct Handler {
    store: Arc<Store>,
}

impl Handler {
    async fn handle(&self, event: LambdaEvent<Value>) -> Result<bool, Error> {
        let LambdaEvent { payload, .. } = event;
        let Some(id) = payload["id"].as_str() else {
            return Ok(false);
        };
        Ok(self.store.get(id).await?.is_some())
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let store = Arc::new(Store::new().await?);
    let handler = Handler { store: Arc::clone(&store) };
    run(service_fn(|event| handler.handle(event))).await
}
