//! Things the user should know that are no findings: what was not read or not understood, and why.

use lamlint_model::source::Span;

/// Something that was not read or not understood.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// The file or folder, relative to the root of the run; empty when it is about the run.
    pub path: String,
    /// Where in the file, if the text was read.
    pub at: Option<Span>,
    /// The class.
    pub kind: NoticeKind,
    /// One sentence, lower case, no full stop.
    pub text: String,
}

/// Classes of notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeKind {
    /// A file or folder could not be opened or read.
    Unreadable,
    /// Not UTF-8, or binary.
    NotText,
    /// Above the limit of [`crate::vfs::MAX_TEXT`].
    TooLarge,
    /// A part that does not parse.
    Syntax,
    /// A part of a template that was not understood (a macro, a nested template that is missing).
    Template,
    /// A program that writes templates, and has not written them.
    Unsynthesised,
    /// A file of settings or dependencies that was not understood.
    Manifest,
    /// Entries of a baseline that no longer occur.
    Baseline,
    /// Entries of the settings that do nothing.
    Settings,
    /// lamlint itself failed on this file or rule; the rest of the run goes on.
    Internal,
}

impl NoticeKind {
    /// Its word in machine-readable output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::NotText => "not-text",
            Self::TooLarge => "too-large",
            Self::Syntax => "syntax",
            Self::Template => "template",
            Self::Unsynthesised => "unsynthesised",
            Self::Manifest => "manifest",
            Self::Baseline => "baseline",
            Self::Settings => "settings",
            Self::Internal => "internal-error",
        }
    }
}

impl Notice {
    /// A notice about a whole file or folder.
    pub fn about(path: impl Into<String>, kind: NoticeKind, text: impl Into<String>) -> Self {
        Self { path: path.into(), at: None, kind, text: text.into() }
    }

    /// A failure of lamlint itself, from what `catch_unwind` gives.
    pub fn internal(path: impl Into<String>, doing: &str, payload: &(dyn std::any::Any + Send)) -> Self {
        let what = payload
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        Self::about(path, NoticeKind::Internal, format!("internal error while {doing}: {what}"))
    }
}
