//! Values of variables: given by files and options, passed by calls, by default, or a symbol.
//! Source: <https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence>

use super::eval::{Eval, Scope};
use super::expr::{Body, Expr, ExprKind};
use super::module::Module;
use super::trees::{bind, bounded, entry};
use crate::files;
use crate::iac::Deploy;
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Alt, Basis, Guards, Reason, Why};
use lamlint_model::value::Value;
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;

/// A value of one deployment.
#[derive(Debug, Clone)]
pub(super) struct Given {
    /// The deployment; only told apart where values differ.
    pub(super) deployment: SmolStr,
    /// The value; `None`: the default applies.
    pub(super) value: Option<Expr>,
}

/// Directories beside a root module that hold one file of values for each deployment.
const VALUE_DIRS: &[&str] =
    &["config", "configs", "env", "envs", "environment", "environments", "tfvars", "vars", "variables"];

/// The values of the variables of a root module.
pub(super) fn given(
    module: &Module<'_>,
    values: &BTreeMap<&str, &Body>,
    deploy: &Deploy,
    planned: Option<&Body>,
) -> BTreeMap<SmolStr, Vec<Given>> {
    let mut out: BTreeMap<SmolStr, Vec<Given>> = BTreeMap::new();
    let mut set = |body: &Body, name: &str| {
        for a in &body.attributes {
            let one = Given { deployment: name.into(), value: Some(a.value.clone()) };
            out.insert(a.name.clone(), vec![one]);
        }
    };
    let here = |p: &str| files::parent(p) == module.dir;
    let loaded = |p: &str| {
        let name = files::file_name(p);
        let stem = name.strip_suffix(".json").unwrap_or(name);
        stem == "terraform.tfvars" || stem.ends_with(".auto.tfvars")
    };
    // `terraform.tfvars` comes before the others, which come in the order of their names.
    let mut automatic: Vec<&&str> = values.keys().filter(|p| here(p) && loaded(p)).collect();
    automatic.sort_by_key(|p| (!files::file_name(p).starts_with("terraform.tfvars"), **p));
    for p in automatic {
        set(values[*p], "");
    }
    for p in &deploy.tfvars {
        if let Some(body) = values.get(p.as_str()) {
            set(body, "");
        }
    }
    if deploy.tfvars.is_empty() {
        let beside = |p: &str| {
            let dir = files::parent(p);
            here(p) || (files::parent(dir) == module.dir && VALUE_DIRS.contains(&files::file_name(dir)))
        };
        let files: Vec<(&str, &Body)> =
            values.iter().filter(|(p, _)| beside(p) && !loaded(p)).map(|(p, b)| (*p, *b)).collect();
        // Files that set what this module does not have are about something else.
        let fits = |b: &Body| {
            !b.attributes.is_empty()
                && b.attributes.iter().all(|a| module.variables.contains_key(a.name.as_str()))
        };
        // Files that are used together set different variables; those of deployments mostly the same.
        let common = |a: &Body, b: &Body| a.attributes.iter().filter(|x| b.get(&x.name).is_some()).count();
        let alike = |a: &Body, b: &Body| common(a, b) * 2 >= a.attributes.len().min(b.attributes.len());
        let apart = files.iter().all(|(_, a)| files.iter().all(|(_, b)| alike(a, b)));
        if !files.is_empty() && apart && files.iter().all(|(_, b)| fits(b)) {
            let names: std::collections::BTreeSet<&SmolStr> =
                files.iter().flat_map(|(_, b)| b.attributes.iter().map(|a| &a.name)).collect();
            for name in names {
                let base = out.get(name).and_then(|g| g.first()).and_then(|g| g.value.clone());
                let all = files.iter().map(|(p, b)| Given {
                    deployment: files::file_name(p)
                        .trim_end_matches(".json")
                        .trim_end_matches(".tfvars")
                        .into(),
                    value: b.get(name).cloned().or_else(|| base.clone()),
                });
                out.insert(name.clone(), all.collect());
            }
        }
    }
    // A plan was made with the values it tells.
    for a in planned.map(|p| &p.attributes[..]).unwrap_or_default() {
        let one = Given { deployment: "".into(), value: Some(a.value.clone()) };
        out.insert(a.name.clone(), vec![one]);
    }
    for (name, text) in &deploy.parameters {
        let Some(block) = module.variables.get(name.as_str()) else { continue };
        let at = block.header;
        let is_text =
            matches!(block.body.get("type").map(|t| &t.kind), Some(ExprKind::Name(t)) if t == "string");
        let value = (!is_text).then(|| super::hcl::expression(text, at)).flatten();
        // A word alone is text for whom types it.
        let value = value
            .filter(|v| !matches!(v.kind, ExprKind::Name(_) | ExprKind::Path(..)))
            .unwrap_or_else(|| Expr::new(ExprKind::Text(text.as_str().into()), at));
        out.insert(
            name.as_str().into(),
            vec![Given { deployment: "command line".into(), value: Some(value) }],
        );
    }
    out
}

