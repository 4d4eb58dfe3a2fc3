//! The Serverless Framework: `serverless.yml` to templates.

use super::{Deploy, TemplateFile};
use crate::comments::Directive;
use crate::files::Files;
use crate::text::{SourceText, SyntaxError};
use lamlint_model::rule::Broken;
use lamlint_model::source::{FileId, Span};

/// What one configuration says, before variables and other files are known.
#[derive(Debug, Clone)]
pub struct ServerlessFacts {
    /// The file.
    pub file: FileId,
    /// What its comments ask not to report.
    pub suppressions: Vec<Directive>,
    /// Keys that occur twice in one map with different values.
    pub duplicates: Vec<Broken>,
}

/// Whether a file is a configuration, by its name and text alone.
pub(super) fn is_candidate(_path: &str, _text: &str) -> bool {
    false
}

/// Read one file; as [`super::read`].
pub(super) fn read(
    _src: &SourceText<'_>,
    _path: &str,
) -> Result<Option<ServerlessFacts>, (SyntaxError, bool)> {
    Ok(None)
}

/// What the services deploy, as templates.
pub(super) fn templates(
    _services: &[(&str, &ServerlessFacts)],
    _deploy: &Deploy,
    _vfs: &dyn Files,
    _notices: &mut Vec<(Span, String)>,
) -> Vec<TemplateFile> {
    Vec::new()
}
