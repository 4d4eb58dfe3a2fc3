//! Configurations that are modules of code (`serverless.ts`), read without running them.
//!
//! What the module exports is turned into the tree a YAML file would have given, each node with its own place: objects,
//! lists, texts, constants, what other modules of the tree export, and calls of short functions of the project. What
//! is not followed stands there as a value nobody knows.
//! Source: <https://www.serverless.com/framework/docs/providers/aws/guide/intro#services>

mod changed;
mod name;
mod text;
mod value;

use super::nodes::{bare, plain, quoted, unknown};
use super::{ServerlessFacts, is_service};
use crate::code::hir::{Expr, ExprKind, FnId, Lang, Unit};
use crate::code::program::{Program, UnitId};
use crate::comments;
use crate::doc::{Doc, DocEntry, DocKind, DocNode};
use crate::files::{self, file_name, parent};
use crate::iac::expr::tag;
use crate::text::SourceText;
use changed::Changed;
use lamlint_model::source::{FileId, SourceMap, Span};
use smol_str::SmolStr;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Bound on expressions that are looked at for one configuration.
const BUDGET: usize = 100_000;
/// Bound on calls and names within each other.
const MAX_DEPTH: u32 = 64;

/// What the framework takes first, where several stand beside each other.
const ORDER: &[&str] = &["yml", "yaml", "json", "js", "ts", "cjs", "mjs", "cts", "mts"];

/// A module that is the configuration of a service, or is meant to be.
#[derive(Debug)]
pub struct ServiceModule {
    /// Its path.
    pub path: String,
    /// What it says, or why it is not read: half a sentence, lower case, no full stop.
    pub read: Result<ServerlessFacts, String>,
    /// The files it is written in, other modules of the tree included.
    pub files: BTreeSet<FileId>,
}

/// Whether a module may be a configuration, by its name and text.
fn is_candidate(path: &str, text: &str) -> bool {
    let Some((stem, extension)) = file_name(path).rsplit_once('.') else { return false };
    let is_named = stem == "serverless" && ORDER.contains(&extension);
    is_named
        && !path.split('/').any(|p| matches!(p, "node_modules" | ".serverless"))
        && (text.contains("provider") && text.contains("service") || text.contains("@serverless/typescript"))
}

/// The configurations among the modules of a program, in the order of their paths.
pub(in crate::iac) fn read_all(program: &Program, sources: &SourceMap) -> Vec<ServiceModule> {
    let paths: BTreeSet<&str> = sources.iter().map(|(_, f)| f.path.as_str()).collect();
    let mut out: Vec<ServiceModule> = program
        .iter()
        .filter(|(_, path, unit)| is_candidate(path, &sources.file(unit.file).text))
        .filter_map(|(id, path, unit)| {
            let beside = |e: &str| files::join(parent(path), &format!("serverless.{e}"));
            let first = ORDER
                .iter()
                .take_while(|e| !path.ends_with(&format!(".{e}")))
                .find(|e| beside(e).is_some_and(|p| paths.contains(p.as_str())));
            let reader = Reader::new(program, sources, parent(path));
            let read = match first {
                Some(e) => Err(format!("the framework takes `serverless.{e}` beside it")),
                None => reader.configuration(id, unit)?,
            };
            let files = reader.seen.into_inner();
            Some(ServiceModule { path: path.to_owned(), read, files })
        })
        .collect();
    out.sort_by(|a, b| a.path.cmp(&b.path));
    out
}

/// What an expression gives.
#[derive(Debug, Clone)]
enum Val {
    /// A value that can stand in a configuration.
    Node(DocNode),
    /// `undefined` and `null`.
    Nothing,
    /// A function, with what the functions around it know.
    Function(UnitId, FnId, Rc<Frame>),
    /// All that a module exports.
    Exports(UnitId),
    /// Something of the language or of a library, by its path (`process.env`).
    Global(SmolStr),
    /// Not followed, and why.
    Unknown(String),
}

/// Where names are looked up: the module, and what is local to a call.
#[derive(Debug, Clone)]
struct Frame {
    unit: UnitId,
    locals: BTreeMap<SmolStr, Val>,
}

impl Frame {
    fn of(unit: UnitId) -> Self {
        Self { unit, locals: BTreeMap::new() }
    }
}

/// Reads one configuration.
struct Reader<'p> {
    program: &'p Program,
    sources: &'p SourceMap,
    /// The folder of the service, in which the framework runs.
    dir: &'p str,
    left: Cell<usize>,
    depth: Cell<u32>,
    /// Names that are being looked up, and what is known of others.
    active: RefCell<BTreeSet<(UnitId, SmolStr)>>,
    known: RefCell<BTreeMap<(UnitId, SmolStr), Val>>,
    changed: RefCell<BTreeMap<UnitId, Rc<Changed>>>,
    /// The files nodes were taken from.
    seen: RefCell<BTreeSet<FileId>>,
}

impl<'p> Reader<'p> {
    fn new(program: &'p Program, sources: &'p SourceMap, dir: &'p str) -> Self {
        Self {
            program,
            sources,
            dir,
            left: Cell::new(BUDGET),
            depth: Cell::default(),
            active: RefCell::default(),
            known: RefCell::default(),
            changed: RefCell::default(),
            seen: RefCell::default(),
        }
    }

