//! Variables to what they stand for. What is only known when it is deployed becomes a symbol that equals itself;
//! what holds unless somebody says otherwise is assumed, and says so.

use super::nodes::{
    bare, is_intrinsic, moved, plain, quoted, scalar, shell, tagged, tagged_text, unknown, whole,
};
use super::variable::{self, Segment, Source};
use crate::doc::{Doc, DocEntry, DocKind, DocNode, DocScalar};
use crate::files::{self, Files};
use crate::iac::expr::tag;
use crate::text::SourceText;
use crate::{json, yaml};
use lamlint_model::source::{FileId, Span};
use smol_str::{SmolStr, format_smolstr};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Bound on variables within variables.
const MAX_DEPTH: usize = 48;
/// Bound on nodes and variables that are looked at for one service.
const BUDGET: usize = 100_000;
/// Longest text that variables are put into.
const MAX_TEXT: usize = 1 << 16;

/// What people call the stage.
pub(super) const STAGE: &str = "stage";

/// Kinds of variables whose values are texts.
/// Source: <https://www.serverless.com/framework/docs/providers/aws/guide/variables>
const TEXTS: &[&str] = &["env", "opt", "cf", "ssm", "s3", "sls", "aws", "param", "git", "output", "state"];

/// What a variable stands for.
#[derive(Debug, Clone)]
pub(super) enum Val {
    /// This.
    Node(DocNode),
    /// This, unless what is named by `by` says otherwise; `symbol` equals itself.
    Assumed { symbol: SmolStr, by: SmolStr, node: DocNode },
    /// Something that is known later; the flag says that it is a text.
    Unknown { symbol: SmolStr, why: String, text: bool },
    /// There is no such thing; what an assumed address rests on.
    Missing(Option<SmolStr>),
}

/// What a service can ask.
pub(super) struct Resolver<'a> {
    pub(super) root: &'a DocNode,
    pub(super) file: FileId,
    /// The folder of the service.
    pub(super) dir: &'a str,
    /// Texts of the run that have a number, by path.
    pub(super) ids: &'a BTreeMap<&'a str, FileId>,
    pub(super) files: &'a dyn Files,
    /// The stage that is deployed, and parameters that are given.
    pub(super) given: Option<&'a str>,
    pub(super) parameters: &'a [(String, String)],
    default_stage: RefCell<SmolStr>,
    left: Cell<usize>,
    /// The variables that are being put in.
    active: RefCell<Vec<Vec<Source>>>,
    docs: RefCell<BTreeMap<String, Option<Rc<Doc>>>>,
    /// Files of the run that are part of this service.
    pub(super) used: RefCell<BTreeSet<String>>,
}

/// A text in an address, or why it is not known.
type Text = Result<(String, Option<SmolStr>), (SmolStr, String)>;

impl<'a> Resolver<'a> {
    pub(super) fn new(
        doc: &'a Doc,
        dir: &'a str,
        ids: &'a BTreeMap<&'a str, FileId>,
        files: &'a dyn Files,
        stage: Option<&'a str>,
        parameters: &'a [(String, String)],
    ) -> Self {
        let r = Self {
            root: &doc.root,
            file: doc.file,
            dir,
            ids,
            files,
            given: stage,
            parameters,
            default_stage: RefCell::new("dev".into()),
            left: Cell::new(BUDGET),
            active: RefCell::default(),
            docs: RefCell::default(),
            used: RefCell::default(),
        };
        let declared = r.lookup(r.root, &["provider", "stage"], "", None, 0);
        if let Val::Node(n) | Val::Assumed { node: n, .. } = declared
            && let Some(t) = n.text().filter(|t| n.tag.is_none() && !t.is_empty())
        {
            r.default_stage.replace(t.into());
        }
        r
    }

    fn tick(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }

    /// The stage.
    pub(super) fn stage(&self) -> Val {
        let span = self.root.span;
        match self.given {
            Some(s) => Val::Node(plain(s, span)),
            None => Val::Assumed {
                symbol: STAGE.into(),
                by: STAGE.into(),
                node: plain(&self.default_stage.borrow(), span),
            },
        }
    }

