//! Changes of templates: a property is set where it is written, or written where it belongs.

use super::write::{Out, constant, out};
use super::{Edit, Editor, Refused, is_json};
use crate::doc::{Doc, DocEntry, DocKind, DocNode};
use crate::iac::function_keys;
use lamlint_model::app::ResourceId;
use lamlint_model::source::Span;
use lamlint_model::value::Value;
use smol_str::SmolStr;

/// The place of a change and how its text is written.
struct Place<'d> {
    doc: &'d Doc,
    text: &'d str,
    json: bool,
    /// Columns from a key to the keys below it.
    step: usize,
    eol: &'static str,
}

/// What was found below a path of keys.
enum Found<'d> {
    /// The value of the last key, and the column of the key.
    Value(&'d DocEntry, usize),
    /// A container on the way, the entry it belongs to, and the keys it lacks.
    Lacks(&'d DocNode, &'d DocEntry, Vec<String>),
}

impl Editor<'_> {
    /// Give a property a value.
    pub(super) fn set(
        &mut self,
        id: ResourceId,
        path: &[SmolStr],
        value: &Value,
    ) -> Result<Vec<Edit>, Refused> {
        let value = self.written(id, value)?;
        self.at(id, path, |place, resource, path| match place.find(resource, path)? {
            Found::Value(e, _) => {
                let node = &e.value;
                let (Out::Text(_) | Out::Bare(_), DocKind::Scalar(s), None) = (&value, &node.kind, &node.tag)
                else {
                    return Err(Refused("the value is computed"));
                };
                if s.plain && s.text.is_empty() {
                    return Err(Refused("the value is left out"));
                }
                let old = place.slice(node.span);
                if old.contains("${") {
                    return Err(Refused("the value is computed"));
                }
                let new = match &value {
                    Out::Text(s) => constant(old, place.json, &Value::str(s.as_str())),
                    _ => constant(old, place.json, &bare(&value)),
                };
                let text = new.ok_or(Refused("the value is no constant"))?;
                Ok(vec![Edit { span: node.span, text, stacks: false, binds: None }])
            }
            Found::Lacks(map, entry, keys) => place.insert(map, entry, &keys, value.clone()),
        })
    }

    /// Add an element to a list.
    pub(super) fn append(
        &mut self,
        id: ResourceId,
        path: &[SmolStr],
        value: &Value,
    ) -> Result<Vec<Edit>, Refused> {
        let value = self.written(id, value)?;
        self.at(id, path, |place, resource, path| match place.find(resource, path)? {
            Found::Value(e, column) => place.push(e, column, &value),
            Found::Lacks(map, entry, keys) => place.insert(map, entry, &keys, Out::List(vec![value.clone()])),
        })
    }

    /// Write a further resource.
    pub(super) fn add(
        &mut self,
        behind: ResourceId,
        name: &str,
        type_name: &str,
        properties: &Value,
    ) -> Result<Vec<Edit>, Refused> {
        let entries = vec![
            ("Type".to_owned(), Out::Text(type_name.to_owned())),
            ("Properties".to_owned(), self.written(behind, properties)?),
        ];
        let value = Out::Map(entries);
        self.at(behind, &[], |place, here, _| {
            let all = place.doc.root.get("Resources").ok_or(Refused("the file is no template"))?;
            if all.entry(name).is_some() {
                return Err(Refused("a resource has this name already"));
            }
            place.sound(&here.value)?;
            place.behind(all, here, name, &value).map(|e| vec![e])
        })
    }

    fn written(&self, id: ResourceId, value: &Value) -> Result<Out, Refused> {
        let r = self.app.resource(id);
        if r.implied_by.is_some() || r.generated {
            return Err(Refused("a shorthand implies the resource"));
        }
        out(self.app, r, value)
    }

    /// Do something at the entry of a resource.
    fn at(
        &mut self,
        id: ResourceId,
        path: &[SmolStr],
        change: impl for<'d> Fn(&Place<'d>, &'d DocEntry, &[SmolStr]) -> Result<Vec<Edit>, Refused>,
    ) -> Result<Vec<Edit>, Refused> {
        let key = self.app.resource(id).anchor.span;
        let (text, json) = (self.text(key.file), is_json(&self.sources.file(key.file).path));
        let doc = self.doc(key.file).ok_or(Refused("the file is no template"))?;
        let (here, keys) = entry_of(doc, key, path)?;
        let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut place = Place { doc, text, json, step: 2, eol };
        let (outer, inner) = (place.column(key), here.value.entries().first().map(|e| e.key_span));
        if let Some(inner) = inner.filter(|i| place.line(*i) > place.line(key)) {
            place.step = place.column(inner).saturating_sub(outer).clamp(1, 8);
        }
        change(&place, here, &keys)
    }
}

