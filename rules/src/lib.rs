//! The rules, one file and one page each.

use lamlint_model::Rule;

/// All rules, sorted by name.
pub static RULES: &[&Rule] = &[];
