//! Java to [`super::hir`].
//!
//! `decl` covers classes, `stmt`, `switch` and `expr` follow the grammar, `names` knows what a bare name means: a local
//! variable, a member of the class or of one around it, a type, or something inherited. Members are written out as
//! attributes (`this.x`, `Type.x`), so that nothing behind this front end has to know about classes around code.

mod decl;
mod expr;
mod literal;
mod names;
mod stmt;
mod switch;
#[cfg(test)]
mod tests;

use super::cst;
use super::draft::{Draft, INVALID, Statements, TOO_LARGE, over_draft};
use super::hir::{Block, Import, ImportName, Lang, StmtKind, Unit};
use crate::text::SourceText;
use names::Names;
use smol_str::SmolStr;
use tree_sitter::Node;

/// Parse a Java file.
pub fn lower(src: &SourceText<'_>, path: &str) -> Unit {
    let mut unit = Unit::empty(src.file, Lang::Java);
    let mut it =
        Lower { draft: Draft::new(*src), names: Names::default(), pending: Block::new(), in_switch: false };
    // Descriptions of modules and packages hold no code.
    if path.ends_with("module-info.java") || path.ends_with("package-info.java") {
        return unit;
    }
    let Some(tree) = cst::parse(&tree_sitter_java::LANGUAGE.into(), src.text) else {
        it.broken(0..src.text.len(), TOO_LARGE, &mut unit.body);
        it.draft.finish(&mut unit);
        return unit;
    };
    let root = tree.root_node();
    it.read_errors(root);
    if root.kind() == "program" {
        it.file(root, &mut unit);
    } else {
        it.broken(0..src.text.len(), INVALID, &mut unit.body);
    }
    unit.comments = it.places_of(root, &["line_comment", "block_comment"]);
    it.draft.finish(&mut unit);
    unit
}

/// The state of lowering one file.
struct Lower<'s> {
    draft: Draft<'s>,
    names: Names,
    /// What stands before the statement that is being read: names its conditions bind.
    pending: Block,
    /// The nearest thing a `break` leaves is a `switch`.
    in_switch: bool,
}

over_draft!(Lower);

impl<'s> Statements<'s> for Lower<'s> {
    const CLAUSE_WORDS: &'static [&'static str] = &["else", "catch", "finally", "while", "case", "default"];
    const BLOCKS: &'static [&'static str] =
        &["block", "class_body", "interface_body", "enum_body", "constructor_body", "method_declaration"];
    const CLAUSES: &'static [&'static str] = &["if_statement", "catch_clause", "finally_clause"];

    fn statement_kind(&mut self, n: Node<'_>, out: &mut Block) {
        let start = out.len();
        let pending = std::mem::take(&mut self.pending);
        self.read_statement(n, out);
        let bound = std::mem::replace(&mut self.pending, pending);
        out.splice(start..start, bound);
    }
}

impl Lower<'_> {
    /// Package, imports, and types, of which those that others extend come first.
    fn file(&mut self, root: Node<'_>, unit: &mut Unit) {
        let mut types = Vec::new();
        for piece in cst::pieces(root, self.src.text, Self::CLAUSE_WORDS) {
            let (cst::Piece::Clean(n) | cst::Piece::Partial(n)) = piece else {
                let cst::Piece::Broken(range) = piece else { continue };
                self.broken(range, INVALID, &mut unit.body);
                continue;
            };
            match n.kind() {
                "package_declaration" => {
                    let name = cst::named(n).into_iter().find(|c| c.kind().ends_with("identifier"));
                    unit.package = name.map(|c| plain(self.text(c))).unwrap_or_default();
                }
                "import_declaration" => self.import(n, &mut unit.body),
                kind if decl::is_type(kind) => types.push(n),
                _ => self.broken(n.byte_range(), "a statement outside of a class", &mut unit.body),
            }
        }
        for n in &types {
            if let Some(name) = cst::field(*n, "name") {
                self.names.add_type(&self.name(name));
            }
        }
        self.types(types, &mut unit.body);
    }

    fn import(&mut self, n: Node<'_>, out: &mut Block) {
        let parts = cst::named(n);
        let Some(path) = parts.iter().find(|c| c.kind().ends_with("identifier")) else { return };
        let path = plain(self.text(*path));
        let all = parts.iter().any(|c| c.kind() == "asterisk");
        let last: SmolStr = path.rsplit('.').next().unwrap_or_default().into();
        let is_static = cst::has(n, "static");
        let (name, bound) = match (all, is_static) {
            (true, _) => ("*".into(), "*".into()),
            (false, true) => (last.clone(), last.clone()),
            (false, false) => (SmolStr::default(), last.clone()),
        };
        // `import static a.B.c` is the name `c` of `a.B`.
        let module = match path.rsplit_once('.') {
            Some((head, _)) if is_static && !all => SmolStr::from(head),
            _ => path,
        };
        if is_static {
            self.names.add_import(&bound);
        } else if !all {
            self.names.add_type(&bound);
        }
        let import = Import {
            module: if is_static { format!("static {module}").into() } else { module },
            names: vec![ImportName { name, bound }],
            type_only: false,
        };
        out.push(self.stmt_at(n, StmtKind::Import(import)));
    }

    /// The statements of a `{…}`, with names of their own.
    fn block(&mut self, n: Node<'_>) -> Block {
        let mut out = Block::new();
        if self.enter() {
            self.names.push();
            self.read_list(n, &mut out);
            self.names.pop();
        }
        self.leave();
        out
    }
}

/// A dotted name without what may stand between its parts.
fn plain(text: &str) -> SmolStr {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
