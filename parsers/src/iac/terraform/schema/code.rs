//! Where the code of functions and layers is.

use super::Evaluated;
use super::map::{sole, values};
use crate::files::{self, Files};
use lamlint_model::ResourceId;
use lamlint_model::app::{ApplicationId, CodeRef};
use lamlint_model::source::Span;
use lamlint_model::tree::Tree;
use lamlint_model::tri::{Alt, Basis, Guards, Prop, Reason, Why};
use lamlint_model::value::Value;
use smol_str::SmolStr;

/// Types of objects in buckets.
const OBJECTS: &[&str] = &["aws_s3_object", "aws_s3_bucket_object"];
/// The type that makes archives, as a data source and as a resource.
const ARCHIVE: &str = "archive_file";
/// Bound on objects that name objects.
const MAX_DEPTH: u32 = 4;

/// What archives and objects are made of.
pub(super) struct Archives<'e> {
    evaluated: Vec<&'e Evaluated>,
    vfs: &'e dyn Files,
}

/// Where code is, or why that is not known.
type Found = Result<CodeRef, Why>;

impl<'e> Archives<'e> {
    /// Those of a run.
    pub(super) fn of(evaluated: &'e [Evaluated], vfs: &'e dyn Files) -> Self {
        let evaluated = evaluated
            .iter()
            .filter(|e| e.type_name == ARCHIVE || OBJECTS.contains(&e.type_name.as_str()))
            .collect();
        Self { evaluated, vfs }
    }

    /// Where the code of a function or layer is. `props` are its canonical properties.
    pub(super) fn code(&self, e: &Evaluated, props: &Tree) -> Prop<CodeRef> {
        let span = e.anchor.span;
        let image = e.props.get("image_uri");
        let filename = e.props.get("filename");
        let key = e.props.get("s3_key");
        if !image.is_surely_absent() {
            let at = image.span();
            let code = CodeRef::Image { context: None, dockerfile: None, command: command(props) };
            let certain = image.open().is_none() && filename.is_surely_absent() && key.is_surely_absent();
            return if certain {
                Prop::known(code, at)
            } else {
                Prop::unknown(Why::new(Reason::Image, "it may be a container image"), at)
            };
        }
        let mut alts = Vec::new();
        let mut open = None;
        for (tree, from_bucket) in [(&filename, false), (&key, true)] {
            let (found, more) = values(tree);
            if more {
                let why = Why::new(Reason::BuiltElsewhere, "the code path is not constant");
                open = open.or(Some(why));
            }
            for (v, guards, at) in found {
                if matches!(&v, Value::Str(s) if s.is_empty()) {
                    continue;
                }
                let code = if from_bucket { self.object(e, &v, 0) } else { self.path(e, &v, 0) };
                push(code, at, guards, &mut alts, &mut open);
            }
        }
        if alts.is_empty() && open.is_none() {
            return Prop::unknown(Why::other("no code is named"), span);
        }
        Prop::new(alts, open, span)
    }

    /// An object in a bucket: one of the project is followed to what it is made of.
    fn object(&self, e: &Evaluated, key: &Value, depth: u32) -> Found {
        let bucket = sole(&e.props.get("s3_bucket"));
        let of = match key {
            Value::Of(id, _) => self.by_id(*id),
            key => self.evaluated.iter().copied().find(|o| {
                OBJECTS.contains(&o.type_name.as_str())
                    && !o.data
                    && o.application == e.application
                    && sole(&o.props.get("key")).as_ref() == Some(key)
                    && *key != Value::unknown()
                    && sole(&o.props.get("bucket")) == bucket
                    && bucket.is_some()
            }),
        };
        let Some(object) = of.filter(|o| !o.data && depth < MAX_DEPTH) else { return Ok(CodeRef::Object) };
        match sole(&object.props.get("source")) {
            Some(source) => match self.path(object, &source, depth + 1) {
                // An object made of something that is not in the tree is an object.
                Err(_) => Ok(CodeRef::Object),
                found => found,
            },
            None => Ok(CodeRef::Object),
        }
    }

