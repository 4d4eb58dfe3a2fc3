//! Statements of policies: in documents that are encoded, and in data sources that render one.

use super::lines::Text;
use super::write::{Style, Writer, aligned, quoted, snake};
use super::{Address, COMPUTED, SHARED};
use crate::edit::{Edit, Editor, Refused};
use crate::files::parent;
use crate::iac::terraform::expr::{Block, Expr, ExprKind, Step};
use crate::iac::terraform::{LISTS, is_hcl};
use lamlint_model::app::Resource;
use lamlint_model::source::FileId;
use lamlint_model::value::{Attr, Value};

/// The data source that renders a policy.
const DOCUMENT: &str = "aws_iam_policy_document";

const FOREIGN: Refused = Refused("the statement has another form here");

impl<'a> Editor<'a> {
    /// Let a role do something: by a statement of a policy it has for itself, else by a policy of its own.
    pub(super) fn allow(
        &mut self,
        role: &'a Resource,
        text: &Text<'a>,
        block: &Block,
        value: &Value,
    ) -> Result<Vec<Edit>, Refused> {
        let document = value.get("PolicyDocument").ok_or(FOREIGN)?;
        let Some(Value::List(statements, false)) = document.get("Statement") else { return Err(FOREIGN) };
        let [statement] = &statements[..] else { return Err(FOREIGN) };
        // Policies within the role are all it may have.
        let mut within = block.body.blocks.iter();
        if within.any(|b| b.kind == "inline_policy" || b.labels.first().is_some_and(|l| l == "inline_policy"))
        {
            return Err(Refused("the role lists all its policies"));
        }
        let of_role = |r: &&Resource| {
            r.type_name == "AWS::IAM::RolePolicy"
                && r.template == role.template
                && matches!(r.props.get("RoleName").values().sole(), Some(Some(Value::Of(id, _))) if *id == role.id)
        };
        for r in self.app.resources.iter().filter(of_role) {
            let Ok((text, block)) = self.block_of(r) else { continue };
            let Some(policy) = block.body.get("policy") else { continue };
            if let Ok(edits) = self.append_statement(r, &text, policy, statement) {
                return Ok(edits);
            }
        }
        let name = value.get("PolicyName").and_then(Value::as_str).ok_or(FOREIGN)?;
        let label = format!("{}_{}", Address::of(role)?.name, snake(name));
        let (name, of) = (Value::str(name), Value::Of(role.id, Attr::Name));
        debug_assert_eq!(text.body.blocks("resource").filter(|b| b.header == block.header).count(), 1);
        self.new_resource(
            role,
            "aws_iam_role_policy",
            &label,
            &[("name", &name), ("role", &of), ("policy", document)],
        )
    }

    /// Add a statement to the document an argument is.
    pub(super) fn append_statement(
        &mut self,
        r: &'a Resource,
        text: &Text<'a>,
        document: &Expr,
        statement: &Value,
    ) -> Result<Vec<Edit>, Refused> {
        let writer = Writer::new(self.app, r, text.eol)?;
        match &document.kind {
            ExprKind::Call(name, args, false) if name == "jsonencode" => {
                let [Expr { kind: ExprKind::Map(entries), .. }] = &args[..] else { return Err(COMPUTED) };
                let mut found = entries.iter().filter(|(k, _)| k.as_text().is_some_and(|k| k == "Statement"));
                let Some((key, list)) = found.next() else { return Err(COMPUTED) };
                let ExprKind::List(items) = &list.kind else { return Err(COMPUTED) };
                let sign = text.slice(key.span.end as usize, list.span.start as usize).trim();
                let style = Style {
                    quotes: text.of(key.span).starts_with('"'),
                    colon: sign.starts_with(':'),
                    comma: sign.starts_with(':'),
                };
                text.push(list.span, items, |indent| writer.value(statement, indent, style))
            }
            ExprKind::Path(root, steps) => {
                let (
                    ExprKind::Name(data),
                    [Step::Attribute(kind), Step::Attribute(name), Step::Attribute(json)],
                ) = (&root.kind, &steps[..])
                else {
                    return Err(COMPUTED);
                };
                if data != "data" || kind != DOCUMENT || json != "json" {
                    return Err(COMPUTED);
                }
                let (text, block) = self.data_block(r.anchor.span.file, name)?;
                let lines = block_of(&writer, statement, text.eol)?;
                let end = (block.span.end as usize).saturating_sub(1);
                let last = block.body.blocks.iter().map(|b| b.span.end).max().ok_or(COMPUTED)?;
                let at = text.line_end(last as usize);
                if at > end || !text.slice(last as usize, at).trim().is_empty() {
                    return Err(Refused("the block is written in one line"));
                }
                Ok(vec![text.insert(at, format!("{}{}{lines}", text.eol, text.eol), true)])
            }
            _ => Err(COMPUTED),
        }
    }