    /// A node with all variables in it.
    pub(super) fn deep(&self, node: &DocNode, depth: usize) -> DocNode {
        if depth > 256 || !self.tick() {
            return unknown(node.span, "", "too many or too deep variables", false);
        }
        match &node.kind {
            DocKind::Scalar(s) if node.tag.as_deref() == Some("Sub") => {
                self.substitution(node, s, None, depth)
            }
            DocKind::Scalar(s) => match variable::parse(&s.text) {
                None => node.clone(),
                Some(parts) => self.text_node(node, &parts, s.plain, depth),
            },
            DocKind::Seq(items) => {
                if node.tag.as_deref() == Some("Sub")
                    && let Some(text @ DocNode { kind: DocKind::Scalar(s), .. }) = items.first()
                {
                    return self.substitution(text, s, items.get(1), depth);
                }
                let items = items.iter().map(|n| self.deep(n, depth + 1)).collect();
                DocNode { kind: DocKind::Seq(items), ..shell(node) }
            }
            DocKind::Map(entries) => {
                if let [e] = &entries[..]
                    && e.key == "Fn::Sub"
                {
                    let value = DocNode { tag: Some("Sub".into()), ..e.value.clone() };
                    return DocNode { span: node.span, ..self.deep(&value, depth + 1) };
                }
                let entries = entries
                    .iter()
                    .map(|e| DocEntry {
                        key: e.key.clone(),
                        key_span: e.key_span,
                        value: self.deep(&e.value, depth + 1),
                    })
                    .collect();
                DocNode { kind: DocKind::Map(entries), ..shell(node) }
            }
        }
    }

    /// A scalar with variables.
    fn text_node(&self, node: &DocNode, parts: &[Segment], is_plain: bool, depth: usize) -> DocNode {
        if let [Segment::Variable(sources)] = parts {
            let out = self.variable(sources, node.span, depth);
            return DocNode { tag: out.tag.clone().or_else(|| node.tag.clone()), ..out };
        }
        if let [Segment::Text(t)] = parts {
            return scalar(t, node.span, is_plain, node.tag.clone());
        }
        let pieces = self.pieces(parts, node.span, depth);
        match &pieces[..] {
            [] => scalar("", node.span, false, node.tag.clone()),
            [DocNode { tag: None, kind: DocKind::Scalar(s), .. }] => {
                scalar(&s.text, node.span, false, node.tag.clone())
            }
            _ => tagged(tag::TEXT, node.span, pieces),
        }
    }

    /// A variable in a value; one that needs itself is not known.
    fn variable(&self, sources: &[Source], span: Span, depth: usize) -> DocNode {
        if self.active.borrow().iter().any(|a| a == sources) {
            return unknown(span, "", "variables in a circle", false);
        }
        self.active.borrow_mut().push(sources.to_vec());
        let out = self.used_here(self.eval(sources, depth + 1), span, depth);
        self.active.borrow_mut().pop();
        out
    }

    /// What a variable stands for, as a value that stands there.
    pub(super) fn used_here(&self, val: Val, span: Span, depth: usize) -> DocNode {
        match val {
            Val::Node(n) => {
                let out = self.deep(&n, depth + 1);
                if n.span == Span::new(self.file, 0, 0) {
                    let mut out = out;
                    moved(&mut out, span);
                    return out;
                }
                let defined_at = (n.span != span).then_some(n.span);
                DocNode { span, defined_at, ..out }
            }
            Val::Assumed { symbol, by, node } => {
                let value = self.deep(&node, depth + 1);
                let value = DocNode { span, ..value };
                tagged(tag::ASSUMED, span, vec![quoted(&symbol, span), quoted(&by, span), value])
            }
            Val::Unknown { symbol, why, text } => unknown(span, &symbol, &why, text),
            Val::Missing(_) => unknown(span, "", "a variable names nothing", false),
        }
    }

