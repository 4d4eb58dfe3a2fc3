//! Rules of the group.

pub mod deprecated_runtime;
pub mod malformed_template;
pub mod unknown_rule;
pub mod unused_suppression;
