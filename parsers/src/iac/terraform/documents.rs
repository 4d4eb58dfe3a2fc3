//! Documents inside of modules: policies as blocks, JSON as text, templates in files.

use super::eval::{Eval, Scope};
use super::expr::Block;
use super::functions;
use super::trees::{bind, entry, list, part};
use crate::doc::{DocKind, DocNode};
use crate::text::SourceText;
use crate::{json, yaml};
use lamlint_model::aws::policies;
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree, node_value};
use lamlint_model::tri::{Reason, Why};
use lamlint_model::value::Value;
use smol_str::{SmolStr, format_smolstr};

/// Makes a document of a data source in the scope of one of its instances.
pub(super) type Make = fn(&Eval<'_>, Scope<'_>, &Block, Span, usize) -> Tree;

/// `aws_iam_policy_document` as the policy it renders to.
/// Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>
pub(super) fn policy(eval: &Eval<'_>, s: Scope<'_>, block: &Block, span: Span, depth: usize) -> Tree {
    let props = eval.body(s, &block.body, super::module::META, eval.place(s.at, block.header), depth);
    let mut items: Vec<Tree> = Vec::new();
    let mut open: Option<Why> = None;
    let mut add = |document: &Tree, open: &mut Option<Why>| {
        let (all, why) = document.get("Statement").items();
        *open = open.take().or(why);
        items.extend(
            all.into_iter()
                .map(|(t, g)| super::trees::only_under(&t, &g, super::trees::complement(&g).as_ref(), span)),
        );
    };
    let documents = |name: &str, open: &mut Option<Why>| -> Vec<Tree> {
        let (all, why) = props.get(name).items();
        *open = open.take().or(why);
        all.into_iter().map(|(t, g)| json_tree(&t).under(&g)).collect()
    };
    // `source_json` and `override_json` are the older spellings.
    for name in ["source_policy_documents", "source_json"] {
        for d in documents(name, &mut open) {
            add(&d, &mut open);
        }
    }
    let (own, why) = props.get("statement").items();
    open = open.or(why);
    let own = own.into_iter().map(|(t, g)| {
        super::trees::only_under(&statement(&t), &g, super::trees::complement(&g).as_ref(), t.span())
    });
    let own = Tree::known(Node::List { items: own.collect(), open: None }, span);
    add(&Tree::map(vec![entry("Statement", own, span)], span), &mut open);
    // A statement of an override replaces the one of the same `sid`: the others are not certain any more.
    let overrides: Vec<Tree> =
        ["override_policy_documents", "override_json"].iter().flat_map(|n| documents(n, &mut open)).collect();
    for d in &overrides {
        add(d, &mut open);
    }
    if !overrides.is_empty() {
        open = open.or_else(|| Some(Why::other("statements are overridden")));
    }
    let version = props.get("version").values().or_default(Value::str("2012-10-17"));
    let version = version.filter_map("a version", |v| Some(Node::Leaf(v.clone())));
    let statements = Tree::known(Node::List { items, open }, span);
    Tree::map(vec![entry("Version", version, span), entry("Statement", statements, span)], span)
}

/// Arguments of a statement and their names in the document.
pub(crate) const LISTS: &[(&str, &str)] = &[
    ("actions", "Action"),
    ("not_actions", "NotAction"),
    ("resources", "Resource"),
    ("not_resources", "NotResource"),
];

