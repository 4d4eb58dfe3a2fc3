//! Changes of source code. The statement to move and the names it needs are read from the syntax tree; what is a
//! module, a function and a binding in each grammar is data.

use super::{Edit, Refused};
use crate::code::cst::{children, field, visit};
use crate::code::hir::Lang;
use lamlint_model::source::{SourceMap, Span};
use std::collections::BTreeSet;
use tree_sitter::Node;

/// What the kinds of a grammar's nodes mean for moving a statement.
struct Grammar {
    /// The root of a file.
    module: &'static str,
    /// Functions of any form.
    functions: &'static [&'static str],
    /// Statements that bind the value of an expression to a name: the statement, the part of it that binds, and the
    /// fields of its name and value.
    bindings: &'static [(&'static str, &'static str, &'static str, &'static str)],
    /// Lists of statements.
    blocks: &'static [&'static str],
    /// Names that are read or written.
    identifiers: &'static [&'static str],
    /// Nodes whose named field is a name that nothing binds: an attribute, the name of an argument, a key.
    not_names: &'static [(&'static str, &'static str)],
    /// Expressions that can't leave their function.
    bound: &'static [&'static str],
    /// Statements at the level of the module that bind every name inside them, or of a field.
    imports: &'static [&'static str],
    /// Statements that bind the names in their pattern, with the field of the pattern.
    patterns: &'static [(&'static str, &'static str)],
    /// Definitions, with the field of their name.
    definitions: &'static [(&'static str, &'static str)],
    /// Statements that change which scope a name belongs to.
    scopes: &'static [&'static str],
    /// Names that are there without being bound.
    builtins: &'static [&'static str],
    /// How many line breaks follow a statement that is moved before a function.
    breaks: usize,
}

const PYTHON: Grammar = Grammar {
    module: "module",
    functions: &["function_definition", "lambda"],
    bindings: &[("expression_statement", "assignment", "left", "right")],
    blocks: &["block"],
    identifiers: &["identifier"],
    not_names: &[("attribute", "attribute"), ("keyword_argument", "name")],
    bound: &["await", "yield", "lambda", "list_comprehension", "generator_expression", "named_expression"],
    imports: &["import_statement", "import_from_statement"],
    patterns: &[
        ("assignment", "left"),
        ("augmented_assignment", "left"),
        ("for_statement", "left"),
        ("as_pattern", "alias"),
    ],
    definitions: &[("function_definition", "name"), ("class_definition", "name")],
    scopes: &["global_statement", "nonlocal_statement"],
    builtins: &["int", "str", "float", "bool", "dict"],
    breaks: 3,
};

const JAVASCRIPT: Grammar = Grammar {
    module: "program",
    functions: &[
        "function_declaration",
        "function_expression",
        "arrow_function",
        "method_definition",
        "generator_function",
        "generator_function_declaration",
    ],
    bindings: &[
        ("lexical_declaration", "variable_declarator", "name", "value"),
        ("variable_declaration", "variable_declarator", "name", "value"),
    ],
    blocks: &["statement_block"],
    identifiers: &["identifier", "shorthand_property_identifier"],
    not_names: &[],
    bound: &[
        "await_expression",
        "yield_expression",
        "this",
        "super",
        "arrow_function",
        "function_expression",
    ],
    imports: &["import_statement"],
    patterns: &[
        ("variable_declarator", "name"),
        ("assignment_expression", "left"),
        ("augmented_assignment_expression", "left"),
    ],
    definitions: &[("function_declaration", "name"), ("class_declaration", "name")],
    scopes: &[],
    builtins: &["process", "require", "undefined", "Number", "parseInt"],
    breaks: 2,
};

/// `None`: code of the language is not changed.
fn grammar(lang: Lang) -> Option<&'static Grammar> {
    match lang {
        Lang::Python => Some(&PYTHON),
        Lang::JavaScript | Lang::TypeScript => Some(&JAVASCRIPT),
        Lang::Go | Lang::CSharp | Lang::Rust | Lang::Java | Lang::Ruby | Lang::PowerShell => None,
    }
}

