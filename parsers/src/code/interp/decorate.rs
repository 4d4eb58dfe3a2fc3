//! Decorators and other wrappers of functions.

use super::Interp;
use super::call::Args;
use super::value::V;
use crate::code::api::{self, Kind};
use crate::code::hir::Expr;
use lamlint_model::handler::Phase;
use lamlint_model::source::Span;
use lamlint_model::value::Deps;
use smol_str::SmolStr;
use std::rc::Rc;

impl Interp<'_> {
    /// Apply decorators, innermost first.
    pub(super) fn decorated(&mut self, v: V, decorators: &[Expr], span: Span) -> V {
        let mut v = v;
        for d in decorators.iter().rev() {
            let decorator = self.eval(d);
            v = self.decorate(v, &decorator, d.span.to(span));
        }
        v
    }

    pub(super) fn decorate(&mut self, v: V, decorator: &V, span: Span) -> V {
        match decorator {
            V::Ext(q, _) => {
                let q = q.strip_suffix("()").unwrap_or(q);
                if let Some(row) = api::lookup(self.lang, q) {
                    return self.wrapped(v, row, true);
                }
                // A library's object that collects functions: `@app.task`.
                if q.contains("()") {
                    for f in v.functions() {
                        self.hand_over(vec![f], Deps::OTHER, true);
                    }
                }
                with_unknown_event(v)
            }
            // `@lambda_handler_decorator` made a decorator of a function of the project.
            V::Method(f, name) if name == "#middleware" => match &**f {
                V::Func(f) => {
                    let mut g = (**f).clone();
                    g.bound.insert(0, v);
                    V::Func(Rc::new(g))
                }
                _ => v,
            },
            V::Func(_) | V::Instance(_) => {
                // A class decorator or one whose result is not known: what it decorates keeps its name.
                let original = v.clone();
                match self.call_value(decorator, Args::of(vec![v]), span) {
                    V::OneOf(..) | V::Method(..) | V::Sym(_) => with_unknown_event(original),
                    w => w,
                }
            }
            V::Class(..) => self.call_value(decorator, Args::of(vec![v]), span),
            // Something that was not followed: taken to call what it decorates.
            _ => with_unknown_event(v),
        }
    }

    /// A function behind a wrapper that is known.
    pub(super) fn wrapped(&mut self, v: V, row: api::Row, is_decorator: bool) -> V {
        let V::Func(f) = &v else { return v };
        let mut g = (**f).clone();
        match row.kind {
            Kind::Memo => {
                g.memo = true;
                g.property |= row.detail == "property";
            }
            Kind::Idempotent => g.idempotent = Some(SmolStr::new_static(row.detail)),
            Kind::Event => g.event_object = true,
            Kind::Property => g.property = true,
            Kind::ClassMethod => g.of_class = true,
            Kind::Middleware => return V::Method(Rc::new(v), SmolStr::new_static("#middleware")),
            Kind::Route => {
                let args = vec![given(Deps::EVENT); self.arity(f)];
                if self.phase == Phase::Init {
                    self.register(f.clone(), args);
                } else if is_decorator {
                    self.hand_over(vec![f.clone()], Deps::EVENT, false);
                }
                return v;
            }
            _ => return v,
        }
        V::Func(Rc::new(g))
    }
}

/// A function behind a wrapper that is not known, which may give it something else than the event.
pub(super) fn with_unknown_event(v: V) -> V {
    match v {
        V::Func(f) => {
            let mut g = (*f).clone();
            g.event_object = true;
            V::Func(Rc::new(g))
        }
        v => v,
    }
}

/// What a library gives a function it calls.
pub(super) fn given(deps: Deps) -> V {
    V::Ext(SmolStr::new_static("#given"), deps)
}
