//! What `terraform show -json` prints: a plan, or a state.
//!
//! Beside the module it is of, it tells the values of variables and what else the module does not say by itself; the
//! module's resources stay where they are written. Alone it is evaluated from the JSON.
//! Source: <https://developer.hashicorp.com/terraform/internals/json-format>

#[cfg(test)]
mod tests;
mod values;

use super::evaluated::Evaluated;
use super::expr::Body;
use super::module::Module;
use crate::doc::{DocEntry, DocKind, DocNode};
use crate::files::{file_name, parent};
use lamlint_model::ResourceId;
use lamlint_model::app::{Anchor, ApplicationId};
use lamlint_model::source::{FileId, Span};
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Alt, Guards, Reason, Why};
use lamlint_model::value::Value;
use smol_str::format_smolstr;
use std::collections::BTreeMap;
use values::{Reader, Texts, literal, scalar};

/// Bound on nesting, of modules and of values.
const MAX_DEPTH: u32 = 64;

/// Data sources something follows from.
const KEPT: &[&str] = &["archive_file"];

/// A plan or a state.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    file: FileId,
    root: DocNode,
    /// The values of the variables of its root module.
    pub(super) variables: Body,
}

/// A module of a plan, in use.
#[derive(Debug)]
struct Level<'p> {
    /// `module.orders.`; empty for the root.
    prefix: String,
    /// `orders.`; empty for the root.
    label: String,
    config: Option<&'p DocNode>,
    /// The arguments of its call, and who calls.
    call: Option<(&'p DocNode, usize)>,
}

/// A resource of a plan.
#[derive(Debug)]
struct Planned<'p> {
    address: &'p str,
    level: usize,
    data: bool,
    type_name: &'p str,
    name: &'p str,
    node: &'p DocNode,
    values: &'p DocNode,
}

/// Whether a text can be one.
pub(super) fn is_candidate(path: &str, text: &str) -> bool {
    file_name(path).rsplit_once('.').is_some_and(|(_, e)| e == "json")
        && ["\"format_version\"", "\"terraform_version\"", "\"root_module\""].iter().all(|k| text.contains(k))
}

impl Plan {
    /// Read a document; `None` when it is something else.
    pub(super) fn of(file: FileId, root: DocNode) -> Option<Self> {
        let is_text = |key: &str| matches!(root.get(key).and_then(scalar), Some(Value::Str(_)));
        if !is_text("format_version") || !is_text("terraform_version") {
            return None;
        }
        root_module(&root)?;
        let mut variables = Body::default();
        for e in root.get("variables").map(DocNode::entries).unwrap_or_default() {
            if let Some(value) = e.value.get("value") {
                let entry = DocEntry { key: e.key.clone(), key_span: e.key_span, value: value.clone() };
                variables.attributes.extend(super::json::values_of(std::slice::from_ref(&entry)));
            }
        }
        Some(Self { file, root, variables })
    }

    fn walk(&self) -> (Vec<Level<'_>>, Vec<Planned<'_>>) {
        let config = self.root.get("configuration").and_then(|c| c.get("root_module"));
        let (mut levels, mut out) = (Vec::new(), Vec::new());
        if let Some(module) = root_module(&self.root) {
            let root = Level { prefix: String::new(), label: String::new(), config, call: None };
            levels.push(root);
            collect(module, 0, 0, &mut levels, &mut out);
        }
        (levels, out)
    }

    /// How far a plan is one of a module: of its root module's resources and calls, those that the module declares, and
    /// all.
    fn fits(&self, module: &Module<'_>) -> (usize, usize) {
        let (levels, resources) = self.walk();
        let (mut hits, mut all) = (0, 0);
        for r in resources.iter().filter(|r| r.level == 0 && !r.data) {
            all += 1;
            hits += usize::from(module.find(false, &r.type_name.into(), &r.name.into()).is_some());
        }
        for l in levels.iter().filter(|l| !l.label.is_empty()) {
            let Some((call, "")) = l.label.split_once('.') else { continue };
            let call = call.split('[').next().unwrap_or(call);
            all += 1;
            hits += usize::from(module.calls.iter().any(|c| c.labels.first().is_some_and(|n| n == call)));
        }
        (hits, all)
    }

    /// What is known of a resource of the module the plan is of, put into what its blocks say.
    pub(super) fn overlay(&self, dir: &str, evaluated: &mut [Evaluated]) {
        let (_, resources) = self.walk();
        let by_address: BTreeMap<&str, &Planned<'_>> = resources.iter().map(|r| (r.address, r)).collect();
        for e in evaluated.iter_mut().filter(|e| !e.data && e.dir == dir) {
            match by_address.get(e.anchor.path.as_str()) {
                Some(r) => e.props = overlaid(&e.props, r.values, 0),
                // Not in this deployment: nothing is said of it.
                None if !e.guards.is_empty() => e.data = true,
                None => {}
            }
        }
    }

