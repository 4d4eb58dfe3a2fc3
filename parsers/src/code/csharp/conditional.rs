//! `#if`: which code is compiled. Packages are built with the configuration `Release`.
//!
//! Source: <https://learn.microsoft.com/en-us/dotnet/csharp/language-reference/preprocessor-directives>

use super::Lower;
use crate::code::cst;
use crate::code::hir::{Stmt, StmtKind};
use tree_sitter::Node;

/// Symbols that are or are not defined for every package; others depend on the project.
const SYMBOLS: &[(&str, bool)] = &[
    ("DEBUG", false),
    ("NET", true),
    ("NETCOREAPP", true),
    ("NETFRAMEWORK", false),
    ("RELEASE", true),
    ("TRACE", true),
    ("false", false),
    ("true", true),
];

impl Lower<'_> {
    /// What is compiled of conditional code; `None` where that is not known.
    pub(super) fn compiled<'t>(&self, n: Node<'t>) -> Option<Vec<Node<'t>>> {
        let mut n = n;
        loop {
            let (condition, other) = (cst::field(n, "condition"), cst::field(n, "alternative"));
            let holds = match condition {
                Some(c) => self.holds(c, 0)?,
                None => true,
            };
            if holds {
                let is_code = |c: &Node<'_>| Some(*c) != condition && Some(*c) != other;
                return Some(cst::named(n).into_iter().filter(is_code).collect());
            }
            match other {
                Some(next) => n = next,
                None => return Some(Vec::new()),
            }
        }
    }

    fn holds(&self, c: Node<'_>, depth: u32) -> Option<bool> {
        if depth > 32 {
            return None;
        }
        match c.kind() {
            "parenthesized_expression" => self.holds(*cst::named(c).first()?, depth + 1),
            "unary_expression" => self.holds(cst::field(c, "argument")?, depth + 1).map(|b| !b),
            "binary_expression" => {
                let side = |f| cst::field(c, f).and_then(|n| self.holds(n, depth + 1));
                let (left, right) = (side("left"), side("right"));
                match (self.text(cst::field(c, "operator")?), left, right) {
                    ("&&", Some(false), _) | ("&&", _, Some(false)) => Some(false),
                    ("||", Some(true), _) | ("||", _, Some(true)) => Some(true),
                    ("&&", a, b) => Some(a? && b?),
                    ("||", a, b) => Some(a? || b?),
                    ("==", a, b) => Some(a? == b?),
                    ("!=", a, b) => Some(a? != b?),
                    _ => None,
                }
            }
            _ => {
                let name = self.text(c);
                SYMBOLS.iter().find(|(n, _)| *n == name).map(|(_, is)| *is)
            }
        }
    }

    /// Code of which is not known whether it is there.
    pub(super) fn perhaps(&self, n: Node<'_>) -> Stmt {
        self.stmt_at(n, StmtKind::Opaque(Vec::new(), Vec::new()))
    }
}
