//! Terraform: modules of `.tf` files to canonical resources.

mod evaluated;
mod schema;

use super::{Assembled, Deploy};
use crate::comments::Directive;
use crate::files::Files;
use crate::text::{SourceText, SyntaxError};
use lamlint_model::source::FileId;

/// What one file of a module says, before variables and other files are known.
#[derive(Debug, Clone)]
pub struct TerraformFacts {
    /// The file.
    pub file: FileId,
    /// What its comments ask not to report.
    pub suppressions: Vec<Directive>,
}

/// Whether a file belongs to a module, by its name and text alone.
pub(super) fn is_candidate(_path: &str, _text: &str) -> bool {
    false
}

/// Read one file; as [`super::read`].
pub(super) fn read(
    _src: &SourceText<'_>,
    _path: &str,
) -> Result<Option<TerraformFacts>, (SyntaxError, bool)> {
    Ok(None)
}

/// Join the files to modules, and add what they describe.
pub(super) fn assemble(
    _files: &[(&str, &TerraformFacts)],
    _deploy: &Deploy,
    _vfs: &dyn Files,
    _out: &mut Assembled,
) {
}
