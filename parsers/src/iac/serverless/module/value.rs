//! Expressions.

use super::{Entries, Frame, Reader, Val, text};
use crate::code::hir::{Arg, Block, Expr, ExprKind, FnId, MapEntry, Pattern, StmtKind};
use crate::code::program::UnitId;
use crate::doc::{DocKind, DocNode, DocScalar};
use crate::iac::expr::tag;
use crate::iac::serverless::nodes::{bare, plain, quoted, tagged, unknown, whole};
use crate::text::PosMap;
use lamlint_model::source::Span;
use smol_str::{SmolStr, ToSmolStr, format_smolstr};
use std::rc::Rc;

impl Reader<'_> {
    /// What an expression gives.
    pub(super) fn eval(&self, frame: &Frame, e: &Expr) -> Val {
        self.deeper(|| self.expression(frame, e))
    }

    fn expression(&self, frame: &Frame, e: &Expr) -> Val {
        let span = e.span;
        match &e.kind {
            ExprKind::Null => Val::Nothing,
            ExprKind::Bool(b) => Val::Node(plain(&b.to_string(), span)),
            ExprKind::Int(i) => Val::Node(plain(&i.to_string(), span)),
            ExprKind::Float(f) => Val::Node(plain(&f.to_string(), span)),
            ExprKind::Str(t) => Val::Node(literal(t, span)),
            ExprKind::Template(parts) => self.template(frame, parts, span),
            ExprKind::Name(n) if n == "__dirname" => match self.folder(frame.unit) {
                Some(t) => Val::Node(quoted(&t, span)),
                None => Val::Unknown("it lies outside of the service".to_owned()),
            },
            ExprKind::Name(n) => self.name(frame, n),
            ExprKind::Attr { object, name, .. } => self.member_at(&self.eval(frame, object), name, span),
            ExprKind::Index { object, index } => {
                let of = self.eval(frame, object);
                match self.eval(frame, index) {
                    Val::Node(n) if n.tag.is_none() && n.text().is_some() => {
                        self.member_at(&of, n.text().unwrap_or_default(), span)
                    }
                    _ => Val::Unknown("an index is computed".to_owned()),
                }
            }
            ExprKind::List(items) => self.list(frame, items, span),
            ExprKind::Map(entries) => Val::Node(self.map(frame, entries, span)),
            ExprKind::Closure(f) => Val::Function(frame.unit, *f, Rc::new(frame.clone())),
            ExprKind::Module(m) => match self.module(frame.unit, m) {
                Ok(u) => self.required(u),
                Err(v) => v,
            },
            ExprKind::Call { callee, args, is_new: false } => self.call(frame, callee, args, span),
            ExprKind::Binary { op, left, right } => {
                let (l, r) = (self.eval(frame, left), self.eval(frame, right));
                self.binary(op, l, r, span)
            }
            ExprKind::Logic { op, left, right } => self.logic(frame, op, left, right, span),
            ExprKind::Not(x) => match truth(&self.eval(frame, x)) {
                Some(t) => Val::Node(plain(&(!t).to_string(), span)),
                None => Val::Unknown("a condition is not known".to_owned()),
            },
            ExprKind::Compare { op, left, right } => {
                let (l, r) = (self.eval(frame, left), self.eval(frame, right));
                let (Some(l), Some(r)) = (constant(&l), constant(&r)) else {
                    return Val::Unknown("a condition is not known".to_owned());
                };
                match op.as_str() {
                    "==" => Val::Node(plain(&(l == r).to_string(), span)),
                    "!=" => Val::Node(plain(&(l != r).to_string(), span)),
                    _ => Val::Unknown("a comparison is not followed".to_owned()),
                }
            }
            ExprKind::Cond { test, then, otherwise } => match truth(&self.eval(frame, test)) {
                Some(true) => self.eval(frame, then),
                Some(false) => self.eval(frame, otherwise),
                None => Val::Unknown("a condition is not known".to_owned()),
            },
            ExprKind::Await(x) => self.eval(frame, x),
            _ => Val::Unknown("an expression is not followed".to_owned()),
        }
    }

    fn map(&self, frame: &Frame, entries: &[MapEntry], span: Span) -> DocNode {
        let mut out = Entries::default();
        for e in entries {
            match e {
                MapEntry::Pair(key, value) => {
                    let name = match self.eval(frame, key) {
                        Val::Node(n) if n.tag.is_none() => n.text().map(SmolStr::from),
                        _ => None,
                    };
                    let Some(name) = name.filter(|n| !n.contains('\0')) else {
                        out.open(key.span, "a key is computed");
                        continue;
                    };
                    match self.node(self.eval(frame, value), value.span) {
                        Ok(Some(n)) => out.put(name, key.span, n),
                        // `undefined` is as good as not there; what was there before is gone.
                        Ok(None) => out.put(name, key.span, plain("null", value.span)),
                        Err(why) => out.put(name, key.span, unknown(value.span, "", &why, false)),
                    }
                }
                MapEntry::Spread(x) => match self.node(self.eval(frame, x), x.span) {
                    Ok(Some(n)) if n.tag.is_none() && matches!(n.kind, DocKind::Map(_)) => out.spread(&n),
                    Ok(Some(n)) if n.tag.is_none() && n.text() == Some("false") => {}
                    Ok(None) => {}
                    Ok(Some(_)) => out.open(x.span, "a part is computed"),
                    Err(why) => out.open(x.span, &why),
                },
            }
        }
        out.node(span)
    }

    fn list(&self, frame: &Frame, items: &[Expr], span: Span) -> Val {
        let mut out = Vec::with_capacity(items.len());
        for i in items {
            let ExprKind::Spread(x) = &i.kind else {
                out.push(self.placed(self.eval(frame, i), i.span));
                continue;
            };
            match self.eval(frame, x) {
                Val::Node(DocNode { kind: DocKind::Seq(more), tag: None, .. }) => out.extend(more),
                Val::Unknown(why) => return Val::Unknown(why),
                _ => return Val::Unknown("a part of a list is computed".to_owned()),
            }
        }
        Val::Node(DocNode { kind: DocKind::Seq(out), ..bare(span) })
    }

    /// Text with holes.
    fn template(&self, frame: &Frame, parts: &[Expr], span: Span) -> Val {
        let mut pieces = Vec::new();
        for p in parts {
            match (&p.kind, self.eval(frame, p)) {
                // Variables of the framework around a hole.
                (ExprKind::Str(t), Val::Node(_)) => {
                    pieces.push(quoted(t, p.span));
                }
                (_, Val::Nothing) => pieces.push(quoted("undefined", p.span)),
                (_, v) => pieces.push(self.placed(v, p.span)),
            }
        }
        joined(pieces, span)
    }

    fn binary(&self, op: &str, l: Val, r: Val, span: Span) -> Val {
        let number = |v: &Val| match v {
            Val::Node(DocNode { kind: DocKind::Scalar(s), tag: None, .. }) if s.plain => {
                s.text.parse::<i64>().ok()
            }
            _ => None,
        };
        if let (Some(a), Some(b)) = (number(&l), number(&r)) {
            let result = match op {
                "+" => a.checked_add(b),
                "-" => a.checked_sub(b),
                "*" => a.checked_mul(b),
                "/" => a.checked_rem(b).filter(|rest| *rest == 0).and_then(|_| a.checked_div(b)),
                _ => None,
            };
            return match result {
                Some(n) => Val::Node(plain(&n.to_string(), span)),
                None => Val::Unknown("a number is computed".to_owned()),
            };
        }
        let is_text = |v: &Val| match v {
            Val::Node(n) => match &n.kind {
                DocKind::Scalar(s) => n.tag.is_none() && !s.plain,
                _ => matches!(n.tag.as_deref(), Some(tag::TEXT)),
            },
            _ => false,
        };
        if op == "+" && (is_text(&l) || is_text(&r)) {
            return joined(vec![self.placed(l, span), self.placed(r, span)], span);
        }
        Val::Unknown("something is computed".to_owned())
    }

    fn logic(&self, frame: &Frame, op: &str, left: &Expr, right: &Expr, span: Span) -> Val {
        let l = self.eval(frame, left);
        if let (Val::Node(n), "or" | "??") = (&l, op)
            && n.tag.as_deref() == Some(tag::SYMBOL)
            && let Some(symbol) = n.items().first().and_then(DocNode::text)
        {
            // A variable of the shell: as `${env:X, 'dev'}`.
            return match self.node(self.eval(frame, right), right.span) {
                Ok(Some(value)) if value.tag.is_none() => {
                    let shown = format_smolstr!("{symbol}, {}", value.text().unwrap_or_default());
                    Val::Node(tagged(
                        tag::ASSUMED,
                        span,
                        vec![quoted(&shown, span), quoted(symbol, span), value],
                    ))
                }
                Ok(None) => l,
                _ => Val::Node(unknown(span, "", "a variable of the shell, or something computed", false)),
            };
        }
        let chosen = match op {
            "??" => match &l {
                Val::Nothing => Some(false),
                Val::Node(n) if n.tag.is_none() => Some(true),
                _ => None,
            },
            "or" => truth(&l),
            _ => truth(&l).map(|t| !t),
        };
        match chosen {
            Some(true) => l,
            Some(false) => self.eval(frame, right),
            None => Val::Unknown("a condition is not known".to_owned()),
        }
    }

    /// A member of a value.
    pub(super) fn member(&self, of: &Val, name: &str) -> Val {
        self.member_at(of, name, Span::new(self.program.unit(UnitId(0)).file, 0, 0))
    }

    fn member_at(&self, of: &Val, name: &str, span: Span) -> Val {
        match of {
            Val::Node(n) if n.tag.is_none() => match &n.kind {
                DocKind::Map(entries) => match entries.iter().find(|e| e.key == name) {
                    Some(e) => known(&e.value),
                    None if entries.iter().any(|e| e.key == tag::MORE) => {
                        Val::Unknown(format!("`{name}` may be anything"))
                    }
                    None => Val::Nothing,
                },
                DocKind::Seq(items) => match name.parse::<usize>() {
                    Ok(i) => items.get(i).map_or(Val::Nothing, known),
                    Err(_) => Val::Unknown(format!("`{name}` of a list is not followed")),
                },
                DocKind::Scalar(_) => Val::Unknown(format!("`{name}` of a text is not followed")),
            },
            Val::Exports(u) => self.export(*u, name),
            Val::Global(g) if g == "process.env" || g == "process.process.env" => {
                let why = format!("`{name}` is set when it is deployed");
                Val::Node(unknown(span, &format!("env:{name}"), &why, true))
            }
            Val::Global(g) => Val::Global(format_smolstr!("{g}.{name}")),
            Val::Unknown(why) => Val::Unknown(why.clone()),
            _ => Val::Unknown(format!("`{name}` is not followed")),
        }
    }

    fn call(&self, frame: &Frame, callee: &Expr, args: &[Arg], span: Span) -> Val {
        let unfollowed = || Val::Unknown("a call is not followed".to_owned());
        let values = || -> Vec<Val> { args.iter().map(|a| self.eval(frame, &a.value)).collect() };
        if args.iter().any(|a| matches!(a.value.kind, ExprKind::Spread(_))) {
            return unfollowed();
        }
        if let ExprKind::Attr { object, name, .. } = &callee.kind {
            let of = self.eval(frame, object);
            if let Some(t) = constant(&of).filter(|_| !matches!(of, Val::Nothing)) {
                let regex = args.first().map(|a| self.written(&a.value)).filter(|w| w.starts_with('/'));
                let mut given: Vec<Option<SmolStr>> = values().iter().map(constant).collect();
                // Separators of other systems; there are none in paths here.
                if let (Some(r"/\\/g" | r"/[\\]/g"), Some(first)) = (regex, given.first_mut()) {
                    *first = Some(r"\".into());
                }
                return match text::method(&t, name, &given) {
                    Some(text::Result::Text(t)) => Val::Node(quoted(&t, span)),
                    Some(text::Result::List(items)) => {
                        let items = items.iter().map(|t| quoted(t, span)).collect();
                        Val::Node(DocNode { kind: DocKind::Seq(items), ..bare(span) })
                    }
                    None => unfollowed(),
                };
            }
            if let (Val::Node(DocNode { kind: DocKind::Seq(items), tag: None, .. }), "concat") =
                (&of, &**name)
            {
                let mut items = items.clone();
                for v in values() {
                    match v {
                        Val::Node(DocNode { kind: DocKind::Seq(more), tag: None, .. }) => items.extend(more),
                        _ => return unfollowed(),
                    }
                }
                return Val::Node(DocNode { kind: DocKind::Seq(items), ..bare(span) });
            }
            let callee = self.member_at(&of, name, span);
            return self.apply(&callee, values(), span);
        }
        self.apply(&self.eval(frame, callee), values(), span)
    }

    fn apply(&self, callee: &Val, args: Vec<Val>, span: Span) -> Val {
        match callee {
            Val::Function(u, f, frame) => self.call_own(*u, *f, frame, &args),
            Val::Global(g) => {
                let given: Option<Vec<SmolStr>> = args.iter().map(constant).collect();
                let found = given.and_then(|given| text::function(g, &given));
                match found {
                    Some(t) => Val::Node(quoted(&t, span)),
                    None if g == "Object.freeze" => args.into_iter().next().unwrap_or(Val::Nothing),
                    None => Val::Unknown(format!("what `{g}` gives is not followed")),
                }
            }
            Val::Unknown(why) => Val::Unknown(why.clone()),
            _ => Val::Unknown("a call is not followed".to_owned()),
        }
    }

    /// Call a function of the tree.
    pub(super) fn call_own(&self, unit: UnitId, f: FnId, around: &Frame, args: &[Val]) -> Val {
        let function = self.program.unit(unit).function(f);
        if function.is_generator || function.params.iter().any(|p| p.rest || p.rest_named) {
            return Val::Unknown(format!("`{}` is not followed", function.name));
        }
        let mut frame = Frame { unit, locals: around.locals.clone() };
        for (i, p) in function.params.iter().enumerate() {
            let value = match (args.get(i), &p.default) {
                (None | Some(Val::Nothing), Some(d)) => self.eval(&frame, d),
                (given, _) => given.cloned().unwrap_or(Val::Nothing),
            };
            self.bind(&mut frame, &p.pattern, &value);
        }
        self.deeper(|| {
            let returned = self.body(&mut frame, &function.body);
            returned.unwrap_or(Val::Nothing)
        })
    }

    fn bind(&self, frame: &mut Frame, pattern: &Pattern, value: &Val) {
        let mut names = Vec::new();
        names_of(pattern, &mut names);
        for n in names {
            let part = self.part(pattern, value.clone(), &n);
            frame.locals.insert(n, part);
        }
    }

    /// What a body returns; nothing where it comes to its end.
    fn body(&self, frame: &mut Frame, body: &Block) -> Option<Val> {
        for s in body {
            match &s.kind {
                StmtKind::Declare { target, value } => {
                    let value = self.eval(frame, value);
                    self.bind(frame, target, &value);
                }
                StmtKind::Return(e) => {
                    return Some(e.as_ref().map_or(Val::Nothing, |e| self.eval(frame, e)));
                }
                StmtKind::Function(f) => {
                    let name = self.program.unit(frame.unit).function(*f).name.clone();
                    let value = Val::Function(frame.unit, *f, Rc::new(frame.clone()));
                    frame.locals.insert(name, value);
                }
                StmtKind::If { test, then, otherwise } => {
                    let branch = match truth(&self.eval(frame, test)) {
                        Some(true) => then,
                        Some(false) => otherwise,
                        None => return Some(Val::Unknown("a condition is not known".to_owned())),
                    };
                    if let Some(v) = self.body(frame, branch) {
                        return Some(v);
                    }
                }
                // What it changes is not taken for known.
                StmtKind::Expr(_) | StmtKind::Assign { .. } | StmtKind::Import(_) => {}
                _ => return Some(Val::Unknown("a statement is not followed".to_owned())),
            }
        }
        None
    }
}

