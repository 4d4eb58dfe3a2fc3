//! One template file, read alone: parameters, mappings, conditions, resources in canonical form, outputs.

use super::expr::{self, Cond, Expr, ExprEntry, ExprKind};
use super::{cdk, detect, macros, sam};
use crate::comments::Directive;
use crate::doc::{Doc, DocEntry, DocKind, DocNode, UNREAD};
use lamlint_model::app::Anchor;
use lamlint_model::rule::Broken;
use lamlint_model::source::{FileId, Span};
use lamlint_model::tri::{Reason, Why};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What one template file says, before parameters and other files are known.
#[derive(Debug, Clone)]
pub struct TemplateFacts {
    /// The file.
    pub file: FileId,
    /// Comments in order, with their marks.
    pub comments: Vec<Span>,
    /// What its comments and metadata ask not to report.
    pub suppressions: Vec<Directive>,
    /// Keys that occur twice in one map with different values; AWS silently takes the last.
    pub duplicates: Vec<Broken>,
    pub(crate) dialect: &'static str,
    /// Why properties that are not written may still be set.
    pub(crate) open: Option<Why>,
    /// Why there may be other resources.
    pub(crate) more: Option<Why>,
    pub(crate) parameters: Vec<Parameter>,
    /// `Mappings`: two levels of maps.
    pub(crate) mappings: Vec<ExprEntry>,
    pub(crate) conditions: Vec<(SmolStr, Cond)>,
    pub(crate) resources: Vec<RawResource>,
    pub(crate) outputs: Vec<Output>,
    /// Names that stand for a synthetic resource (`Worker.Alias`).
    pub(crate) redirects: BTreeMap<SmolStr, SmolStr>,
    pub(crate) notices: Vec<(Span, String)>,
}

/// A parameter as it is declared.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) name: SmolStr,
    pub(crate) type_name: SmolStr,
    pub(crate) default: Option<Expr>,
    pub(crate) allowed: Vec<SmolStr>,
}

/// An output.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    pub(crate) name: SmolStr,
    pub(crate) value: Expr,
    pub(crate) condition: Option<SmolStr>,
    /// The name other stacks import it by, where it is constant.
    pub(crate) export: Option<SmolStr>,
}

/// A resource in canonical form, not yet evaluated.
#[derive(Debug, Clone)]
pub(crate) struct RawResource {
    pub(crate) name: SmolStr,
    /// What people call it, where that is not the logical name.
    pub(crate) shown: Option<SmolStr>,
    /// The canonical type.
    pub(crate) type_name: SmolStr,
    pub(crate) anchor: Anchor,
    pub(crate) condition: Option<SmolStr>,
    pub(crate) props: Expr,
    pub(crate) metadata: Option<Expr>,
    /// The index of the resource whose shorthand implies this one.
    pub(crate) owner: Option<usize>,
    /// For functions: whether SAM's reading of a missing code property applies.
    pub(crate) sam: bool,
    /// A nested stack: where its template is, and the parameters passed to it.
    pub(crate) nested: Option<(Expr, Expr)>,
}

/// A resource as it is written, before its dialect's shorthands are expanded.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) name: SmolStr,
    pub(crate) type_name: SmolStr,
    pub(crate) key_span: Span,
    pub(crate) condition: Option<SmolStr>,
    pub(crate) props: Expr,
    pub(crate) metadata: Option<Expr>,
    pub(crate) connectors: Option<Expr>,
}

/// Transforms that change no resource of a template except in ways that are understood here.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html>
const KNOWN_TRANSFORMS: &[&str] = &[
    "AWS::Serverless-2016-10-31",
    "AWS::LanguageExtensions",
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
    "AWS::CodeDeployBlueGreen",
    "AWS::CodeStar",
    "AWS::ServiceCatalog",
];

/// Properties of SAM's types that `Globals` can't add to.
const NOT_GLOBAL: &[&str] =
    &["FunctionName", "Role", "Policies", "Events", "CodeUri", "InlineCode", "ImageUri"];