fn statement(t: &Tree) -> Tree {
    bind(t, t.span(), |n, span| {
        let Node::Map { entries, open } = n else { return Tree::known(n.clone(), span) };
        // What is certainly empty is left out of the document.
        let is_empty = |t: &Tree| {
            let (items, open) = t.items();
            items.is_empty() && open.is_none()
        };
        let of = |name: &str| entries.iter().find(|e| e.key == name && !is_empty(&e.value));
        let mut out: Vec<Entry> = Vec::new();
        if let Some(e) = of("sid") {
            out.push(Entry { key: "Sid".into(), ..e.clone() });
        }
        match of("effect") {
            Some(e) => out.push(Entry {
                key: "Effect".into(),
                key_span: e.key_span,
                value: bind(&e.value, e.value.span(), |n, at| match n {
                    Node::Absent => Tree::leaf(Value::str("Allow"), at),
                    n => Tree::known(n.clone(), at),
                }),
            }),
            None => out.push(entry("Effect", Tree::leaf(Value::str("Allow"), span), span)),
        }
        for (from, to) in LISTS {
            if let Some(e) = of(from) {
                out.push(Entry { key: (*to).into(), ..e.clone() });
            }
        }
        for (from, to) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
            if let Some(e) = of(from) {
                out.push(Entry { key: to.into(), key_span: e.key_span, value: principals(&e.value) });
            }
        }
        if let Some(e) = of("condition") {
            out.push(Entry { key: "Condition".into(), key_span: e.key_span, value: conditions(&e.value) });
        }
        Tree::known(Node::Map { entries: out, open: open.clone() }, span)
    })
}

/// `principals { type, identifiers }` to `{type: identifiers}`; `*` of type `*` is everybody.
fn principals(t: &Tree) -> Tree {
    let (items, open) = t.items();
    let span = t.span();
    let mut out: Vec<Entry> = Vec::new();
    let mut open = open;
    for (i, g) in items {
        let kind = i.get("type").strings();
        let Some(Some(kind)) = kind.only() else {
            open = open.or_else(|| Some(Why::new(Reason::Dynamic, "a principal is computed")));
            continue;
        };
        if !g.is_empty() {
            open = open.or_else(|| Some(Why::new(Reason::Correlated, "a principal under a condition")));
            continue;
        }
        if kind == "*" {
            return Tree::leaf(Value::str("*"), i.span());
        }
        let ids = i.get("identifiers");
        match out.iter_mut().find(|e| e.key == *kind) {
            Some(e) => {
                let (a, b) = (e.value.items(), ids.items());
                let all = a.0.into_iter().chain(b.0).map(|(t, g)| t.under(&g)).collect();
                e.value = Tree::known(Node::List { items: all, open: a.1.or(b.1) }, span);
            }
            None => out.push(entry(kind.clone(), ids, i.span())),
        }
    }
    Tree::known(Node::Map { entries: out, open }, span)
}

/// `condition { test, variable, values }` to `{test: {variable: values}}`.
fn conditions(t: &Tree) -> Tree {
    let (items, open) = t.items();
    let span = t.span();
    let mut out: Vec<(SmolStr, Vec<Entry>)> = Vec::new();
    let mut open = open;
    for (i, g) in items {
        let (test, variable) = (i.get("test").strings(), i.get("variable").strings());
        let (Some(Some(test)), Some(Some(variable)), true) = (test.only(), variable.only(), g.is_empty())
        else {
            open = open.or_else(|| Some(Why::new(Reason::Dynamic, "a condition is computed")));
            continue;
        };
        let e = entry(variable.clone(), i.get("values"), i.span());
        match out.iter_mut().find(|(k, _)| k == test) {
            Some((_, entries)) => entries.push(e),
            None => out.push((test.clone(), vec![e])),
        }
    }
    let entries = out.into_iter().map(|(k, entries)| entry(k, Tree::map(entries, span), span)).collect();
    Tree::known(Node::Map { entries, open }, span)
}

/// The ARN of a policy that is looked up: the one asked for, or that of a policy of AWS with the name. (One of the
/// account's own with the same name would make the lookup fail.)
/// Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy>
pub(super) fn managed_policy(
    eval: &Eval<'_>,
    s: Scope<'_>,
    block: &Block,
    span: Span,
    depth: usize,
) -> Option<Tree> {
    if let Some(e) = block.body.get("arn") {
        return Some(eval.tree(s, e, depth));
    }
    let name = eval.tree(s, block.body.get("name")?, depth).strings();
    let name = name.only()?.clone()?;
    policies::managed(&name)?;
    let start = [Value::str("arn:"), Value::Pseudo("AWS::Partition".into())];
    let end = [Value::str(":iam::aws:policy/"), Value::Str(name)];
    Some(Tree::leaf(Value::concat(start.into_iter().chain(end)), span))
}