    /// The resources of a plan without a module in the tree.
    pub(super) fn evaluate(
        &self,
        path: &str,
        base: usize,
        template: u32,
        application: ApplicationId,
    ) -> Vec<Evaluated> {
        let (levels, resources) = self.walk();
        let kept: Vec<&Planned<'_>> =
            resources.iter().filter(|r| !r.data || KEPT.contains(&r.type_name)).collect();
        let ids: BTreeMap<&str, (ResourceId, &str)> = kept
            .iter()
            .enumerate()
            .map(|(i, r)| (r.address, (ResourceId(u32::try_from(base + i).unwrap_or(u32::MAX)), r.type_name)))
            .collect();
        let unknown: BTreeMap<&str, &DocNode> = self
            .root
            .get("resource_changes")
            .map(DocNode::items)
            .unwrap_or_default()
            .iter()
            .filter_map(|c| Some((c.get("address")?.text()?, c.get("change")?.get("after_unknown")?)))
            .collect();
        // What is not known is left out of the values, and told beside the changes.
        let is_plan = self.root.get("planned_values").is_some();
        let reader = Reader { levels: &levels, ids: &ids, texts: Texts::of(&kept, &ids) };
        kept.iter()
            .filter_map(|r| {
                let (id, _) = *ids.get(r.address)?;
                let level = levels.get(r.level)?;
                let config = config_of(level, r).and_then(|c| c.get("expressions"));
                let span = r.node.get("address").map_or(r.node.span, |a| a.span);
                let own = r.address.strip_prefix(level.prefix.as_str()).unwrap_or(r.address);
                let index = own.find('[').and_then(|i| own.get(i..)).unwrap_or_default();
                let mut props =
                    reader.tree(Some(r.values), unknown.get(r.address).copied(), config, "", r.level, 0);
                props = Tree::new(props.alts().to_vec(), props.open().cloned(), span);
                if is_plan && !unknown.contains_key(r.address) {
                    props = partly(&props);
                }
                Some(Evaluated {
                    id,
                    data: r.data,
                    type_name: r.type_name.into(),
                    name: format_smolstr!("{}{}{index}", level.label, r.name),
                    anchor: Anchor { span, path: r.address.into() },
                    guards: Guards::none(),
                    props,
                    template,
                    dir: parent(path).to_owned(),
                    application,
                    repeated: false,
                })
            })
            .collect()
    }

    /// Its file.
    pub(super) fn file(&self) -> FileId {
        self.file
    }

    fn start(&self) -> Span {
        Span::new(self.file, 0, 0)
    }
}

/// The module each plan is of: those of modules by the module's index, and those alone. A plan that does not quite fit
/// is not read.
pub(super) fn choose<'p>(
    plans: &[(&'p str, &'p Plan)],
    modules: &[Module<'_>],
    notices: &mut Vec<(Span, String)>,
) -> (BTreeMap<usize, &'p Plan>, Vec<(&'p str, &'p Plan)>) {
    let (mut of_modules, mut alone) = (BTreeMap::new(), Vec::new());
    for (path, plan) in plans {
        let fits: Vec<(usize, (usize, usize))> =
            modules.iter().enumerate().map(|(i, m)| (i, plan.fits(m))).filter(|(_, (h, _))| *h > 0).collect();
        let whole: Vec<usize> = fits.iter().filter(|(_, (h, all))| h == all).map(|(i, _)| *i).collect();
        let beside = whole.iter().copied().find(|i| modules[*i].dir == parent(path));
        match (beside, &whole[..], fits.is_empty()) {
            (Some(i), ..) if !of_modules.contains_key(&i) => {
                of_modules.insert(i, *plan);
            }
            (None, [i], _) if !of_modules.contains_key(i) => {
                of_modules.insert(*i, *plan);
            }
            (None, [], true) => alone.push((*path, *plan)),
            (None, [], false) => {
                notices.push((
                    plan.start(),
                    "a plan that does not fit the modules of this tree is not read".into(),
                ));
            }
            _ => notices
                .push((plan.start(), "which module this plan is of is not clear; it is not read".into())),
        }
    }
    (of_modules, alone)
}

/// The resources that are there when it is carried out, or are there.
fn root_module(root: &DocNode) -> Option<&DocNode> {
    root.get("planned_values").or_else(|| root.get("values"))?.get("root_module")
}

