//! All modules of a run to evaluated resources: roots first, each with what it calls.

use super::eval::{Eval, Scope};
use super::expr::{Block, Body, ExprKind};
use super::module::{Call, Instance, Key, META, Module, argument, unless_ignored};
use super::plan::{self, Plan};
use super::trees::{clean, entry, plain};
use super::{Content, Evaluated, TerraformFacts, is_module_file, registry, schema, variables};
use crate::files::{self, Files, parent};
use crate::iac::{Assembled, Deploy};
use lamlint_model::app::{Anchor, ApplicationId, Template};
use lamlint_model::source::{FileId, Span};
use lamlint_model::tree::{Node, Tree};
use lamlint_model::tri::{Guards, Reason, Why};
use lamlint_model::value::{Attr, Value};
use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};
use std::collections::{BTreeMap, BTreeSet};

/// Bound on modules within modules.
const MAX_NESTING: usize = 12;
/// Bound on uses of modules in a run.
const MAX_USES: usize = 4_096;
/// Bound on resources in a run.
const MAX_RESOURCES: usize = 50_000;

/// Arguments Terraform itself takes from a module call.
const OF_CALLS: &[&str] = &["count", "for_each", "source", "version", "providers", "depends_on"];

struct Assembler<'m> {
    modules: &'m [Module<'m>],
    by_dir: BTreeMap<&'m str, usize>,
    /// Known modules of the registry, by their index there.
    known: BTreeMap<usize, usize>,
    /// The number of the next template.
    templates: u32,
    eval: Eval<'m>,
    /// The module of each instance.
    uses: Vec<usize>,
    used: BTreeSet<usize>,
    notices: Vec<(Span, String)>,
    /// Module calls that are not read, with the instance that makes them and whether another one has shown them.
    unread: Vec<(usize, &'m Block, bool)>,
    /// Why an instance may have more resources than are read.
    more: Vec<Option<Why>>,
}

/// Join the files to modules, and add what they describe.
pub(in crate::iac) fn assemble(
    files: &[(&str, &TerraformFacts)],
    deploy: &Deploy,
    vfs: &dyn Files,
    out: &mut Assembled,
) {
    let evaluated = evaluated(files, deploy, vfs, out);
    schema::add(evaluated, vfs, out);
}

/// All resources with Terraform's names; the modules become templates of the application.
pub(super) fn evaluated(
    files: &[(&str, &TerraformFacts)],
    deploy: &Deploy,
    vfs: &dyn Files,
    out: &mut Assembled,
) -> Vec<Evaluated> {
    let mut dirs: BTreeMap<&str, Vec<(&str, FileId, &Body)>> = BTreeMap::new();
    let mut values: BTreeMap<&str, &Body> = BTreeMap::new();
    let mut plans: Vec<(&str, &Plan)> = Vec::new();
    for (path, facts) in files {
        match &facts.content {
            Content::Module(body) => dirs.entry(parent(path)).or_default().push((path, facts.file, body)),
            Content::Values(body) => {
                values.insert(path, body);
            }
            Content::Plan(plan) => plans.push((path, plan)),
        }
    }
    if dirs.is_empty() && plans.is_empty() {
        return Vec::new();
    }
    let mut modules: Vec<Module<'_>> = dirs
        .iter()
        .map(|(dir, files)| {
            let mut m = Module::new(dir, files);
            let unread = vfs.list(dir).into_iter().find(|(name, is_dir)| {
                !is_dir && is_module_file(name) && !files.iter().any(|(p, ..)| files::file_name(p) == name)
            });
            if let Some((name, _)) = unread {
                m.more = Some(Why::new(Reason::Syntax, format!("`{name}` was not read")));
            }
            m
        })
        .collect();
    // Known modules come after those of the tree.
    let sources = modules.iter().flat_map(|m| &m.calls).filter_map(|c| c.body.get("source")?.as_text());
    let wanted: BTreeSet<usize> = sources.filter_map(|s| registry::find(s)).collect();
    let known: Vec<(usize, Body)> =
        wanted.into_iter().filter_map(|i| Some((i, registry::read(i)?))).collect();
    let known_from = modules.len();
    modules.extend(known.iter().map(|(_, body)| Module::new("", &[("main.tf", registry::FILE, body)])));
    let modules = modules;
    let base = u32::try_from(out.app.resources.len()).unwrap_or(u32::MAX);
    let mut a = Assembler {
        modules: &modules,
        by_dir: modules[..known_from].iter().enumerate().map(|(i, m)| (m.dir.as_str(), i)).collect(),
        known: known.iter().enumerate().map(|(i, (k, _))| (*k, known_from + i)).collect(),
        templates: u32::try_from(out.app.templates.len()).unwrap_or(u32::MAX),
        eval: Eval::new(vfs, base),
        uses: Vec::new(),
        used: BTreeSet::new(),
        notices: Vec::new(),
        unread: Vec::new(),
        more: Vec::new(),
    };
    let (planned, alone) = plan::choose(&plans, &modules[..known_from], &mut a.notices);
    let mut application = out.app.templates.iter().map(|t| t.application.0 + 1).max().unwrap_or(0);
    let called: BTreeSet<usize> = modules
        .iter()
        .enumerate()
        .flat_map(|(i, m)| m.calls.iter().map(move |c| (i, c, m)))
        .filter_map(|(i, c, m)| a.local(m, c).filter(|to| *to != i))
        .collect();
    // What shows or tests a module comes last; what is called by nobody but itself after all.
    let passes = [(false, false), (true, false), (true, true), (false, true)];
    for (aside, circular) in passes {
        for (i, module) in modules[..known_from].iter().enumerate() {
            if a.used.contains(&i) || is_aside(&module.dir) != aside || (!circular && called.contains(&i)) {
                continue;
            }
            let root = Instance {
                module,
                path: SmolStr::default(),
                label: SmolStr::default(),
                parent: None,
                calls: FxHashMap::default(),
                given: variables::given(module, &values, deploy, planned.get(&i).map(|p| &p.variables)),
                guards: Guards::none(),
                root_dir: module.dir.clone(),
                from_root: ".".into(),
                stands_for: None,
                template: 0,
                application: ApplicationId(application),
            };
            a.instantiate(i, root, &mut Vec::new());
            application += 1;
        }
    }
    a.expand();
    let mut evaluated = a.evaluate();
    a.finish(out);
    for (i, plan) in planned {
        plan.overlay(&modules[i].dir, &mut evaluated);
    }
    for (path, plan) in alone {
        let template = u32::try_from(out.app.templates.len()).unwrap_or(u32::MAX);
        out.app.templates.push(Template {
            file: plan.file(),
            application: ApplicationId(application),
            dialect: "Terraform",
            policy_templates: false,
            open: None,
            more: None,
        });
        let base = out.app.resources.len() + evaluated.len();
        evaluated.extend(plan.evaluate(path, base, template, ApplicationId(application)));
        application += 1;
    }
    evaluated
}

