//! JavaScript and TypeScript to [`super::hir`].

use super::hir::{Lang, ModuleKind, Unit};
use crate::text::SourceText;

/// Parse a JavaScript or TypeScript module; `path` tells dialects apart (`.tsx`, `.mjs`).
pub fn lower(lang: Lang, src: &SourceText<'_>, _path: &str) -> Unit {
    Unit {
        file: src.file,
        lang,
        functions: Vec::new(),
        classes: Vec::new(),
        body: Vec::new(),
        exports: Vec::new(),
        module: ModuleKind::Plain,
        taints: Vec::new(),
        comments: Vec::new(),
    }
}
