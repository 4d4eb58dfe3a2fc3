//! Rules of the group.

pub mod deprecated_runtime;
pub mod malformed_template;
