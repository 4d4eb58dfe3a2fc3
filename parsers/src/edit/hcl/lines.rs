//! Changes of the lines of a module.

use super::write::{Style, aligned, is_name, quoted};
use super::{COMPUTED, LAST, entry_rows, rows};
use crate::edit::{Edit, Refused};
use crate::iac::terraform::expr::{Block, Body, Expr, ExprKind};
use lamlint_model::source::{FileId, Span};
use smol_str::SmolStr;
use std::rc::Rc;

const ONE_LINE: Refused = Refused("the block is written in one line");

/// A file and what is parsed of it.
#[derive(Debug)]
pub(super) struct Text<'t> {
    file: FileId,
    source: &'t str,
    pub(super) body: Rc<Body>,
    pub(super) eol: &'static str,
}

/// A name and its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    pub(super) key: Span,
    pub(super) value: Span,
}

impl<'t> Text<'t> {
    pub(super) fn new(file: FileId, text: &'t str, body: Rc<Body>) -> Self {
        Self { file, source: text, body, eol: if text.contains("\r\n") { "\r\n" } else { "\n" } }
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.source.get(start..end).unwrap_or_default()
    }

    pub(super) fn of(&self, span: Span) -> &'t str {
        self.slice(span.start as usize, span.end as usize)
    }

    pub(super) fn insert(&self, at: usize, text: String, stacks: bool) -> Edit {
        Edit { span: Span::new(self.file, at, at), text, stacks, binds: None }
    }

    fn line_start(&self, at: usize) -> usize {
        self.slice(0, at).rfind('\n').map_or(0, |i| i + 1)
    }

    /// Where the line of a place ends, before its break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = self.slice(at, self.source.len());
        let line = rest.split('\n').next().unwrap_or_default();
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// The white space a line starts with.
    pub(super) fn indent(&self, at: usize) -> &'t str {
        let line = self.slice(self.line_start(at), self.source.len());
        line.split(|c| c != ' ' && c != '\t').next().unwrap_or_default()
    }

    fn is_one_line(&self, span: Span) -> bool {
        !self.of(span).contains('\n')
    }

    /// Whether nothing but a comment stands behind a place in its line.
    fn ends_line(&self, at: usize) -> bool {
        let rest = self.slice(at, self.line_end(at)).trim_start();
        rest.is_empty() || rest.starts_with('#') || rest.starts_with("//")
    }

    /// Another constant where one is.
    pub(super) fn constant(&self, old: &Expr, new: String) -> Result<Edit, Refused> {
        let written = self.of(old.span);
        let text = match &old.kind {
            ExprKind::Text(_) if written.starts_with('"') => {
                if new.starts_with('"') {
                    new
                } else {
                    quoted(&new)
                }
            }
            ExprKind::Int(_) | ExprKind::Bool(_) if !written.starts_with('(') => new,
            _ => return Err(COMPUTED),
        };
        Ok(Edit { span: old.span, text, stacks: false, binds: None })
    }

    /// A further row behind one of several, aligned as its neighbours are.
    fn row(&self, all: &[Row], behind: usize, name: &str, sign: char, value: &str) -> Option<Vec<Edit>> {
        let here = all.get(behind)?;
        let line = |at: u32| self.slice(0, at as usize).matches('\n').count();
        let next_to = |a: &Row, b: &Row| {
            self.is_one_line(a.key.to(a.value))
                && self.is_one_line(b.key.to(b.value))
                && line(a.value.end) + 1 == line(b.key.start)
        };
        let (mut first, mut last) = (behind, behind);
        while first > 0 && next_to(&all[first - 1], &all[first]) {
            first -= 1;
        }
        while all.get(last + 1).is_some_and(|n| next_to(&all[last], n)) {
            last += 1;
        }
        let group = if self.is_one_line(here.key.to(here.value)) { all.get(first..=last)? } else { &[] };
        let width = |r: &Row| self.slice(r.key.start as usize, r.value.start as usize).rfind(sign);
        let widths: Vec<usize> = group.iter().map(width).collect::<Option<_>>()?;
        let own = name.len() + usize::from(sign == '=');
        let common = widths.first().copied().filter(|w| widths.iter().all(|o| o == w));
        let mut edits = Vec::new();
        let pad = match common {
            Some(w) if own <= w && sign == '=' => w - name.len(),
            Some(w) if sign == '=' => {
                let more = " ".repeat(own - w);
                edits.extend(group.iter().map(|r| self.insert(r.key.end as usize, more.clone(), false)));
                1
            }
            _ => own - name.len(),
        };
        let at = self.line_end(here.value.end as usize);
        let indent = self.indent(here.key.start as usize);
        let new = format!("{}{indent}{name}{}{sign} {value}", self.eol, " ".repeat(pad));
        let stacks = edits.is_empty();
        edits.push(self.insert(at, new, stacks));
        Some(edits)
    }

    /// A further argument of a block.
    pub(super) fn new_argument(&self, block: &Block, name: &str, value: &str) -> Result<Vec<Edit>, Refused> {
        let all = rows(&block.body);
        let first_block = block.body.blocks.iter().map(|b| b.header.start).min().unwrap_or(u32::MAX);
        let usual = |i: &usize| {
            let (row, a) = (&all[*i], &block.body.attributes[*i]);
            !LAST.contains(&a.name.as_str())
                && row.key.start < first_block
                && self.is_one_line(row.key.to(row.value))
                && self.ends_line(row.value.end as usize)
        };
        if self.is_one_line(block.span) && !is_empty(block) {
            return Err(ONE_LINE);
        }
        if let Some(behind) = (0..all.len()).rev().find(usual)
            && !value.contains('\n')
        {
            return self.row(&all, behind, name, '=', value).ok_or(ONE_LINE);
        }
        let indent = format!("{}  ", self.indent(block.header.start as usize));
        self.first(block, &format!("{indent}{name} = {value}"))
    }

    /// Lines at the start of a block.
    fn first(&self, block: &Block, lines: &str) -> Result<Vec<Edit>, Refused> {
        let after = self.slice(block.header.end as usize, block.span.end as usize);
        let open = block.header.end as usize + after.find('{').ok_or(ONE_LINE)? + 1;
        let close = (block.span.end as usize).saturating_sub(1);
        if self.slice(open, close).trim().is_empty() {
            let outer = self.indent(block.header.start as usize);
            let text = format!("{eol}{lines}{eol}{outer}", eol = self.eol);
            return Ok(vec![Edit {
                span: Span::new(self.file, open, close),
                text,
                stacks: false,
                binds: None,
            }]);
        }
        if !self.ends_line(open) {
            return Err(ONE_LINE);
        }
        Ok(vec![self.insert(self.line_end(open), format!("{}{lines}", self.eol), false)])
    }

    /// A map with one value at the end of keys, as the value of an argument of a block.
    pub(super) fn map_of(&self, block: &Block, keys: &[SmolStr], value: &str) -> String {
        self.nested(&format!("{}  ", self.indent(block.header.start as usize)), keys, value)
    }

    fn nested(&self, indent: &str, keys: &[SmolStr], value: &str) -> String {
        let Some((key, rest)) = keys.split_first() else { return value.to_owned() };
        let inner = format!("{indent}  ");
        let value = self.nested(&inner, rest, value);
        format!(
            "{{{}{}{indent}}}",
            aligned(&[(key_of(key, false), value)], &inner, Style::default(), self.eol),
            self.eol
        )
    }

    /// Blocks within each other with one argument, as the last of a block.
    pub(super) fn new_block(
        &self,
        block: &Block,
        names: &[&str],
        argument: &str,
        keys: &[SmolStr],
        value: &str,
    ) -> Result<Vec<Edit>, Refused> {
        let eol = self.eol;
        if self.is_one_line(block.span) && !is_empty(block) {
            return Err(ONE_LINE);
        }
        let outer = format!("{}  ", self.indent(block.header.start as usize));
        let (mut open, mut close, mut indent) = (String::new(), String::new(), outer);
        for name in names {
            open = format!("{open}{}{indent}{name} {{", if open.is_empty() { "" } else { eol });
            close = format!("{eol}{indent}}}{close}");
            indent += "  ";
        }
        let lines = format!("{open}{eol}{indent}{argument} = {}{close}", self.nested(&indent, keys, value));
        let arguments = block.body.attributes.iter().map(|a| (a.name.as_str(), a.value.span));
        let blocks = block.body.blocks.iter().map(|b| (b.kind.as_str(), b.span));
        let usual = arguments.chain(blocks).filter(|(n, _)| !LAST.contains(n)).map(|(_, s)| s.end).max();
        let Some(end) = usual else { return self.first(block, &lines) };
        // A heredoc ends with its line.
        let end = end as usize - usize::from(self.slice(0, end as usize).ends_with('\n'));
        if !self.ends_line(end) {
            return Err(ONE_LINE);
        }
        let at = self.line_end(end);
        let next =
            self.slice(at, self.source.len()).trim_start_matches('\r').strip_prefix('\n').unwrap_or_default();
        let line = next.lines().next().unwrap_or_default().trim();
        let gap = if line.is_empty() || line.starts_with('}') { "" } else { eol };
        Ok(vec![self.insert(at, format!("{eol}{eol}{lines}{gap}"), false)])
    }

    /// A further entry of a map that is written.
    pub(super) fn new_entry(
        &self,
        map: Span,
        entries: &[(Expr, Expr)],
        key: &str,
        value: &str,
    ) -> Result<Vec<Edit>, Refused> {
        let all = entry_rows(entries);
        let Some(last) = all.last() else {
            let indent = self.indent(map.start as usize);
            if !self.of(map).strip_prefix('{').is_some_and(|t| t.trim_end_matches('}').trim().is_empty()) {
                return Err(Refused("the map holds a comment"));
            }
            let text = self.nested(indent, &[key.into()], value);
            return Ok(vec![Edit { span: map, text, stacks: false, binds: None }]);
        };
        let quotes = all.iter().all(|r| self.of(r.key).starts_with('"'));
        let key = key_of(key, quotes);
        let between = self.slice(last.key.end as usize, last.value.start as usize).trim();
        let sign = if between.starts_with(':') { ':' } else { '=' };
        let end = last.value.end as usize;
        if self.is_one_line(map) {
            let space = if sign == '=' { " " } else { "" };
            return Ok(vec![self.insert(end, format!(", {key}{space}{sign} {value}"), true)]);
        }
        let comma = |r: &Row| {
            self.slice(r.value.end as usize, self.source.len())
                .trim_start_matches([' ', '\t'])
                .starts_with(',')
        };
        let (trailing, commas) = (comma(last), all.len() > 1 && all.iter().rev().skip(1).all(comma));
        let after =
            end + if trailing { self.slice(end, self.source.len()).find(',').unwrap_or(0) + 1 } else { 0 };
        if !self.ends_line(after) {
            return Err(Refused("the map ends within a line"));
        }
        let value = format!("{value}{}", if trailing { "," } else { "" });
        let mut edits = self.row(&all, all.len() - 1, &key, sign, &value).ok_or(COMPUTED)?;
        if commas && !trailing {
            for e in &mut edits {
                e.stacks = false;
            }
            if self.line_end(end) == end {
                for e in edits.iter_mut().filter(|e| e.span.start as usize == end) {
                    e.text.insert(0, ',');
                }
            } else {
                edits.push(self.insert(end, ",".to_owned(), false));
            }
        }
        Ok(edits)
    }

    /// A further element of a list that is written.
    pub(super) fn push(
        &self,
        list: Span,
        items: &[Expr],
        new: impl Fn(&str) -> Result<String, Refused>,
    ) -> Result<Vec<Edit>, Refused> {
        let Some(last) = items.last() else {
            if self.of(list).trim_start_matches('[').trim_end_matches(']').trim().is_empty() {
                let text = format!("[{}]", new(self.indent(list.start as usize))?);
                return Ok(vec![Edit { span: list, text, stacks: false, binds: None }]);
            }
            return Err(Refused("the list holds a comment"));
        };
        let end = last.span.end as usize;
        let start = self.line_start(last.span.start as usize);
        let behind = self.slice(end, list.end as usize);
        let comma = behind.trim_start().starts_with(',').then(|| behind.find(',')).flatten();
        let own_line = self.slice(start, last.span.start as usize).trim().is_empty();
        if !own_line {
            // `[{ … }]`, or all in one line.
            let text = format!(", {}", new(self.indent(end))?);
            return if comma.is_none() { Ok(vec![self.insert(end, text, true)]) } else { Err(ONE_LINE) };
        }
        let item = new(self.indent(last.span.start as usize))?;
        let after = end + comma.map_or(0, |c| c + 1);
        if !self.ends_line(after) {
            return Err(Refused("the list ends within a line"));
        }
        let indent = self.indent(last.span.start as usize);
        let line = format!("{}{indent}{item}{}", self.eol, if comma.is_some() { "," } else { "" });
        let at = self.line_end(after);
        if comma.is_some() {
            return Ok(vec![self.insert(at, line, true)]);
        }
        if at == end {
            return Ok(vec![self.insert(at, format!(",{line}"), true)]);
        }
        Ok(vec![self.insert(end, ",".to_owned(), false), self.insert(at, line, false)])
    }
}

fn is_empty(block: &Block) -> bool {
    block.body.attributes.is_empty() && block.body.blocks.is_empty()
}

/// A key of a map.
fn key_of(key: &str, quotes: bool) -> String {
    if quotes || !is_name(key) { quoted(key) } else { key.to_owned() }
}
