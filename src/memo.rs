//! What is kept of a run for the next one over the same tree: texts, and what each file became.
//!
//! Facts of a file depend on its path and its text alone, so the text is the key. An editor runs lamlint at every
//! keystroke, a repair after every round: all but the changed files are as before.

use crate::engine::Lowered;
use crate::notice::Notice;
use lamlint_model::source::{FileId, SourceFile, Span};
use lamlint_parsers::code::hir::Unit;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is kept between runs.
#[derive(Debug, Default)]
pub struct Memo {
    /// What was read from disk: a text, nothing that matters, or why it can't be read.
    texts: FxHashMap<String, Result<Option<Arc<str>>, Notice>>,
    files: FxHashMap<String, Known>,
    /// Whether a file that stopped parsing is represented by its last text that did.
    keeps_good: bool,
    cancel: Option<Cancel>,
}

/// What one file became.
#[derive(Debug)]
struct Known {
    source: Arc<SourceFile>,
    id: FileId,
    lowered: Lowered,
    /// The last text that parsed, with what it became.
    good: Option<(Arc<SourceFile>, Lowered)>,
}

/// A file of which an earlier text is taken, as the present one does not parse.
#[derive(Debug, Clone)]
pub struct Stale {
    /// The file.
    pub file: FileId,
    /// The present text.
    pub text: Arc<str>,
    /// Where it does not parse, and why, if that is certain.
    pub error: Option<(Span, String)>,
}

/// Says that nobody waits for the answer of a run any more: the generation has moved on.
#[derive(Debug, Clone)]
pub struct Cancel {
    now: Arc<AtomicU64>,
    mine: u64,
}

/// A run was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

impl Cancel {
    /// For the run of generation `mine`, while `now` counts.
    pub fn new(now: Arc<AtomicU64>, mine: u64) -> Self {
        Self { now, mine }
    }
}

impl Memo {
    /// A memo that also keeps the last text of each file that parsed, for editors: what is being typed is broken half
    /// of the time.
    pub fn for_editor() -> Self {
        Self { keeps_good: true, ..Self::default() }
    }

    /// The next run is given up when this says so.
    pub fn watch(&mut self, cancel: Option<Cancel>) {
        self.cancel = cancel;
    }

    /// Forget the text of a file, as it may have changed on disk.
    pub fn forget(&mut self, path: &str) {
        self.texts.remove(path);
    }

    /// Forget all texts.
    pub fn forget_all(&mut self) {
        self.texts.clear();
    }

    /// From now on the present text of a file counts, whether it parses or not.
    pub fn settle(&mut self, path: &str) {
        if let Some(k) = self.files.get_mut(path) {
            k.good = None;
        }
    }

    /// An error if the run was given up.
    pub(crate) fn go_on(&self) -> Result<(), Cancelled> {
        match &self.cancel {
            Some(c) if c.now.load(Ordering::Relaxed) != c.mine => Err(Cancelled),
            _ => Ok(()),
        }
    }

    pub(crate) fn text(&self, path: &str) -> Option<&Result<Option<Arc<str>>, Notice>> {
        self.texts.get(path)
    }

    pub(crate) fn keep_text(&mut self, path: &str, read: Result<Option<Arc<str>>, Notice>) {
        self.texts.insert(path.to_owned(), read);
    }

    /// The file as it was added to the last run, if its text is the same.
    pub(crate) fn source(&self, path: &str, text: &str) -> Option<Arc<SourceFile>> {
        self.files.get(path).map(|k| &k.source).filter(|s| *s.text == *text).cloned()
    }

    /// What a file became, if it is the same.
    pub(crate) fn lowered(&self, id: FileId, source: &SourceFile) -> Option<Lowered> {
        let k = self.files.get(&source.path)?;
        (k.id == id && *k.source.text == *source.text).then(|| k.lowered.clone())
    }

    /// Keep what a file became; gives an earlier text that parsed, where that is to be taken instead.
    pub(crate) fn keep(
        &mut self,
        id: FileId,
        source: &Arc<SourceFile>,
        lowered: &Lowered,
    ) -> Option<(Arc<SourceFile>, Lowered)> {
        let before = self.files.remove(&source.path).filter(|k| k.id == id);
        let good = if !self.keeps_good {
            None
        } else if parses(lowered) {
            Some((Arc::clone(source), lowered.clone()))
        } else {
            before.and_then(|k| k.good)
        };
        let instead = good.clone().filter(|(s, _)| *s.text != *source.text);
        let known = Known { source: Arc::clone(source), id, lowered: lowered.clone(), good };
        self.files.insert(source.path.clone(), known);
        instead
    }
}

/// Whether a file is whole, so that its facts are worth keeping while it is being changed.
fn parses(lowered: &Lowered) -> bool {
    match lowered {
        Lowered::Code(unit) => is_whole(unit),
        Lowered::Config(_) => true,
        Lowered::Other | Lowered::Broken(..) | Lowered::Failed(_) => false,
    }
}

fn is_whole(unit: &Unit) -> bool {
    unit.taints.is_empty()
}
