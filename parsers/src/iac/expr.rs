//! The expression language of templates: literals, containers and intrinsic functions, in all spellings.
//!
//! `!Ref X`, `Fn::Ref`-like long forms and JSON come out the same; [`super::eval`] is the only place that resolves.
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html>

use crate::doc::{DocEntry, DocKind, DocNode, DocScalar};
use crate::text::PosMap;
use lamlint_model::source::Span;
use lamlint_model::tri::{Basis, Reason, Why};
use smol_str::SmolStr;

/// Deeper nesting is not followed.
const MAX_DEPTH: usize = 96;
/// Bound on what the variables of one substitution may hold together.
const MAX_SUBSTITUTED: usize = 1 << 14;

/// A property value as it is written.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub(crate) span: Span,
    pub(crate) kind: ExprKind,
}

#[derive(Debug, Clone)]
pub(crate) enum ExprKind {
    /// A scalar of the template.
    Scalar(DocScalar),
    /// Text that a shorthand implies.
    Text(SmolStr),
    /// A list, and why there may be more elements.
    List(Vec<Expr>, Option<Why>),
    /// A map, and why there may be more entries.
    Map(Vec<ExprEntry>, Option<Why>),
    /// `AWS::NoValue`.
    NoValue,
    /// `Ref` of a parameter, resource or pseudo-parameter.
    Ref(SmolStr),
    /// `Fn::GetAtt`: logical name and attribute.
    GetAtt(SmolStr, SmolStr),
    /// `Fn::Sub`.
    Sub(Box<Sub>),
    /// `Fn::Join`: delimiter and list.
    Join(Box<(Expr, Expr)>),
    /// `Fn::Select`: index and list.
    Select(Box<(Expr, Expr)>),
    /// `Fn::Split`: delimiter and text.
    Split(Box<(Expr, Expr)>),
    /// `Fn::If`: condition, then, else.
    If(SmolStr, Box<(Expr, Expr)>),
    /// `Fn::FindInMap`: map, two keys, default.
    Find(Box<(Expr, Expr, Expr, Option<Expr>)>),
    /// `Fn::ImportValue`.
    Import(Box<Expr>),
    /// A truth value as the `State` of a rule or schedule: `ENABLED` or `DISABLED`.
    State(Box<Expr>),
    /// A value that holds on some ground only: a default, a variable that is set when it is deployed.
    Taken(Box<Taken>),
    /// A file that `AWS::Include` names, relative to the template.
    Include(SmolStr),
    /// Not followed.
    Opaque(Why),
}

/// A value, why it is taken to be that, and what stands for it in text.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    /// Equals itself wherever it is used, whatever the value is.
    pub(crate) symbol: Option<SmolStr>,
    /// The value; `None` where only the symbol is known.
    pub(crate) value: Option<Expr>,
    pub(crate) basis: Basis,
    /// Why it may be another one.
    pub(crate) open: Option<Why>,
}

/// Tags of nodes that the variables of a dialect become; no text of a file can have them.
pub(crate) mod tag {
    /// A list of the parts of a text.
    pub(crate) const TEXT: &str = "\0text";
    /// Symbol, ground, value.
    pub(crate) const ASSUMED: &str = "\0assumed";
    /// Symbol.
    pub(crate) const SYMBOL: &str = "\0symbol";
    /// Symbol, reason.
    pub(crate) const UNKNOWN: &str = "\0unknown";
}

/// An entry of a map.
#[derive(Debug, Clone)]
pub(crate) struct ExprEntry {
    pub(crate) key: SmolStr,
    pub(crate) key_span: Span,
    pub(crate) value: Expr,
}

/// Text with holes.
#[derive(Debug, Clone)]
pub(crate) struct Sub {
    /// The text as decoded from the file, holes included.
    pub(crate) text: SmolStr,
    /// How its offsets map to the file.
    pub(crate) map: PosMap,
    /// Its parts in order.
    pub(crate) parts: Vec<SubPart>,
}

#[derive(Debug, Clone)]
pub(crate) enum SubPart {
    /// Constant text; `${!x}` (which means `${x}`) has a `start..end` longer than `text`.
    Text { start: usize, end: usize, text: SmolStr },
    /// A hole.
    Hole { start: usize, end: usize, value: Expr },
}

/// A condition.
#[derive(Debug, Clone)]
pub(crate) enum Cond {
    Equals(Box<(Expr, Expr)>),
    Not(Box<Cond>),
    And(Vec<Cond>),
    Or(Vec<Cond>),
    Named(SmolStr),
    Opaque,
}