    fn by_id(&self, id: ResourceId) -> Option<&'e Evaluated> {
        self.evaluated.iter().copied().find(|e| e.id == id)
    }

    /// What a path to an archive names: the archive of the module that is written there, or a file.
    fn path(&self, e: &Evaluated, v: &Value, depth: u32) -> Found {
        let elsewhere = || Why::new(Reason::BuiltElsewhere, "the code path is not constant");
        match v {
            Value::Of(id, _) => match self.by_id(*id) {
                Some(a) if a.type_name == ARCHIVE => self.archive(a),
                _ => Err(elsewhere()),
            },
            Value::Str(s) => {
                let path = files::join(&e.dir, s.trim());
                if let Some(a) = self.written_at(e.application, path.as_deref(), s)
                    && depth < MAX_DEPTH
                {
                    return self.archive(a);
                }
                let outside = || Why::new(Reason::NotInTree, format!("`{s}` is outside of the tree"));
                Ok(CodeRef::File(path.ok_or_else(outside)?))
            }
            v => match self.evaluated.iter().find(|a| {
                a.type_name == ARCHIVE
                    && a.application == e.application
                    && matches!(v, Value::Concat(parts) if !parts.contains(&Value::unknown()))
                    && sole(&a.props.get("output_path")).as_ref() == Some(v)
            }) {
                Some(a) => self.archive(a),
                None => Err(elsewhere()),
            },
        }
    }

    /// The one archive that is written to a path.
    fn written_at(
        &self,
        application: ApplicationId,
        path: Option<&str>,
        text: &str,
    ) -> Option<&'e Evaluated> {
        let mut hits = self.evaluated.iter().copied().filter(|a| {
            let is = |output: &Value| {
                let Some(output) = output.as_str() else { return false };
                output == text || path.is_some() && files::join(&a.dir, output.trim()).as_deref() == path
            };
            a.type_name == ARCHIVE
                && a.application == application
                && values(&a.props.get("output_path")).0.iter().any(|(v, ..)| is(v))
        });
        let first = hits.next();
        // The same archive in several instances of a module is one; else it is not known which.
        let source = |a: &Evaluated| (sole(&a.props.get("source_dir")), sole(&a.props.get("source_file")));
        if hits.any(|a| first.is_some_and(|f| source(f) != source(a))) {
            return None;
        }
        first
    }

    /// What is in an archive.
    /// Source: <https://registry.terraform.io/providers/hashicorp/archive/latest/docs/data-sources/file>
    fn archive(&self, a: &Evaluated) -> Found {
        let there = |path: String, is: bool, of: fn(String) -> CodeRef| {
            let built = || Why::new(Reason::BuiltElsewhere, format!("`{path}` is built before"));
            if is { Ok(of(path)) } else { Err(built()) }
        };
        let given = |key: &str| e_text(&a.props, key);
        let outside = |s: &str| Why::new(Reason::NotInTree, format!("`{s}` is outside of the tree"));
        if let Some(dir) = given("source_dir") {
            let path = files::join(&a.dir, dir.trim()).ok_or_else(|| outside(&dir))?;
            let is = self.vfs.is_dir(&path);
            return there(path, is, CodeRef::Directory);
        }
        if let Some(file) = given("source_file") {
            let path = files::join(&a.dir, file.trim()).ok_or_else(|| outside(&file))?;
            let is = self.vfs.is_file(&path);
            return there(path, is, CodeRef::File);
        }
        Err(Why::new(Reason::BuiltElsewhere, "what is in the archive is not constant"))
    }
}

fn push(code: Found, span: Span, guards: Guards, alts: &mut Vec<Alt<CodeRef>>, open: &mut Option<Why>) {
    match code {
        Ok(value) => alts.push(Alt { value, span, basis: Basis::Written, guards }),
        Err(why) => *open = open.take().or(Some(why)),
    }
}

fn e_text(props: &Tree, key: &str) -> Option<SmolStr> {
    sole(&props.get(key)).as_ref().and_then(Value::as_str).filter(|s| !s.is_empty()).map(SmolStr::new)
}

/// The command that replaces the image's own.
fn command(props: &Tree) -> Option<Vec<SmolStr>> {
    let command = props.get("ImageConfig").get("Command");
    let (items, open) = command.items();
    if open.is_some() || items.is_empty() {
        return None;
    }
    items.iter().map(|(t, _)| t.strings().sole().cloned().flatten()).collect()
}
