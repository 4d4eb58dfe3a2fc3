//! Directories of files to modules, and modules to instances: roots, and what they call.

use super::eval::Eval;
use super::expr::{Attribute, Block, Body, Expr, ExprKind};
use super::trees::{budget, presence};
use super::values::{member, present};
use super::variables::Given;
use crate::files;
use lamlint_model::app::ApplicationId;
use lamlint_model::source::{FileId, Span};
use lamlint_model::tree::{Node, Tree};
use lamlint_model::tri::{Basis, Guards, Reason, Why};
use lamlint_model::value::Value;
use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

/// Instances of one block that are told apart.
const MAX_INSTANCES: usize = 128;

/// Data sources that are resources of the evaluated module: something follows from what is written in them.
const KEPT: &[&str] = &["archive_file"];

/// Arguments that stand for what is made there, though they are written.
const MADE: &[(&str, &str)] = &[("archive_file", "output_path")];

/// Whether an argument is referred to as what is made there.
pub(super) fn is_made(type_name: &str, argument: &str) -> bool {
    MADE.contains(&(type_name, argument))
}

/// Whether a data source is kept as a resource.
pub(super) fn is_kept(type_name: &str) -> bool {
    KEPT.contains(&type_name)
}

/// The files of a directory, joined.
#[derive(Debug)]
pub(super) struct Module<'a> {
    pub(super) dir: String,
    pub(super) file: FileId,
    pub(super) variables: BTreeMap<&'a str, &'a Block>,
    pub(super) locals: BTreeMap<&'a str, &'a Expr>,
    pub(super) outputs: BTreeMap<&'a str, &'a Expr>,
    pub(super) declared: Vec<Declared<'a>>,
    pub(super) calls: Vec<&'a Block>,
    index: FxHashMap<(bool, SmolStr, SmolStr), usize>,
    /// Why it may have more than was read.
    pub(super) more: Option<Why>,
}

/// A resource or data source.
#[derive(Debug)]
pub(super) struct Declared<'a> {
    pub(super) data: bool,
    pub(super) type_name: SmolStr,
    pub(super) name: SmolStr,
    block: Cow<'a, Block>,
}

impl Declared<'_> {
    pub(super) fn block(&self) -> &Block {
        &self.block
    }
}

/// How a block is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Single,
    Count,
    Each,
}

/// Which instance of a block it is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    None,
    Index(i64),
    /// The key of a map, or the member of a set.
    Of(Value),
    /// Any instance of a block of which it is not known how often it is repeated.
    Unknown,
}

impl Key {
    /// As a key of a map.
    pub(super) fn label(&self) -> SmolStr {
        match self {
            Self::Of(Value::Str(s)) => s.clone(),
            Self::Of(v) => format_smolstr!("{v}"),
            Self::Index(i) => format_smolstr!("{i}"),
            Self::None | Self::Unknown => SmolStr::default(),
        }
    }

    /// As it stands behind a name: `["eu"]`.
    pub(super) fn index(&self) -> SmolStr {
        match self {
            Self::None => SmolStr::default(),
            Self::Index(i) => format_smolstr!("[{i}]"),
            Self::Of(v) => format_smolstr!("[{v}]"),
            Self::Unknown => "[…]".into(),
        }
    }

    /// Whether an index names it.
    pub(super) fn is(&self, index: &Value) -> bool {
        match self {
            Self::Index(i) => index.as_int() == Some(*i),
            Self::Of(v) => v == index,
            Self::None | Self::Unknown => false,
        }
    }
}

/// The instances of a block.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) shape: Shape,
    pub(super) items: Vec<(Key, Guards)>,
    /// Why there may be others.
    pub(super) open: Option<Why>,
}

/// The instances of a resource, as slots.
#[derive(Debug)]
pub(super) struct Expansion {
    pub(super) shape: Shape,
    pub(super) items: Vec<usize>,
    pub(super) open: Option<Why>,
}

impl Expansion {
    /// Of a resource that is repeated over itself.
    pub(super) fn circular() -> Self {
        let why = Why::new(Reason::Budget, "resources that name each other in a circle");
        Self { shape: Shape::Each, items: Vec::new(), open: Some(why) }
    }
}

/// A module call with the instances it makes.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) shape: Shape,
    pub(super) items: Vec<(Key, Guards, usize)>,
    pub(super) open: Option<Why>,
}

