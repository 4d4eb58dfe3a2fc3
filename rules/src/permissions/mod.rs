//! Rules about what roles and policies allow.

pub mod hard_coded_account;
pub mod iam_wildcard;
pub mod invalid_policy;
pub mod missing_destination_permission;
pub mod missing_efs_permission;
pub mod missing_event_source_permission;
pub mod missing_iam_permission;
pub mod missing_invoke_permission;
pub mod missing_kms_permission;
pub mod missing_logs_permission;
pub mod missing_profiler_permission;
pub mod missing_resource_policy;
pub mod missing_tracing_permission;
pub mod missing_trust;
pub mod missing_vpc_permission;
pub mod public_function;
mod shared;
pub mod shared_execution_role;
pub mod unused_iam_permission;
pub mod wrong_permission_resource;