    /// What a module is as a configuration; nothing for one that is something else.
    fn configuration(&self, id: UnitId, unit: &Unit) -> Option<Result<ServerlessFacts, String>> {
        if let Some(t) = unit.taints.first() {
            return Some(Err(format!("it does not parse: {}", t.what)));
        }
        let mut exported = self.default_of(id);
        // The framework calls what is no object.
        if let Val::Function(u, f, frame) = &exported {
            exported = self.call_own(*u, *f, frame, &[]);
        }
        let root = match self.node(exported, Span::new(unit.file, 0, 0)) {
            Ok(Some(n)) if matches!(n.kind, DocKind::Map(_)) && n.tag.is_none() => n,
            Ok(Some(n)) if n.tag.is_none() => return None,
            Ok(None) => return None,
            Ok(Some(_)) => return Some(Err("what it exports is computed".to_owned())),
            Err(why) => return Some(Err(format!("it is code, which is not run: {why}"))),
        };
        if !is_service(&root) {
            return None;
        }
        let doc = Doc { file: unit.file, root, comments: Vec::new(), duplicates: Vec::new(), more: None };
        self.seen.borrow_mut().insert(unit.file);
        files_of(&doc.root, &mut self.seen.borrow_mut());
        let mut suppressions = Vec::new();
        for (_, _, unit) in self.program.iter().filter(|(_, _, u)| self.seen.borrow().contains(&u.file)) {
            let src = SourceText::file(unit.file, &self.sources.file(unit.file).text);
            suppressions.extend(comments::of_module(&src, unit, &doc));
        }
        Some(Ok(ServerlessFacts { file: unit.file, suppressions, duplicates: Vec::new(), doc: Some(doc) }))
    }

    fn tick(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }

    /// Go one level deeper.
    fn deeper(&self, f: impl FnOnce() -> Val) -> Val {
        if self.depth.get() >= MAX_DEPTH || !self.tick() {
            return Val::Unknown("there is too much of it".to_owned());
        }
        self.depth.set(self.depth.get() + 1);
        let out = f();
        self.depth.set(self.depth.get() - 1);
        out
    }

    /// A value as a node; nothing where a key with it would not be there. Values that are no part of a configuration give
    /// the reason.
    fn node(&self, val: Val, at: Span) -> Result<Option<DocNode>, String> {
        match val {
            // Where the service lies on the disk nobody knows.
            Val::Node(n) if n.text().is_some_and(|t| n.tag.is_none() && t.contains(text::HERE)) => {
                Err("it holds a path of the disk".to_owned())
            }
            Val::Node(n) => Ok(Some(n)),
            Val::Nothing => Ok(None),
            Val::Exports(u) => Ok(Some(self.all_of(u, at))),
            Val::Function(..) => Err("it is a function".to_owned()),
            Val::Global(name) => Err(format!("`{name}` is not followed")),
            Val::Unknown(why) => Err(why),
        }
    }

    /// A value as a node in a list or as a value of a map.
    fn placed(&self, val: Val, at: Span) -> DocNode {
        match self.node(val, at) {
            Ok(Some(n)) => n,
            Ok(None) => plain("null", at),
            Err(why) => unknown(at, "", &why, false),
        }
    }

    /// The text of a file at a place.
    fn written(&self, e: &Expr) -> &'p str {
        self.sources.text(e.span)
    }

    fn is_script(&self, unit: UnitId) -> bool {
        matches!(self.program.unit(unit).lang, Lang::JavaScript | Lang::TypeScript)
    }
}

/// Entries of a map as the language puts them together: what comes later wins.
#[derive(Default)]
struct Entries(Vec<DocEntry>);

impl Entries {
    fn put(&mut self, key: SmolStr, key_span: Span, value: DocNode) {
        // The place of a key in the order stays, as in the language.
        match self.0.iter_mut().find(|e| e.key == key) {
            Some(e) => *e = DocEntry { key, key_span, value },
            None => self.0.push(DocEntry { key, key_span, value }),
        }
    }

    /// There may be others, which win over those before.
    fn open(&mut self, at: Span, why: &str) {
        for e in &mut self.0 {
            if e.key != tag::MORE {
                e.value = unknown(e.value.span, "", why, false);
            }
        }
        if !self.0.iter().any(|e| e.key == tag::MORE) {
            self.put(tag::MORE.into(), at, quoted(why, at));
        }
    }

    fn spread(&mut self, node: &DocNode) {
        for e in node.entries() {
            if e.key == tag::MORE {
                self.open(e.key_span, e.value.text().unwrap_or_default());
            }
        }
        for e in node.entries().iter().filter(|e| e.key != tag::MORE) {
            self.put(e.key.clone(), e.key_span, e.value.clone());
        }
    }

    fn node(self, at: Span) -> DocNode {
        DocNode { kind: DocKind::Map(self.0), ..bare(at) }
    }
}

fn files_of(node: &DocNode, out: &mut BTreeSet<FileId>) {
    out.insert(node.span.file);
    node.items().iter().for_each(|n| files_of(n, out));
    for e in node.entries() {
        out.insert(e.key_span.file);
        files_of(&e.value, out);
    }
}

/// The expression a name of something is the beginning of: `a` of `a.b[c]`.
fn root_of(e: &Expr) -> Option<&SmolStr> {
    let mut e = e;
    loop {
        match &e.kind {
            ExprKind::Name(n) => return Some(n),
            ExprKind::Attr { object, .. } | ExprKind::Index { object, .. } => e = object,
            _ => return None,
        }
    }
}
