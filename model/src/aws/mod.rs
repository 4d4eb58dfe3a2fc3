//! Facts about AWS, as data, each with its source.

pub mod env;
pub mod packages;
pub mod runtimes;