/// Read a document that is a template.
pub(crate) fn read(doc: Doc) -> TemplateFacts {
    let mut facts = TemplateFacts {
        file: doc.file,
        duplicates: detect::duplicate_keys(&doc),
        comments: doc.comments,
        suppressions: Vec::new(),
        dialect: "CloudFormation",
        open: None,
        more: None,
        parameters: Vec::new(),
        mappings: Vec::new(),
        conditions: Vec::new(),
        resources: Vec::new(),
        outputs: Vec::new(),
        redirects: BTreeMap::new(),
        notices: Vec::new(),
    };
    let root_span = doc.root.span;
    unread(&doc.root, &mut facts.notices);
    if let Some(mark) = doc.more {
        facts.notices.push((mark, "what follows is not read: a file holds one template".to_owned()));
    }
    match doc.root.entry("Resources") {
        None => facts.notices.push((mark(root_span), "the template has no `Resources`".to_owned())),
        Some(e) if !matches!(e.value.kind, DocKind::Map(_)) => {
            let what = "`Resources` is not written out as a map: nothing is known of them";
            facts.notices.push((e.key_span, what.to_owned()));
        }
        Some(_) => {}
    }
    let DocKind::Map(entries) = doc.root.kind else { return facts };
    let mut globals = None;
    let mut resources = Vec::new();
    let mut transforms: Vec<SmolStr> = Vec::new();
    // Later sections of the same name replace earlier ones.
    let mut sections: BTreeMap<SmolStr, DocEntry> = BTreeMap::new();
    for e in entries {
        sections.insert(e.key.clone(), e);
    }
    for (key, e) in sections {
        match key.as_str() {
            "Transform" => transforms = transform_names(&e.value, &mut facts),
            "Globals" => globals = Some(expr::lower(e.value)),
            "Parameters" => facts.parameters = map_entries(e.value).into_iter().map(parameter).collect(),
            "Mappings" => {
                if let ExprKind::Map(entries, _) = expr::lower(e.value).kind {
                    facts.mappings = entries;
                }
            }
            "Conditions" => {
                facts.conditions = map_entries(e.value)
                    .into_iter()
                    .map(|e| (e.key, expr::lower_condition(e.value)))
                    .collect();
            }
            "Resources" => resources = map_entries(e.value),
            "Outputs" => facts.outputs = map_entries(e.value).into_iter().filter_map(output).collect(),
            k if k.starts_with("Fn::") => {
                facts.open = Some(Why::new(Reason::Macro, "the template includes another file"));
            }
            _ => {}
        }
    }
    let mut written = Vec::new();
    for e in resources {
        if e.key.starts_with("Fn::") {
            let what = format!("`{}` is not expanded", e.key);
            facts.more.get_or_insert_with(|| Why::new(Reason::Macro, what.clone()));
            facts.notices.push((e.key_span, what));
            continue;
        }
        match resource(e) {
            Ok(mut w) => {
                cdk::canonical(&mut w);
                written.push(w);
            }
            Err(notice) => facts.notices.push(notice),
        }
    }
    let uses_unknown_macro = facts.open.is_some();
    let is_sam = transforms.iter().any(|t| t.starts_with("AWS::Serverless-"));
    let uses_sam = written.iter().any(|w| w.type_name.starts_with("AWS::Serverless::"));
    if is_sam || uses_sam {
        facts.dialect = "SAM";
    }
    if uses_sam && !is_sam && globals.is_none() {
        let why = "this is a fragment: it uses SAM's types without its `Transform`, so `Globals` may stand elsewhere";
        facts.open.get_or_insert_with(|| Why::new(Reason::Macro, why));
    }
    if let Some(why) = &facts.open {
        for w in &mut written {
            if uses_unknown_macro {
                w.props.open_all(why);
            } else if w.type_name.starts_with("AWS::Serverless::") {
                w.props.open(why);
                if let ExprKind::Map(entries, _) = &mut w.props.kind {
                    entries
                        .iter_mut()
                        .filter(|e| !NOT_GLOBAL.contains(&e.key.as_str()))
                        .for_each(|e| e.value.open_all(why));
                }
            }
        }
    }
    for m in transforms.iter().filter_map(|t| macros::function_macro(t)) {
        m.apply(&mut written);
    }
    sam::expand(written, globals, root_span, &mut facts);
    facts
}

/// The first byte of a place: a notice about a whole file points there.
fn mark(span: Span) -> Span {
    Span { end: span.start, ..span }
}