/// The entry of a resource, and the keys of a property below it.
fn entry_of<'d>(doc: &'d Doc, key: Span, path: &[SmolStr]) -> Result<(&'d DocEntry, Vec<SmolStr>), Refused> {
    let in_map = |n: &'d DocNode| n.entries().iter().find(|e| e.key_span == key);
    let in_list = |n: &'d DocNode| std::iter::once(n).chain(n.items()).find_map(in_map);
    let properties = || std::iter::once("Properties".into()).chain(path.iter().cloned()).collect();
    if let Some(resources) = doc.root.get("Resources") {
        let here = in_map(resources);
        return Ok((
            here.ok_or(Refused("the resource is not written as an entry of its own"))?,
            properties(),
        ));
    }
    // A configuration of the Serverless Framework holds templates, one or a list of them.
    if let Some(r) = doc.root.get("resources")
        && let Some(here) =
            std::iter::once(r).chain(r.items()).filter_map(|n| n.get("Resources")).find_map(in_list)
    {
        return Ok((here, properties()));
    }
    let here = doc.root.get("functions").and_then(in_list);
    let here = here.ok_or(Refused("the resource is not written as an entry of its own"))?;
    let keys = function_keys(path).ok_or(Refused("the property has another form here"))?;
    Ok((here, keys))
}

/// A number or truth value that was written.
fn bare(value: &Out) -> Value {
    match value {
        Out::Bare(s) => s.parse().map_or_else(|_| Value::Bool(s == "true"), Value::Int),
        _ => Value::Null,
    }
}

impl<'d> Place<'d> {
    fn slice(&self, span: Span) -> &'d str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Bytes from the start of the line.
    fn column(&self, span: Span) -> usize {
        let before = self.text.get(..span.start as usize).unwrap_or_default();
        before.len() - before.rfind('\n').map_or(0, |n| n + 1)
    }

    fn line(&self, span: Span) -> usize {
        self.text.get(..span.start as usize).unwrap_or_default().matches('\n').count()
    }