impl<'m> Assembler<'m> {
    /// The module of the tree that a call names by local path.
    fn local(&self, m: &Module<'_>, call: &Block) -> Option<usize> {
        let source = call.body.get("source")?.as_text()?;
        if !(source.starts_with("./") || source.starts_with("../")) {
            return None;
        }
        let dir = files::join(&m.dir, source)?;
        self.by_dir.get(dir.as_str()).copied()
    }

    fn instantiate(&mut self, module: usize, mut instance: Instance<'m>, stack: &mut Vec<usize>) -> usize {
        let m = instance.module;
        let at = self.eval.instances.len();
        let repeated = !self.used.insert(module);
        if instance.stands_for.is_none() {
            instance.template = self.templates;
            self.templates = self.templates.saturating_add(1);
        }
        self.more.push(m.more.clone());
        self.eval.instances.push(instance);
        self.uses.push(module);
        stack.push(module);
        for call in &m.calls {
            let Some(name) = call.labels.first() else { continue };
            let known = || {
                let source = call.body.get("source")?.as_text()?;
                self.known.get(&registry::find(source)?).copied()
            };
            let (child, known) = match (self.local(m, call), known()) {
                (Some(child), _) => (child, false),
                (None, Some(child)) => (child, true),
                (None, None) => {
                    self.unread.push((at, *call, repeated));
                    self.missing(call, repeated);
                    continue;
                }
            };
            if stack.contains(&child) || stack.len() >= MAX_NESTING || self.uses.len() >= MAX_USES {
                self.more[at] =
                    Some(Why::new(Reason::Budget, "modules that call each other are not followed"));
                if !repeated {
                    let what =
                        format!("module `{name}` is not followed: it calls itself, or there are too many");
                    self.notices.push((call.header, what));
                }
                continue;
            }
            let keys = self.eval.keys(at, call, 0);
            if keys.open.is_some() {
                self.more[at] = self.more[at].take().or_else(|| keys.open.clone());
            }
            let mut items = Vec::new();
            for (key, guards) in keys.items {
                let outer = &self.eval.instances[at];
                let Some(guards) = outer.guards.and(&guards) else { continue };
                let inner = Instance {
                    module: &self.modules[child],
                    path: format_smolstr!("{}module.{name}{}.", outer.path, key.index()),
                    label: format_smolstr!("{}{name}{}.", outer.label, key.index()),
                    parent: Some((at, *call, key.clone())),
                    calls: FxHashMap::default(),
                    given: BTreeMap::new(),
                    guards: guards.clone(),
                    root_dir: outer.root_dir.clone(),
                    from_root: relative(&outer.root_dir, &self.modules[child].dir),
                    stands_for: known.then(|| outer.stands_for.unwrap_or(call.header)),
                    template: outer.template,
                    application: outer.application,
                };
                if self.uses.len() >= MAX_USES {
                    break;
                }
                let c = self.instantiate(child, inner, stack);
                items.push((key, guards, c));
            }
            let call = Call { shape: keys.shape, items, open: keys.open };
            self.eval.instances[at].calls.insert(name.clone(), call);
        }
        stack.pop();
        at
    }