/// The text and the tree of a source file.
fn open(sources: &SourceMap, at: Span) -> Result<(&str, Lang, tree_sitter::Tree), Refused> {
    let file = sources.file(at.file);
    let lang = crate::code::language(&file.path).ok_or(Refused("the code stands in a template"))?;
    let tree = crate::code::tree(lang, &file.path, &file.text).ok_or(Refused("the file does not parse"))?;
    if tree.root_node().has_error() {
        return Err(Refused("the file does not parse"));
    }
    Ok((&file.text, lang, tree))
}

/// Move the statement that binds the value of the expression at `at` before the outermost definition around it.
pub(super) fn hoist(sources: &SourceMap, at: Span) -> Result<Vec<Edit>, Refused> {
    let (text, lang, tree) = open(sources, at)?;
    let g = grammar(lang).ok_or(Refused("code of this language is not changed"))?;
    let root = tree.root_node();
    let expression = node_at(root, at).ok_or(Refused("no expression stands there"))?;
    let (statement, name, value) = binding(g, expression)?;
    let block = statement.parent().filter(|p| g.blocks.contains(&p.kind()));
    let block = block.ok_or(Refused("the statement stands in no block of its own"))?;
    if children(block).iter().filter(|n| n.is_named()).count() < 2 {
        return Err(Refused("nothing would be left of the block"));
    }
    let function = ancestor(statement, g.functions).ok_or(Refused("it is at the level of its module"))?;
    let outermost = child_of(statement, g.module).ok_or(Refused("it is at the level of its module"))?;

    let name_text = slice(text, name);
    let before = bound_before(g, text, root, outermost);
    if before.contains(name_text) || names_bound(g, text, root, Some(outermost)).contains(name_text) {
        return Err(Refused("the module has the name already"));
    }
    if count_bound(g, text, function, name_text) != 1 {
        return Err(Refused("the name is bound more than once"));
    }
    let mut needed = BTreeSet::new();
    let mut stays = false;
    visit(value, |n| {
        stays |= g.bound.contains(&n.kind());
        if is_name(g, n) {
            needed.insert(slice(text, n));
        }
        true
    });
    if stays {
        return Err(Refused("the expression belongs to its function"));
    }
    // What a function around it binds is another thing there.
    let mut around = Some(function);
    while let Some(f) = around {
        let local = names_bound(g, text, f, None);
        if needed.iter().any(|n| local.contains(n)) {
            return Err(Refused("the expression needs what only its function has"));
        }
        around = f.parent().and_then(|p| ancestor(p, g.functions));
    }
    if needed.iter().any(|n| !before.contains(n) && !g.builtins.contains(n)) {
        return Err(Refused("the expression needs what the module does not have yet"));
    }

    let start = with_its_comments(text, root, statement, name_text);
    let (from, to, end) =
        whole_lines(text, root, statement, start).ok_or(Refused("something else stands on its line"))?;
    let indent = statement.start_position().column;
    let mut moved = String::new();
    for (i, line) in text.get(start..end).unwrap_or_default().split('\n').enumerate() {
        if i > 0 {
            moved.push('\n');
        }
        let blanks = if i == 0 { 0 } else { line.len() - line.trim_start().len() };
        moved.push_str(line.get(blanks.min(indent)..).unwrap_or(line));
    }
    let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let target = with_comments(outermost, text);
    Ok(vec![
        Edit {
            span: Span::new(at.file, target, target),
            text: format!("{moved}{}", eol.repeat(g.breaks)),
            stacks: true,
            binds: Some(name_text.to_owned()),
        },
        Edit { span: Span::new(at.file, from, to), text: String::new(), stacks: false, binds: None },
    ])
}

/// Write `a.b` as `a["b"]`.
pub(super) fn attribute_to_entry(sources: &SourceMap, at: Span) -> Result<Vec<Edit>, Refused> {
    let (text, lang, tree) = open(sources, at)?;
    let n = node_at(tree.root_node(), at).ok_or(Refused("no expression stands there"))?;
    let (Lang::Python, "attribute") = (lang, n.kind()) else {
        return Err(Refused("no attribute stands there"));
    };
    let (Some(object), Some(name)) = (field(n, "object"), field(n, "attribute")) else {
        return Err(Refused("no attribute stands there"));
    };
    let span = Span::new(at.file, object.end_byte(), n.end_byte());
    Ok(vec![Edit { span, text: format!("[\"{}\"]", slice(text, name)), stacks: false, binds: None }])
}

