//! Rules of the group.

pub mod handler_not_found;
pub mod oversized_package;
pub mod sdk_not_in_runtime;
