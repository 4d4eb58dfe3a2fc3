//! Rules of the group.

pub mod missing_vpc_permission;
mod shared;
