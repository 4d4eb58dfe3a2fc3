//! The layers of a function, as far as they are in the tree.

use super::build::below;
use crate::files::Files;
use lamlint_model::app::{CodeRef, Function, Kind};
use lamlint_model::tree::Node;
use lamlint_model::value::Value;

/// The layers of a function.
#[derive(Debug, Default, Clone)]
pub(crate) struct Layers {
    /// Directories of the tree that are layers' contents, in order.
    pub dirs: Vec<String>,
    /// Archives of the tree that are layers' contents.
    pub archives: Vec<String>,
    /// Whether these are all, complete as they lie there.
    pub complete: bool,
}

impl Layers {
    /// The layers of `f`.
    pub(crate) fn of(files: &dyn Files, f: Function<'_>) -> Self {
        let (layers, open) = f.layers();
        let mut out = Self { complete: open.is_none(), ..Self::default() };
        for layer in &layers {
            for a in layer.alts() {
                let id = match &a.value {
                    Node::Absent => continue,
                    Node::Leaf(Value::Of(id, _)) => *id,
                    _ => {
                        out.complete = false;
                        continue;
                    }
                };
                let r = f.app.resource(id);
                let code = r.code.as_ref().and_then(|c| c.only());
                match code {
                    Some(CodeRef::Directory(d)) if r.kind == Kind::Layer && files.is_dir(d) => {
                        out.dirs.push(d.clone());
                        // A build adds what a manifest names.
                        if !r.metadata.get("BuildMethod").is_surely_absent() {
                            out.complete = false;
                        }
                    }
                    Some(CodeRef::File(p)) if r.kind == Kind::Layer && files.is_file(p) => {
                        out.archives.push(p.clone());
                        out.complete = false;
                    }
                    _ => out.complete = false,
                }
            }
            if layer.open().is_some() {
                out.complete = false;
            }
        }
        out
    }

    /// Where code of layers is imported from, in the runtimes' order.
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html>
    pub(crate) fn roots(&self, files: &dyn Files) -> Vec<String> {
        let mut out = Vec::new();
        for d in &self.dirs {
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