/// The value of a variable of a module instance.
pub(super) fn value(eval: &Eval<'_>, at: usize, name: &SmolStr, span: Span, depth: usize) -> Tree {
    let instance = &eval.instances[at];
    let Some(block) = instance.module.variables.get(name.as_str()) else {
        return Tree::unknown(
            Why::new(Reason::NotInTree, format!("`var.{name}` is not in this module")),
            span,
        );
    };
    let default = block.body.get("default");
    let symbol = || Tree::leaf(Value::Param(format_smolstr!("{}var.{name}", instance.path)), span);
    let raw = match &instance.parent {
        Some((parent, call, key)) => match call.body.get(name) {
            Some(e) => {
                let t = eval.with_key(*parent, call, key, depth, |inner| eval.tree(inner, e, depth + 1));
                let nullable =
                    !matches!(block.body.get("nullable").map(|n| &n.kind), Some(ExprKind::Bool(false)));
                if nullable { t } else { or_default(eval, at, &t, default, depth) }
            }
            None => match default {
                Some(d) => eval.tree(Scope::of(at), d, depth + 1),
                None => symbol(),
            },
        },
        None => root(eval, at, name, default, span, depth).unwrap_or_else(symbol),
    };
    match block.body.get("type") {
        Some(t) => typed(eval, at, &raw, t, depth, 0),
        None => raw,
    }
}

/// The default in place of `null`.
fn or_default(eval: &Eval<'_>, at: usize, t: &Tree, default: Option<&Expr>, depth: usize) -> Tree {
    let Some(d) = default else { return t.clone() };
    bind(t, t.span(), |n, span| match n {
        Node::Absent => eval.tree(Scope::of(at), d, depth + 1),
        n => Tree::known(n.clone(), span),
    })
}

fn root(
    eval: &Eval<'_>,
    at: usize,
    name: &SmolStr,
    default: Option<&Expr>,
    span: Span,
    depth: usize,
) -> Option<Tree> {
    let by_default = |guards: &Guards| {
        let d = default?;
        let t = eval.tree(Scope::of(at), d, depth + 1);
        let alts: Vec<Alt<Node>> = t
            .alts()
            .iter()
            .filter_map(|a| {
                let guards = guards.and(&a.guards)?;
                Some(Alt { basis: Basis::ParameterDefault(name.clone()), guards, ..a.clone() })
            })
            .collect();
        Some((alts, t.open().cloned()))
    };
    let why = || Why::new(Reason::Parameter, format!("variable `{name}` may be set to something else"));
    let given = eval.instances[at].given.get(name).filter(|g| !g.is_empty());
    let Some(given) = given else {
        let (alts, open) = by_default(&Guards::none())?;
        return Some(Tree::new(alts, open.or_else(|| Some(why())), span));
    };
    let first = &given[0].value;
    let same = |a: &Option<Expr>, b: &Option<Expr>| match (a, b) {
        (Some(a), Some(b)) => a.kind == b.kind,
        (None, None) => true,
        _ => false,
    };
    let alone = given.iter().all(|g| same(&g.value, first));
    let (mut alts, mut open) = (Vec::new(), None);
    for g in given.iter().take(if alone { 1 } else { usize::MAX }) {
        let guards = if alone {
            Guards::none()
        } else {
            Guards::none().with("deployment", g.deployment.clone()).unwrap_or_default()
        };
        if let Some(e) = &g.value {
            // Values are constants: nothing can be named in such a file.
            let t = eval.tree(Scope::of(at), e, depth + 1).under(&guards);
            open = open.or_else(|| t.open().cloned());
            alts.extend(t.alts().iter().cloned());
        } else if let Some((all, more)) = by_default(&guards) {
            // A deployment may set it elsewhere.
            open = open.or(more).or_else(|| Some(why()));
            alts.extend(all);
        } else {
            open =
                open.or_else(|| Some(Why::new(Reason::Parameter, format!("variable `{name}` has no value"))));
        }
    }
    Some(bounded(alts, open, span))
}