/// `template_file`: its text with its variables.
/// Source: <https://registry.terraform.io/providers/hashicorp/template/latest/docs/data-sources/file>
pub(super) fn template_file(eval: &Eval<'_>, s: Scope<'_>, block: &Block, span: Span, depth: usize) -> Tree {
    let props = eval.body(s, &block.body, super::module::META, eval.place(s.at, block.header), depth);
    let vars = props.get("vars");
    let vars = if vars.is_surely_absent() { Vec::new() } else { known_entries(&vars) };
    bind(&props.get("template"), span, |n, at| match n {
        Node::Leaf(Value::Str(t)) => functions::rendered(eval, s, t, &vars, at, depth),
        n => Tree::known(n.clone(), at),
    })
}

/// `templatefile(path, vars)`.
pub(super) fn templatefile(
    eval: &Eval<'_>,
    s: Scope<'_>,
    path: &Tree,
    vars: &Tree,
    span: Span,
    depth: usize,
) -> Tree {
    let vars = known_entries(vars);
    bind(path, span, |n, at| {
        let found = match n {
            Node::Leaf(Value::Str(p)) => functions::read(eval, s, p),
            _ => None,
        };
        match found {
            Some(t) => functions::rendered(eval, s, &t, &vars, at, depth),
            None => Tree::unknown(Why::new(Reason::NotInTree, "a file that is not in the tree"), at),
        }
    })
}

fn known_entries(t: &Tree) -> Vec<Entry> {
    match t.only() {
        Some(Node::Map { entries, .. }) => entries.iter().take(64).cloned().collect(),
        _ => Vec::new(),
    }
}

/// Marks around the number of a part that is not constant, in text that is parsed as JSON. Both are of the private
/// use area, and text that has them is not read.
const HOLE: (char, char) = ('\u{E0F0}', '\u{E0F1}');

/// A document: text of JSON becomes the tree it holds; what is a tree already stays. All of it stands where the text does.
pub(super) fn json_tree(t: &Tree) -> Tree {
    bind(t, t.span(), |n, span| {
        let parts = match n {
            Node::Leaf(Value::Str(s)) => vec![Value::Str(s.clone())],
            Node::Leaf(Value::Concat(parts)) => parts.clone(),
            n => return Tree::known(n.clone(), span),
        };
        parsed(&parts, span).unwrap_or_else(|| {
            Tree::unknown(Why::new(Reason::Syntax, "a document that is not understood"), span)
        })
    })
}

/// A text of YAML as the tree it holds.
pub(super) fn yaml_tree(t: &Tree) -> Tree {
    bind(t, t.span(), |n, span| {
        let doc = match n {
            Node::Leaf(Value::Str(s)) => yaml::parse(&SourceText::file(span.file, s)).ok(),
            _ => None,
        };
        match doc {
            Some(doc) if doc.more.is_none() => of_node(&doc.root, &[], span),
            _ => Tree::unknown(Why::new(Reason::Syntax, "a document that is not understood"), span),
        }
    })
}

fn parsed(parts: &[Value], span: Span) -> Option<Tree> {
    let mut text = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for (i, p) in parts.iter().enumerate() {
        let Value::Str(s) = p else {
            let hole = format!("{}{i}{}", HOLE.0, HOLE.1);
            let quote = if quoted { "" } else { "\"" };
            text.extend([quote, &hole, quote]);
            continue;
        };
        if s.contains([HOLE.0, HOLE.1]) {
            return None;
        }
        for c in s.chars() {
            match c {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                _ => {}
            }
        }
        text.push_str(s);
    }
    let doc = json::parse(&SourceText::file(span.file, &text)).ok()?;
    Some(of_node(&doc.root, parts, span))
}

