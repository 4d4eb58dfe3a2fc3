//! Rules of the group.

pub mod missing_destination_permission;
pub mod missing_event_source_permission;
pub mod missing_vpc_permission;
mod shared;