fn names_of(pattern: &Pattern, out: &mut Vec<SmolStr>) {
    match pattern {
        Pattern::Name(n, _) => out.push(n.clone()),
        Pattern::List(ps) | Pattern::Results(ps) => ps.iter().for_each(|p| names_of(p, out)),
        Pattern::Map(ps) => ps.iter().for_each(|(_, p, _)| names_of(p, out)),
        Pattern::Rest(p) => names_of(p, out),
        Pattern::Place(_) | Pattern::Ignore => {}
    }
}

/// A node as the value it was made of.
fn known(n: &DocNode) -> Val {
    match n.tag.as_deref() {
        Some(tag::UNKNOWN) => {
            let why = n.items().get(1).and_then(DocNode::text).unwrap_or("it is computed");
            Val::Unknown(why.to_owned())
        }
        None if n.text() == Some("null") && matches!(&n.kind, DocKind::Scalar(s) if s.plain) => Val::Nothing,
        _ => Val::Node(n.clone()),
    }
}

/// The text of a constant.
fn constant(v: &Val) -> Option<SmolStr> {
    match v {
        Val::Node(n) if n.tag.is_none() => n.text().map(SmolStr::from),
        Val::Nothing => Some("undefined".into()),
        _ => None,
    }
}

fn truth(v: &Val) -> Option<bool> {
    match v {
        Val::Nothing => Some(false),
        Val::Node(DocNode { kind: DocKind::Scalar(s), tag: None, .. }) if s.plain => {
            Some(!matches!(&*s.text, "false" | "0" | "NaN" | "null"))
        }
        // Variables of the framework are put in later.
        Val::Node(DocNode { kind: DocKind::Scalar(s), tag: None, .. }) => Some(!s.text.is_empty()),
        Val::Node(n) if n.tag.is_none() => Some(true),
        Val::Exports(_) | Val::Function(..) => Some(true),
        _ => None,
    }
}