/// A module in use.
#[derive(Debug)]
pub(super) struct Instance<'m> {
    pub(super) module: &'m Module<'m>,
    /// `module.orders.`; empty for roots.
    pub(super) path: SmolStr,
    /// `orders.`; empty for roots.
    pub(super) label: SmolStr,
    /// The instance that calls it, the call, and which instance of the call it is.
    pub(super) parent: Option<(usize, &'m Block, Key)>,
    pub(super) calls: FxHashMap<SmolStr, Call>,
    /// Values of variables, for roots.
    pub(super) given: BTreeMap<SmolStr, Vec<Given>>,
    /// The conditions it exists under.
    pub(super) guards: Guards,
    /// The directory of its root module.
    pub(super) root_dir: String,
    /// Its own directory as its root module sees it: `.` or `modules/orders`.
    pub(super) from_root: SmolStr,
    /// The call a module that comes with the tool stands for.
    pub(super) stands_for: Option<Span>,
    pub(super) template: u32,
    pub(super) application: ApplicationId,
}

/// Arguments Terraform itself takes from a resource.
pub(super) const META: &[&str] = &["count", "for_each", "provider", "depends_on", "lifecycle", "connection"];

impl<'a> Module<'a> {
    /// Join files; those named `override.tf` or `*_override.tf` come last and win.
    /// Source: <https://developer.hashicorp.com/terraform/language/files/override>
    pub(super) fn new(dir: &str, files: &[(&str, FileId, &'a Body)]) -> Self {
        let first = files.iter().find(|(p, ..)| files::file_name(p) == "main.tf").or(files.first());
        let mut out = Self {
            dir: dir.to_owned(),
            file: first.map_or(FileId(0), |f| f.1),
            variables: BTreeMap::new(),
            locals: BTreeMap::new(),
            outputs: BTreeMap::new(),
            declared: Vec::new(),
            calls: Vec::new(),
            index: FxHashMap::default(),
            more: None,
        };
        let (overrides, plain): (Vec<_>, Vec<_>) = files.iter().partition(|(p, ..)| is_override(p));
        for (_, _, body) in plain {
            for b in &body.blocks {
                out.add(b);
            }
        }
        for (_, _, body) in overrides {
            for b in &body.blocks {
                out.replace(b);
            }
        }
        out
    }

    fn add(&mut self, b: &'a Block) {
        match (b.kind.as_str(), &b.labels[..]) {
            ("variable", [name, ..]) => {
                self.variables.insert(name, b);
            }
            ("locals", _) => {
                self.locals.extend(b.body.attributes.iter().map(|a| (a.name.as_str(), &a.value)));
            }
            ("output", [name, ..]) => {
                if let Some(v) = b.body.get("value") {
                    self.outputs.insert(name, v);
                }
            }
            (kind @ ("resource" | "data"), [type_name, name, ..]) => {
                let data = kind == "data";
                let key = (data, type_name.clone(), name.clone());
                // The same name twice is an error; the first one stands.
                if let Entry::Vacant(free) = self.index.entry(key) {
                    free.insert(self.declared.len());
                    self.declared.push(Declared {
                        data,
                        type_name: type_name.clone(),
                        name: name.clone(),
                        block: Cow::Borrowed(b),
                    });
                }
            }
            ("module", [_, ..]) => self.calls.push(b),
            _ => {}
        }
    }

    fn replace(&mut self, b: &'a Block) {
        match (b.kind.as_str(), &b.labels[..]) {
            (kind @ ("resource" | "data"), [type_name, name, ..]) => {
                if let Some(i) = self.find(kind == "data", type_name, name) {
                    merge(self.declared[i].block.to_mut(), &b.body);
                }
            }
            ("variable", [name, ..])
                if b.body.get("default").is_none() && self.variables.contains_key(name.as_str()) => {}
            ("module", [name, ..]) if b.body.get("source").is_none() => {
                // Arguments of a call that are replaced elsewhere: the call is not what it says.
                if self.calls.iter().any(|c| c.labels.first() == Some(name)) {
                    self.more = Some(Why::other("a module call is changed by an override file"));
                }
            }
            _ => self.add(b),
        }
    }

    /// The index of a resource or data source.
    pub(super) fn find(&self, data: bool, type_name: &SmolStr, name: &SmolStr) -> Option<usize> {
        self.index.get(&(data, type_name.clone(), name.clone())).copied()
    }
}

fn is_override(path: &str) -> bool {
    let name = files::file_name(path);
    let stem = name.strip_suffix(".tf.json").or_else(|| name.strip_suffix(".tf")).unwrap_or(name);
    stem == "override" || stem.ends_with("_override")
}

/// Arguments win one by one, nested blocks by kind.
fn merge(into: &mut Block, by: &Body) {
    for a in &by.attributes {
        match into.body.attributes.iter_mut().find(|x| x.name == a.name) {
            Some(x) => *x = a.clone(),
            None => into.body.attributes.push(a.clone()),
        }
    }
    let kinds: Vec<&SmolStr> = by.blocks.iter().map(|b| &b.kind).collect();
    into.body.blocks.retain(|b| !kinds.contains(&&b.kind));
    into.body.blocks.extend(by.blocks.iter().cloned());
}

/// The arguments of a resource that are changed elsewhere: `lifecycle { ignore_changes = [x] }`. `all` is every one.
pub(super) fn ignored(block: &Block) -> Vec<&str> {
    let lists = block.body.blocks("lifecycle").filter_map(|l| l.body.get("ignore_changes"));
    let mut out = Vec::new();
    for e in lists {
        let items = match &e.kind {
            ExprKind::List(items) => &items[..],
            _ => std::slice::from_ref(e),
        };
        for i in items {
            let root = match &i.kind {
                ExprKind::Path(root, _) => root,
                _ => i,
            };
            match &root.kind {
                ExprKind::Name(n) => out.push(n.as_str()),
                ExprKind::Text(t) => out.push(t.split(['.', '[']).next().unwrap_or(t)),
                _ => {}
            }
        }
    }
    out
}

/// What an argument is where something else may change it.
pub(super) fn unless_ignored(props: Tree, block: &Block, span: Span) -> Tree {
    let names = ignored(block);
    if names.is_empty() {
        return props;
    }
    let why = || Why::other("`ignore_changes` leaves it to be changed elsewhere");
    props.filter_map("a map", |n| match n {
        Node::Map { entries, open } => {
            let mut entries = entries.clone();
            let all = names.contains(&"all");
            for e in &mut entries {
                if all || names.contains(&e.key.as_str()) {
                    e.value = Tree::unknown(why(), e.value.span());
                }
            }
            for n in &names {
                if !all && !entries.iter().any(|e| e.key == *n) {
                    let t = Tree::unknown(why(), span);
                    entries.push(super::trees::entry(*n, t, span));
                }
            }
            Some(Node::Map { entries, open: if all { Some(why()) } else { open.clone() } })
        }
        n => Some(n.clone()),
    })
}

impl Eval<'_> {
    /// The instances of a block.
    pub(super) fn keys(&self, at: usize, block: &Block, depth: usize) -> Keys {
        if let Some(e) = block.body.get("count") {
            let t = self.tree(super::eval::Scope::of(at), e, depth + 1);
            return self.counted(at, block, e, &t, depth);
        }
        if let Some(e) = block.body.get("for_each") {
            let t = self.each(at, block, depth);
            return self.listed(at, block, e, &t, depth);
        }
        Keys { shape: Shape::Single, items: vec![(Key::None, Guards::none())], open: None }
    }

    pub(super) fn address(&self, at: usize, block: &Block) -> SmolStr {
        let kind = match block.kind.as_str() {
            "resource" => String::new(),
            k => format!("{k}."),
        };
        format_smolstr!("{}{kind}{}", self.instances[at].path, block.labels.join("."))
    }

    /// The one instance of a block that is repeated nobody knows how often.
    fn unknown(&self, at: usize, block: &Block, shape: Shape, why: Why) -> Keys {
        let subject = format_smolstr!("any {}", self.address(at, block));
        let guards = Guards::none().with(subject, "true").unwrap_or_default();
        Keys { shape, items: vec![(Key::Unknown, guards)], open: Some(why) }
    }

    fn repeated(&self, at: usize, block: &Block) -> Why {
        let address = self.address(at, block);
        Why::new(Reason::Macro, format!("it is not known how often `{address}` is repeated"))
    }

    /// What a default of a variable decides, as a condition.
    fn by_default(&self, at: usize, e: &Expr, depth: usize) -> Guards {
        let words = self.canon(super::eval::Scope::of(at), e, depth).unwrap_or_else(|| "a variable".into());
        Guards::none().with(words, "its default").unwrap_or_default()
    }

    fn counted(&self, at: usize, block: &Block, e: &Expr, t: &Tree, depth: usize) -> Keys {
        let counts: Option<Vec<(usize, &Guards, &Basis)>> = t
            .alts()
            .iter()
            .map(|a| match &a.value {
                Node::Leaf(v) => {
                    let n = v.as_bool().map(i64::from).or_else(|| v.as_int())?;
                    Some((usize::try_from(n).ok()?, &a.guards, &a.basis))
                }
                _ => None,
            })
            .collect();
        let (Some(counts), true) = (counts, !t.alts().is_empty()) else {
            return self.unknown(at, block, Shape::Count, self.repeated(at, block));
        };
        let mut open = t.open().cloned();
        let assumed = if open.is_some() { self.by_default(at, e, depth) } else { Guards::none() };
        let most = counts.iter().map(|(n, ..)| *n).max().unwrap_or(0);
        if most > MAX_INSTANCES {
            open = Some(budget());
        }
        let mut items = Vec::new();
        for i in 0..most.min(MAX_INSTANCES) {
            let ways: Vec<&Guards> = counts.iter().filter(|(n, ..)| *n > i).map(|(_, g, _)| *g).collect();
            let all = ways.len() == counts.len();
            if let Some(guards) = self.exists(at, block, &ways, all, &format!("{i}")).and(&assumed) {
                items.push((Key::Index(i64::try_from(i).unwrap_or(i64::MAX)), guards));
            }
        }
        Keys { shape: Shape::Count, items, open }
    }

    /// The guards of something that exists in some of several cases.
    fn exists(&self, at: usize, block: &Block, ways: &[&Guards], all: bool, which: &str) -> Guards {
        match ways {
            _ if all => Guards::none(),
            [one] if !one.is_empty() => (*one).clone(),
            _ => {
                let subject = format_smolstr!("{}[{which}] is there", self.address(at, block));
                Guards::none().with(subject, "true").unwrap_or_default()
            }
        }
    }

    fn listed(&self, at: usize, block: &Block, e: &Expr, t: &Tree, depth: usize) -> Keys {
        let mut open = t.open().cloned();
        let assumed = if open.is_some() { self.by_default(at, e, depth) } else { Guards::none() };
        // Each member with the cases it is there in.
        let mut found: Vec<(Value, Vec<Guards>)> = Vec::new();
        let mut cases = 0;
        for a in t.alts() {
            let (members, more): (Vec<(Option<Value>, &Tree)>, _) = match &a.value {
                Node::Map { entries, open } => (
                    entries.iter().map(|e| (Some(Value::Str(e.key.clone())), &e.value)).collect(),
                    open.clone(),
                ),
                Node::List { items, open } => (items.iter().map(|i| (member(i), i)).collect(), open.clone()),
                _ => return self.unknown(at, block, Shape::Each, self.repeated(at, block)),
            };
            cases += 1;
            open = open.or(more);
            for (key, value) in members {
                let Some(key) = key else {
                    open = open.or_else(|| Some(self.repeated(at, block)));
                    continue;
                };
                // `null` is a value here; what is absent under conditions is not there.
                let inner = present(value);
                let guards = if let Some(guards) = presence(value) {
                    a.guards.and(guards)
                } else if inner.alts().len() == value.alts().len() {
                    Some(a.guards.clone())
                } else if let [only] = inner.alts() {
                    a.guards.and(&only.guards)
                } else {
                    a.guards.and(&self.exists(at, block, &[], false, &format!("{key}")))
                };
                let Some(guards) = guards else { continue };
                match found.iter_mut().find(|(k, _)| *k == key) {
                    Some((_, ways)) => ways.push(guards),
                    None => found.push((key, vec![guards])),
                }
            }
        }
        if cases == 0 || (found.is_empty() && open.is_some()) {
            return self.unknown(at, block, Shape::Each, self.repeated(at, block));
        }
        if found.len() > MAX_INSTANCES {
            open = Some(budget());
            found.truncate(MAX_INSTANCES);
        }
        let single = cases == 1;
        let items = found
            .into_iter()
            .filter_map(|(k, ways)| {
                let guards = match &ways[..] {
                    [one] if single => one.clone(),
                    ways => {
                        let refs: Vec<&Guards> = ways.iter().collect();
                        self.exists(at, block, &refs, ways.len() == cases, &format!("{k}"))
                    }
                };
                Some((Key::Of(k), guards.and(&assumed)?))
            })
            .collect();
        Keys { shape: Shape::Each, items, open }
    }
}

/// The argument of a call or block by its name, with its place.
pub(super) fn argument<'b>(block: &'b Block, name: &str) -> Option<&'b Attribute> {
    block.body.attributes.iter().find(|a| a.name == name)
}