    /// The pieces of a text; neighbouring constants are one.
    fn pieces(&self, parts: &[Segment], span: Span, depth: usize) -> Vec<DocNode> {
        let mut out: Vec<DocNode> = Vec::new();
        let put = |n: DocNode, out: &mut Vec<DocNode>| {
            if let (None, DocKind::Scalar(new)) = (&n.tag, &n.kind) {
                if let Some(DocNode { tag: None, kind: DocKind::Scalar(old), .. }) = out.last_mut() {
                    if old.text.len() + new.text.len() < MAX_TEXT {
                        old.text = format_smolstr!("{}{}", old.text, new.text);
                        old.map = whole(&old.text, span);
                    }
                } else {
                    out.push(scalar(&new.text, span, false, None));
                }
                return;
            }
            out.push(n);
        };
        for p in parts {
            let node = match p {
                Segment::Text(t) => scalar(t, span, false, None),
                Segment::Variable(sources) => self.variable(sources, span, depth),
            };
            match (node.tag.as_deref(), node.kind) {
                (Some(tag::TEXT), DocKind::Seq(items)) => items.into_iter().for_each(|i| put(i, &mut out)),
                (None, kind @ (DocKind::Map(_) | DocKind::Seq(_))) if is_intrinsic(&kind) => {
                    put(DocNode { kind, ..bare(span) }, &mut out);
                }
                (None, DocKind::Map(_) | DocKind::Seq(_)) => {
                    put(unknown(span, "", "a list or a map inside text", false), &mut out);
                }
                (_, kind) => put(DocNode { tag: node.tag, kind, ..bare(span) }, &mut out),
            }
        }
        out
    }