impl Expr {
    pub(crate) fn new(span: Span, kind: ExprKind) -> Self {
        Self { span, kind }
    }

    pub(crate) fn text(span: Span, text: impl Into<SmolStr>) -> Self {
        Self::new(span, ExprKind::Text(text.into()))
    }

    pub(crate) fn get_att(span: Span, name: &str, attr: &str) -> Self {
        Self::new(span, ExprKind::GetAtt(name.into(), attr.into()))
    }

    pub(crate) fn reference(span: Span, name: impl Into<SmolStr>) -> Self {
        Self::new(span, ExprKind::Ref(name.into()))
    }

    pub(crate) fn opaque(span: Span, reason: Reason, detail: impl Into<SmolStr>) -> Self {
        Self::new(span, ExprKind::Opaque(Why::new(reason, detail)))
    }

    pub(crate) fn list(span: Span, items: Vec<Expr>) -> Self {
        Self::new(span, ExprKind::List(items, None))
    }

    /// A map whose keys all stand at `span`.
    pub(crate) fn object(span: Span, entries: impl IntoIterator<Item = (&'static str, Expr)>) -> Self {
        let entries = entries
            .into_iter()
            .map(|(k, value)| ExprEntry { key: k.into(), key_span: span, value })
            .collect();
        Self::new(span, ExprKind::Map(entries, None))
    }

    pub(crate) fn no_value(span: Span) -> Self {
        Self::new(span, ExprKind::NoValue)
    }

    pub(crate) fn when(span: Span, condition: &SmolStr, yes: Expr, no: Expr) -> Self {
        Self::new(span, ExprKind::If(condition.clone(), Box::new((yes, no))))
    }

    /// The constant text of a scalar.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Scalar(s) => Some(&s.text),
            ExprKind::Text(t) => Some(t),
            _ => None,
        }
    }

    /// Whether it is an empty plain scalar or `null`.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.kind, ExprKind::Scalar(s) if s.plain && matches!(s.text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    pub(crate) fn entries(&self) -> &[ExprEntry] {
        match &self.kind {
            ExprKind::Map(e, _) => e,
            _ => &[],
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Expr> {
        self.entry(key).map(|e| &e.value)
    }

    pub(crate) fn entry(&self, key: &str) -> Option<&ExprEntry> {
        self.entries().iter().rev().find(|e| e.key == key)
    }

    /// Take an entry out of a map; the last one where it occurs twice. A null value counts as not there.
    pub(crate) fn take(&mut self, key: &str) -> Option<ExprEntry> {
        let ExprKind::Map(entries, _) = &mut self.kind else { return None };
        let i = entries.iter().rposition(|e| e.key == key)?;
        let found = entries.remove(i);
        entries.retain(|e| e.key != key);
        (!found.value.is_null()).then_some(found)
    }

    /// Put an entry into a map.
    pub(crate) fn put(&mut self, entry: ExprEntry) {
        if let ExprKind::Map(entries, _) = &mut self.kind {
            entries.push(entry);
        }
    }

    /// Say that a container may hold more than is written.
    pub(crate) fn open(&mut self, why: &Why) {
        if let ExprKind::Map(_, open) | ExprKind::List(_, open) = &mut self.kind {
            open.get_or_insert_with(|| why.clone());
        }
    }

    /// Say so of a container and all containers inside: what may be merged into it from elsewhere.
    pub(crate) fn open_all(&mut self, why: &Why) {
        self.open(why);
        match &mut self.kind {
            ExprKind::Map(entries, _) => entries.iter_mut().for_each(|e| e.value.open_all(why)),
            ExprKind::List(items, _) => items.iter_mut().for_each(|i| i.open_all(why)),
            ExprKind::If(_, both) => {
                both.0.open_all(why);
                both.1.open_all(why);
            }
            _ => {}
        }
    }

    /// The name a `Ref` or `GetAtt … Arn` points at.
    pub(crate) fn target_name(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Ref(n) | ExprKind::GetAtt(n, _) => Some(n),
            ExprKind::Sub(s) => match &s.parts[..] {
                [SubPart::Hole { value, .. }] => value.target_name(),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Read a node.
pub(crate) fn lower(node: DocNode) -> Expr {
    lower_at(node, 0)
}

fn lower_at(node: DocNode, depth: usize) -> Expr {
    let span = node.span;
    if depth > MAX_DEPTH {
        return Expr::opaque(span, Reason::Budget, "nested too deeply");
    }
    match node.tag.as_deref() {
        Some("!!str") => {
            return match node.kind {
                DocKind::Scalar(s) => Expr::new(span, ExprKind::Scalar(DocScalar { plain: false, ..s })),
                kind => lower_untagged(DocNode { kind, ..DocNode { tag: None, ..node_shell(span) } }, depth),
            };
        }
        Some(t) if !t.starts_with("!!") => {
            let name = SmolStr::from(t);
            return intrinsic(&name, DocNode { tag: None, ..node }, span, depth);
        }
        _ => {}
    }
    lower_untagged(node, depth)
}

fn node_shell(span: Span) -> DocNode {
    DocNode { span, tag: None, defined_at: None, kind: DocKind::Seq(Vec::new()) }
}

fn lower_untagged(node: DocNode, depth: usize) -> Expr {
    let span = node.span;
    match node.kind {
        DocKind::Scalar(s) => Expr::new(span, ExprKind::Scalar(s)),
        DocKind::Seq(items) => {
            Expr::new(span, ExprKind::List(items.into_iter().map(|n| lower_at(n, depth + 1)).collect(), None))
        }
        DocKind::Map(mut entries) => {
            if entries.len() == 1
                && let Some(name) = long_form(&entries[0].key)
                && let Some(e) = entries.pop()
            {
                return intrinsic(&name, e.value, span, depth);
            }
            let mut open = None;
            let mut out: Vec<ExprEntry> = Vec::with_capacity(entries.len());
            for e in entries {
                if e.key.starts_with("Fn::") {
                    open = open
                        .or_else(|| Some(Why::new(Reason::Macro, format!("`{}` is not expanded", e.key))));
                    continue;
                }
                // The last of equal keys is the one AWS takes.
                out.retain(|o| o.key != e.key);
                out.push(lower_entry(e, depth));
            }
            Expr::new(span, ExprKind::Map(out, open))
        }
    }
}

fn lower_entry(e: DocEntry, depth: usize) -> ExprEntry {
    ExprEntry { key: e.key, key_span: e.key_span, value: lower_at(e.value, depth + 1) }
}

fn long_form(key: &str) -> Option<SmolStr> {
    if key == "Ref" { Some("Ref".into()) } else { key.strip_prefix("Fn::").map(Into::into) }
}

/// The arguments of a function that takes a list.
fn arguments<const N: usize>(arg: DocNode, depth: usize) -> Option<[Expr; N]> {
    match arg.kind {
        DocKind::Seq(v) if v.len() == N => {
            v.into_iter().map(|n| lower_at(n, depth + 1)).collect::<Vec<_>>().try_into().ok()
        }
        _ => None,
    }
}

fn intrinsic(name: &str, arg: DocNode, span: Span, depth: usize) -> Expr {
    let odd = |what: &str| Expr::opaque(span, Reason::Other, format!("unusual form of `{what}`"));
    let kind = match name {
        "Ref" => match arg.text() {
            Some("AWS::NoValue") => ExprKind::NoValue,
            Some(t) => ExprKind::Ref(t.trim().into()),
            None => return odd("Ref"),
        },
        "GetAtt" => match &arg.kind {
            DocKind::Scalar(s) => match s.text.trim().split_once('.') {
                Some((n, a)) => ExprKind::GetAtt(n.into(), a.into()),
                None => return odd("Fn::GetAtt"),
            },
            DocKind::Seq(v) => match &v[..] {
                [n, a] if n.tag.is_none() && a.tag.is_none() => match (n.text(), a.text()) {
                    (Some(n), Some(a)) => ExprKind::GetAtt(n.into(), a.into()),
                    _ => return odd("Fn::GetAtt"),
                },
                _ => return odd("Fn::GetAtt"),
            },
            DocKind::Map(_) => return odd("Fn::GetAtt"),
        },
        "Sub" => return substitution(arg, span, depth),
        "Join" | "Select" | "Split" => match arguments::<2>(arg, depth) {
            Some([a, b]) => {
                let both = Box::new((a, b));
                match name {
                    "Join" => ExprKind::Join(both),
                    "Select" => ExprKind::Select(both),
                    _ => ExprKind::Split(both),
                }
            }
            None => return odd(name),
        },
        "If" => match arguments::<3>(arg, depth) {
            Some([c, a, b]) => match c.as_text() {
                Some(c) => ExprKind::If(c.into(), Box::new((a, b))),
                None => return odd("Fn::If"),
            },
            None => return odd("Fn::If"),
        },
        "FindInMap" => match arg.kind {
            DocKind::Seq(v) if v.len() == 3 || v.len() == 4 => {
                let mut v = v.into_iter().map(|n| lower_at(n, depth + 1));
                let (Some(m), Some(a), Some(b)) = (v.next(), v.next(), v.next()) else { return odd(name) };
                let default = v.next().map(|mut d| d.take("DefaultValue").map_or(d, |e| e.value));
                ExprKind::Find(Box::new((m, a, b, default)))
            }
            _ => return odd(name),
        },
        tag::TEXT => {
            let parts = lower_untagged(arg, depth);
            ExprKind::Join(Box::new((Expr::text(span, ""), parts)))
        }
        tag::ASSUMED => match arguments::<3>(arg, depth) {
            Some([symbol, by, value]) => {
                let by = SmolStr::from(by.as_text().unwrap_or_default());
                let why = Why::new(Reason::Parameter, format!("`{by}` may have another value"));
                ExprKind::Taken(Box::new(Taken {
                    symbol: symbol.as_text().filter(|s| !s.is_empty()).map(Into::into),
                    value: Some(value),
                    basis: Basis::ParameterDefault(by),
                    open: Some(why),
                }))
            }
            None => return odd("a variable"),
        },
        tag::SYMBOL | tag::UNKNOWN => {
            let texts: Vec<SmolStr> = arg.items().iter().filter_map(|n| n.text().map(Into::into)).collect();
            let why = texts.get(1).map(|t| Why::new(Reason::Parameter, t.clone()));
            let symbol = texts.into_iter().next().filter(|s| !s.is_empty());
            ExprKind::Taken(Box::new(Taken { symbol, value: None, basis: Basis::Written, open: why }))
        }
        "ImportValue" => ExprKind::Import(Box::new(lower_at(arg, depth + 1))),
        "Transform" => match included(&arg) {
            Some(path) => ExprKind::Include(path),
            None => ExprKind::Opaque(Why::new(Reason::Macro, "a transform is not expanded")),
        },
        _ => ExprKind::Opaque(Why::new(Reason::Other, format!("`{name}` is not evaluated"))),
    };
    Expr::new(span, kind)
}

/// The local file a transform includes.
fn included(arg: &DocNode) -> Option<SmolStr> {
    let location = arg.get("Parameters")?.get("Location")?.text()?.trim();
    let local = arg.get("Name")?.text()? == "AWS::Include" && !location.contains(':');
    local.then(|| location.into())
}

fn substitution(arg: DocNode, span: Span, depth: usize) -> Expr {
    let (scalar, vars) = match arg.kind {
        DocKind::Scalar(s) => (s, Vec::new()),
        DocKind::Seq(v) => {
            let mut v = v.into_iter();
            match (v.next().map(|n| n.kind), v.next()) {
                (Some(DocKind::Scalar(s)), None) => (s, Vec::new()),
                (Some(DocKind::Scalar(s)), Some(vars)) => match lower_at(vars, depth + 1).kind {
                    ExprKind::Map(entries, None) => (s, entries),
                    _ => return Expr::opaque(span, Reason::Other, "unusual form of `Fn::Sub`"),
                },
                _ => return Expr::opaque(span, Reason::Other, "unusual form of `Fn::Sub`"),
            }
        }
        DocKind::Map(_) => return Expr::opaque(span, Reason::Other, "unusual form of `Fn::Sub`"),
    };
    let holes = scalar.text.matches("${").count();
    if vars.iter().map(|v| size(&v.value)).max().unwrap_or(0).saturating_mul(holes) > MAX_SUBSTITUTED {
        return Expr::opaque(span, Reason::Budget, "too much text");
    }
    let parts = sub_parts(&scalar.text, span, &vars);
    Expr::new(span, ExprKind::Sub(Box::new(Sub { text: scalar.text, map: scalar.map, parts })))
}

/// How much a variable of a substitution holds: each use repeats it.
fn size(e: &Expr) -> usize {
    let pair = |both: &(Expr, Expr)| size(&both.0) + size(&both.1);
    1 + match &e.kind {
        ExprKind::Scalar(s) => s.text.len() / 16,
        ExprKind::Text(t) => t.len() / 16,
        ExprKind::List(items, _) => items.iter().map(size).sum(),
        ExprKind::Map(entries, _) => entries.iter().map(|e| size(&e.value)).sum(),
        ExprKind::Sub(s) => {
            let hole = |p: &SubPart| match p {
                SubPart::Hole { value, .. } => size(value),
                SubPart::Text { .. } => 0,
            };
            s.text.len() / 16 + s.parts.iter().map(hole).sum::<usize>()
        }
        ExprKind::Join(both) | ExprKind::Select(both) | ExprKind::Split(both) | ExprKind::If(_, both) => {
            pair(both)
        }
        ExprKind::Find(args) => {
            size(&args.0) + size(&args.1) + size(&args.2) + args.3.as_ref().map_or(0, size)
        }
        ExprKind::Import(e) | ExprKind::State(e) => size(e),
        ExprKind::Taken(t) => t.value.as_ref().map_or(0, size),
        ExprKind::NoValue
        | ExprKind::Ref(_)
        | ExprKind::GetAtt(..)
        | ExprKind::Include(_)
        | ExprKind::Opaque(_) => 0,
    }
}

/// A substitution that a shorthand implies.
pub(crate) fn sub_of(span: Span, text: &str) -> Expr {
    let parts = sub_parts(text, span, &[]);
    Expr::new(span, ExprKind::Sub(Box::new(Sub { text: text.into(), map: PosMap::default(), parts })))
}

fn sub_parts(text: &str, span: Span, vars: &[ExprEntry]) -> Vec<SubPart> {
    let mut parts = Vec::new();
    let mut from = 0; // start of the constant text not yet emitted
    let mut at = 0;
    while let Some(i) = text.get(at..).and_then(|t| t.find("${")).map(|i| at + i) {
        let Some(close) = text[i..].find('}').map(|c| i + c) else { break };
        let inner = &text[i + 2..close];
        let end = close + 1;
        if let Some(literal) = inner.strip_prefix('!') {
            if i > from {
                parts.push(SubPart::Text { start: from, end: i, text: text[from..i].into() });
            }
            parts.push(SubPart::Text { start: i, end, text: format!("${{{literal}}}").into() });
            from = end;
        } else if let Some(name) = is_name(inner) {
            if i > from {
                parts.push(SubPart::Text { start: from, end: i, text: text[from..i].into() });
            }
            let value = match vars.iter().rev().find(|v| v.key == name) {
                Some(v) => v.value.clone(),
                None => match name.split_once('.') {
                    Some((n, a)) => Expr::get_att(span, n, a),
                    None if name == "AWS::NoValue" => Expr::text(span, ""),
                    None => Expr::reference(span, name),
                },
            };
            parts.push(SubPart::Hole { start: i, end, value });
            from = end;
        }
        // Anything else in braces is no hole of a template that deploys: it stays text.
        at = end;
    }
    if from < text.len() {
        parts.push(SubPart::Text { start: from, end: text.len(), text: text[from..].into() });
    }
    parts
}

fn is_name(inner: &str) -> Option<&str> {
    let name = inner.trim();
    (!name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b':' | b'.' | b'_' | b'-')))
    .then_some(name)
}

/// Read a condition.
pub(crate) fn lower_condition(node: DocNode) -> Cond {
    condition_at(node, 0)
}

fn condition_at(node: DocNode, depth: usize) -> Cond {
    if depth > MAX_DEPTH {
        return Cond::Opaque;
    }
    let (name, arg) = match node.tag.clone() {
        Some(t) => (t, DocNode { tag: None, ..node }),
        None => match node.kind {
            DocKind::Map(mut e) if e.len() == 1 => match e.pop() {
                Some(e) => (e.key.strip_prefix("Fn::").map_or(e.key.clone(), Into::into), e.value),
                None => return Cond::Opaque,
            },
            _ => return Cond::Opaque,
        },
    };
    let all = |arg: DocNode| match arg.kind {
        DocKind::Seq(v) => v.into_iter().map(|n| condition_at(n, depth + 1)).collect(),
        _ => vec![Cond::Opaque],
    };
    match name.as_str() {
        "Equals" => match arguments::<2>(arg, depth) {
            Some([a, b]) => Cond::Equals(Box::new((a, b))),
            None => Cond::Opaque,
        },
        "Not" => match all(arg) {
            mut v if v.len() == 1 => v.pop().map_or(Cond::Opaque, |c| Cond::Not(Box::new(c))),
            _ => Cond::Opaque,
        },
        "And" => Cond::And(all(arg)),
        "Or" => Cond::Or(all(arg)),
        "Condition" => arg.text().map_or(Cond::Opaque, |t| Cond::Named(t.into())),
        _ => Cond::Opaque,
    }
}