    /// Go down a path from a resource.
    fn find(&self, resource: &'d DocEntry, path: &[SmolStr]) -> Result<Found<'d>, Refused> {
        let mut entry = resource;
        let keys: Vec<&str> = path.iter().map(SmolStr::as_str).collect();
        let mut column = self.column(resource.key_span);
        // A list's element has no key; its entry is that of the list.
        let mut node = &resource.value;
        for (i, key) in keys.iter().enumerate() {
            self.sound(node)?;
            if node.tag.is_some() || is_intrinsic(node) {
                return Err(Refused("the value is computed"));
            }
            if let (DocKind::Seq(items), Ok(n)) = (&node.kind, key.parse::<usize>()) {
                node = items.get(n).ok_or(Refused("the list is shorter"))?;
                continue;
            }
            let empty = matches!(&node.kind, DocKind::Scalar(s) if s.plain && s.text.is_empty());
            if !empty && !matches!(node.kind, DocKind::Map(_)) {
                return Err(Refused("the value is no map"));
            }
            // A key that is not there is written there.
            let Some(e) = node.entry(key) else {
                let rest = keys.iter().skip(i).map(|k| (*k).to_owned()).collect();
                return Ok(Found::Lacks(node, entry, rest));
            };
            if !node.span.contains(e.key_span) {
                return Err(Refused("the value comes from elsewhere by a merge key"));
            }
            (entry, node, column) = (e, &e.value, self.column(e.key_span));
        }
        self.sound(node)?;
        Ok(Found::Value(entry, column))
    }

    /// Whether a change here changes nothing elsewhere.
    fn sound(&self, node: &DocNode) -> Result<(), Refused> {
        if node.defined_at.is_some() {
            return Err(Refused("the value is used through an alias"));
        }
        if is_aliased(&self.doc.root, node.span) {
            return Err(Refused("the value is used elsewhere through an alias"));
        }
        Ok(())
    }

    /// Write keys that are not there; `entry` is the entry whose value `map` is.
    fn insert(
        &self,
        map: &DocNode,
        entry: &DocEntry,
        keys: &[String],
        value: Out,
    ) -> Result<Vec<Edit>, Refused> {
        let (first, rest) = keys.split_first().ok_or(Refused("nothing to write"))?;
        if rest.iter().any(|k| k.parse::<usize>().is_ok()) {
            return Err(Refused("the list is not there"));
        }
        let value = rest.iter().rev().fold(value, |v, k| Out::Map(vec![(k.clone(), v)]));
        if self.json {
            return Ok(vec![self.json_entry(map, entry, first, &value)]);
        }
        let column = self.column(entry.key_span);
        let Some(last) = map.entries().last() else {
            if self.slice(map.span).starts_with('{') {
                let text = format!("{{ {first}: {} }}", value.inline(true));
                return Ok(vec![Edit { span: map.span, text, stacks: false, binds: None }]);
            }
            // `Properties:` and nothing behind it.
            let at = self.end_of_line(entry.key_span.end as usize);
            let pad = " ".repeat(column + self.step);
            let text =
                format!("{}{pad}{first}:{}", self.eol, value.below(column + self.step, self.step, self.eol));
            return Ok(vec![self.insertion(at, text, false)]);
        };
        if self.slice(map.span).starts_with('{') {
            let text = format!(", {first}: {}", value.inline(true));
            return Ok(vec![self.insertion(last.value.span.end.max(last.key_span.end) as usize, text, true)]);
        }
        // Properties stand behind the type, everything else at the end.
        let last = if first == "Properties" { map.entry("Type").unwrap_or(last) } else { last };
        let column = self.column(last.key_span);
        let at = self.end_of_line(self.end_of(last.key_span, &last.value)?);
        let text =
            format!("{}{}{first}:{}", self.eol, " ".repeat(column), value.below(column, self.step, self.eol));
        Ok(vec![self.insertion(at, text, false)])
    }

    /// Write an entry of a map behind another one of its entries.
    fn behind(&self, map: &DocNode, other: &DocEntry, key: &str, value: &Out) -> Result<Edit, Refused> {
        if self.json {
            return Ok(self.json_behind(map, other, key, value));
        }
        if self.slice(map.span).starts_with('{') {
            let text = format!(", {key}: {}", value.inline(true));
            return Ok(self.insertion(other.value.span.end as usize, text, true));
        }
        let column = self.column(other.key_span);
        let at = self.end_of_line(self.end_of(other.key_span, &other.value)?);
        let spaced = if self.spaced(map, other) { self.eol } else { "" };
        let (pad, body) = (" ".repeat(column), value.below(column, self.step, self.eol));
        Ok(self.insertion(at, format!("{spaced}{}{pad}{key}:{body}", self.eol), true))
    }

    /// Whether a blank line stands between an entry and its neighbour.
    fn spaced(&self, map: &DocNode, entry: &DocEntry) -> bool {
        let all = map.entries();
        let i = all.iter().position(|e| e.key_span == entry.key_span).unwrap_or_default();
        let pair = match (all.get(i + 1), i.checked_sub(1).and_then(|p| all.get(p))) {
            (Some(next), _) => (entry, next),
            (None, Some(before)) => (before, entry),
            (None, None) => return false,
        };
        let between = self.text.get(pair.0.value.span.end as usize..pair.1.key_span.start as usize);
        between.is_some_and(|t| t.split('\n').skip(1).any(|l| l.trim().is_empty() && !l.ends_with(' ')))
    }

    fn json_entry(&self, map: &DocNode, entry: &DocEntry, key: &str, value: &Out) -> Edit {
        let Some(last) = map.entries().last() else {
            let column = self.indent(entry.key_span);
            let whole = Out::Map(vec![(key.to_owned(), value.clone())]);
            let text = whole.json(Some((column, self.step)), self.eol);
            return Edit { span: map.span, text, stacks: false, binds: None };
        };
        self.json_behind(map, last, key, value)
    }

    fn json_behind(&self, map: &DocNode, other: &DocEntry, key: &str, value: &Out) -> Edit {
        let at = other.value.span.end as usize;
        let many = self.line(other.key_span) > self.line(map.span);
        let text = if many {
            let column = self.indent(other.key_span);
            let pad = " ".repeat(column);
            format!(",{}{pad}\"{key}\": {}", self.eol, value.json(Some((column, self.step)), self.eol))
        } else {
            format!(", \"{key}\": {}", value.json(None, self.eol))
        };
        self.insertion(at, text, false)
    }

    /// Add an element at the end of a list that is the value of an entry.
    fn push(&self, entry: &DocEntry, column: usize, value: &Out) -> Result<Vec<Edit>, Refused> {
        let node = &entry.value;
        if node.tag.is_some() || is_intrinsic(node) {
            return Err(Refused("the list is computed"));
        }
        match &node.kind {
            DocKind::Seq(items) => Ok(vec![self.push_item(node, items, entry, value)?]),
            // One value stands for a list of it.
            DocKind::Scalar(s) if !s.text.is_empty() => {
                let old = self.slice(node.span);
                if self.json {
                    let text = format!("[{old}, {}]", value.json(None, self.eol));
                    return Ok(vec![Edit { span: node.span, text, stacks: false, binds: None }]);
                }
                if self.line(node.span) != self.line(entry.key_span) || old.contains('\n') {
                    return Err(Refused("the value is not on the line of its key"));
                }
                let start = entry.key_span.end as usize;
                let colon = self.text.get(start..).and_then(|t| t.find(':')).map(|n| start + n + 1);
                let start = colon.ok_or(Refused("the key has no colon"))?;
                let pad = " ".repeat(column + self.step);
                let (eol, item) = (self.eol, value.item(column + self.step, self.step, self.eol));
                let span = Span { start: u32::try_from(start).unwrap_or(node.span.start), ..node.span };
                Ok(vec![Edit {
                    span,
                    text: format!("{eol}{pad}- {old}{eol}{item}"),
                    stacks: false,
                    binds: None,
                }])
            }
            _ => Err(Refused("the value is no list")),
        }
    }

    fn push_item(
        &self,
        node: &DocNode,
        items: &[DocNode],
        entry: &DocEntry,
        value: &Out,
    ) -> Result<Edit, Refused> {
        let flow = self.json || self.slice(node.span).starts_with('[');
        let Some(last) = items.last() else {
            let one = Out::List(vec![value.clone()]);
            let text = if self.json {
                one.json(Some((self.indent(entry.key_span), self.step)), self.eol)
            } else {
                one.inline(true)
            };
            return Ok(Edit { span: node.span, text, stacks: false, binds: None });
        };
        if !flow {
            let dash = self.text.get(..last.span.start as usize).and_then(|t| t.rfind('-'));
            let dash = dash.ok_or(Refused("the list has no dashes"))?;
            let dash = Span { start: u32::try_from(dash).unwrap_or(0), ..last.span };
            let at = self.end_of_line(self.end_of(dash, last)?);
            let text = format!("{}{}", self.eol, value.item(self.column(dash), self.step, self.eol));
            return Ok(self.insertion(at, text, true));
        }
        let many = self.line(last.span) > self.line(node.span);
        let text = match (self.json, many) {
            (true, true) => {
                let column = self.indent(last.span);
                let pad = " ".repeat(column);
                format!(",{}{pad}{}", self.eol, value.json(Some((column, self.step)), self.eol))
            }
            (true, false) => format!(", {}", value.json(None, self.eol)),
            (false, true) => {
                format!(",{}{}{}", self.eol, " ".repeat(self.column(last.span)), value.inline(true))
            }
            (false, false) => format!(", {}", value.inline(true)),
        };
        Ok(self.insertion(last.span.end as usize, text, true))
    }

    fn insertion(&self, at: usize, text: String, stacks: bool) -> Edit {
        Edit { span: Span::new(self.doc.file, at, at), text, stacks, binds: None }
    }

    /// Width of the blanks at the start of a line.
    fn indent(&self, span: Span) -> usize {
        let start = span.start as usize - self.column(span);
        let line = self.text.get(start..).unwrap_or_default();
        line.len() - line.trim_start_matches([' ', '\t']).len()
    }

    /// Where the last thing of an entry ends.
    fn end_of(&self, key: Span, value: &DocNode) -> Result<usize, Refused> {
        let end = key.end.max(value.span.end) as usize;
        let end = if value.span.end < key.end { key.end as usize } else { end };
        let kept = deepest(value);
        let scalar = self.slice(kept.span);
        if scalar.starts_with(['|', '>']) && scalar.lines().next().is_some_and(|l| l.contains('+')) {
            return Err(Refused("a block that keeps its last lines comes before it"));
        }
        Ok(self.text.get(..end).unwrap_or_default().trim_end().len())
    }

    /// The end of the line, before its break.
    fn end_of_line(&self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }
}

/// The last node in a node.
fn deepest(node: &DocNode) -> &DocNode {
    let mut at = node;
    // A tree is at most as deep as the parser lets it be.
    loop {
        at = match &at.kind {
            DocKind::Seq(items) => match items.last() {
                Some(n) => n,
                None => return at,
            },
            DocKind::Map(entries) => match entries.last() {
                Some(e) => &e.value,
                None => return at,
            },
            DocKind::Scalar(_) => return at,
        };
    }
}

/// Whether a map is one of the long forms of intrinsic functions.
fn is_intrinsic(node: &DocNode) -> bool {
    matches!(node.entries(), [one] if one.key.starts_with("Fn::") || matches!(&*one.key, "Ref" | "Condition"))
}

/// Whether a node is used elsewhere through an alias.
pub(super) fn is_aliased(root: &DocNode, span: Span) -> bool {
    let mut stack = vec![root];
    while let Some(n) = stack.pop() {
        if n.defined_at.is_some_and(|d| d == span || d.contains(span)) {
            return true;
        }
        match &n.kind {
            DocKind::Seq(items) => stack.extend(items),
            DocKind::Map(entries) => stack.extend(entries.iter().map(|e| &e.value)),
            DocKind::Scalar(_) => {}
        }
    }
    false
}

/// Write another constant in place of a scalar.
pub(super) fn replace(doc: &Doc, text: &str, json: bool, at: Span, value: &Value) -> Result<Edit, Refused> {
    let mut stack = vec![&doc.root];
    while let Some(n) = stack.pop() {
        match &n.kind {
            // Inside of an alias the places are those of its definition, which is another node.
            _ if n.defined_at.is_some() => {}
            DocKind::Seq(items) => stack.extend(items),
            DocKind::Map(entries) => stack.extend(entries.iter().map(|e| &e.value)),
            DocKind::Scalar(s) if n.span == at && n.tag.is_none() && !s.text.is_empty() => {
                let old = text.get(at.start as usize..at.end as usize).unwrap_or_default();
                if old.contains("${") {
                    return Err(Refused("the value is computed"));
                }
                if old.starts_with(['|', '>', '&']) || is_aliased(&doc.root, at) {
                    return Err(Refused("the value is used through an alias or is a block"));
                }
                let text = constant(old, json, value).ok_or(Refused("the value is no constant"))?;
                return Ok(Edit { span: at, text, stacks: false, binds: None });
            }
            DocKind::Scalar(_) => {}
        }
    }
    Err(Refused("no value of its own stands there"))
}
