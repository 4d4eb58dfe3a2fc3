//! Local variables.

use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What a scope is the inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// The top level of a file, the body of a class.
    Body,
    /// A method: it sees nothing of what is around it.
    Method,
    /// A block or lambda: it sees what is around it.
    Block,
    /// A block that is written out as a loop: its names are those of the function around it.
    Loop,
}

#[derive(Debug)]
struct Scope {
    inside: Inside,
    names: BTreeMap<SmolStr, SmolStr>,
    /// Names of outer scopes that are assigned here.
    outer: Vec<SmolStr>,
    /// The parameter it has without naming it: `it`, `_1`.
    implicit: Option<bool>,
}

/// The scopes around a place.
#[derive(Debug)]
pub(super) struct Scopes {
    stack: Vec<Scope>,
    file: u32,
    loops: u32,
}

impl Scopes {
    pub(super) fn new(file: u32) -> Self {
        let mut it = Self { stack: Vec::new(), file, loops: 0 };
        it.push(Inside::Body, false);
        it
    }

    /// `implicit`: a block without parameters.
    pub(super) fn push(&mut self, inside: Inside, implicit: bool) {
        self.loops += 1;
        self.stack.push(Scope {
            inside,
            names: BTreeMap::new(),
            outer: Vec::new(),
            implicit: implicit.then_some(false),
        });
    }

    /// Leave a scope: the outer names assigned in it, and whether its unnamed parameter was used.
    pub(super) fn pop(&mut self) -> (Vec<SmolStr>, bool) {
        self.stack.pop().map_or((Vec::new(), false), |s| (s.outer, s.implicit == Some(true)))
    }

    /// The variable a name means, if it is one.
    pub(super) fn find(&mut self, name: &str) -> Option<SmolStr> {
        for s in self.stack.iter_mut().rev() {
            if let Some(n) = s.names.get(name) {
                return Some(n.clone());
            }
            if s.implicit.is_some() && matches!(name, "it" | "_1") {
                s.implicit = Some(true);
                return Some(SmolStr::new_static("it"));
            }
            if matches!(s.inside, Inside::Body | Inside::Method) {
                return None;
            }
        }
        None
    }

    /// A variable of this scope whatever outer ones there are: a parameter.
    pub(super) fn declare(&mut self, name: &str) -> SmolStr {
        let Some(s) = self.stack.last_mut() else { return name.into() };
        // Top-level variables are no names of the program, and those of loops none of the function.
        let full: SmolStr = match s.inside {
            Inside::Body => format!("{name}'{}", self.file).into(),
            Inside::Loop => format!("{name}'n{}", self.loops).into(),
            Inside::Method | Inside::Block => name.into(),
        };
        s.names.insert(name.into(), full.clone());
        full
    }

    /// The variable that is assigned under a name.
    pub(super) fn assign(&mut self, name: &str) -> SmolStr {
        // Whether a closure lies between here and the scope that has the name.
        let mut closures = 0;
        let mut at = None;
        for s in self.stack.iter().rev() {
            if let Some(n) = s.names.get(name) {
                at = Some(n.clone());
                break;
            }
            if matches!(s.inside, Inside::Body | Inside::Method) {
                break;
            }
            closures += u32::from(s.inside == Inside::Block);
        }
        match at {
            Some(n) => {
                if closures > 0 {
                    self.is_outer(&n);
                }
                n
            }
            None => self.declare(name),
        }
    }

    /// A name that belongs to a frame around the function is assigned.
    pub(super) fn is_outer(&mut self, name: &SmolStr) {
        if let Some(s) = self.stack.iter_mut().rev().find(|s| s.inside != Inside::Loop)
            && s.inside != Inside::Body
            && !s.outer.contains(name)
        {
            s.outer.push(name.clone());
        }
    }
}
