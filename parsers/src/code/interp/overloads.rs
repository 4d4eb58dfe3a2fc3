//! Methods of one name with several forms, and methods that are added to other types.

use super::Interp;
use super::call::{Args, Site};
use super::value::V;
use crate::code::hir::Pattern;
use lamlint_model::value::Value;

impl Interp<'_> {
    /// Whether a value is a method with several forms.
    pub(super) fn is_overloaded(&self, v: &V) -> bool {
        let V::OneOf(all, _) = v else { return false };
        let mut names = all.iter().map(|f| match f {
            V::Func(f) if self.is_project(f.unit) => {
                let f = self.program.unit(f.unit).function(f.id);
                f.class.map(|c| (c, f.name.clone()))
            }
            _ => None,
        });
        let first = names.next().flatten();
        first.is_some() && names.all(|n| n == first)
    }

    /// The form of a method that takes these arguments; `None` where several do.
    pub(super) fn overload(&self, v: &V, args: &Args) -> Option<V> {
        if !self.is_overloaded(v) {
            return None;
        }
        let V::OneOf(all, _) = v else { return None };
        let takes = |v: &&V| -> bool {
            let V::Func(f) = v else { return false };
            let params = &self.program.unit(f.unit).function(f.id).params;
            let by_name = |p: &crate::code::hir::Param| matches!(&p.pattern, Pattern::Name(n, _) if args.named.iter().any(|(k, _)| k == n));
            let positional: Vec<_> = params.iter().filter(|p| !by_name(p)).collect();
            let least = positional.iter().filter(|p| p.default.is_none() && !p.rest).count();
            let rest = params.iter().any(|p| p.rest);
            (rest || args.pos.len() <= positional.len())
                && args.pos.len() >= least
                && positional.iter().zip(&args.pos).all(|(p, v)| fits(p.annotation.as_deref(), v))
        };
        let mut fitting = all.iter().filter(takes);
        let first = fitting.next()?;
        match fitting.next() {
            // Without arguments that may be left out.
            Some(second) => {
                let exact = |v: &&V| match v {
                    V::Func(f) => self.program.unit(f.unit).function(f.id).params.len() == args.pos.len(),
                    _ => false,
                };
                let mut exact = [first, second].into_iter().chain(fitting).filter(exact);
                let one = exact.next()?;
                exact.next().is_none().then(|| one.clone())
            }
            None => Some(first.clone()),
        }
    }

    /// A method that the project adds to other types.
    pub(super) fn extension_method(&mut self, o: &V, name: &str, args: &Args, site: &Site<'_>) -> Option<V> {
        let project = self.project(self.unit)?;
        let owners = project.extensions.get(name)?.clone();
        let [owner] = &owners[..] else { return None };
        let class = self.declared_type(&project, owner)?;
        let f = self.attr(&class, name, site.span, false);
        let mut args = args.clone();
        args.pos.insert(0, o.clone());
        Some(self.apply(&f, args, site, None))
    }
}

/// Whether a value can be given to a parameter of a type.
fn fits(ty: Option<&str>, v: &V) -> bool {
    let Some(ty) = ty.map(|t| t.trim_end_matches('?')) else { return true };
    let text = matches!(ty, "string" | "String");
    let number = matches!(ty, "int" | "long" | "double" | "float" | "decimal" | "short" | "byte");
    match v {
        V::Sym(Value::Int(_) | Value::Float(_)) => !text && ty != "bool",
        V::Sym(Value::Bool(_)) => !text && !number,
        V::Sym(Value::Str(_) | Value::Concat(_) | Value::Null) => !number && ty != "bool",
        V::Sdk(_) | V::Instance(_) | V::Func(_) => !text && !number && ty != "bool",
        _ => true,
    }
}
