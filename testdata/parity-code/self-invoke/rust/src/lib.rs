//! Pages of work.

use serde::{Deserialize, Serialize};

/// What the functions get.
#[derive(Debug, Deserialize, Serialize)]
pub struct Event {
    pub page: u32,
    pub items: Vec<String>,
}
