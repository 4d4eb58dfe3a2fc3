//! Rules about what roles and policies allow.

pub mod iam_wildcard;
pub mod invalid_policy;
pub mod missing_destination_permission;
pub mod missing_event_source_permission;
pub mod missing_iam_permission;
pub mod missing_logs_permission;
pub mod missing_tracing_permission;
pub mod missing_trust;
pub mod missing_vpc_permission;
mod shared;
pub mod wrong_permission_resource;
