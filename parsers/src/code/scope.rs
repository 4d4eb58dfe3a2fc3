//! Names of blocks: one that shadows another of the same function gets a mark behind it.

use smol_str::SmolStr;

/// What stands between a name and the mark that tells it from those it shadows.
pub(crate) const MARK: char = '\'';

/// The scopes around a place, innermost last.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    /// The names of each scope, as written and as told apart.
    blocks: Vec<Vec<(SmolStr, SmolStr)>>,
    /// Where functions begin in `blocks`.
    functions: Vec<usize>,
    marks: u32,
}

impl Scopes {
    pub(super) fn push(&mut self) {
        self.blocks.push(Vec::new());
    }

    pub(super) fn pop(&mut self) {
        self.blocks.pop();
    }

    /// Enter a function: its names are told apart from those around it anyway.
    pub(super) fn push_function(&mut self) {
        self.functions.push(self.blocks.len());
        self.push();
    }

    pub(super) fn pop_function(&mut self) {
        self.pop();
        self.functions.pop();
    }

    /// Declare a name in the innermost scope; at the top level it keeps its name.
    pub(super) fn declare(&mut self, name: &SmolStr) -> SmolStr {
        let Some(from) = self.functions.last().copied() else { return name.clone() };
        let Some(last) = self.blocks.len().checked_sub(1) else { return name.clone() };
        if let Some((_, known)) = self.blocks[last].iter().find(|(n, _)| n == name) {
            return known.clone();
        }
        let shadows = self.blocks[from..last].iter().flatten().any(|(n, _)| n == name);
        let told = if shadows {
            self.marks += 1;
            format!("{name}{MARK}{}", self.marks).into()
        } else {
            name.clone()
        };
        self.blocks[last].push((name.clone(), told.clone()));
        told
    }

    /// Whether a name is declared in a function around.
    pub(super) fn knows(&self, name: &SmolStr) -> bool {
        self.blocks.iter().rev().any(|s| s.iter().any(|(n, _)| n == name))
    }

    /// The name that is meant by one that is used.
    pub(super) fn resolve(&self, name: &SmolStr) -> SmolStr {
        let known = self.blocks.iter().rev().find_map(|s| s.iter().find(|(n, _)| n == name));
        known.map_or_else(|| name.clone(), |(_, told)| told.clone())
    }
}
