//! Rules of the group.

pub mod non_idempotent_handler;
pub mod sqs_visibility_timeout;