/// A text between quotes.
fn literal(t: &SmolStr, span: Span) -> DocNode {
    let len = (span.end - span.start) as usize;
    let mut map = PosMap::default();
    if t.len() + 2 == len {
        map.push(t.len(), span.start as usize + 1, t.len());
    } else {
        map = whole(t, span);
    }
    DocNode { kind: DocKind::Scalar(DocScalar { text: t.clone(), plain: false, map }), ..bare(span) }
}

/// Pieces as one text.
fn joined(pieces: Vec<DocNode>, span: Span) -> Val {
    let mut flat = Vec::new();
    for p in pieces {
        match (p.tag.as_deref(), p.kind) {
            (Some(tag::TEXT), DocKind::Seq(items)) => flat.extend(items),
            (_, kind) => flat.push(DocNode { tag: p.tag, kind, ..bare(p.span) }),
        }
    }
    let texts: Option<Vec<&DocScalar>> = flat
        .iter()
        .map(|p| match &p.kind {
            DocKind::Scalar(s) if p.tag.is_none() => Some(s),
            _ => None,
        })
        .collect();
    if let Some(texts) = texts {
        let (mut all, mut map) = (String::new(), PosMap::default());
        for s in texts {
            all.push_str(&s.text);
            map.append(&s.map);
        }
        let scalar = DocScalar { text: all.to_smolstr(), plain: false, map };
        return Val::Node(DocNode { kind: DocKind::Scalar(scalar), ..bare(span) });
    }
    // A variable of the framework that is only known in part.
    let broken = flat.iter().any(|p| {
        let t = p.text().filter(|_| p.tag.is_none()).unwrap_or_default();
        t.matches("${").count() > t.matches('}').count()
    });
    if broken || flat.iter().any(|p| p.tag.is_none() && p.text().is_none()) {
        return Val::Unknown("a text is computed".to_owned());
    }
    Val::Node(tagged(tag::TEXT, span, flat))
}