fn slice<'t>(text: &'t str, n: Node<'_>) -> &'t str {
    text.get(n.byte_range()).unwrap_or_default()
}

/// The outermost node with exactly this place.
fn node_at(root: Node<'_>, at: Span) -> Option<Node<'_>> {
    let (start, end) = (at.start as usize, at.end as usize);
    let mut n = root.descendant_for_byte_range(start, end)?;
    if n.start_byte() != start || n.end_byte() != end {
        return None;
    }
    while let Some(p) =
        n.parent().filter(|p| p.start_byte() == start && p.end_byte() == end && p.parent().is_some())
    {
        if p.kind().ends_with("statement") || p.kind().ends_with("block") {
            break;
        }
        n = p;
    }
    Some(n)
}

/// The statement that binds the value an expression is a part of, with the name and the value.
fn binding<'t>(g: &Grammar, expression: Node<'t>) -> Result<(Node<'t>, Node<'t>, Node<'t>), Refused> {
    let mut n = expression;
    while let Some(p) = n.parent() {
        if let Some((statement, _, name, value)) =
            g.bindings.iter().find(|(_, binds, _, value)| p.kind() == *binds && field(p, value) == Some(n))
        {
            let whole = p.parent().filter(|s| s.kind() == *statement);
            let whole = whole.ok_or(Refused("the value is bound inside of something else"))?;
            if children(whole).iter().filter(|c| c.is_named()).count() != 1 {
                return Err(Refused("the statement binds several names"));
            }
            let name = field(p, name).filter(|n| n.kind() == "identifier");
            let name = name.ok_or(Refused("the value is not bound to a plain name"))?;
            return Ok((whole, name, field(p, value).unwrap_or(n)));
        }
        if g.blocks.contains(&p.kind()) || g.functions.contains(&p.kind()) {
            break;
        }
        n = p;
    }
    Err(Refused("the value is not bound to a name"))
}

fn ancestor<'t>(mut n: Node<'t>, kinds: &[&str]) -> Option<Node<'t>> {
    loop {
        if kinds.contains(&n.kind()) {
            return Some(n);
        }
        n = n.parent()?;
    }
}

/// The child of the module that a node is in.
fn child_of<'t>(mut n: Node<'t>, module: &str) -> Option<Node<'t>> {
    loop {
        let p = n.parent()?;
        if p.kind() == module {
            return Some(n);
        }
        n = p;
    }
}

fn is_name(g: &Grammar, n: Node<'_>) -> bool {
    g.identifiers.contains(&n.kind())
        && !n
            .parent()
            .is_some_and(|p| g.not_names.iter().any(|(kind, f)| p.kind() == *kind && field(p, f) == Some(n)))
}

/// The names that statements of a module bind before one of its statements.
fn bound_before<'t>(g: &Grammar, text: &'t str, root: Node<'_>, outermost: Node<'_>) -> BTreeSet<&'t str> {
    let mut out = BTreeSet::new();
    for s in children(root).into_iter().filter(|s| s.end_byte() <= outermost.start_byte()) {
        out.extend(bound_names(g, text, s));
    }
    out
}

/// The names a scope binds; for a module, those of all its statements but one.
fn names_bound<'t>(g: &Grammar, text: &'t str, scope: Node<'_>, but: Option<Node<'_>>) -> BTreeSet<&'t str> {
    let mut out = BTreeSet::new();
    let list = if but.is_some() { children(scope) } else { vec![scope] };
    for s in list.into_iter().filter(|s| but != Some(*s)) {
        out.extend(bound_names(g, text, s));
        if but.is_none()
            && let Some(parameters) = field(s, "parameters").or_else(|| field(s, "parameter"))
        {
            visit(parameters, |n| {
                if g.identifiers.contains(&n.kind()) || n.kind() == "shorthand_property_identifier_pattern" {
                    out.insert(slice(text, n));
                }
                true
            });
        }
    }
    out
}

