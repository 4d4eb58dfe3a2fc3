//! The engine of lamlint and its command line.
//!
//! [`discover`] finds the files, [`engine::analyze`] turns them into the two models, [`engine::check`] runs the
//! rules over these, and [`report`] prints the answer. Everything between reading and printing is a pure function
//! of the texts, the parameters and the date.

pub mod baseline;
pub mod cli;
pub mod config;
pub mod discover;
pub mod engine;
pub mod fingerprint;
pub mod fix;
pub mod functions;
pub mod graph;
pub mod lsp;
pub mod memo;
pub mod notice;
pub mod progress;
pub mod report;
pub mod selection;
pub mod suppress;
pub mod vfs;
pub mod write;

mod broken;
mod merge;
mod missing;
mod origins;
mod read;
mod shapes;
