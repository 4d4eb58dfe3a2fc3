pub mod call;
pub mod store;