    /// Say that a module was not read.
    fn missing(&mut self, call: &Block, repeated: bool) {
        if repeated {
            return;
        }
        let Some(source) = argument(call, "source") else { return };
        let what = match &source.value.kind {
            ExprKind::Text(t) if t.starts_with('.') => format!("module `{t}` is not in this tree"),
            ExprKind::Text(t) => format!("module `{t}` is not read: it is not in this tree"),
            _ => "the source of a module is not constant".to_owned(),
        };
        if !self.notices.iter().any(|(_, w)| *w == what) {
            self.notices.push((source.value.span, what));
        }
    }

    /// Find all instances of resources, in order of writing.
    fn expand(&mut self) {
        for at in 0..self.eval.instances.len() {
            for declared in 0..self.eval.instances[at].module.declared.len() {
                let d = &self.eval.instances[at].module.declared[declared];
                if d.data && !super::module::is_kept(&d.type_name) {
                    continue;
                }
                if self.eval.slots.borrow().len() >= MAX_RESOURCES {
                    self.more[at] = Some(super::trees::budget());
                    break;
                }
                let e = self.eval.expansion(at, declared, 0);
                if let Some(w) = &e.open {
                    self.more[at] = self.more[at].take().or_else(|| Some(w.clone()));
                }
            }
        }
        let slots = self.eval.slots.borrow();
        let mut order: Vec<usize> = (0..slots.len()).collect();
        order.sort_by_key(|i| (slots[*i].at, slots[*i].declared, *i));
        let mut numbers = vec![0; order.len()];
        for (n, slot) in order.iter().enumerate() {
            numbers[*slot] = u32::try_from(n).unwrap_or(u32::MAX);
        }
        drop(slots);
        self.eval.numbers = numbers;
        self.eval.order = order;
        self.eval.forget();
    }

    fn evaluate(&self) -> Vec<Evaluated> {
        let slots = self.eval.slots.borrow().clone();
        let mut out = Vec::with_capacity(slots.len());
        let mut seen: BTreeSet<(Span, usize, String)> = BTreeSet::new();
        let mut first: BTreeMap<(Span, usize), usize> = BTreeMap::new();
        for slot in self.eval.order.iter().map(|i| (*i, &slots[*i])) {
            let (i, slot) = slot;
            let instance = &self.eval.instances[slot.at];
            let declared = &instance.module.declared[slot.declared];
            let block = declared.block();
            let span = self.eval.place(slot.at, block.header);
            let props = self.eval.with_key(slot.at, block, &slot.key, 0, |s: Scope<'_>| {
                self.eval.body(s, &block.body, META, span, 0)
            });
            let props = clean(&unless_ignored(props, block, span), span).under(&slot.guards);
            let kind = if declared.data { "data." } else { "" };
            let index = slot.key.index();
            let path =
                format_smolstr!("{}{kind}{}.{}{index}", instance.path, declared.type_name, declared.name);
            // The one thing a known module is for has the name of its call.
            let is_main = instance.stands_for.is_some()
                && declared.name == "this"
                && matches!(slot.key, Key::None | Key::Index(0));
            let name = if is_main {
                instance.label.trim_end_matches('.').into()
            } else {
                format_smolstr!("{}{}{index}", instance.label, declared.name)
            };
            // A module that is used again shows what it has shown before, unless something else comes out.
            let shown = !seen.insert((span, slot.declared, digest(&declared.type_name, &props)));
            let repeated = first.get(&(span, slot.declared)).is_some_and(|at| {
                // An example says nothing about a module that is in use.
                let example = is_aside(&instance.root_dir) && !is_aside(&self.eval.instances[*at].root_dir);
                *at != slot.at && (shown || example)
            });
            // What is shown for any of many says nothing about one.
            if !path.contains("[…]") {
                first.entry((span, slot.declared)).or_insert(slot.at);
            }
            out.push(Evaluated {
                id: self.eval.id(i),
                data: declared.data,
                type_name: declared.type_name.clone(),
                name,
                anchor: Anchor { span, path },
                guards: slot.guards.clone(),
                props,
                template: instance.template,
                dir: instance.root_dir.clone(),
                application: instance.application,
                repeated,
            });
        }
        out.extend(self.unread.iter().enumerate().map(|(i, call)| self.elsewhere(slots.len() + i, *call)));
        out
    }

    /// A module that is not read: what it is given may be used by it in any way.
    fn elsewhere(&self, number: usize, (at, call, repeated): (usize, &Block, bool)) -> Evaluated {
        let instance = &self.eval.instances[at];
        let span = self.eval.place(at, call.header);
        let name = call.labels.first().cloned().unwrap_or_default();
        let looped = call.body.get("count").is_some() || call.body.get("for_each").is_some();
        let key = if looped { Key::Unknown } else { Key::None };
        let given =
            self.eval.with_key(at, call, &key, 0, |s| self.eval.body(s, &call.body, OF_CALLS, span, 0));
        let props = Tree::map(vec![entry("Parameters", given, span)], span);
        Evaluated {
            id: self.eval.id(number),
            data: false,
            type_name: "Nested".into(),
            name: format_smolstr!("{}{name}", instance.label),
            anchor: Anchor { span, path: format_smolstr!("{}module.{name}", instance.path) },
            guards: instance.guards.clone(),
            props: clean(&props, span).under(&instance.guards),
            template: instance.template,
            dir: instance.root_dir.clone(),
            application: instance.application,
            repeated,
        }
    }

    fn finish(mut self, out: &mut Assembled) {
        if self.eval.is_exhausted()
            && let Some(first) = self.eval.instances.first()
        {
            let span = Span::new(first.module.file, 0, 0);
            self.notices.push((span, "too much to evaluate: part of the modules is not known".to_owned()));
        }
        for (at, instance) in self.eval.instances.iter().enumerate() {
            if instance.stands_for.is_some() {
                continue;
            }
            out.app.templates.push(Template {
                file: instance.module.file,
                application: instance.application,
                dialect: "Terraform",
                policy_templates: false,
                open: None,
                more: self.more[at].clone(),
            });
        }
        out.notices.append(&mut self.notices);
    }
}

