//! Where a function's code is, and code written inside a template.

use super::InlineCode;
use super::eval::Eval;
use super::expr::{Expr, ExprKind, Sub, SubPart};
use super::facts::RawResource;
use crate::files;
use crate::text::PosMap;
use lamlint_model::app::CodeRef;
use lamlint_model::source::Span;
use lamlint_model::tree::{Node, Tree};
use lamlint_model::tri::{Alt, Basis, Guards, Prop, Reason, Why};
use lamlint_model::value::Value;
use smol_str::SmolStr;

/// Extensions that make a code path a file; any other path is a directory.
const FILES: &[&str] = &[
    "zip", "jar", "war", "py", "js", "mjs", "cjs", "ts", "mts", "cts", "jsx", "tsx", "rb", "go", "rs",
    "java", "cs", "kt", "ps1", "sh", "exe", "gz", "tgz",
];

/// Locations in another place than the tree.
const REMOTE: &[&str] = &["s3://", "http://", "https://", "arn:"];

/// Reads the code of one function.
pub(super) struct Reader<'e, 'a> {
    pub(super) eval: &'e Eval<'a>,
    pub(super) instance: usize,
    /// The directory of the template.
    pub(super) dir: &'e str,
    pub(super) props: &'e Tree,
    pub(super) metadata: &'e Tree,
    pub(super) inline: &'e mut Vec<InlineCode>,
    /// The directory that was staged for upload under a name.
    pub(super) staged: &'e dyn Fn(&str) -> Option<String>,
}

#[derive(Default)]
struct Found {
    alts: Vec<Alt<CodeRef>>,
    open: Option<Why>,
}

impl Reader<'_, '_> {
    /// Where the code of a function is.
    pub(super) fn code(&mut self, raw: &RawResource) -> Prop<CodeRef> {
        let span = raw.anchor.span;
        let mut found = Found::default();
        // A layer's content is named as a function's code is.
        match raw.props.entry("Code").or_else(|| raw.props.entry("Content")) {
            Some(e) => {
                self.walk(&e.value, &Guards::none(), raw, &mut found);
                Prop::new(found.alts, found.open, e.value.span)
            }
            None => match &raw.props.kind {
                ExprKind::Map(_, Some(why)) => Prop::unknown(why.clone(), span),
                _ => self.without(raw, span),
            },
        }
    }

    /// No code is named: SAM takes the directory of the template, or builds the image its metadata describe.
    fn without(&self, raw: &RawResource, span: Span) -> Prop<CodeRef> {
        if let Some(image) = self.image_of_metadata() {
            return Prop::known(image, span);
        }
        if !raw.sam {
            return Prop::unknown(Why::other("no code is named"), span);
        }
        if self.props.get("PackageType").strings().alts().iter().any(|a| a.value.as_deref() == Some("Image"))
        {
            return Prop::known(
                CodeRef::Image { context: None, dockerfile: None, command: self.command() },
                span,
            );
        }
        Prop::service_default(CodeRef::Directory(self.dir.to_owned()), span)
    }

