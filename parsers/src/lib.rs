//! Templates and code to facts: every dialect and every language is understood here and nowhere else.
//!
//! * [`doc`], [`yaml`], [`json`]: the text of a template to a tree with spans;
//! * [`iac`]: that tree to canonical resources ([`lamlint_model::app`]);
//! * [`code`]: source code to one intermediate form ([`code::hir`]) and from there to the facts of handlers;
//! * [`comments`]: requests in comments not to report something;
//! * [`edit`]: repairs to changes of the text;
//! * [`link`]: which code a function runs;
//! * [`package`]: what a function's package weighs.

pub mod code;
pub mod comments;
pub mod doc;
pub mod edit;
pub mod files;
pub mod iac;
pub mod json;
pub mod link;
pub mod package;
pub mod text;
pub mod yaml;

pub use text::{PosMap, SourceText, SyntaxError};
