//! Changes of Terraform modules: arguments are set where they are constants, entries, statements and resources are
//! added, aligned as their neighbours are.
//!
//! Refused is what more than one instance shares (loops, modules that are called twice) and what is computed.

mod lines;
mod policy;
mod write;

use super::{Edit, Editor, Refused};
use crate::iac::terraform::expr::{Block, Body, Expr, ExprKind};
use crate::iac::terraform::{back, hcl};
use crate::text::SourceText;
use lamlint_model::app::{Kind, Resource, ResourceId};
use lamlint_model::source::{FileId, Span};
use lamlint_model::value::{Attr, Value};
use lines::{Row, Text};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::rc::Rc;
use write::{Style, Writer, quoted, snake};

/// Files that were parsed.
pub(super) type Bodies = BTreeMap<FileId, Option<Rc<Body>>>;

const COMPUTED: Refused = Refused("the value is computed");
const SHARED: Refused = Refused("the block stands for several resources");
const FORM: Refused = Refused("the property has another form here");

/// Arguments and blocks that come last by convention.
const LAST: &[&str] = &["lifecycle", "depends_on", "provisioner", "connection", "timeouts", "tags"];

/// How a resource is named in its module.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Address<'r> {
    /// The modules around it, with a dot at the end.
    outer: &'r str,
    type_name: &'r str,
    name: &'r str,
}

impl<'r> Address<'r> {
    /// Of a resource that is one and is written.
    fn of(r: &'r Resource) -> Result<Self, Refused> {
        if r.implied_by.is_some() || r.generated {
            return Err(Refused("a shorthand implies the resource"));
        }
        let path = r.anchor.path.as_str();
        let (rest, name) = path.rsplit_once('.').ok_or(FORM)?;
        let start = rest.rfind('.').map_or(0, |i| i + 1);
        let (outer, type_name) = rest.split_at(start);
        if path.contains('[') {
            return Err(SHARED);
        }
        if outer.ends_with("data.") {
            return Err(Refused("it is no resource"));
        }
        Ok(Self { outer, type_name, name })
    }
}