    fn walk(&mut self, e: &Expr, guards: &Guards, raw: &RawResource, found: &mut Found) {
        if let ExprKind::If(name, both) = &e.kind {
            let outcome = self.eval.outcome(self.instance, name, 0);
            for (g, branch) in [(outcome.yes, &both.0), (outcome.no, &both.1)] {
                if let Some(g) = g.and_then(|g| guards.and(&g)) {
                    self.walk(branch, &g, raw, found);
                }
            }
            return;
        }
        if let Some(text) = e.get("ZipFile") {
            self.inline_code(text, guards, found);
            return;
        }
        if e.get("ImageUri").is_some() {
            let image = self.image_of_metadata().unwrap_or_else(|| {
                let context = e.get("ImageUri").and_then(|uri| self.staged(uri));
                let dockerfile = context.as_ref().and_then(|c| files::join(c, "Dockerfile"));
                CodeRef::Image { context, dockerfile, command: self.command() }
            });
            found.alts.push(Alt {
                value: image,
                span: e.span,
                basis: Basis::Written,
                guards: guards.clone(),
            });
            return;
        }
        let tree = self.eval.eval(self.instance, e);
        found.open = found.open.take().or_else(|| tree.open().cloned());
        for a in tree.alts() {
            let Some(guards) = guards.and(&a.guards) else { continue };
            let code = match &a.value {
                Node::Absent => {
                    let p = self.without(raw, a.span);
                    found.open = found.open.take().or_else(|| p.open().cloned());
                    p.alts().first().map(|a| a.value.clone()).ok_or(None)
                }
                Node::Leaf(v) => self.path(v).map_err(Some),
                Node::Map { entries, .. } if entries.iter().any(|e| e.key.starts_with("S3")) => {
                    let staged = || e.get("S3Key").and_then(|k| self.staged(k)).map(CodeRef::Directory);
                    Ok(self.asset().or_else(staged).unwrap_or(CodeRef::Object))
                }
                Node::Map { .. } | Node::List { .. } => Err(Some(Why::other("unusual form of code"))),
            };
            match code {
                Ok(value) => {
                    found.alts.push(Alt { value, span: a.span, basis: a.basis.clone(), guards });
                }
                Err(why) => found.open = found.open.take().or(why),
            }
        }
    }

