//! The contract between what reads projects and what judges them.
//!
//! Every dialect of infrastructure code is lowered to the [`app`] model and every
//! programming language to the [`handler`] model; rules see only these two. Every
//! question to them is answered in three values ([`tri::Tri`]), and only a *yes*,
//! which carries its [`tri::Proof`], can become a [`finding::Finding`].
//!
//! This crate knows no syntax tree and does no input or output.

pub mod app;
pub mod aws;
pub mod finding;
pub mod fix;
pub mod handler;
pub mod json;
pub mod policy;
pub mod rule;
pub mod source;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod tree;
pub mod tri;
pub mod value;

pub use app::{App, ResourceId};
pub use finding::{Finding, Findings};
pub use fix::{Fix, Intent};
pub use rule::{Cx, Rule};
pub use source::{FileId, Span};
pub use tri::{Prop, Tri};
pub use value::Value;