    /// `Fn::Sub`: variables of the framework are put in first; what they don't give is joined.
    fn substitution(&self, node: &DocNode, s: &DocScalar, vars: Option<&DocNode>, depth: usize) -> DocNode {
        let span = node.span;
        let vars = vars.map(|v| self.deep(v, depth + 1));
        let sub = |text: DocNode| match &vars {
            Some(v) => tagged("Sub", span, vec![text, v.clone()]),
            None => DocNode { tag: Some("Sub".into()), ..text },
        };
        let Some(parts) = variable::parse(&s.text) else {
            return sub(DocNode { tag: None, ..node.clone() });
        };
        let pieces = self.pieces(&parts, span, depth);
        let mut out: Vec<DocNode> = pieces
            .into_iter()
            .map(|p| if p.tag.is_none() && matches!(p.kind, DocKind::Scalar(_)) { sub(p) } else { p })
            .collect();
        match (out.len(), out.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                out.extend(last);
                tagged(tag::TEXT, span, out)
            }
        }
    }

    /// What the sources of a variable give: the first that has a value.
    fn eval(&self, sources: &[Source], depth: usize) -> Val {
        let Some((first, rest)) = sources.split_first() else { return Val::Missing(None) };
        if depth > MAX_DEPTH || !self.tick() {
            return Val::Unknown {
                symbol: SmolStr::default(),
                why: "variables in a circle".into(),
                text: false,
            };
        }
        if is_stage_option(first) {
            if self.given.is_some() || rest.is_empty() {
                return self.stage();
            }
            return match self.eval(rest, depth + 1) {
                Val::Node(node) | Val::Assumed { node, .. }
                    if node.text() == Some(self.default_stage.borrow().as_str()) =>
                {
                    self.stage()
                }
                Val::Node(node) | Val::Assumed { node, .. } => Val::Assumed {
                    symbol: format_smolstr!("{STAGE}, {}", node.text().unwrap_or_default()),
                    by: STAGE.into(),
                    node,
                },
                _ => self.stage(),
            };
        }
        match self.source(first, depth) {
            Val::Missing(by) => match (self.eval(rest, depth + 1), by) {
                (Val::Node(node), Some(by)) => {
                    let symbol = format_smolstr!("{}", node.text().unwrap_or("fallback"));
                    Val::Assumed { symbol: format_smolstr!("{by}: {symbol}"), by, node }
                }
                (v, _) => v,
            },
            Val::Unknown { symbol, why, text } if !rest.is_empty() => match self.eval(rest, depth + 1) {
                Val::Node(node) | Val::Assumed { node, .. } => Val::Assumed {
                    symbol: format_smolstr!("{symbol}, {}", node.text().unwrap_or_default()),
                    by: symbol,
                    node,
                },
                _ => Val::Unknown { symbol, why, text },
            },
            v => v,
        }
    }

    fn source(&self, source: &Source, depth: usize) -> Val {
        let span = self.root.span;
        let (kind, parameter, address) = match source {
            Source::Literal(t, true) if t == "null" => return Val::Missing(None),
            Source::Literal(t, is_plain) => return Val::Node(scalar(t, span, *is_plain, None)),
            Source::Nested(sources) => return self.eval(sources, depth + 1),
            Source::Lookup { kind, parameter, address } => (kind.as_str(), parameter, address),
        };
        let text = |parts: &Option<Vec<Segment>>| parts.as_ref().map(|p| self.text(p, depth + 1));
        let (parameter, address) = match (text(parameter).transpose(), text(address).transpose()) {
            (Ok(p), Ok(a)) => (p, a),
            (Err((symbol, why)), _) | (_, Err((symbol, why))) => {
                let symbol = if symbol.is_empty() { symbol } else { format_smolstr!("{kind}:{symbol}") };
                return Val::Unknown { symbol, why, text: TEXTS.contains(&kind) };
            }
        };
        let by = [&parameter, &address].into_iter().flatten().find_map(|(_, by)| by.clone());
        let parameter = parameter.map(|(t, _)| t);
        let path = address.map(|(t, _)| t).unwrap_or_default();
        let later = |why: String| Val::Unknown {
            symbol: parameter
                .as_ref()
                .map_or_else(|| format_smolstr!("{kind}:{path}"), |p| format_smolstr!("{kind}({p}):{path}")),
            why,
            text: TEXTS.contains(&kind),
        };
        let keys: Vec<&str> = path.split('.').filter(|k| !k.is_empty()).collect();
        match kind {
            "self" => match &keys[..] {
                [] => later("the whole configuration".into()),
                ["provider", "stage"] => self.stage(),
                ["provider", "region"] => match self.lookup(self.root, &keys, "self:", by, depth) {
                    Val::Missing(_) => Val::Node(tagged_text("Ref", span, "AWS::Region")),
                    v => v,
                },
                ["service"] | ["service", "name"] => self.service(depth),
                _ => self.lookup(self.root, &keys, "self:", by, depth),
            },
            "sls" if path == "stage" => self.stage(),
            "aws" if path == "region" => Val::Node(tagged_text("Ref", span, "AWS::Region")),
            "aws" if path == "accountId" => Val::Node(tagged_text("Ref", span, "AWS::AccountId")),
            "param" => self.parameter(&path, depth),
            "file" => self.included(parameter.as_deref().unwrap_or_default(), &keys, by, depth),
            "strToBool" => {
                let word = parameter.as_deref().unwrap_or_default();
                let word = word.trim().trim_matches(['\'', '"']).to_ascii_lowercase();
                match word.as_str() {
                    "true" | "1" => Val::Node(plain("true", span)),
                    "false" | "0" | "" | "null" => Val::Node(plain("false", span)),
                    _ => later("it is no truth value".into()),
                }
            }
            "construct" => construct(&keys, span).unwrap_or_else(|| later("a construct gives it".into())),
            _ => later(format!("`{kind}:{path}` is known when it is deployed")),
        }
    }

    /// The name of the service.
    pub(super) fn service(&self, depth: usize) -> Val {
        match self.lookup(self.root, &["service", "name"], "self:", None, depth) {
            Val::Missing(_) => self.lookup(self.root, &["service"], "self:", None, depth),
            v => v,
        }
    }

    /// Parts as one text.
    fn text(&self, parts: &[Segment], depth: usize) -> Text {
        let (mut out, mut by) = (String::new(), None);
        for p in parts {
            match p {
                Segment::Text(t) => out.push_str(t),
                Segment::Variable(sources) => {
                    let (node, assumed) = match self.eval(sources, depth + 1) {
                        Val::Node(n) => (n, None),
                        Val::Assumed { by, node, .. } => (node, Some(by)),
                        Val::Unknown { symbol, why, .. } => return Err((symbol, why)),
                        Val::Missing(_) => {
                            return Err((SmolStr::default(), "a variable names nothing".into()));
                        }
                    };
                    let node = self.deep(&node, depth + 1);
                    match (&node.tag, node.text()) {
                        (None, Some(t)) if out.len() + t.len() < MAX_TEXT => out.push_str(t),
                        _ => return Err((SmolStr::default(), "an address is not constant".into())),
                    }
                    by = by.or(assumed);
                }
            }
        }
        Ok((out, by))
    }

    /// What stands under keys.
    pub(super) fn lookup(
        &self,
        root: &DocNode,
        keys: &[&str],
        prefix: &str,
        by: Option<SmolStr>,
        depth: usize,
    ) -> Val {
        let symbol = || format_smolstr!("{prefix}{}", keys.join("."));
        let mut node = Cow::Borrowed(root);
        let mut by = by;
        for k in keys {
            let found = match node {
                Cow::Borrowed(n) => child(n, k).map(Cow::Borrowed),
                Cow::Owned(n) => child(&n, k).cloned().map(Cow::Owned),
            };
            let Some(found) = found else { return Val::Missing(by) };
            if !is_variable(&found) {
                node = found;
                continue;
            }
            node = match self.head(&found, depth + 1) {
                Val::Node(n) => Cow::Owned(n),
                Val::Assumed { by: b, node, .. } => {
                    by = by.or(Some(b));
                    Cow::Owned(node)
                }
                Val::Missing(b) => return Val::Missing(by.or(b)),
                Val::Unknown { symbol: s, why, text } => {
                    let symbol = if text || s.is_empty() { s } else { symbol() };
                    return Val::Unknown { symbol, why, text };
                }
            };
        }
        let node = node.into_owned();
        if matches!(&node.kind, DocKind::Scalar(s) if s.plain && node.tag.is_none() && matches!(&*s.text, "" | "~" | "null"))
        {
            return Val::Missing(by);
        }
        match by {
            None => Val::Node(node),
            Some(by) => Val::Assumed { symbol: symbol(), by, node },
        }
    }

    /// A node whose own text is no variable.
    fn head(&self, node: &DocNode, depth: usize) -> Val {
        if let (DocKind::Scalar(s), None) = (&node.kind, &node.tag)
            && let Some(parts) = variable::parse(&s.text)
            && let [Segment::Variable(sources)] = &parts[..]
        {
            return self.eval(sources, depth + 1);
        }
        Val::Node(node.clone())
    }

    /// `param:x`: of the command line, of the stage, of all stages.
    /// Source: <https://www.serverless.com/framework/docs/guides/parameters>
    fn parameter(&self, name: &str, depth: usize) -> Val {
        if let Some((_, v)) = self.parameters.iter().rev().find(|(k, _)| k == name) {
            return Val::Node(plain(v, self.root.span));
        }
        let stage = match self.given {
            Some(s) => SmolStr::from(s),
            None => self.default_stage.borrow().clone(),
        };
        let places: [[&str; 3]; 4] = [
            ["params", &stage, name],
            ["stages", &stage, name],
            ["params", "default", name],
            ["stages", "default", name],
        ];
        for p in places {
            let keys = if p[0] == "params" { p.to_vec() } else { vec![p[0], p[1], "params", p[2]] };
            let symbol = format_smolstr!("param:{name}");
            match self.lookup(self.root, &keys, "self:", None, depth + 1) {
                Val::Missing(_) => {}
                Val::Node(node) | Val::Assumed { node, .. } => {
                    return Val::Assumed { by: symbol.clone(), symbol, node };
                }
                unknown @ Val::Unknown { .. } => return unknown,
            }
        }
        let why = format!("`param:{name}` is known when it is deployed");
        Val::Unknown { symbol: format_smolstr!("param:{name}"), why, text: true }
    }

    /// `file(path):keys`.
    fn included(&self, path: &str, keys: &[&str], by: Option<SmolStr>, depth: usize) -> Val {
        let symbol = format_smolstr!("file({path}):{}", keys.join("."));
        let later = |why: String| Val::Unknown { symbol: symbol.clone(), why, text: false };
        let Some(full) = files::join(self.dir, path.trim().trim_matches(['\'', '"'])) else {
            return later(format!("`{path}` is outside of the tree"));
        };
        let extension = files::file_name(&full).rsplit_once('.').map_or("", |(_, e)| e);
        if !matches!(extension, "yml" | "yaml" | "json") {
            return later(format!("`{path}` is not run"));
        }
        match self.document(&full) {
            Some(doc) => {
                let prefix = format!("file({path}):");
                match self.lookup(&doc.root, keys, &prefix, by, depth) {
                    Val::Node(n) if keys.is_empty() => self.head(&n, depth + 1),
                    v => v,
                }
            }
            None => later(format!("`{path}` is not in this tree")),
        }
    }

    fn document(&self, path: &str) -> Option<Rc<Doc>> {
        if let Some(doc) = self.docs.borrow().get(path) {
            return doc.clone();
        }
        let id = self.ids.get(path).copied();
        let doc = self.files.read(path).and_then(|text| {
            let src = SourceText::file(id.unwrap_or(self.file), &text);
            let doc = if files::file_name(path).rsplit_once('.').is_some_and(|(_, e)| e == "json") {
                json::parse(&src)
            } else {
                yaml::parse(&src)
            };
            doc.ok()
        });
        let doc = doc.map(|mut d| {
            if id.is_some() {
                self.used.borrow_mut().insert(path.to_owned());
            } else {
                // The text is none of the run: its places mean nothing.
                moved(&mut d.root, Span::new(self.file, 0, 0));
            }
            Rc::new(d)
        });
        self.docs.borrow_mut().insert(path.to_owned(), doc.clone());
        doc
    }
}