    /// What a code path names.
    fn path(&self, v: &Value) -> Result<CodeRef, Why> {
        match v {
            Value::Str(s) => {
                if REMOTE.iter().any(|r| s.starts_with(r)) {
                    return Ok(CodeRef::Object);
                }
                let path = files::join(self.dir, s.trim())
                    .ok_or_else(|| Why::new(Reason::NotInTree, format!("`{s}` is outside of the tree")))?;
                let extension = files::file_name(&path).rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase());
                let is_file = extension.is_some_and(|e| FILES.contains(&e.as_str()));
                Ok(if is_file { CodeRef::File(path) } else { CodeRef::Directory(path) })
            }
            v if REMOTE.iter().any(|r| v.prefix().starts_with(r)) => Ok(CodeRef::Object),
            Value::Param(p) => {
                Err(Why::new(Reason::Parameter, format!("the code is named by parameter `{p}`")))
            }
            _ => Err(Why::new(Reason::BuiltElsewhere, "the code path is not constant")),
        }
    }

    /// The local directory a synthesised template names in its metadata.
    /// Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/metadata-resource.html>
    fn asset(&self) -> Option<CodeRef> {
        let path = self.metadata.get("aws:asset:path").strings().only().cloned().flatten()?;
        self.path(&Value::Str(path)).ok()
    }

    /// What was staged for upload and is named by the hash a key or an address ends with.
    fn staged(&self, e: &Expr) -> Option<String> {
        let value = self.eval.eval(self.instance, e);
        let text = value.values().only()?.as_ref()?.suffix().to_owned();
        let name = text.rsplit([':', '/']).next().unwrap_or_default();
        let hash = name.strip_suffix(".zip").unwrap_or(name);
        let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
        is_hash.then(|| (self.staged)(hash))?
    }

    fn constant(&self, key: &str) -> Option<SmolStr> {
        self.metadata.get(key).strings().only().cloned().flatten()
    }

    fn image_of_metadata(&self) -> Option<CodeRef> {
        let context = self.constant("DockerContext").or_else(|| {
            let property = self.constant("aws:asset:property")?;
            if property == "Code.ImageUri" { self.constant("aws:asset:path") } else { None }
        });
        let file = self.constant("Dockerfile").or_else(|| self.constant("aws:asset:dockerfile-path"));
        if context.is_none() && file.is_none() {
            return None;
        }
        let context = context.and_then(|c| files::join(self.dir, &c));
        let dockerfile =
            context.as_ref().and_then(|c| files::join(c, file.as_deref().unwrap_or("Dockerfile")));
        Some(CodeRef::Image { context, dockerfile, command: self.command() })
    }

    fn command(&self) -> Option<Vec<SmolStr>> {
        let command = self.props.get("ImageConfig").get("Command");
        if command.is_surely_absent() {
            return None;
        }
        let (items, open) = command.items();
        let words: Option<Vec<SmolStr>> =
            items.iter().map(|(t, _)| t.strings().only().cloned().flatten()).collect();
        if open.is_some() { None } else { words.filter(|w| !w.is_empty()) }
    }

    fn inline_code(&mut self, e: &Expr, guards: &Guards, found: &mut Found) {
        if let ExprKind::If(name, both) = &e.kind {
            let outcome = self.eval.outcome(self.instance, name, 0);
            for (g, branch) in [(outcome.yes, &both.0), (outcome.no, &both.1)] {
                if let Some(g) = g.and_then(|g| guards.and(&g)) {
                    self.inline_code(branch, &g, found);
                }
            }
            return;
        }
        let mut text = String::new();
        let mut map = PosMap::default();
        if !self.decode(e, &mut text, &mut map) {
            let why = Why::new(Reason::Dynamic, "the inline code is put together elsewhere");
            found.open = found.open.take().or(Some(why));
            return;
        }
        let runtime =
            self.props.get("Runtime").strings().alts().iter().find_map(|a| a.value.clone()).map(String::from);
        if !self.inline.iter().any(|i| i.span == e.span) {
            self.inline.push(InlineCode { span: e.span, text, map, runtime });
        }
        found.alts.push(Alt {
            value: CodeRef::Inline(e.span),
            span: e.span,
            basis: Basis::Written,
            guards: guards.clone(),
        });
    }

    /// Append the text of an expression; `false` where it is not written in the template.
    fn decode(&self, e: &Expr, text: &mut String, map: &mut PosMap) -> bool {
        match &e.kind {
            ExprKind::Scalar(s) => {
                text.push_str(&s.text);
                map.append(&s.map);
                true
            }
            ExprKind::Sub(s) => {
                self.decode_sub(s, text, map);
                true
            }
            ExprKind::Join(both) => {
                let (Some(delimiter), ExprKind::List(items, None)) = (both.0.as_text(), &both.1.kind) else {
                    return false;
                };
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        text.push_str(delimiter);
                        map.push(delimiter.len(), item.span.start as usize, 0);
                    }
                    if !self.decode(item, text, map) {
                        let value = self.constant_of(item).unwrap_or_else(|| "x".repeat(8));
                        map.push(
                            value.len(),
                            item.span.start as usize,
                            (item.span.end - item.span.start) as usize,
                        );
                        text.push_str(&value);
                    }
                }
                true
            }
            _ => false,
        }
    }

    /// A hole becomes its constant value, else a word of the same length, which is neutral in code and in strings.
    fn decode_sub(&self, s: &Sub, text: &mut String, map: &mut PosMap) {
        for part in &s.parts {
            match part {
                SubPart::Text { start, end, text: t } => {
                    if t.len() == end - start {
                        map.append(&s.map.from_offset(*start, t.len()));
                    } else {
                        let (from, to) = s.map.range(*start, *end);
                        map.push(t.len(), from, to - from);
                    }
                    text.push_str(t);
                }
                SubPart::Hole { start, end, value } => {
                    let value = self.constant_of(value).unwrap_or_else(|| "x".repeat(end - start));
                    let (from, to) = s.map.range(*start, *end);
                    map.push(value.len(), from, to - from);
                    text.push_str(&value);
                }
            }
        }
    }

    fn constant_of(&self, e: &Expr) -> Option<String> {
        match self.eval.eval(self.instance, e).strings().only() {
            Some(Some(s)) if !s.is_empty() => Some(s.to_string()),
            _ => None,
        }
    }
}
