//! Values of parameters: given, allowed, by default, or a symbol.

use super::eval::Eval;
use super::expr::{Expr, ExprKind};
use super::facts::{Parameter, TemplateFacts};
use lamlint_model::source::Span;
use lamlint_model::tree::{Node, Tree};
use lamlint_model::tri::{Alt, Basis, Guards, Reason, Why};
use lamlint_model::value::Value;
use smol_str::{SmolStr, format_smolstr};

/// More allowed values than this are not told apart.
const MAX_ALLOWED: usize = 32;

impl Eval<'_> {
    pub(super) fn parameter(&self, at: usize, p: &Parameter, depth: usize) -> Tree {
        if let Some((i, name, text)) = &*self.pinned.borrow()
            && (*i, name) == (at, &p.name)
        {
            let span = self.instances[at].facts.file_start();
            return Tree::known(typed(p, text, span), span);
        }
        let key = self.key(at, &p.name);
        let symbol =
            || Tree::leaf(Value::Param(self.own_symbol(at, p)), self.instances[at].facts.file_start());
        match self.parameters.borrow().get(&key) {
            Some(Some(t)) => return t.clone(),
            Some(None) => return symbol(),
            None => {}
        }
        self.parameters.borrow_mut().insert(key.clone(), None);
        let t = self.apart(|| self.parameter_value(at, p, depth));
        self.parameters.borrow_mut().insert(key, Some(t.clone()));
        t
    }

    fn parameter_value(&self, at: usize, p: &Parameter, depth: usize) -> Tree {
        let instance = &self.instances[at];
        let span = instance.facts.file_start();
        let is_list = is_list(p);
        let unknown = || {
            if is_list {
                let why = Why::new(Reason::Parameter, format!("parameter `{}` has no known value", p.name));
                Tree::known(Node::List { items: Vec::new(), open: Some(why) }, span)
            } else {
                Tree::leaf(Value::Param(self.own_symbol(at, p)), span)
            }
        };
        let typed = |text: &str| typed(p, text, span);
        // The value of such a parameter is what stands under the path, not the path.
        if p.type_name.starts_with("AWS::SSM::Parameter::Value") {
            return unknown();
        }
        if let Some((parent, passed)) = instance.parent {
            if let Some(e) = passed.get(&p.name).filter(|e| !e.is_null()) {
                let t = self.tree(parent, e, depth);
                return t.filter_map("a value", |n| match n {
                    Node::Leaf(Value::Str(s)) => Some(typed(s)),
                    n => Some(n.clone()),
                });
            }
            if !matches!(passed.kind, ExprKind::Map(_, None)) {
                return unknown();
            }
        }
        if let Some(given) = instance.given.get(&p.name)
            && let Some(first) = given.first()
        {
            let alone = given.iter().all(|g| g.text == first.text);
            let mut alts = Vec::new();
            let mut open = None;
            for g in given.iter().take(if alone { 1 } else { usize::MAX }) {
                let guards =
                    if alone { None } else { Guards::none().with("deployment", g.deployment.clone()) };
                let guards = guards.unwrap_or_default();
                match (&g.text, &p.default) {
                    (Some(t), _) => {
                        alts.push(Alt { value: typed(t), span, basis: Basis::Written, guards });
                    }
                    (None, Some(d)) => {
                        let basis = Basis::ParameterDefault(p.name.clone());
                        alts.push(Alt { value: typed(d.as_text().unwrap_or("")), span, basis, guards });
                    }
                    (None, None) => {
                        open =
                            Some(Why::new(Reason::Parameter, format!("parameter `{}` has no value", p.name)));
                    }
                }
            }
            return Tree::new(alts, open, span);
        }
        let default = p.default.as_ref().and_then(Expr::as_text);
        if !p.allowed.is_empty() && p.allowed.len() <= MAX_ALLOWED && !is_list {
            let subject = format_smolstr!("parameter {}{}", instance.prefix, p.name);
            let alts = p
                .allowed
                .iter()
                .map(|v| {
                    let basis = if default == Some(v) {
                        Basis::ParameterDefault(p.name.clone())
                    } else {
                        Basis::ParameterAllowed(p.name.clone())
                    };
                    let guards = match p.allowed.len() {
                        1 => Guards::none(),
                        _ => Guards::none().with(subject.clone(), v.clone()).unwrap_or_default(),
                    };
                    Alt { value: typed(v), span, basis, guards }
                })
                .collect();
            return Tree::new(alts, None, span);
        }
        match default {
            Some(d) => {
                let alt = Alt {
                    value: typed(d),
                    span,
                    basis: Basis::ParameterDefault(p.name.clone()),
                    guards: Guards::none(),
                };
                let why = Why::new(Reason::Parameter, format!("parameter `{}` may be overridden", p.name));
                Tree::new(vec![alt], Some(why), span)
            }
            None => unknown(),
        }
    }

    fn own_symbol(&self, at: usize, p: &Parameter) -> SmolStr {
        format_smolstr!("{}{}", self.instances[at].prefix, p.name)
    }

    /// A parameter inside text: its value where there is only one, else a symbol that equals itself.
    pub(super) fn symbol(&self, at: usize, p: &Parameter, depth: usize) -> Value {
        let t = self.parameter(at, p, depth);
        if let Some(Node::Leaf(v)) = t.only()
            && t.alts().iter().all(|a| !matches!(a.basis, Basis::ParameterDefault(_)))
        {
            return v.clone();
        }
        if let Some((parent, passed)) = self.instances[at].parent
            && let Some(Expr { kind: ExprKind::Ref(name), .. }) = passed.get(&p.name)
            && let Some(q) = self.instances[parent].facts.parameters.iter().find(|q| q.name == *name)
        {
            return self.symbol(parent, q, depth);
        }
        Value::Param(self.own_symbol(at, p))
    }
}

impl TemplateFacts {
    /// A span for values that stand nowhere; replaced by the place of use.
    pub(super) fn file_start(&self) -> Span {
        Span::new(self.file, 0, 0)
    }
}

fn is_list(p: &Parameter) -> bool {
    p.type_name == "CommaDelimitedList" || p.type_name.contains("List<")
}

/// A parameter's value from its text.
fn typed(p: &Parameter, text: &str, span: Span) -> Node {
    if is_list(p) {
        let items = text.split(',').map(|t| Tree::leaf(Value::str(t.trim()), span)).collect();
        return Node::List { items, open: None };
    }
    Node::Leaf(match text.trim().parse::<i64>() {
        Ok(n) if p.type_name == "Number" => Value::Int(n),
        _ => Value::str(text),
    })
}

/// The text a parameter's value was read from.
pub(super) fn text_of(node: &Node) -> Option<SmolStr> {
    match node {
        Node::Leaf(Value::Str(s)) => Some(s.clone()),
        Node::Leaf(Value::Int(i)) => Some(format_smolstr!("{i}")),
        Node::List { items, open: None } => {
            let items: Option<Vec<SmolStr>> = items.iter().map(|t| t.only().and_then(text_of)).collect();
            items.map(|i| i.join(",").into())
        }
        _ => None,
    }
}