impl<'a> Editor<'a> {
    fn module(&mut self, file: FileId) -> Result<Text<'a>, Refused> {
        let source = self.sources.file(file);
        let body = self.bodies.entry(file).or_insert_with(|| {
            let src = SourceText::file(file, &source.text);
            hcl::parse(&src).ok().map(|(body, _)| Rc::new(body))
        });
        let body = body.clone().ok_or(Refused("the file is not understood"))?;
        Ok(Text::new(file, &source.text, body))
    }

    /// The block of a resource that stands for it alone.
    fn block_of(&mut self, r: &Resource) -> Result<(Text<'a>, Block), Refused> {
        let address = Address::of(r)?;
        let same = |o: &&Resource| o.implied_by.is_none() && o.anchor.span == r.anchor.span;
        if self.app.resources.iter().filter(same).count() != 1 {
            return Err(SHARED);
        }
        let text = self.module(r.anchor.span.file)?;
        let block = text.body.blocks("resource").find(|b| b.header == r.anchor.span).cloned();
        let block = block.ok_or(Refused("a module of somebody else has the resource"))?;
        if block.labels.first().is_none_or(|l| l != address.type_name) {
            return Err(FORM);
        }
        if block.body.get("count").or(block.body.get("for_each")).is_some() {
            return Err(SHARED);
        }
        Ok((text, block))
    }

    /// Give a property a value.
    pub(super) fn set_argument(
        &mut self,
        id: ResourceId,
        path: &[SmolStr],
        value: &Value,
    ) -> Result<Vec<Edit>, Refused> {
        let r = self.app.resource(id);
        let (text, block) = self.block_of(r)?;
        let way = back::way(Address::of(r)?.type_name, path).ok_or(FORM)?;
        let value = Writer::new(self.app, r, text.eol)?.value(value, "", Style::default())?;
        let mut at = &block;
        for (i, name) in way.blocks.iter().enumerate() {
            match below(at, name)? {
                Some(inner) => at = inner,
                None => return text.new_block(at, &way.blocks[i..], way.argument, &way.keys, &value),
            }
        }
        if below(at, way.argument)?.is_some() {
            return Err(FORM);
        }
        let Some(written) = at.body.get(way.argument) else {
            return match &way.keys[..] {
                [] => text.new_argument(at, way.argument, &value),
                keys => text.new_argument(at, way.argument, &text.map_of(at, keys, &value)),
            };
        };
        match (&way.keys[..], &written.kind) {
            ([], _) => Ok(vec![text.constant(written, value)?]),
            ([key], ExprKind::Map(entries)) => {
                if entries.iter().any(|(k, _)| k.as_text().is_none()) {
                    return Err(COMPUTED);
                }
                match entries.iter().find(|(k, _)| k.as_text() == Some(key)) {
                    Some((_, old)) => Ok(vec![text.constant(old, value)?]),
                    None => text.new_entry(written.span, entries, key, &value),
                }
            }
            _ => Err(COMPUTED),
        }
    }

    /// Write another constant in place of one that is an argument.
    pub(super) fn replace_argument(&mut self, at: Span, value: &Value) -> Result<Vec<Edit>, Refused> {
        let text = self.module(at.file)?;
        let block = text.body.blocks("resource").find(|b| b.span.contains(at));
        let block = block.ok_or(Refused("no argument of a resource stands there"))?;
        let mut of =
            self.app.resources.iter().filter(|r| r.implied_by.is_none() && r.anchor.span == block.header);
        let (Some(one), None) = (of.next(), of.next()) else { return Err(SHARED) };
        if block.body.get("for_each").is_some() || one.generated {
            return Err(SHARED);
        }
        let mut stack = vec![&block.body];
        while let Some(body) = stack.pop() {
            if let Some(a) = body.attributes.iter().find(|a| a.value.span == at) {
                let new = match value {
                    Value::Str(s) => quoted(s),
                    Value::Int(_) | Value::Bool(_) => value.to_string(),
                    _ => return Err(Refused("the value is no constant")),
                };
                return Ok(vec![text.constant(&a.value, new)?]);
            }
            stack.extend(body.blocks.iter().filter(|b| b.kind != "dynamic").map(|b| &b.body));
        }
        Err(Refused("no value of its own stands there"))
    }

    /// Add an element to a list.
    pub(super) fn append_argument(
        &mut self,
        id: ResourceId,
        path: &[SmolStr],
        value: &Value,
    ) -> Result<Vec<Edit>, Refused> {
        let r = self.app.resource(id);
        let (text, block) = self.block_of(r)?;
        let type_name = Address::of(r)?.type_name;
        if let [outer @ .., last] = path
            && last == "Statement"
        {
            let way = back::way(type_name, outer).filter(|w| w.blocks.is_empty()).ok_or(FORM)?;
            let document = block.body.get(way.argument).ok_or(Refused("there is no such document"))?;
            return self.append_statement(r, &text, document, value);
        }
        if r.kind == Kind::Role && path.len() == 1 && path[0] == "Policies" {
            return self.allow(r, &text, &block, value);
        }
        let [property] = path else { return Err(FORM) };
        let way = back::way(type_name, path).filter(|w| w.blocks.is_empty() && w.keys.is_empty());
        if let Some(way) = way
            && let Some(written) = block.body.get(way.argument)
        {
            let ExprKind::List(items) = &written.kind else { return Err(COMPUTED) };
            let new = Writer::new(self.app, r, text.eol)?;
            return text.push(written.span, items, |indent| new.value(value, indent, Style::default()));
        }
        let (type_name, names, argument) = back::joiner(r.kind, property).ok_or(FORM)?;
        let what = match value {
            Value::Str(s) => s.rsplit(['/', ':']).next(),
            Value::Concat(parts) => parts.last().and_then(Value::as_str).and_then(|s| s.rsplit('/').next()),
            _ => None,
        };
        let name = format!("{}_{}", Address::of(r)?.name, snake(what.ok_or(COMPUTED)?));
        let arguments = [(names, &Value::Of(id, Attr::Name)), (argument, value)];
        self.new_resource(r, type_name, &name, &arguments)
    }

    /// Write a further resource.
    pub(super) fn add_block(
        &mut self,
        behind: ResourceId,
        name: &str,
        type_name: &str,
        properties: &Value,
    ) -> Result<Vec<Edit>, Refused> {
        let Value::Map(properties, false) = properties else {
            return Err(Refused("the value is not known whole"));
        };
        let (type_name, arguments) = back::arguments(type_name, properties).ok_or(FORM)?;
        self.new_resource(self.app.resource(behind), type_name, &snake(name), &arguments)
    }

    /// A resource behind another one.
    fn new_resource(
        &mut self,
        near: &Resource,
        type_name: &str,
        name: &str,
        arguments: &[(&str, &Value)],
    ) -> Result<Vec<Edit>, Refused> {
        let (text, block) = self.block_of(near)?;
        let path = format!("{}{type_name}.{name}", Address::of(near)?.outer);
        let taken = |r: &Resource| r.template == near.template && r.anchor.path.starts_with(&path);
        if self.app.resources.iter().any(taken) {
            return Err(Refused("a resource has this name already"));
        }
        let writer = Writer::new(self.app, near, text.eol)?;
        let entries = arguments
            .iter()
            .map(|(k, v)| Ok(((*k).to_owned(), writer.argument(k, v, "  ")?)))
            .collect::<Result<Vec<_>, Refused>>()?;
        let eol = text.eol;
        let inner = write::aligned(&entries, "  ", Style::default(), eol);
        let new = format!("{eol}{eol}resource \"{type_name}\" \"{name}\" {{{inner}{eol}}}");
        let at = text.line_end(block.span.end as usize);
        Ok(vec![Edit { binds: Some(path), ..text.insert(at, new, true) }])
    }
}

/// The one block of a kind within another one.
fn below<'b>(block: &'b Block, kind: &str) -> Result<Option<&'b Block>, Refused> {
    let made = |b: &&Block| b.kind == "dynamic" && b.labels.first().is_some_and(|l| l == kind);
    if block.body.blocks.iter().any(|b| made(&b)) {
        return Err(Refused("a loop makes the block"));
    }
    let mut all = block.body.blocks.iter().filter(|b| b.kind == kind);
    match (all.next(), all.next()) {
        (first, None) => Ok(first),
        _ => Err(FORM),
    }
}

/// A row for each argument.
fn rows(body: &Body) -> Vec<Row> {
    body.attributes.iter().map(|a| Row { key: a.name_span, value: a.value.span }).collect()
}

/// A row for each entry.
fn entry_rows(entries: &[(Expr, Expr)]) -> Vec<Row> {
    entries.iter().map(|(k, v)| Row { key: k.span, value: v.span }).collect()
}
