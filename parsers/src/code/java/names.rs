//! What a bare name means where it stands.

use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// A class around a place.
#[derive(Debug, Clone, Default)]
pub(super) struct ClassNames {
    /// How it is named from the top of the file; empty where it has no name.
    pub path: Vec<SmolStr>,
    /// Its fields and methods, and whether they are static.
    pub members: BTreeMap<SmolStr, bool>,
    /// Its member types.
    pub types: BTreeSet<SmolStr>,
    /// It extends or implements something.
    pub inherits: bool,
}

#[derive(Debug)]
enum Level {
    Class(ClassNames),
    Function { is_static: bool, locals: BTreeSet<SmolStr> },
    Block(BTreeSet<SmolStr>),
}

/// The meaning of a bare name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A variable of the function, an import, or a name of the package: as it is.
    Plain,
    /// A member of the object itself (`0`) or of one around it, by the number of the class around it.
    Own(usize),
    /// A static member or member type of a class of the file.
    Static(Vec<SmolStr>),
}

/// The names around a place, innermost last.
#[derive(Debug, Default)]
pub(super) struct Names {
    levels: Vec<Level>,
    types: BTreeSet<SmolStr>,
    imports: BTreeSet<SmolStr>,
}

/// Whether a name is written like a type.
pub(super) fn is_type_like(name: &str) -> bool {
    name.starts_with(|c: char| c.is_uppercase())
}

impl Names {
    /// A type that the file declares at its top or imports.
    pub(super) fn add_type(&mut self, name: &SmolStr) {
        self.types.insert(name.clone());
    }

    /// A static import.
    pub(super) fn add_import(&mut self, name: &SmolStr) {
        self.imports.insert(name.clone());
    }

    pub(super) fn push(&mut self) {
        self.levels.push(Level::Block(BTreeSet::new()));
    }

    pub(super) fn push_function(&mut self, is_static: bool) {
        self.levels.push(Level::Function { is_static, locals: BTreeSet::new() });
    }

    pub(super) fn push_class(&mut self, class: ClassNames) {
        self.levels.push(Level::Class(class));
    }

    pub(super) fn pop(&mut self) {
        self.levels.pop();
    }

    /// The number of classes around a place.
    pub(super) fn classes(&self) -> usize {
        self.levels.iter().filter(|l| matches!(l, Level::Class(_))).count()
    }

    /// The number of the innermost class of a name.
    pub(super) fn class_number(&self, name: &str) -> Option<usize> {
        let classes = self.levels.iter().filter_map(|l| match l {
            Level::Class(c) => Some(c.path.last().is_some_and(|n| n == name)),
            _ => None,
        });
        classes.enumerate().filter(|(_, is)| *is).last().map(|(i, _)| i + 1)
    }

    /// Whether something around a place declares a name.
    pub(super) fn is_declared(&self, name: &str) -> bool {
        self.levels.iter().any(|l| match l {
            Level::Class(c) => c.members.contains_key(name),
            Level::Function { locals, .. } | Level::Block(locals) => locals.contains(name),
        })
    }

    /// The path of the innermost class.
    pub(super) fn class_path(&self) -> Vec<SmolStr> {
        let classes = self.levels.iter().rev().find_map(|l| match l {
            Level::Class(c) => Some(c.path.clone()),
            _ => None,
        });
        classes.unwrap_or_default()
    }

    /// Declare a local variable.
    pub(super) fn declare(&mut self, name: &SmolStr) {
        if let Some(Level::Function { locals, .. } | Level::Block(locals)) = self.levels.last_mut() {
            locals.insert(name.clone());
        }
    }

    /// What a name means; `called` where it is called.
    pub(super) fn meaning(&self, name: &str, called: bool) -> Meaning {
        let mut number = self.classes();
        let mut inherited: Option<Meaning> = None;
        let mut in_static = false;
        let mut inner = true;
        for level in self.levels.iter().rev() {
            match level {
                Level::Function { is_static, locals } => {
                    if !called && locals.contains(name) {
                        return Meaning::Plain;
                    }
                    in_static = *is_static;
                }
                Level::Block(locals) => {
                    if !called && locals.contains(name) {
                        return Meaning::Plain;
                    }
                }
                Level::Class(c) => {
                    match c.members.get(name) {
                        Some(true) if !c.path.is_empty() => return Meaning::Static(c.path.clone()),
                        Some(_) => return Meaning::Own(if inner { 0 } else { number }),
                        None => {}
                    }
                    if c.types.contains(name) && !c.path.is_empty() {
                        return Meaning::Static(c.path.clone());
                    }
                    if c.inherits && inherited.is_none() {
                        inherited = match (in_static, c.path.is_empty()) {
                            (true, false) => Some(Meaning::Static(c.path.clone())),
                            _ => Some(Meaning::Own(if inner { 0 } else { number })),
                        };
                    }
                    inner = false;
                    number -= 1;
                    in_static = false;
                }
            }
        }
        let constant = name.chars().all(|c| c.is_uppercase() || c.is_numeric() || c == '_');
        if self.imports.contains(name) || self.types.contains(name) {
            return Meaning::Plain;
        }
        match inherited {
            Some(m) if called || constant || !is_type_like(name) => m,
            _ => Meaning::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_locals_and_inherited_names() {
        let mut n = Names::default();
        let mut outer = ClassNames { path: vec!["A".into()], ..ClassNames::default() };
        outer.members.extend([("field".into(), false), ("SHARED".into(), true), ("run".into(), false)]);
        outer.types.insert("Inner".into());
        n.push_class(outer);
        n.push_function(false);
        n.declare(&"run".into());
        assert_eq!(n.meaning("field", false), Meaning::Own(0));
        assert_eq!(n.meaning("run", false), Meaning::Plain);
        assert_eq!(n.meaning("run", true), Meaning::Own(0));
        assert_eq!(n.meaning("SHARED", false), Meaning::Static(vec!["A".into()]));
        assert_eq!(n.meaning("Inner", false), Meaning::Static(vec!["A".into()]));
        assert_eq!(n.meaning("other", false), Meaning::Plain);
        // An anonymous class inside: its own members, inherited ones, and those around it.
        n.push_class(ClassNames { inherits: true, ..ClassNames::default() });
        n.push_function(false);
        assert_eq!(n.meaning("field", false), Meaning::Own(1));
        assert_eq!(n.meaning("other", true), Meaning::Own(0));
        assert_eq!(n.meaning("String", false), Meaning::Plain);
    }
}