/// Bound on the nesting of types.
const MAX_TYPE: usize = 24;

/// A value with the defaults of `optional(…)` in its type.
/// Source: <https://developer.hashicorp.com/terraform/language/expressions/type-constraints#optional-object-type-attributes>
fn typed(eval: &Eval<'_>, at: usize, t: &Tree, ty: &Expr, depth: usize, level: usize) -> Tree {
    if level > MAX_TYPE || !has_optional(ty, 0) {
        return t.clone();
    }
    let ExprKind::Call(kind, args, _) = &ty.kind else { return t.clone() };
    let Some(inner) = args.first() else { return t.clone() };
    match (kind.as_str(), &inner.kind) {
        ("optional", _) => typed(eval, at, t, inner, depth, level + 1),
        ("object", ExprKind::Map(fields)) => bind(t, t.span(), |n, span| {
            let Node::Map { entries, open } = n else { return Tree::known(n.clone(), span) };
            let mut out: Vec<Entry> = entries.clone();
            for (k, ty) in fields {
                let Some(key) = k.as_text() else { continue };
                let default = match &ty.kind {
                    ExprKind::Call(o, args, _) if o == "optional" => Some(args.get(1)),
                    _ => None,
                };
                let there = out.iter().position(|e| e.key == *key);
                if let Some(i) = there {
                    let value = match default {
                        // `null` gives the default, too.
                        Some(Some(d)) => or_default(eval, at, &out[i].value, Some(d), depth),
                        _ => out[i].value.clone(),
                    };
                    out[i].value = typed(eval, at, &value, ty, depth, level + 1);
                } else if let Some(default) = default
                    && open.is_none()
                {
                    let value = match default {
                        Some(d) => {
                            typed(eval, at, &eval.tree(Scope::of(at), d, depth + 1), ty, depth, level + 1)
                        }
                        None => Tree::absent_at(span),
                    };
                    out.push(entry(key.clone(), value, span));
                }
            }
            Tree::known(Node::Map { entries: out, open: open.clone() }, span)
        }),
        ("map" | "list" | "set", _) => bind(t, t.span(), |n, span| {
            let node = match n {
                Node::Map { entries, open } => Node::Map {
                    entries: entries
                        .iter()
                        .map(|e| Entry {
                            value: typed(eval, at, &e.value, inner, depth, level + 1),
                            ..e.clone()
                        })
                        .collect(),
                    open: open.clone(),
                },
                Node::List { items, open } => Node::List {
                    items: items.iter().map(|i| typed(eval, at, i, inner, depth, level + 1)).collect(),
                    open: open.clone(),
                },
                n => n.clone(),
            };
            Tree::known(node, span)
        }),
        _ => t.clone(),
    }
}

fn has_optional(ty: &Expr, level: usize) -> bool {
    match &ty.kind {
        ExprKind::Call(name, args, _) => {
            name == "optional" || (level < MAX_TYPE && args.iter().any(|a| has_optional(a, level + 1)))
        }
        ExprKind::Map(fields) => level < MAX_TYPE && fields.iter().any(|(_, t)| has_optional(t, level + 1)),
        _ => false,
    }
}
