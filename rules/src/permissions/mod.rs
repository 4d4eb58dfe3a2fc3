//! Rules about what roles and policies allow.

pub mod missing_iam_permission;