/// The names that a node binds at any depth. Names of functions inside are among them, which errs on the safe side
/// for a function; a module's functions are asked for only by what they define.
fn bound_names<'t>(g: &Grammar, text: &'t str, scope: Node<'_>) -> Vec<&'t str> {
    let mut out = Vec::new();
    visit(scope, |n| {
        if g.imports.contains(&n.kind()) || g.scopes.contains(&n.kind()) {
            visit(n, |i| {
                if i.kind() == "identifier" {
                    out.push(slice(text, i));
                }
                true
            });
            return false;
        }
        for (kind, f) in g.patterns.iter().chain(g.definitions) {
            if n.kind() == *kind
                && let Some(target) = field(n, f)
            {
                visit(target, |i| {
                    if i.kind() == "identifier" || i.kind() == "shorthand_property_identifier_pattern" {
                        out.push(slice(text, i));
                    }
                    // `a.b = 1` binds nothing.
                    !matches!(
                        i.kind(),
                        "attribute" | "subscript" | "member_expression" | "subscript_expression"
                    )
                });
            }
        }
        // What a function of the scope binds inside is its own.
        n == scope || !g.functions.contains(&n.kind())
    });
    out
}

/// How often a function binds a name, functions inside it included.
fn count_bound(g: &Grammar, text: &str, function: Node<'_>, name: &str) -> usize {
    let mut count = 0;
    visit(function, |n| {
        if g.scopes.contains(&n.kind()) && slice(text, n).contains(name) {
            count += 2;
        }
        for (kind, f) in g.patterns {
            if n.kind() == *kind && field(n, f).is_some_and(|t| slice(text, t) == name) {
                count += 1;
            }
        }
        true
    });
    count + usize::from(names_of_parameters(g, text, function).contains(name))
}

fn names_of_parameters<'t>(g: &Grammar, text: &'t str, function: Node<'_>) -> BTreeSet<&'t str> {
    let mut out = BTreeSet::new();
    if let Some(p) = field(function, "parameters") {
        visit(p, |n| {
            if g.identifiers.contains(&n.kind()) {
                out.insert(slice(text, n));
            }
            true
        });
    }
    out
}

/// Words by which a comment speaks of what is built once, not of the whole part of a function it stands above.
/// Notes to other tools about the next line go with it.
const BUILT: &[&str] = &[
    "client",
    "connect",
    "create",
    "initial",
    "instance",
    "instantiat",
    "resource",
    "sdk",
    "session",
    "setup",
    "set up",
    "eslint-",
    "@ts-",
    "pylint:",
    "noqa",
];

/// Where a statement starts with the comment above it, where that is about it alone: it speaks of the statement, or
/// nothing else follows before the next empty line. At the start of a function it may be about the function.
fn with_its_comments(text: &str, root: Node<'_>, statement: Node<'_>, name: &str) -> usize {
    let mut start = statement.start_byte();
    let line_of = |at: usize| text.get(..at).and_then(|t| t.rfind('\n')).map_or(0, |n| n + 1);
    while let Some(above) = line_of(start).checked_sub(1) {
        let line = text.get(line_of(above)..above).unwrap_or_default();
        let (from, to) =
            (line_of(above) + line.len() - line.trim_start().len(), line_of(above) + line.trim_end().len());
        if !is_comment(text, root, (from, to)) {
            break;
        }
        start = from;
    }
    let words = text.get(start..statement.start_byte()).unwrap_or_default().to_lowercase();
    let speaks = words.contains(&name.to_lowercase()) || BUILT.iter().any(|w| words.contains(w));
    let behind =
        text.get(statement.end_byte()..).and_then(|t| t.split('\n').nth(1)).unwrap_or_default().trim();
    let alone = behind.is_empty() || behind.starts_with('}');
    if speaks || alone && !is_first(statement) { start } else { statement.start_byte() }
}

