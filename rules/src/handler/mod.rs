//! Rules of the group.

pub mod env_var_undeclared;
pub mod event_attribute_access;
pub mod event_loop;
pub mod handler_syntax_error;
pub mod init_inside_handler;
pub mod load_inside_handler;
pub mod recursive_invocation;
mod shared;
