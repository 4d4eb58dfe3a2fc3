//! Values as a module writes them.

use super::Address;
use crate::edit::Refused;
use crate::iac::terraform::back;
use lamlint_model::app::{App, Resource, ResourceId};
use lamlint_model::value::{Attr, Value};

/// How maps are written.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Style {
    /// `"Effect"`, not `Effect`.
    pub(super) quotes: bool,
    /// `Effect: …`, not `Effect = …`.
    pub(super) colon: bool,
    /// A comma between entries.
    pub(super) comma: bool,
}

/// Writes values near a resource.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    app: &'a App,
    near: &'a Resource,
    here: Address<'a>,
    eol: &'static str,
}

const UNKNOWN: Refused = Refused("the value is not known whole");

impl<'a> Writer<'a> {
    pub(super) fn new(app: &'a App, near: &'a Resource, eol: &'static str) -> Result<Self, Refused> {
        Ok(Self { app, near, here: Address::of(near)?, eol })
    }

    /// The value of an argument; documents are encoded.
    pub(super) fn argument(&self, name: &str, v: &Value, indent: &str) -> Result<String, Refused> {
        let text = self.value(v, indent, Style::default())?;
        Ok(if name == "policy" && matches!(v, Value::Map(..)) { format!("jsonencode({text})") } else { text })
    }

    /// A value in lines that are indented by `indent`.
    pub(super) fn value(&self, v: &Value, indent: &str, style: Style) -> Result<String, Refused> {
        let (inner, eol) = (format!("{indent}  "), self.eol);
        Ok(match v {
            Value::Str(s) => quoted(s),
            Value::Int(_) | Value::Bool(_) => v.to_string(),
            Value::Of(id, attr) => self.reference(*id, attr)?,
            Value::Concat(parts) => self.template(parts)?,
            Value::List(items, false) => {
                let one_line = items.iter().all(|i| !matches!(i, Value::Map(..) | Value::List(..)));
                let all =
                    items.iter().map(|i| self.value(i, &inner, style)).collect::<Result<Vec<_>, _>>()?;
                if one_line {
                    return Ok(format!("[{}]", all.join(", ")));
                }
                let lines: Vec<String> = all.iter().map(|i| format!("{eol}{inner}{i}")).collect();
                format!("[{}{eol}{indent}]", lines.join(","))
            }
            Value::Map(entries, false) if entries.is_empty() => "{}".to_owned(),
            Value::Map(entries, false) => {
                let each = entries.iter().map(|(k, v)| {
                    let key = if style.quotes || !is_name(k) { quoted(k) } else { k.to_string() };
                    Ok((key, self.value(v, &inner, style)?))
                });
                let each = each.collect::<Result<Vec<_>, Refused>>()?;
                format!("{{{}{eol}{indent}}}", aligned(&each, &inner, style, eol))
            }
            _ => return Err(UNKNOWN),
        })
    }

    /// An attribute of a resource of the same module.
    fn reference(&self, id: ResourceId, attr: &Attr) -> Result<String, Refused> {
        let a = self.address(id)?;
        let attribute = back::attribute(a.type_name, attr).ok_or(UNKNOWN)?;
        Ok(format!("{}.{}.{attribute}", a.type_name, a.name))
    }

    fn address(&self, id: ResourceId) -> Result<Address<'a>, Refused> {
        let r = self.app.resource(id);
        let a = Address::of(r)?;
        if r.template != self.near.template || a.outer != self.here.outer {
            return Err(Refused("it needs a resource of another module"));
        }
        Ok(a)
    }

    fn template(&self, parts: &[Value]) -> Result<String, Refused> {
        let mut out = String::new();
        let mut rest = parts;
        // `arn:…:execute-api:…` is an attribute of its own.
        let named = parts.iter().find_map(|p| match p {
            Value::Of(id, _) => {
                let a = self.address(*id).ok()?;
                let (attribute, n) = back::text_at(*id, a.type_name, parts)?;
                Some((format!("{}.{}.{attribute}", a.type_name, a.name), n))
            }
            _ => None,
        });
        if let Some((text, n)) = named {
            out.extend(["${", &text, "}"]);
            rest = parts.get(n..).unwrap_or_default();
        }
        for p in rest {
            match p {
                Value::Str(s) => out.push_str(&escaped(s)),
                Value::Int(i) => out.push_str(&i.to_string()),
                Value::Of(id, attr) => out.extend(["${", &self.reference(*id, attr)?, "}"]),
                // What stands in the name of a policy of AWS; the others are data sources.
                Value::Pseudo(n) if n == "AWS::Partition" && is_managed(parts) => out.push_str("aws"),
                _ => return Err(UNKNOWN),
            }
        }
        Ok(format!("\"{out}\""))
    }
}

fn is_managed(parts: &[Value]) -> bool {
    matches!(parts, [_, _, Value::Str(s)] if s.starts_with(":iam::aws:policy/"))
}

/// Entries in lines of their own; neighbours of one line are aligned.
pub(super) fn aligned(entries: &[(String, String)], indent: &str, style: Style, eol: &str) -> String {
    let mut out = String::new();
    let one_line = |e: &&(String, String)| !e.1.contains('\n');
    for (i, (k, v)) in entries.iter().enumerate() {
        let (before, after) = entries.split_at(i);
        let group = before.iter().rev().take_while(one_line).chain(after.iter().take_while(one_line));
        let width = if v.contains('\n') { k.len() } else { group.map(|(k, _)| k.len()).max().unwrap_or(0) };
        let comma = if style.comma && i + 1 < entries.len() { "," } else { "" };
        if style.colon {
            out.extend([eol, indent, k, ": ", v, comma]);
        } else {
            let pad = " ".repeat(width.saturating_sub(k.len()));
            out.extend([eol, indent, k, &pad, " = ", v, comma]);
        }
    }
    out
}

/// Text in quotes.
pub(super) fn quoted(s: &str) -> String {
    format!("\"{}\"", escaped(s))
}

fn escaped(s: &str) -> String {
    let mut out = String::new();
    let mut rest = s.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => out.extend([c, c]),
            c => out.push(c),
        }
    }
    out
}

/// Whether text is a name of the language.
pub(super) fn is_name(s: &str) -> bool {
    s.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// `WorkerFromOrders` as `worker_from_orders`.
pub(super) fn snake(s: &str) -> String {
    let all: Vec<char> = s.chars().collect();
    let mut out = String::new();
    for (i, c) in all.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|j| all.get(j));
        let after = all.get(i + 1);
        let starts = before.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            || before.is_some_and(char::is_ascii_uppercase) && after.is_some_and(char::is_ascii_lowercase);
        if c.is_ascii_uppercase() && starts {
            out.push('_');
        }
        let plain = c.is_ascii_alphanumeric();
        if plain || !out.ends_with('_') {
            out.push(if plain { c.to_ascii_lowercase() } else { '_' });
        }
    }
    out
}