/// Whether just a comment stands at a place, which has no blanks at its ends.
fn is_comment(text: &str, root: Node<'_>, (from, to): (usize, usize)) -> bool {
    let node = root.descendant_for_byte_range(from, from).filter(|n| n.kind() == "comment");
    // The break of a line of Windows counts as a part of it.
    from < to && node.is_some_and(|n| n.start_byte() == from && from + slice(text, n).trim_end().len() == to)
}

/// Whether nothing but comments stands before a statement in its block.
fn is_first(statement: Node<'_>) -> bool {
    let mut n = statement;
    while let Some(p) = n.prev_named_sibling() {
        if p.kind() != "comment" {
            return false;
        }
        n = p;
    }
    true
}

/// The lines of a statement with the break behind the last, and where its text ends with the comment behind it;
/// `None` where something else stands on them. `start` is where the statement starts, or a comment that belongs to it.
fn whole_lines(
    text: &str,
    root: Node<'_>,
    statement: Node<'_>,
    start: usize,
) -> Option<(usize, usize, usize)> {
    let own = text.get(..statement.start_byte())?;
    let own = own.rsplit('\n').next().unwrap_or_default().trim().is_empty();
    let before = text.get(..start)?;
    let from = before.rfind('\n').map_or(0, |n| n + 1);
    let rest = text.get(statement.end_byte()..)?;
    let line = rest.split_inclusive('\n').next().unwrap_or_default();
    let said = line.trim_start_matches([';', ' ', '\t']);
    let at = statement.end_byte() + (line.len() - said.len());
    let end = statement.end_byte() + line.trim_end().len();
    let alone = said.trim().is_empty() || is_comment(text, root, (at, end));
    let mut to = statement.end_byte() + line.len();
    // Of two empty lines around it, one is enough; at the start of a block none is needed.
    let above = before.get(..from)?.lines().last();
    let said_above = above.is_some_and(|l| ["#", "//", "*"].iter().any(|m| l.trim_start().starts_with(m)));
    let opens = is_first(statement) && !said_above;
    let empty = |line: Option<&str>| line.is_some_and(|l| l.trim().is_empty());
    let after = text.get(to..).and_then(|t| t.split_inclusive('\n').next());
    if (opens || empty(above)) && empty(after) {
        to += after.map_or(0, str::len);
    }
    (own && alone).then_some((from, to, end))
}

/// The start of a statement with the comments directly above it.
fn with_comments(statement: Node<'_>, text: &str) -> usize {
    let mut first = statement;
    while let Some(p) = first.prev_sibling() {
        let between = text.get(p.end_byte()..first.start_byte()).unwrap_or_default();
        let own_line = text.get(..p.start_byte()).unwrap_or_default();
        let own_line = own_line.rsplit('\n').next().unwrap_or_default().trim().is_empty();
        if p.kind() != "comment" || between.matches('\n').count() > 1 || !own_line || p.start_byte() == 0 {
            break;
        }
        first = p;
    }
    first.start_byte()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kinds the tables name must exist: a grammar may rename them.
    #[test]
    fn the_grammars_have_these_kinds() {
        for (g, language) in [
            (&PYTHON, tree_sitter::Language::from(tree_sitter_python::LANGUAGE)),
            (&JAVASCRIPT, tree_sitter_javascript::LANGUAGE.into()),
            (&JAVASCRIPT, tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()),
        ] {
            let pairs = g.patterns.iter().chain(g.definitions).chain(g.not_names).map(|p| p.0);
            let lists = [g.functions, g.blocks, g.identifiers, g.bound, g.imports, g.scopes].concat();
            for kind in pairs.chain(lists).chain([g.module]).chain(g.bindings.iter().flat_map(|b| [b.0, b.1]))
            {
                assert_ne!(language.id_for_node_kind(kind, true), 0, "{kind}");
            }
        }
    }
    use crate::code::cst::parse;

    #[test]
    fn a_place_finds_its_node() {
        let text = "x = f(1)\n";
        let tree = parse(&tree_sitter_python::LANGUAGE.into(), text).unwrap();
        let at = Span::new(lamlint_model::FileId(0), 4, 8);
        assert_eq!(node_at(tree.root_node(), at).unwrap().kind(), "call");
    }
}