    /// The data source of that name in the module of a file, if it is used once.
    fn data_block(&mut self, near: FileId, name: &str) -> Result<(Text<'a>, Block), Refused> {
        let dir = parent(&self.sources.file(near).path);
        let files: Vec<(FileId, &str)> = self
            .sources
            .iter()
            .filter(|(_, s)| is_hcl(&s.path) && parent(&s.path) == dir)
            .map(|(id, s)| (id, &*s.text))
            .collect();
        let word = format!("{DOCUMENT}.{name}");
        let uses = |text: &str| {
            let ends = |(at, _): (usize, &str)| {
                let next = text.get(at + word.len()..).and_then(|t| t.chars().next());
                next.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
            };
            text.match_indices(&word).filter(|m| ends(*m)).count()
        };
        if files.iter().map(|(_, text)| uses(text)).sum::<usize>() != 1 {
            return Err(Refused("the document is used elsewhere, too"));
        }
        for (file, _) in files {
            let Ok(text) = self.module(file) else { continue };
            let is_it = |b: &&Block| b.labels.len() == 2 && b.labels[0] == DOCUMENT && b.labels[1] == name;
            let Some(block) = text.body.blocks("data").find(is_it).cloned() else { continue };
            if block.body.get("count").or(block.body.get("for_each")).is_some() {
                return Err(SHARED);
            }
            return Ok((text, block));
        }
        Err(COMPUTED)
    }
}

/// A statement as a block of a data source.
fn block_of(writer: &Writer<'_>, statement: &Value, eol: &str) -> Result<String, Refused> {
    let Value::Map(entries, false) = statement else { return Err(FOREIGN) };
    let (mut lines, mut blocks) = (Vec::new(), String::new());
    for (key, value) in entries {
        match (key.as_str(), value) {
            ("Effect", v) => lines.push(("effect".to_owned(), writer.value(v, "", Style::default())?)),
            ("Principal", Value::Map(all, false)) => {
                for (kind, ids) in all {
                    let ids = writer.value(&listed(ids), "", Style::default())?;
                    let pair = [("type".to_owned(), quoted(kind)), ("identifiers".to_owned(), ids)];
                    let inner = aligned(&pair, "      ", Style::default(), eol);
                    blocks.extend([eol, eol, "    principals {", &inner, eol, "    }"]);
                }
            }
            (key, v) => {
                let (argument, _) = LISTS.iter().find(|(_, k)| *k == key).ok_or(FOREIGN)?;
                lines.push(((*argument).to_owned(), writer.value(&listed(v), "", Style::default())?));
            }
        }
    }
    Ok(format!("  statement {{{}{blocks}{eol}  }}", aligned(&lines, "    ", Style::default(), eol)))
}

fn listed(v: &Value) -> Value {
    match v {
        Value::List(..) => v.clone(),
        v => Value::List(vec![v.clone()], false),
    }
}
