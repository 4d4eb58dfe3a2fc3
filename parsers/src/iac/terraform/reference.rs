//! What names mean: variables, local values, modules, resources, data sources.

use super::documents;
use super::eval::{Eval, Memo, SELF, Scope};
use super::expr::{Expr, ExprKind, Step};
use super::module::{Key, Shape, is_kept};
use super::trees::{complement, entry, error, only_under, plain, under};
use crate::iac::eval::placed;
use lamlint_model::source::Span;
use lamlint_model::tree::{Entry, Node, Tree};
use lamlint_model::tri::{Guards, Reason, Why};
use lamlint_model::value::{Attr, Value};
use smol_str::{SmolStr, format_smolstr};

/// Data sources that say where they are asked.
/// Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/caller_identity>
const PSEUDO: &[(&str, &[(&str, &str)])] = &[
    ("aws_caller_identity", &[("account_id", "AWS::AccountId"), ("id", "AWS::AccountId")]),
    ("aws_region", &[("name", "AWS::Region"), ("region", "AWS::Region"), ("id", "AWS::Region")]),
    (
        "aws_partition",
        &[("partition", "AWS::Partition"), ("id", "AWS::Partition"), ("dns_suffix", "AWS::URLSuffix")],
    ),
];

impl Eval<'_> {
    pub(super) fn path(
        &self,
        scope: Scope<'_>,
        root: &Expr,
        steps: &[Step],
        span: Span,
        depth: usize,
    ) -> Tree {
        let ExprKind::Name(name) = &root.kind else {
            let t = self.tree(scope, root, depth);
            return self.take(scope, t, steps, span, depth);
        };
        if let Some(t) = scope.value(name) {
            let t = placed(t, span);
            return self.take(scope, t, steps, span, depth);
        }
        let attribute = |i: usize| match steps.get(i) {
            Some(Step::Attribute(a)) => Some(a),
            _ => None,
        };
        let unknown = |what: &str| Tree::unknown(Why::new(Reason::NotInTree, what), span);
        let Some(first) = attribute(0) else { return unknown("a reference that is not understood") };
        let (t, rest) = match name.as_str() {
            "var" => (self.variable(scope.at, first, span, depth), 1),
            "local" => (self.local(scope.at, first, span, depth), 1),
            "each" | "count" | "self" => {
                return Tree::unknown(Why::new(Reason::Macro, "a loop over what is not known"), span);
            }
            "path" => (self.dir(scope.at, first, span), 1),
            "terraform" => (Tree::leaf(Value::Param(format_smolstr!("terraform.{first}")), span), 1),
            "module" => return self.module(scope, first, steps, span, depth),
            "data" => match attribute(1) {
                Some(second) => {
                    match attribute(2).and_then(|a| self.asked(scope.at, (first, second, a), depth)) {
                        Some(t) => (self.seen_from(scope.at, &t, span), 3),
                        None => (self.named(scope, true, first, second, span, depth), 2),
                    }
                }
                None => return unknown("a reference that is not understood"),
            },
            _ => (self.named(scope, false, name, first, span, depth), 1),
        };
        self.take(scope, t, steps.get(rest..).unwrap_or_default(), span, depth)
    }

    pub(super) fn dir(&self, at: usize, which: &str, span: Span) -> Tree {
        let instance = &self.instances[at];
        match which {
            "module" => Tree::leaf(Value::Str(instance.from_root.clone()), span),
            "root" | "cwd" => Tree::leaf(Value::str("."), span),
            _ => Tree::unknown(Why::other("no such path"), span),
        }
    }

    pub(super) fn local(&self, at: usize, name: &SmolStr, span: Span, depth: usize) -> Tree {
        let Some(e) = self.instances[at].module.locals.get(name.as_str()) else {
            return Tree::unknown(
                Why::new(Reason::NotInTree, format!("`local.{name}` is not in this module")),
                span,
            );
        };
        let t =
            self.remembered(Memo::Local(at, name.clone()), span, || self.tree(Scope::of(at), e, depth + 1));
        self.seen_from(at, &t, span)
    }

    pub(super) fn variable(&self, at: usize, name: &SmolStr, span: Span, depth: usize) -> Tree {
        let t = self.remembered(Memo::Variable(at, name.clone()), span, || {
            super::variables::value(self, at, name, self.place(at, span), depth + 1)
        });
        self.seen_from(at, &t, span)
    }

    /// A module call, or a part of what it gives.
    pub(super) fn module(
        &self,
        scope: Scope<'_>,
        name: &SmolStr,
        steps: &[Step],
        span: Span,
        depth: usize,
    ) -> Tree {
        let instance = &self.instances[scope.at];
        let Some(call) = instance.calls.get(name.as_str()) else {
            let t = Tree::leaf(Value::Param(format_smolstr!("{}module.{name}", instance.path)), span);
            return self.take(scope, t, &steps[1..], span, depth);
        };
        let of = |child: usize, guards: &Guards, rest: &[Step]| -> Tree {
            if let Some(Step::Attribute(o)) = rest.first() {
                let t = self.output(child, o, span, depth);
                return under(&self.take(scope, t, &rest[1..], span, depth), guards);
            }
            let outputs = self.instances[child].module.outputs.keys();
            let entries =
                outputs.map(|o| entry(*o, self.output(child, &SmolStr::new(o), span, depth), span)).collect();
            let t = Tree::known(Node::Map { entries, open: None }, span);
            under(&self.take(scope, t, rest, span, depth), guards)
        };
        let rest = &steps[1..];
        match (call.shape, rest.first(), &call.items[..]) {
            (Shape::Single, _, [(_, guards, child)]) => of(*child, guards, rest),
            (_, Some(Step::Index(i)), items) => {
                let index = plain(&self.tree(scope, i, depth));
                let hit = items.iter().find(|(k, ..)| index.as_ref().is_some_and(|v| k.is(v)));
                let open = matches!(index, None | Some(Value::Param(_)));
                let one = || items.first().filter(|(k, ..)| *k == Key::Unknown && open);
                match hit.or_else(one) {
                    Some((_, guards, child)) => of(*child, guards, &rest[1..]),
                    None if call.open.is_none() && !open => error(span),
                    None => Tree::unknown(Why::new(Reason::Macro, "a module call that is repeated"), span),
                }
            }
            (_, Some(Step::Splat { .. }), items) => {
                let all = items
                    .iter()
                    .map(|(_, g, c)| {
                        let t = of(*c, &Guards::none(), &rest[1..]);
                        only_under(&t, g, complement(g).as_ref(), span)
                    })
                    .collect();
                Tree::known(Node::List { items: all, open: call.open.clone() }, span)
            }
            (shape, _, items) => {
                let all = items.iter().map(|(k, g, c)| {
                    let t = only_under(&of(*c, &Guards::none(), &[]), g, complement(g).as_ref(), span);
                    (k.label(), t)
                });
                let node = if shape == Shape::Each {
                    let entries = all.map(|(k, t)| entry(k, t, span)).collect();
                    Node::Map { entries, open: call.open.clone() }
                } else {
                    Node::List { items: all.map(|(_, t)| t).collect(), open: call.open.clone() }
                };
                let t = Tree::known(node, span);
                self.take(scope, t, rest, span, depth)
            }
        }
    }

    pub(super) fn output(&self, at: usize, name: &SmolStr, span: Span, depth: usize) -> Tree {
        let instance = &self.instances[at];
        let Some(e) = instance.module.outputs.get(name.as_str()) else {
            return if instance.stands_for.is_some() {
                let path = instance.path.trim_end_matches('.');
                Tree::leaf(Value::Param(format_smolstr!("{path}.{name}")), span)
            } else {
                Tree::unknown(Why::new(Reason::NotInTree, format!("no output `{name}`")), span)
            };
        };
        let t =
            self.remembered(Memo::Output(at, name.clone()), span, || self.tree(Scope::of(at), e, depth + 1));
        placed(&t, span)
    }

    /// A resource or a data source with all its instances.
    pub(super) fn named(
        &self,
        scope: Scope<'_>,
        data: bool,
        type_name: &SmolStr,
        name: &SmolStr,
        span: Span,
        depth: usize,
    ) -> Tree {
        let instance = &self.instances[scope.at];
        let Some(i) = instance.module.find(data, type_name, name) else {
            let why = Why::new(Reason::NotInTree, format!("`{type_name}.{name}` is not in this module"));
            return Tree::unknown(why, span);
        };
        if data && !is_kept(type_name) {
            return self.data_source(scope.at, i, span, depth);
        }
        let expansion = self.expansion(scope.at, i, depth);
        let item = |slot: usize| {
            let guards = self.slots.borrow()[slot].guards.clone();
            let t = Tree::leaf(Value::Of(self.id(slot), Attr::Other(SELF.into())), span);
            (t, guards)
        };
        let node = match (expansion.shape, &expansion.items[..]) {
            (Shape::Single, [slot]) => {
                let (t, guards) = item(*slot);
                return under(&t, &guards);
            }
            (Shape::Each, [slot]) if self.slots.borrow()[*slot].key == Key::Unknown => {
                let (t, guards) = item(*slot);
                return under(&t, &guards);
            }
            (shape, items) => {
                let all = items.iter().map(|slot| {
                    let (t, g) = item(*slot);
                    let label = self.slots.borrow()[*slot].key.label();
                    (label, only_under(&t, &g, complement(&g).as_ref(), span))
                });
                if shape == Shape::Each {
                    let entries = all.map(|(k, t)| entry(k, t, span)).collect();
                    Node::Map { entries, open: expansion.open.clone() }
                } else {
                    Node::List { items: all.map(|(_, t)| t).collect(), open: expansion.open.clone() }
                }
            }
        };
        Tree::known(node, span)
    }

    /// What a data source that is not repeated is asked for: its own argument.
    fn asked(&self, at: usize, path: (&SmolStr, &SmolStr, &SmolStr), depth: usize) -> Option<Tree> {
        let module = self.instances[at].module;
        let source = &module.declared[module.find(true, path.0, path.1)?];
        let block = source.block();
        if is_kept(path.0) || block.body.get("count").is_some() || block.body.get("for_each").is_some() {
            return None;
        }
        block.body.get(path.2).map(|e| self.tree(Scope::of(at), e, depth + 1))
    }

    /// A data source: what is asked for is known, what is found is a symbol.
    pub(super) fn data_source(&self, at: usize, declared: usize, span: Span, depth: usize) -> Tree {
        let path = &self.instances[at].path;
        let source = &self.instances[at].module.declared[declared];
        let (type_name, name, block) = (&source.type_name, &source.name, source.block());
        let symbol = |key: &str| Value::Param(format_smolstr!("{path}data.{type_name}.{name}{key}"));
        let one = |key: &Key, k: usize| -> Tree {
            let mut entries: Vec<Entry> = Vec::new();
            let shown = key.index();
            if let Some(pseudo) = PSEUDO.iter().find(|(t, _)| t == type_name) {
                entries.extend(
                    pseudo
                        .1
                        .iter()
                        .map(|(a, p)| entry(*a, Tree::leaf(Value::Pseudo((*p).into()), span), span)),
                );
                return Tree::known(
                    Node::Map {
                        entries,
                        open: Some(Why::new(Reason::Imported, "known when it is deployed")),
                    },
                    span,
                );
            }
            let document = match type_name.as_str() {
                "aws_iam_policy_document" => Some(documents::policy as documents::Make),
                "template_file" => Some(documents::template_file as documents::Make),
                _ => None,
            };
            if let Some(make) = document {
                let t = self.remembered(Memo::Document(at, declared, k), span, || {
                    self.with_key(at, block, key, depth, |inner| make(self, inner, block, span, depth + 1))
                });
                for a in ["json", "minified_json", "rendered"] {
                    entries.push(entry(a, t.clone(), span));
                }
                return Tree::known(Node::Map { entries, open: None }, span);
            }
            if type_name == "aws_iam_policy"
                && let Some(arn) = self.with_key(at, block, key, depth, |inner| {
                    documents::managed_policy(self, inner, block, span, depth + 1)
                })
            {
                entries.push(entry("arn", arn, span));
                let open = Some(Why::new(Reason::Imported, "known when it is deployed"));
                return Tree::known(Node::Map { entries, open }, span);
            }
            Tree::leaf(symbol(&shown), span)
        };
        let keys = self.keys(at, block, depth);
        match (keys.shape, &keys.items[..]) {
            (Shape::Single, _) => one(&Key::None, 0),
            (Shape::Each | Shape::Count, [(Key::Unknown, _)]) => {
                let t = one(&Key::Unknown, 0);
                Tree::known(Node::List { items: vec![t], open: keys.open.clone() }, span)
            }
            (Shape::Each, items) => {
                let entries = items
                    .iter()
                    .enumerate()
                    .map(|(i, (k, g))| {
                        let t = only_under(&one(k, i), g, complement(g).as_ref(), span);
                        entry(k.label(), t, span)
                    })
                    .collect();
                Tree::known(Node::Map { entries, open: keys.open.clone() }, span)
            }
            (Shape::Count, items) => {
                let items = items
                    .iter()
                    .enumerate()
                    .map(|(i, (k, g))| only_under(&one(k, i), g, complement(g).as_ref(), span))
                    .collect();
                Tree::known(Node::List { items, open: keys.open.clone() }, span)
            }
        }
    }
}
