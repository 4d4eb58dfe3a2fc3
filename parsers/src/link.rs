//! Which code a function runs.

use crate::code::Entry;
use crate::code::program::Program;
use crate::files::Files;
use lamlint_model::App;
use lamlint_model::rule::Link;

/// The links of all functions of the app, in the order of `app.functions()`, and the entry points of those that linked.
pub fn link(_app: &App, _program: &Program, _files: &dyn Files) -> (Vec<Link>, Vec<Entry>) {
    (Vec::new(), Vec::new())
}

/// Fill the path aliases and workspace packages of a program from `tsconfig.json` and `package.json` files.
pub fn read_manifests(_program: &mut Program, _files: &dyn Files) {}
