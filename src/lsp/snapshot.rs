//! One finished run over a folder, and how its places are written in the protocol.

use super::convert::{Encoding, Lines, uri_of};
use crate::discover::Display;
use crate::engine::{Analysis, Outcome};
use crate::report::Report;
use gen_lsp_types::{Location, Range, Uri};
use lamlint_model::rule::Date;
use lamlint_model::source::{FileId, Span};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A finished run.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// Which state of the folder it is of.
    pub(super) generation: u64,
    /// The folder.
    pub(super) root: PathBuf,
    pub(super) analysis: Analysis,
    pub(super) outcome: Outcome,
    pub(super) today: Date,
    /// Versions of the open documents it saw, by path.
    pub(super) versions: BTreeMap<String, i32>,
    /// What is wrong with the settings: file (absolute), line, column from 1, words.
    pub(super) settings: Option<(PathBuf, usize, usize, String)>,
}

/// The places of a snapshot in the units of a client.
#[derive(Debug)]
pub(super) struct Places<'a> {
    pub(super) of: &'a Snapshot,
    pub(super) encoding: Encoding,
}

impl Snapshot {
    /// The number of a file, if it was read.
    pub(super) fn file(&self, path: &str) -> Option<FileId> {
        self.analysis.sources.iter().find(|(_, f)| f.path == path).map(|(id, _)| id)
    }

    /// The path of an address below the folder.
    pub(super) fn path(&self, uri: &Uri) -> Option<String> {
        crate::discover::relative(&self.root, &super::convert::path_of(uri)?)
    }

    /// The text people see of a file: of one that does not parse, the facts are those of an earlier text.
    pub(super) fn shown(&self, file: FileId) -> &Arc<str> {
        let stale = self.analysis.stale.iter().find(|s| s.file == file);
        stale.map_or_else(|| &self.analysis.sources.file(file).text, |s| &s.text)
    }

    /// Whether the facts of a file are those of an earlier text.
    pub(super) fn is_stale(&self, file: FileId) -> bool {
        self.analysis.stale.iter().any(|s| s.file == file)
    }

    /// The report the printers take.
    pub(super) fn with_report<T>(&self, f: impl FnOnce(&Report<'_>) -> T) -> T {
        let display = Display::default();
        f(&Report { analysis: &self.analysis, outcome: &self.outcome, display: &display, today: self.today })
    }
}

impl Places<'_> {
    /// The address of a file.
    pub(super) fn uri(&self, file: FileId) -> Option<Uri> {
        self.uri_of_path(&self.of.analysis.sources.file(file).path)
    }

    pub(super) fn uri_of_path(&self, path: &str) -> Option<Uri> {
        let mut full = self.of.root.clone();
        full.extend(path.split('/'));
        uri_of(&full)
    }

    /// Where a span is in the text that is shown.
    pub(super) fn range(&self, span: Span) -> Range {
        let known = &*self.of.analysis.sources.file(span.file).text;
        let shown = &**self.of.shown(span.file);
        let (start, end) = (span.start as usize, span.end as usize);
        if !self.of.is_stale(span.file) {
            return Lines::new(shown).range(start, end, self.encoding);
        }
        // Typing changes one stretch: what is before it stays, what is behind it moves.
        let same = |(a, b): &(u8, u8)| a == b;
        let head = known.bytes().zip(shown.bytes()).take_while(same).count();
        let most = known.len().min(shown.len()) - head;
        let tail = known.bytes().rev().zip(shown.bytes().rev()).take(most).take_while(same).count();
        let moved = |offset: usize| {
            if offset <= head {
                offset
            } else if offset >= known.len() - tail {
                (offset + shown.len()).saturating_sub(known.len())
            } else {
                head
            }
        };
        Lines::new(shown).range(moved(start), moved(end), self.encoding)
    }

    /// Where a span is.
    pub(super) fn location(&self, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri(span.file)?, range: self.range(span) })
    }
}
