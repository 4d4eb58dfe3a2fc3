//! Values of a plan, and what they name.

use super::super::schema;
use super::{Level, MAX_DEPTH, Planned};
use crate::doc::{DocKind, DocNode};
use lamlint_model::ResourceId;
use lamlint_model::source::{FileId, Span};
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Reason, Why};
use lamlint_model::value::{Attr, Value};
use std::collections::BTreeMap;

/// Arguments that hold an identity of another resource and nothing else: a plan tells which resources an expression
/// names, but not what it makes of them.
const DIRECT: &[&str] = &[
    "api_id",
    "bucket",
    "destination_arn",
    "endpoint",
    "event_source_arn",
    "function_name",
    "integration_uri",
    "key_id",
    "kms_key_arn",
    "kms_key_id",
    "kms_master_key_id",
    "lambda_function_arn",
    "policy_arn",
    "queue_arn",
    "queue_url",
    "resource_id",
    "rest_api_id",
    "role",
    "rule",
    "target_arn",
    "target_group_arn",
    "topic_arn",
    "uri",
];

/// Types whose ids are made by the service, so that a text that equals one names it.
const GENERATED: &[&str] = &[
    "aws_api_gateway_resource",
    "aws_api_gateway_rest_api",
    "aws_apigatewayv2_api",
    "aws_apigatewayv2_integration",
    "aws_cognito_user_pool",
    "aws_efs_access_point",
    "aws_efs_file_system",
    "aws_kms_key",
];

/// A value of JSON; `null` is absence.
pub(super) fn scalar(n: &DocNode) -> Option<Value> {
    let DocKind::Scalar(s) = &n.kind else { return None };
    if !s.plain {
        return Some(Value::Str(s.text.clone()));
    }
    Some(match s.text.as_str() {
        "null" | "" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        t => match (t.parse::<i64>(), t.parse::<f64>()) {
            (Ok(i), _) => Value::Int(i),
            (_, Ok(f)) => Value::Float(f),
            _ => Value::Str(s.text.clone()),
        },
    })
}

/// A value of JSON as it is, standing at one place.
pub(super) fn literal(n: &DocNode, span: Span, depth: u32) -> Tree {
    if depth > MAX_DEPTH {
        return Tree::unknown(Why::new(Reason::Budget, "nested too deeply"), span);
    }
    match &n.kind {
        DocKind::Map(entries) => {
            let entries = entries.iter().map(|e| Entry {
                key: e.key.clone(),
                key_span: span,
                value: literal(&e.value, span, depth + 1),
            });
            Tree::map(entries.collect(), span)
        }
        DocKind::Seq(items) => {
            let items = items.iter().map(|i| literal(i, span, depth + 1)).collect();
            Tree::known(Node::List { items, open: None }, span)
        }
        DocKind::Scalar(_) => match scalar(n) {
            Some(Value::Null) | None => Tree::absent_at(span),
            Some(v) => Tree::leaf(v, span),
        },
    }
}

/// Reads the values of a plan without a module.
pub(super) struct Reader<'a, 'p> {
    pub(super) levels: &'a [Level<'p>],
    pub(super) ids: &'a BTreeMap<&'p str, (ResourceId, &'p str)>,
    pub(super) texts: Texts,
}

impl<'p> Reader<'_, 'p> {
    /// A value with what of it is known only when it is carried out, and the expression it comes from.
    pub(super) fn tree(
        &self,
        known: Option<&'p DocNode>,
        unknown: Option<&'p DocNode>,
        config: Option<&'p DocNode>,
        key: &str,
        level: usize,
        depth: u32,
    ) -> Tree {
        let span = known.or(unknown).map_or(Span::new(FileId(0), 0, 0), |n| n.span);
        if depth > MAX_DEPTH {
            return Tree::unknown(Why::new(Reason::Budget, "nested too deeply"), span);
        }
        if unknown.and_then(scalar) == Some(Value::Bool(true)) {
            let found = DIRECT.contains(&key).then(|| self.one(config, level, 0)).flatten();
            return match found {
                Some(v) => Tree::leaf(v, span),
                None => Tree::unknown(Why::new(Reason::Imported, "known when it is deployed"), span),
            };
        }
        let Some(known) = known else { return Tree::absent_at(span) };
        match &known.kind {
            DocKind::Map(entries) => {
                let mut out: Vec<Entry> = Vec::new();
                let below = |k: &str| config.and_then(|c| c.get(k));
                for e in entries {
                    let value = self.tree(
                        Some(&e.value),
                        unknown.and_then(|u| u.get(&e.key)),
                        below(&e.key),
                        &e.key,
                        level,
                        depth + 1,
                    );
                    out.push(Entry { key: e.key.clone(), key_span: e.key_span, value });
                }
                for u in unknown.map(DocNode::entries).unwrap_or_default() {
                    if !entries.iter().any(|e| e.key == u.key) {
                        let value = self.tree(None, Some(&u.value), below(&u.key), &u.key, level, depth + 1);
                        out.push(Entry { key: u.key.clone(), key_span: u.key_span, value });
                    }
                }
                Tree::map(out, known.span)
            }
            DocKind::Seq(items) => {
                let at = |n: Option<&'p DocNode>, i: usize| n.and_then(|n| n.items().get(i));
                let items = items.iter().enumerate().map(|(i, item)| {
                    self.tree(Some(item), at(unknown, i), at(config, i), key, level, depth + 1)
                });
                Tree::known(Node::List { items: items.collect(), open: None }, known.span)
            }
            DocKind::Scalar(_) => match scalar(known) {
                Some(Value::Null) | None => Tree::absent_at(known.span),
                Some(Value::Str(s)) => Tree::leaf(self.texts.read(&s), known.span),
                Some(v) => Tree::leaf(v, known.span),
            },
        }
    }

    /// The one identity an expression names.
    fn one(&self, config: Option<&'p DocNode>, level: usize, depth: u32) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        let references = config?.get("references")?.items();
        let names: Vec<&str> = references.iter().filter_map(DocNode::text).collect();
        // Each reference comes with what it is a part of.
        let is_part = |n: &str| {
            names
                .iter()
                .any(|o| o.len() > n.len() && o.starts_with(n) && o[n.len()..].starts_with(['.', '[']))
        };
        let mut whole = names.iter().filter(|n| !is_part(n));
        let (Some(name), None) = (whole.next(), whole.next()) else { return None };
        let here = self.levels.get(level)?;
        if let Some(variable) = name.strip_prefix("var.") {
            let (call, outer) = here.call?;
            return self.one(call.get(variable), outer, depth + 1);
        }
        if let Some(rest) = name.strip_prefix("module.") {
            let (module, output) = rest.split_once('.')?;
            let prefix = format!("{}module.{module}.", here.prefix);
            let at = self.levels.iter().position(|l| l.prefix == prefix)?;
            let outputs = self.levels.get(at)?.config?.get("outputs")?;
            return self.one(outputs.get(output)?.get("expression"), at, depth + 1);
        }
        let (resource, attribute) = name.rsplit_once('.')?;
        let address = format!("{}{resource}", here.prefix);
        let (id, type_name) = *self.ids.get(address.as_str())?;
        let attr = schema::identity(type_name, attribute);
        Some(Value::Of(id, attr.unwrap_or_else(|| Attr::Other(attribute.into()))))
    }
}

