//! Exports, as people and compilers write them.

use super::control::bound_names;
use super::kinds::{self as k, field};
use super::module::is_type;
use super::{Lower, Named, peel};
use crate::code::cst;
use crate::code::hir::{Block, Export, ExportValue, Expr, ExprKind, Import, Pattern, StmtKind};
use lamlint_model::source::Span;
use smol_str::{SmolStr, format_smolstr};
use tree_sitter::Node;

/// Helpers of compilers that copy all exports of a module: `__exportStar(require("./x"), exports)`.
const EXPORT_STAR: &[&str] = &["__exportStar", "__export", "__reExport"];

/// What bundlers write around all exports.
const BUNDLE_EXPORTS: &str = "__export";
const BUNDLE_MODULE: &str = "__toCommonJS";

impl Lower<'_> {
    pub(super) fn export(&mut self, n: Node<'_>, out: &mut Block) {
        self.seen.es = true;
        if let Some(source) = cst::field(n, field::SOURCE) {
            self.export_from(n, source, out);
            return;
        }
        let mut decorators = Vec::new();
        for d in cst::field_all(n, field::DECORATOR) {
            decorators.extend(self.decorator(d));
        }
        let is_default = cst::children(n).iter().any(|c| c.kind() == "default");
        if let Some(d) = cst::field(n, field::DECLARATION) {
            self.export_declaration(d, is_default, decorators, out);
        } else if is_default {
            if let Some(v) = cst::field(n, field::VALUE) {
                self.export_default(n, v, out);
            }
        } else if cst::has(n, "=") {
            // `export = x`
            self.seen.common_js = true;
            if let Some(&v) = cst::named(n).first() {
                self.export_value(n, SmolStr::new_static("module.exports"), v, out);
            }
        } else if let Some(clause) = cst::named(n).into_iter().find(|c| c.kind() == k::EXPORT_CLAUSE)
            && !is_type(n)
        {
            for (name, exported, span) in self.specifiers(clause) {
                self.used.insert(name.clone());
                self.exports.push(Export { name: exported, span, value: ExportValue::Local(name) });
            }
        }
    }

    /// Name here, exported name and place of the values of an export clause.
    fn specifiers(&self, clause: Node<'_>) -> Vec<(SmolStr, SmolStr, Span)> {
        let mut out = Vec::new();
        for s in cst::named(clause).into_iter().filter(|s| s.kind() == k::EXPORT_SPECIFIER && !is_type(*s)) {
            let Some(name) = cst::field(s, field::NAME) else { continue };
            let alias = cst::field(s, field::ALIAS).unwrap_or(name);
            out.push((self.module_name(name), self.module_name(alias), self.span(alias)));
        }
        out
    }

    /// `export … from "m"`: the module is loaded, and nothing is bound here.
    fn export_from(&mut self, n: Node<'_>, source: Node<'_>, out: &mut Block) {
        let module = self.string(source);
        let mut type_only = is_type(n);
        let before = self.exports.len();
        let parts = cst::named(n);
        let add = |l: &mut Self, name: SmolStr, span: Span, there: SmolStr| {
            let value = ExportValue::From { module: module.clone(), name: there };
            l.exports.push(Export { name, span, value });
        };
        if type_only {
            // Nothing of it is there at run time.
        } else if let Some(c) = parts.iter().find(|c| c.kind() == k::EXPORT_CLAUSE) {
            for (there, name, span) in self.specifiers(*c) {
                add(self, name, span, there);
            }
            // `export { type T } from` leaves nothing.
            type_only = self.exports.len() == before && !cst::named(*c).is_empty();
        } else if let Some(c) = parts.iter().find(|c| c.kind() == k::NAMESPACE_EXPORT) {
            if let Some(&name) = cst::named(*c).first() {
                add(self, self.module_name(name), self.span(name), SmolStr::default());
            }
        } else {
            add(self, SmolStr::new_static("*"), self.span(n), SmolStr::new_static("*"));
        }
        self.push(n, StmtKind::Import(Import { module, names: Vec::new(), type_only }), out);
    }

    fn export_declaration(&mut self, d: Node<'_>, is_default: bool, decorators: Vec<Expr>, out: &mut Block) {
        let start = out.len();
        if matches!(d.kind(), k::CLASS_DECLARATION | k::ABSTRACT_CLASS) {
            let id = self.class(d, None, decorators);
            self.push(d, StmtKind::Class(id), out);
        } else {
            self.stmt(d, out);
        }
        if is_default {
            if let Some(name) = cst::field(d, field::NAME)
                && out.len() > start
            {
                let value = ExportValue::Local(self.text(name).into());
                self.exports.push(Export {
                    name: SmolStr::new_static("default"),
                    span: self.span(name),
                    value,
                });
            }
            return;
        }
        let mut names = Vec::new();
        for s in &out[start..] {
            match &s.kind {
                StmtKind::Declare { target, .. } => bound_names(target, &mut names),
                StmtKind::Function(_) | StmtKind::Class(_) => {
                    if let Some(name) = cst::field(d, field::NAME) {
                        names.push((self.text(name).into(), self.span(name)));
                    }
                }
                _ => {}
            }
        }
        for (name, span) in names {
            self.exports.push(Export { name: name.clone(), span, value: ExportValue::Local(name) });
        }
    }

    fn export_default(&mut self, n: Node<'_>, v: Node<'_>, out: &mut Block) {
        let v = peel(v);
        let name = SmolStr::new_static("default");
        let named =
            matches!(v.kind(), k::FUNCTION | k::GENERATOR | k::CLASS).then(|| cst::field(v, field::NAME));
        if let Some(own) = named.flatten() {
            // The name of an exported function or class is a name of the module.
            let kind = if v.kind() == k::CLASS {
                StmtKind::Class(self.class(v, None, Vec::new()))
            } else {
                StmtKind::Function(self.function(v, None))
            };
            self.push(v, kind, out);
            let value = ExportValue::Local(self.text(own).into());
            self.exports.push(Export { name, span: self.span(own), value });
        } else if v.kind() == k::IDENTIFIER {
            let local: SmolStr = self.text(v).into();
            self.used.insert(local.clone());
            self.exports.push(Export { name, span: self.span(v), value: ExportValue::Local(local) });
        } else {
            self.export_value(n, SmolStr::new_static("exports.default"), v, out);
        }
    }

    /// An export of an expression, as the assignment it stands for.
    fn export_value(&mut self, n: Node<'_>, place: SmolStr, v: Node<'_>, out: &mut Block) {
        let target = Pattern::Name(place, self.span(n));
        let value = self.expr_for(v, &target);
        self.note_export(&target, &value);
        self.push(n, StmtKind::Assign { target, value }, out);
    }

    /// Whether a node is `exports.x`, `module.exports` or `module.exports.x`: the name of that place, and where the
    /// exported name is written.
    pub(super) fn export_place(&mut self, n: Node<'_>) -> Option<Named> {
        let n = peel(n);
        let object = cst::field(n, field::OBJECT)?;
        let object = peel(object);
        let (name, at) = match n.kind() {
            k::MEMBER => {
                let p = cst::field(n, field::PROPERTY)?;
                (SmolStr::from(self.text(p)), p)
            }
            k::SUBSCRIPT => {
                let i = peel(cst::field(n, field::INDEX)?);
                if i.kind() != k::STRING {
                    return None;
                }
                (self.string(i), i)
            }
            _ => return None,
        };
        let place = if object.kind() == k::IDENTIFIER {
            match self.text(object) {
                "exports" if !self.hides("exports") => format_smolstr!("exports.{name}"),
                "module" if name == "exports" && !self.hides("module") => {
                    SmolStr::new_static("module.exports")
                }
                _ => return None,
            }
        } else if self.is_module_exports(object) {
            format_smolstr!("exports.{name}")
        } else {
            return None;
        };
        self.seen.common_js = true;
        Some((place, self.span(at)))
    }

    fn hides(&self, name: &str) -> bool {
        self.hidden.iter().any(|h| h == name)
    }

    fn is_module_exports(&self, n: Node<'_>) -> bool {
        n.kind() == k::MEMBER
            && !self.hides("module")
            && cst::field(n, field::OBJECT).is_some_and(|o| self.text(o) == "module")
            && cst::field(n, field::PROPERTY).is_some_and(|p| self.text(p) == "exports")
    }

    /// Note what an assignment exports.
    pub(super) fn note_export(&mut self, target: &Pattern, value: &Expr) {
        let Pattern::Name(place, span) = target else { return };
        let name = match place.strip_prefix("exports.") {
            Some(name) => SmolStr::from(name),
            None if place == "module.exports" => SmolStr::new_static("="),
            None => return,
        };
        // `exports.x = void 0`, which compilers write before the real one, is none. Of a chain the end counts.
        let mut value = value;
        while let ExprKind::Assign { value: inner, op, .. } = &value.kind
            && op.is_empty()
        {
            value = inner;
        }
        let value = match &value.kind {
            ExprKind::Null => return,
            ExprKind::Name(n) => ExportValue::Local(n.clone()),
            _ => ExportValue::Expr(value.clone()),
        };
        self.exports.push(Export { name, span: *span, value });
    }

    pub(super) fn assignment_statement(&mut self, n: Node<'_>, e: Node<'_>, out: &mut Block) {
        // `exports = module.exports = x`: the name `exports` stays what it is for whoever reads it.
        if let (Some(left), Some(right)) = (cst::field(e, field::LEFT), cst::field(e, field::RIGHT))
            && self.text(left) == "exports"
            && !self.hides("exports")
            && peel(right).kind() == k::ASSIGNMENT
        {
            return self.assignment_statement(n, peel(right), out);
        }
        if self.bundle_assignment(e) {
            return;
        }
        let Some((target, value)) = self.assignment_parts(e) else { return };
        let is_export = matches!(&target, Pattern::Name(p, _) if p.starts_with("exports."));
        if is_export && is_nothing(&value) {
            return;
        }
        self.push(n, StmtKind::Assign { target, value }, out);
    }

    /// `module.exports = __toCommonJS(all)`: the names were given before.
    fn bundle_assignment(&mut self, e: Node<'_>) -> bool {
        let (Some(left), Some(right)) = (cst::field(e, field::LEFT), cst::field(e, field::RIGHT)) else {
            return false;
        };
        let (left, right) = (peel(left), peel(right));
        if !self.is_module_exports(left)
            || right.kind() != k::CALL
            || cst::field(right, field::FUNCTION).is_none_or(|f| self.text(f) != BUNDLE_MODULE)
        {
            return false;
        }
        let all = cst::field(right, field::ARGUMENTS).and_then(|a| cst::named(a).first().copied());
        let all = all.map_or("", |a| self.text(a));
        let Some(i) = self.bundled.iter().position(|(name, _)| name == all) else { return false };
        self.seen.common_js = true;
        let (_, exports) = self.bundled.swap_remove(i);
        self.exports.extend(exports);
        true
    }

    /// Calls by which compilers export: true when the call was one.
    pub(super) fn export_call(&mut self, n: Node<'_>, call: Node<'_>, out: &mut Block) -> bool {
        let (Some(f), Some(args)) = (cst::field(call, field::FUNCTION), cst::field(call, field::ARGUMENTS))
        else {
            return false;
        };
        let f = peel(f);
        let args = cst::named(args);
        let name = match f.kind() {
            k::MEMBER => cst::field(f, field::PROPERTY),
            _ => Some(f),
        };
        let name = name.map_or("", |n| self.text(n));
        // `__export(all, { x: () => x })` of a bundle, followed by `module.exports = __toCommonJS(all)`.
        if name == BUNDLE_EXPORTS
            && let [all, names] = args[..]
            && names.kind() == k::OBJECT
        {
            let mut exports = Vec::new();
            for p in cst::named(names).into_iter().filter(|p| p.kind() == k::PAIR) {
                let (Some(key), Some(value)) = (cst::field(p, field::KEY), cst::field(p, field::VALUE))
                else {
                    continue;
                };
                let local = cst::field(value, field::BODY).filter(|b| b.kind() == k::IDENTIFIER);
                if let (Some(name), Some(local)) = (self.static_key(key), local) {
                    let value = ExportValue::Local(self.text(local).into());
                    exports.push(Export { name, span: self.span(local), value });
                }
            }
            self.bundled.push((self.text(all).into(), exports));
            return true;
        }
        if EXPORT_STAR.contains(&name)
            && let [module, ..] = args[..]
        {
            let start = self.seen.common_js;
            let module = self.expr(module);
            let ExprKind::Module(module) = module.kind else {
                self.seen.common_js = start;
                return false;
            };
            let span = self.span(n);
            let there = SmolStr::new_static("*");
            let value = ExportValue::From { module: module.clone(), name: there.clone() };
            self.exports.push(Export { name: there, span, value });
            self.push(n, StmtKind::Import(Import { module, names: Vec::new(), type_only: false }), out);
            return true;
        }
        // `Object.defineProperty(exports, "x", { enumerable: true, get: function () { return y.x; } })`
        if name == "defineProperty"
            && self.text(f) == "Object.defineProperty"
            && let [object, key, description] = args[..]
            && (self.text(object) == "exports" && !self.hides("exports") || self.is_module_exports(object))
            && key.kind() == k::STRING
            && description.kind() == k::OBJECT
        {
            self.seen.common_js = true;
            let key_name = self.string(key);
            if key_name == "__esModule" {
                return true;
            }
            let Some(value) = self.described(description) else { return false };
            let target = Pattern::Name(format_smolstr!("exports.{key_name}"), self.span(key));
            self.note_export(&target, &value);
            self.push(n, StmtKind::Assign { target, value }, out);
            return true;
        }
        false
    }

    /// The value of a property description: `value`, or what its getter returns.
    fn described(&mut self, description: Node<'_>) -> Option<Expr> {
        for p in cst::named(description) {
            let (key, value) = match p.kind() {
                k::PAIR => (cst::field(p, field::KEY)?, cst::field(p, field::VALUE)?),
                k::METHOD => (cst::field(p, field::NAME)?, p),
                _ => continue,
            };
            match self.text(key) {
                "value" => return Some(self.expr(value)),
                "get" => {
                    let body = cst::field(value, field::BODY)?;
                    if body.kind() != k::STATEMENT_BLOCK {
                        return Some(self.expr(body));
                    }
                    let [only] = cst::named(body)[..] else { return None };
                    let returned = cst::named(only).first().copied().filter(|_| only.kind() == k::RETURN)?;
                    return Some(self.expr(returned));
                }
                _ => {}
            }
        }
        None
    }
}

fn is_nothing(e: &Expr) -> bool {
    match &e.kind {
        ExprKind::Null => true,
        ExprKind::Assign { target, op, value } => {
            op.is_empty()
                && matches!(&**target, Pattern::Name(p, _) if p.starts_with("exports."))
                && is_nothing(value)
        }
        _ => false,
    }
}
