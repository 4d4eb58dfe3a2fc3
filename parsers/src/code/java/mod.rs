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
use super::hir::{
    Block, Class, ClassId, Expr, ExprKind, FnId, Function, Import, ImportName, Lang, Stmt, StmtKind, Taint,
    Unit,
};
use crate::text::SourceText;
use lamlint_model::source::Span;
use names::Names;
use smol_str::SmolStr;
use std::ops::Range;
use tree_sitter::Node;

/// Words that continue a statement at its own indentation.
const CLAUSE_WORDS: &[&str] = &["else", "catch", "finally", "while", "case", "default"];

/// Children of a statement that hold blocks: an error in such a block leaves the rest of the statement sound.
const CLAUSES: &[&str] = &["if_statement", "catch_clause", "finally_clause"];
const BLOCKS: &[&str] =
    &["block", "class_body", "interface_body", "enum_body", "constructor_body", "method_declaration"];

/// Parse a Java file.
pub fn lower(src: &SourceText<'_>, path: &str) -> Unit {
    let mut unit = Unit::empty(src.file, Lang::Java);
    let mut it = Lower {
        src: *src,
        functions: Vec::new(),
        classes: Vec::new(),
        taints: Vec::new(),
        errors: Vec::new(),
        names: Names::default(),
        pending: Block::new(),
        in_switch: false,
        depth: 0,
        too_deep: false,
    };
    // Descriptions of modules and packages hold no code.
    if path.ends_with("module-info.java") || path.ends_with("package-info.java") {
        return unit;
    }
    let Some(tree) = cst::parse(&tree_sitter_java::LANGUAGE.into(), src.text) else {
        it.broken(0..src.text.len(), "the text is too large to be read", &mut unit.body);
        unit.taints = it.taints;
        return unit;
    };
    let root = tree.root_node();
    it.errors = cst::errors(root).into_iter().map(|n| (n.byte_range(), cst::describe(n))).collect();
    if root.kind() == "program" {
        it.file(root, &mut unit);
    } else {
        it.broken(0..src.text.len(), "invalid syntax", &mut unit.body);
    }
    for kind in ["line_comment", "block_comment"] {
        unit.comments.extend(cst::all_of_kind(root, kind).into_iter().map(|n| cst::span(src, n)));
    }
    unit.comments.sort_unstable();
    it.taints.sort_by_key(|t| t.span);
    unit.functions = it.functions;
    unit.classes = it.classes;
    unit.taints = it.taints;
    unit
}

/// The state of lowering one file.
struct Lower<'s> {
    src: SourceText<'s>,
    functions: Vec<Function>,
    classes: Vec<Class>,
    taints: Vec<Taint>,
    /// Places of the tree's errors, with what is wrong.
    errors: Vec<(Range<usize>, String)>,
    names: Names,
    /// What stands before the statement that is being read: names its conditions bind.
    pending: Block,
    /// The nearest thing a `break` leaves is a `switch`.
    in_switch: bool,
    depth: u32,
    /// Something of the current statement is nested beyond the bound.
    too_deep: bool,
}

impl<'s> Lower<'s> {
    fn span(&self, n: Node<'_>) -> Span {
        cst::span(&self.src, n)
    }

    fn text(&self, n: Node<'_>) -> &'s str {
        cst::text(&self.src, n)
    }

    fn name(&self, n: Node<'_>) -> SmolStr {
        self.text(n).into()
    }

    fn expr_at(&self, n: Node<'_>, kind: ExprKind) -> Expr {
        Expr { span: self.span(n), kind }
    }

    fn stmt_at(&self, n: Node<'_>, kind: StmtKind) -> Stmt {
        Stmt { span: self.span(n), kind }
    }

    /// Something of which nothing is known.
    fn unknown(&self, n: Node<'_>) -> Expr {
        self.expr_at(n, ExprKind::Opaque(Vec::new()))
    }

    /// Enter a level of nesting; false beyond the bound.
    fn enter(&mut self) -> bool {
        self.depth += 1;
        self.too_deep |= self.depth > cst::MAX_DEPTH;
        self.depth <= cst::MAX_DEPTH
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Package, imports, and types, of which those that others extend come first.
    fn file(&mut self, root: Node<'_>, unit: &mut Unit) {
        let mut types = Vec::new();
        for piece in cst::pieces(root, self.src.text, CLAUSE_WORDS) {
            let (cst::Piece::Clean(n) | cst::Piece::Partial(n)) = piece else {
                let cst::Piece::Broken(range) = piece else { continue };
                self.broken(range, "invalid syntax", &mut unit.body);
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
            for piece in cst::pieces(n, self.src.text, CLAUSE_WORDS) {
                match piece {
                    cst::Piece::Clean(n) => self.statement(n, &mut out),
                    cst::Piece::Partial(n) if cst::errors_only_in(n, BLOCKS, CLAUSES) => {
                        self.statement(n, &mut out);
                    }
                    cst::Piece::Partial(n) => self.broken(n.byte_range(), "invalid syntax", &mut out),
                    cst::Piece::Broken(range) => self.broken(range, "invalid syntax", &mut out),
                }
            }
            self.names.pop();
        }
        self.leave();
        out
    }

    /// A statement; one that is nested too deeply becomes opaque as a whole.
    fn statement(&mut self, n: Node<'_>, out: &mut Block) {
        let start = out.len();
        let outer = std::mem::take(&mut self.too_deep);
        let pending = std::mem::take(&mut self.pending);
        self.statement_kind(n, out);
        let bound = std::mem::replace(&mut self.pending, pending);
        out.splice(start..start, bound);
        if self.too_deep {
            out.truncate(start);
            self.broken(n.byte_range(), "the code is nested too deeply to be read", out);
        }
        self.too_deep = outer;
    }

    /// A stretch that is not evidence of anything.
    fn broken(&mut self, range: Range<usize>, what: &str, out: &mut Block) {
        let (at, what) = self
            .errors
            .iter()
            .find(|(r, _)| r.start >= range.start && r.start <= range.end)
            .map_or_else(|| (range.clone(), what.to_owned()), Clone::clone);
        let rest = self.src.text.get(at.start..).unwrap_or("");
        let line = rest.lines().next().unwrap_or("").trim_end().len();
        let end = at.end.min(at.start + line).max(at.start);
        self.taints.push(Taint { span: self.src.span(at.start, end), what, certain: false });
        out.push(Stmt {
            span: self.src.span(range.start, range.end),
            kind: StmtKind::Opaque(Vec::new(), Vec::new()),
        });
    }

    fn add_function(&mut self, f: Function) -> FnId {
        let id = FnId(u32::try_from(self.functions.len()).unwrap_or(u32::MAX));
        self.functions.push(f);
        id
    }

    fn add_class(&mut self, c: Class) -> ClassId {
        let id = ClassId(u32::try_from(self.classes.len()).unwrap_or(u32::MAX));
        self.classes.push(c);
        id
    }
}

/// A dotted name without what may stand between its parts.
fn plain(text: &str) -> SmolStr {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}