/// Texts that name resources: what is known already of a plan, and all of a state.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// ARNs and URLs, the longest first.
    inside: Vec<(String, Value)>,
    /// Ids.
    whole: BTreeMap<String, Value>,
    /// Region and account, as they stand in ARNs.
    place: Option<(String, String)>,
}

impl Texts {
    pub(super) fn of(resources: &[&Planned<'_>], ids: &BTreeMap<&str, (ResourceId, &str)>) -> Self {
        let mut out = Self::default();
        for r in resources.iter().filter(|r| !r.data) {
            let Some((id, _)) = ids.get(r.address) else { continue };
            let text = |key: &str| r.values.get(key).and_then(DocNode::text).filter(|t| !t.is_empty());
            for e in r.values.entries() {
                let (Some(t), Some(attr)) = (e.value.text(), schema::identity(r.type_name, &e.key)) else {
                    continue;
                };
                if t.starts_with("arn:") || t.starts_with("https://") {
                    out.inside.push((t.to_owned(), Value::Of(*id, attr)));
                }
            }
            if GENERATED.contains(&r.type_name)
                && let Some(t) = text("id")
            {
                out.whole.insert(t.to_owned(), Value::Of(*id, Attr::Name));
            }
            if out.place.is_none()
                && let Some(arn) = text("arn")
                && let [_, _, _, region, account, ..] = arn.split(':').collect::<Vec<_>>()[..]
                && !region.is_empty()
                && account.len() == 12
            {
                out.place = Some((region.to_owned(), account.to_owned()));
            }
        }
        // A resource named by several attributes of itself: its ARN.
        out.inside.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        out.inside.dedup_by(|a, b| a.0 == b.0);
        out
    }

    fn read(&self, s: &str) -> Value {
        if let Some(v) = self.whole.get(s) {
            return v.clone();
        }
        if let Some(rest) = s.strip_prefix("integrations/")
            && let Some(v) = self.whole.get(rest)
        {
            return Value::concat([Value::str("integrations/"), v.clone()]);
        }
        let mut parts = vec![Value::str(s)];
        for (text, value) in &self.inside {
            if !s.contains(text.as_str()) {
                continue;
            }
            parts =
                parts.into_iter().flat_map(|p| split(p, text, std::slice::from_ref(value), true)).collect();
        }
        if let Some((region, account)) = &self.place {
            let pseudo = |n: &str| Value::Pseudo(n.into());
            let here = [
                Value::str(":"),
                pseudo("AWS::Region"),
                Value::str(":"),
                pseudo("AWS::AccountId"),
                Value::str(":"),
            ];
            let global = [Value::str("::"), pseudo("AWS::AccountId"), Value::str(":")];
            let both = [(format!(":{region}:{account}:"), &here[..]), (format!("::{account}:"), &global[..])];
            for (text, value) in both {
                parts = parts.into_iter().flat_map(|p| split(p, &text, value, false)).collect();
            }
        }
        Value::concat(parts)
    }
}

/// Constant text with other values in place of a text in it; `ends` where a name ends with the text.
fn split(p: Value, text: &str, by: &[Value], ends: bool) -> Vec<Value> {
    let Value::Str(s) = &p else { return vec![p] };
    let mut out = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(i) = s.get(at..).and_then(|r| r.find(text)).map(|i| at + i) {
        let end = i + text.len();
        let goes_on = s.get(end..).and_then(|r| r.chars().next());
        at = end;
        if ends && goes_on.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
            continue;
        }
        out.push(Value::str(s.get(from..i).unwrap_or_default()));
        out.extend(by.iter().cloned());
        from = end;
    }
    if from == 0 {
        return vec![p];
    }
    out.push(Value::str(s.get(from..).unwrap_or_default()));
    out
}