fn collect<'p>(
    module: &'p DocNode,
    level: usize,
    depth: u32,
    levels: &mut Vec<Level<'p>>,
    out: &mut Vec<Planned<'p>>,
) {
    let text = |n: &'p DocNode, key: &str| n.get(key).and_then(DocNode::text);
    for node in module.get("resources").map(DocNode::items).unwrap_or_default() {
        let (Some(address), Some(type_name), Some(name), Some(values)) =
            (text(node, "address"), text(node, "type"), text(node, "name"), node.get("values"))
        else {
            continue;
        };
        let data = text(node, "mode") == Some("data");
        out.push(Planned { address, level, data, type_name, name, node, values });
    }
    if depth > MAX_DEPTH {
        return;
    }
    for child in module.get("child_modules").map(DocNode::items).unwrap_or_default() {
        let Some(address) = text(child, "address") else { continue };
        let Some(outer) = levels.get(level) else { continue };
        let own = address.strip_prefix(outer.prefix.as_str()).and_then(|a| a.strip_prefix("module."));
        let Some(own) = own else { continue };
        let call = own.split('[').next().unwrap_or(own);
        let call = outer.config.and_then(|c| c.get("module_calls")?.get(call));
        let next = Level {
            prefix: format!("{address}."),
            label: format!("{}{own}.", outer.label),
            config: call.and_then(|c| c.get("module")),
            call: call.and_then(|c| Some((c.get("expressions")?, level))),
        };
        levels.push(next);
        let at = levels.len() - 1;
        collect(child, at, depth + 1, levels, out);
    }
}

/// Arguments beside which there may be others.
fn partly(props: &Tree) -> Tree {
    let alts = props.alts().iter().map(|a| match &a.value {
        Node::Map { entries, .. } => {
            let open = Some(Why::new(Reason::Imported, "what is not known yet is not told"));
            Alt { value: Node::Map { entries: entries.clone(), open }, ..a.clone() }
        }
        _ => a.clone(),
    });
    Tree::new(alts.collect(), props.open().cloned(), props.span())
}

fn config_of<'p>(level: &Level<'p>, r: &Planned<'_>) -> Option<&'p DocNode> {
    let is = |c: &&DocNode| {
        c.get("type").and_then(DocNode::text) == Some(r.type_name)
            && c.get("name").and_then(DocNode::text) == Some(r.name)
            && (c.get("mode").and_then(DocNode::text) == Some("data")) == r.data
    };
    level.config?.get("resources")?.items().iter().find(is)
}

/// What the module says of a value, and where it does not say it for certain, what the plan says. Where it names
/// another resource, the module's own words are better.
fn overlaid(t: &Tree, known: &DocNode, depth: u32) -> Tree {
    if depth > MAX_DEPTH {
        return t.clone();
    }
    let is_null = matches!(scalar(known), Some(Value::Null));
    if let Some(node) = t.sole() {
        let value = match (node, &known.kind) {
            (Node::Map { entries, open }, DocKind::Map(_)) => Node::Map {
                entries: entries
                    .iter()
                    .map(|e| Entry {
                        value: match known.get(&e.key) {
                            Some(k) => overlaid(&e.value, k, depth + 1),
                            None => e.value.clone(),
                        },
                        ..e.clone()
                    })
                    .collect(),
                open: open.clone(),
            },
            (Node::List { items, open: None }, DocKind::Seq(all)) if items.len() == all.len() => Node::List {
                items: items.iter().zip(all).map(|(t, k)| overlaid(t, k, depth + 1)).collect(),
                open: None,
            },
            (Node::List { open: Some(_), .. }, DocKind::Seq(_)) if !is_null => {
                return literal(known, t.span(), depth);
            }
            (Node::Leaf(v), DocKind::Scalar(_)) if is_open(v) && !is_null => {
                return literal(known, t.span(), depth);
            }
            (node, _) => node.clone(),
        };
        let alts = t.alts().iter().map(|a| Alt { value: value.clone(), ..a.clone() }).collect();
        return Tree::new(alts, None, t.span());
    }
    if is_null || names_resource(t, 0) { t.clone() } else { literal(known, t.span(), depth) }
}

/// Whether a value depends on what the module does not know.
fn is_open(v: &Value) -> bool {
    match v {
        Value::Param(_) | Value::Unknown(_) => true,
        Value::Concat(parts) => {
            parts.iter().any(is_open) && !parts.iter().any(|p| matches!(p, Value::Of(..)))
        }
        _ => false,
    }
}

fn names_resource(t: &Tree, depth: u32) -> bool {
    depth > MAX_DEPTH
        || t.alts().iter().any(|a| match &a.value {
            Node::Absent => false,
            Node::Leaf(Value::Concat(parts)) => parts.iter().any(|p| matches!(p, Value::Of(..))),
            Node::Leaf(v) => matches!(v, Value::Of(..)),
            Node::List { items, .. } => items.iter().any(|t| names_resource(t, depth + 1)),
            Node::Map { entries, .. } => entries.iter().any(|e| names_resource(&e.value, depth + 1)),
        })
}
