//! Facts about AWS, as data, each with its source.

pub mod encryption;
pub mod env;
pub mod iam;
pub mod packages;
pub mod policies;
pub mod runtimes;