/// Folders of modules that show or test others.
const ASIDE: &[&str] = &["example", "examples", "fixture", "fixtures", "test", "tests"];

fn is_aside(dir: &str) -> bool {
    dir.split('/').any(|part| ASIDE.contains(&part))
}

/// What a function is apart from where it is deployed.
const CODE: &[&str] =
    &["filename", "handler", "image_uri", "memory_size", "package_type", "runtime", "s3_key", "timeout"];

/// Arguments that only say how something is called.
const NAMES: &[&str] = &["description", "path", "tags"];

/// What a resource is apart from its names, and from which other resources it is about.
fn digest(type_name: &str, props: &Tree) -> String {
    let mut out = String::new();
    if let Some(Node::Map { entries, .. }) = props.sole() {
        for e in entries {
            let k = e.key.as_str();
            let counts = if type_name == "aws_lambda_function" {
                CODE.contains(&k)
            } else {
                !(k.ends_with("name") || k.ends_with("name_prefix") || NAMES.contains(&k))
            };
            if counts {
                out.push_str(k);
                describe(&e.value, 0, &mut out);
            }
        }
    }
    out
}

fn describe(t: &Tree, depth: usize, out: &mut String) {
    use std::fmt::Write as _;
    if let Some(v) = plain(t) {
        match v {
            Value::Of(_, Attr::Other(a)) => out.push_str(&a),
            Value::Of(..) => out.push('#'),
            Value::Concat(parts) => {
                let constant = parts.iter().filter_map(Value::as_str);
                constant.for_each(|p| out.push_str(p));
            }
            v => {
                let _ = write!(out, "{v};");
            }
        }
        return;
    }
    if depth > 32 {
        return;
    }
    for a in t.alts() {
        match &a.value {
            Node::List { items, .. } => items.iter().for_each(|i| describe(i, depth + 1, out)),
            Node::Map { entries, .. } => {
                for e in entries {
                    out.push_str(&e.key);
                    describe(&e.value, depth + 1, out);
                }
            }
            Node::Leaf(v) => {
                let _ = write!(out, "{v};");
            }
            Node::Absent => out.push('-'),
        }
    }
    if t.open().is_some() {
        out.push('?');
    }
}

/// A directory as another sees it: `.`, `modules/orders`, `../shared`.
fn relative(from: &str, to: &str) -> SmolStr {
    let parts =
        |p: &str| -> Vec<String> { p.split('/').filter(|s| !s.is_empty()).map(str::to_owned).collect() };
    let (from, to) = (parts(from), parts(to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut out: Vec<&str> = vec![".."; from.len() - common];
    out.extend(to[common..].iter().map(String::as_str));
    if out.is_empty() { ".".into() } else { out.join("/").into() }
}
