//! The layers of a function, as far as they are in the tree.

use super::build::below;
use crate::files::Files;
use lamlint_model::app::{CodeRef, Function, Kind, Resource};
use lamlint_model::tree::Node;
use lamlint_model::value::Value;
use smol_str::SmolStr;

/// The layers of a function.
#[derive(Debug, Default, Clone)]
pub(crate) struct Layers {
    /// Layers whose contents are directories of the tree: logical name and directory, in order.
    pub dirs: Vec<(SmolStr, String)>,
    /// Archives of the tree that are layers' contents.
    pub archives: Vec<String>,
    /// Whether these are all, complete as they lie there.
    pub complete: bool,
    /// Whether all are in the tree or well known, so that no other one brings a handler along.
    pub seen: bool,
}

/// Public layers that hold no function's handler, by their name (or its start); the second part says whether they hold
/// no library either. Sources: the pages of AWS and the vendors that list their layers.
const PUBLIC: &[(&str, bool)] = &[
    ("AWS-AppConfig-Extension", true),
    ("AWS-Parameters-and-Secrets-Lambda-Extension", true),
    ("AWSDataWrangler", false),
    ("AWSLambdaPowertools", false),
    ("AWSSDKPandas", false),
    ("Datadog-Extension", true),
    ("LambdaInsightsExtension", true),
];

/// What the table says of a layer's ARN, as far as the ARN is constant.
fn public(v: &Value) -> Option<bool> {
    let part = |s: &str| {
        let name = s.split(":layer:").nth(1)?;
        PUBLIC.iter().find(|(n, _)| name.starts_with(n)).map(|(_, empty)| *empty)
    };
    match v {
        Value::Str(s) => part(s),
        Value::Concat(parts) => parts.iter().find_map(|p| part(p.as_str()?)),
        _ => None,
    }
}

impl Layers {
    /// The layers of `f`.
    pub(crate) fn of(files: &dyn Files, f: Function<'_>) -> Self {
        let (layers, open) = f.layers();
        let mut out = Self { complete: open.is_none(), seen: open.is_none(), ..Self::default() };
        for layer in &layers {
            if layer.open().is_some() {
                out.unknown();
            }
            for a in layer.alts() {
                match &a.value {
                    Node::Absent => {}
                    Node::Leaf(Value::Of(id, _)) => out.of_tree(files, f.app.resource(*id)),
                    Node::Leaf(v) => match public(v) {
                        Some(empty) => out.complete &= empty,
                        None => out.unknown(),
                    },
                    _ => out.unknown(),
                }
            }
        }
        out
    }

    fn unknown(&mut self) {
        self.complete = false;
        self.seen = false;
    }

    fn of_tree(&mut self, files: &dyn Files, r: &Resource) {
        match r.code.as_ref().and_then(|c| c.only()) {
            Some(CodeRef::Directory(d)) if r.kind == Kind::Layer && files.is_dir(d) => {
                self.dirs.push((r.name.clone(), d.clone()));
                // A build adds what a manifest names.
                self.complete &= r.metadata.get("BuildMethod").is_surely_absent();
            }
            Some(CodeRef::File(p)) if r.kind == Kind::Layer && files.is_file(p) => {
                self.archives.push(p.clone());
                self.unknown();
            }
            _ => self.unknown(),
        }
    }

    /// Where code of layers is imported from, in the runtimes' order.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html>
    pub(crate) fn roots(&self, files: &dyn Files) -> Vec<String> {
        let mut out = Vec::new();
        for (_, d) in &self.dirs {
            for sub in ["python", "nodejs/node_modules", "nodejs", ""] {
                let p = below(d, sub);
                if files.is_dir(&p) && !out.contains(&p) {
                    out.push(p);
                }
            }
        }
        out
    }
}