/// Say what of a document was not read, each place once.
fn unread(node: &DocNode, notices: &mut Vec<(Span, String)>) {
    if node.tag.as_deref() == Some(UNREAD) {
        let what = "this is not read, and nothing is concluded from it: an alias that contains itself or \
                    expands to too much, or nested too deep";
        let notice = (node.span, what.to_owned());
        if notices.last() != Some(&notice) {
            notices.push(notice);
        }
        return;
    }
    node.items().iter().for_each(|n| unread(n, notices));
    node.entries().iter().for_each(|e| unread(&e.value, notices));
}

/// The names under `Transform`. One that is not known may change everything.
fn transform_names(node: &DocNode, facts: &mut TemplateFacts) -> Vec<SmolStr> {
    let mut names = Vec::new();
    let nodes = if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() };
    for n in nodes {
        let name = n.text().or_else(|| n.get("Name").and_then(DocNode::text));
        match name {
            Some(t) if KNOWN_TRANSFORMS.contains(&t) || macros::function_macro(t).is_some() => {
                names.push(t.into());
            }
            _ => {
                let why = match name {
                    Some(t) => format!("the macro `{t}` may change the template"),
                    None => "a macro may change the template".to_owned(),
                };
                facts.open = Some(Why::new(Reason::Macro, why.clone()));
                facts.notices.push((n.span, why));
            }
        }
    }
    names
}

fn map_entries(node: DocNode) -> Vec<DocEntry> {
    let DocKind::Map(entries) = node.kind else { return Vec::new() };
    let mut out: Vec<DocEntry> = Vec::with_capacity(entries.len());
    for e in entries {
        if let Some(i) = out.iter().position(|o| o.key == e.key) {
            out[i] = e;
        } else {
            out.push(e);
        }
    }
    out
}

fn parameter(e: DocEntry) -> Parameter {
    let type_name = e.value.get("Type").and_then(DocNode::text).unwrap_or("String").into();
    let allowed = e
        .value
        .get("AllowedValues")
        .map(|n| n.items().iter().filter_map(|i| i.text().map(SmolStr::from)).collect())
        .unwrap_or_default();
    let default = e.value.get("Default").cloned().map(expr::lower).filter(|d| d.as_text().is_some());
    Parameter { name: e.key, type_name, default, allowed }
}

fn output(e: DocEntry) -> Option<Output> {
    let condition = e.value.get("Condition").and_then(DocNode::text).map(SmolStr::from);
    let export = e.value.get("Export").and_then(|x| x.get("Name")?.text()).map(SmolStr::from);
    let value = e.value.get("Value").cloned().map(expr::lower)?;
    Some(Output { name: e.key, value, condition, export })
}

fn resource(e: DocEntry) -> Result<Written, (Span, String)> {
    let span = e.key_span;
    let DocKind::Map(_) = &e.value.kind else {
        return Err((span, format!("`{}` is not a resource: it has no `Type`", e.key)));
    };
    let Some(type_name) = e.value.get("Type").and_then(DocNode::text).map(SmolStr::from) else {
        return Err((span, format!("`{}` has no `Type`", e.key)));
    };
    let mut w = Written {
        name: e.key,
        type_name,
        key_span: span,
        condition: None,
        props: Expr::new(span, ExprKind::Map(Vec::new(), None)),
        metadata: None,
        connectors: None,
    };
    for part in map_entries(e.value) {
        match part.key.as_str() {
            "Properties" => {
                let mut props = expr::lower(part.value);
                if props.is_null() {
                    continue;
                }
                if !matches!(props.kind, ExprKind::Map(..)) {
                    let why = Why::new(Reason::Macro, "the properties are not written out");
                    props = Expr::new(props.span, ExprKind::Map(Vec::new(), Some(why)));
                }
                // What a resource lacks is shown at its name.
                w.props = Expr::new(span, props.kind);
            }
            "Condition" => w.condition = part.value.text().map(SmolStr::from),
            "Metadata" => w.metadata = Some(expr::lower(part.value)),
            "Connectors" => w.connectors = Some(expr::lower(part.value)),
            k if k.starts_with("Fn::") => {
                w.props.open(&Why::new(Reason::Macro, format!("`{k}` is not expanded")));
            }
            _ => {}
        }
    }
    Ok(w)
}