/// What stands under a key.
fn child<'n>(node: &'n DocNode, key: &str) -> Option<&'n DocNode> {
    match &node.kind {
        DocKind::Map(_) if node.tag.is_none() => node.get(key),
        DocKind::Seq(items) if node.tag.is_none() => key.parse::<usize>().ok().and_then(|i| items.get(i)),
        _ => None,
    }
}

/// Whether a node may be one variable.
fn is_variable(node: &DocNode) -> bool {
    node.tag.is_none() && node.text().is_some_and(|t| t.contains("${"))
}

fn is_stage_option(source: &Source) -> bool {
    matches!(source, Source::Lookup { kind, parameter: None, address: Some(a) }
        if kind == "opt" && matches!(&a[..], [Segment::Text(t)] if t == "stage"))
}

/// What constructs of `serverless-lift` give. Source: <https://github.com/getlift/lift/tree/master/docs>
fn construct(keys: &[&str], span: Span) -> Option<Val> {
    let [name, property] = keys else { return None };
    let (suffix, attribute) = match *property {
        "queueUrl" => ("Queue", None),
        "queueArn" => ("Queue", Some("Arn")),
        "dlqUrl" => ("Dlq", None),
        "bucketName" => ("Bucket", None),
        "bucketArn" => ("Bucket", Some("Arn")),
        _ => return None,
    };
    let logical = super::names::construct(name, suffix);
    Some(Val::Node(match attribute {
        None => tagged_text("Ref", span, &logical),
        Some(a) => tagged_text("GetAtt", span, &format!("{logical}.{a}")),
    }))
}