fn of_node(n: &DocNode, parts: &[Value], span: Span) -> Tree {
    if n.tag.is_some() {
        return Tree::unknown(Why::other("a value that is not understood"), span);
    }
    match &n.kind {
        DocKind::Seq(items) => {
            Tree::known(list(items.iter().map(|i| of_node(i, parts, span)).collect()), span)
        }
        DocKind::Map(entries) => {
            let mut out = Vec::with_capacity(entries.len());
            let mut open = None;
            for e in entries {
                match filled(&e.key, parts) {
                    Value::Str(k) => out.push(entry(k, of_node(&e.value, parts, span), span)),
                    _ => open = Some(Why::new(Reason::Dynamic, "a key is computed")),
                }
            }
            Tree::known(Node::Map { entries: out, open }, span)
        }
        DocKind::Scalar(s) if s.plain => match s.text.as_str() {
            "true" => Tree::leaf(Value::Bool(true), span),
            "false" => Tree::leaf(Value::Bool(false), span),
            "null" | "~" | "" => Tree::absent_at(span),
            t => match (t.parse::<i64>(), t.parse::<f64>()) {
                (Ok(i), _) if i.to_string() == t => Tree::leaf(Value::Int(i), span),
                (Err(_), Ok(f)) => Tree::leaf(Value::Float(f), span),
                // Only YAML has text without quotes.
                _ => Tree::leaf(Value::Str(s.text.clone()), span),
            },
        },
        DocKind::Scalar(s) => Tree::leaf(filled(&s.text, parts), span),
    }
}

/// Text with its parts put back.
fn filled(text: &str, parts: &[Value]) -> Value {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(i) = rest.find(HOLE.0) {
        let Some(end) = rest[i..].find(HOLE.1).map(|e| i + e) else { break };
        out.push(Value::str(&rest[..i]));
        let hole = rest[i + HOLE.0.len_utf8()..end].parse::<usize>().ok().and_then(|n| parts.get(n));
        out.push(hole.cloned().unwrap_or_else(Value::unknown));
        rest = &rest[end + HOLE.1.len_utf8()..];
    }
    out.push(Value::str(rest));
    Value::concat(out)
}

/// A value as the text of a JSON document, with symbols as its parts.
pub(super) fn render(n: &Node) -> Option<Value> {
    let v = node_value(n)?;
    let mut out = Vec::new();
    write(&v, &mut out, 0)?;
    Some(Value::concat(out))
}

fn write(v: &Value, out: &mut Vec<Value>, depth: usize) -> Option<()> {
    if depth > 64 {
        return None;
    }
    match v {
        Value::Null => out.push(Value::str("null")),
        Value::Bool(b) => out.push(Value::str(format_smolstr!("{b}"))),
        Value::Int(i) => out.push(Value::str(format_smolstr!("{i}"))),
        Value::Float(f) => out.push(Value::str(format_smolstr!("{f}"))),
        Value::List(items, false) => {
            out.push(Value::str("["));
            for (i, v) in items.iter().enumerate() {
                if i > 0 {
                    out.push(Value::str(","));
                }
                write(v, out, depth + 1)?;
            }
            out.push(Value::str("]"));
        }
        Value::Map(entries, false) => {
            out.push(Value::str("{"));
            for (i, (k, v)) in entries.iter().enumerate() {
                let comma = if i > 0 { "," } else { "" };
                out.push(Value::str(format!("{comma}{}:", serde_json::to_string(k.as_str()).ok()?)));
                write(v, out, depth + 1)?;
            }
            out.push(Value::str("}"));
        }
        Value::Str(s) => out.push(Value::str(serde_json::to_string(s.as_str()).ok()?)),
        v => {
            out.push(Value::str("\""));
            match v {
                Value::Concat(parts) => {
                    for p in parts {
                        match p {
                            Value::Str(s) => {
                                let quoted = serde_json::to_string(s.as_str()).ok()?;
                                out.push(Value::str(quoted.get(1..quoted.len().checked_sub(1)?)?));
                            }
                            p => out.push(part(&Node::Leaf(p.clone()))?),
                        }
                    }
                }
                v => out.push(part(&Node::Leaf(v.clone()))?),
            }
            out.push(Value::str("\""));
        }
    }
    Some(())
}
