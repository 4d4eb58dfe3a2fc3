//! Python to [`super::hir`].

use super::hir::{Lang, ModuleKind, Unit};
use crate::text::SourceText;

/// Parse a Python module.
pub fn lower(src: &SourceText<'_>) -> Unit {
    Unit {
        file: src.file,
        lang: Lang::Python,
        functions: Vec::new(),
        classes: Vec::new(),
        body: Vec::new(),
        exports: Vec::new(),
        module: ModuleKind::Plain,
        taints: Vec::new(),
        comments: Vec::new(),
    }
}
