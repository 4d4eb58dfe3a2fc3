//! The worker: it owns what is known of every folder, and runs the engine when something has changed.

use super::snapshot::Snapshot;
use crate::config::{self, Config};
use crate::discover::{Found, Scope};
use crate::engine::{self, Workers};
use crate::memo::{Cancel, Memo};
use crate::selection::Selection;
use crate::vfs::Overlay;
use crossbeam_channel::{Receiver, Sender};
use lamlint_model::rule::Date;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What an editor can set; the settings file of the project says the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// Run the pedantic rules, too.
    pub(super) pedantic: bool,
    /// A settings file in place of the nearest one.
    pub(super) config: Option<PathBuf>,
    /// Values of template parameters.
    pub(super) parameters: Vec<(String, String)>,
}

/// A state of a folder that is to be looked at.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) root: PathBuf,
    /// The number of this state.
    pub(super) generation: u64,
    /// The number of the newest state.
    pub(super) newest: Arc<AtomicU64>,
    /// Open documents by path: version and text.
    pub(super) open: BTreeMap<String, (i32, Arc<str>)>,
    pub(super) options: Options,
    pub(super) changes: Changes,
}

/// What may have changed on disk since the last job.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes {
    /// Files may have come or gone, or settings changed.
    pub(super) walk: bool,
    /// Any text may have changed.
    pub(super) everything: bool,
    /// Texts of these files may have changed.
    pub(super) paths: Vec<String>,
    /// These files were saved: whether they parse or not, that is what they say.
    pub(super) saved: Vec<String>,
    /// The folder is no longer of interest.
    pub(super) gone: bool,
}

/// What comes of a job.
#[derive(Debug)]
pub(super) enum Done {
    /// None yet: it is begun.
    Begun(PathBuf),
    /// An answer.
    Answer(Arc<Snapshot>),
    /// Nobody waited for it any more.
    GivenUp,
    /// lamlint failed; what there was stays.
    Failed {
        /// The folder.
        root: PathBuf,
        /// The state.
        generation: u64,
        /// What happened.
        why: String,
    },
}

#[derive(Debug)]
struct Folder {
    memo: Memo,
    found: Option<Found>,
    config: Config,
    selection: Selection,
    options: Options,
    settings: Option<(PathBuf, usize, usize, String)>,
}

/// Work until nobody gives work. Each run has the day it begins on.
pub(super) fn work(jobs: &Receiver<Job>, done: &Sender<Done>, workers: &Workers, clock: &impl Fn() -> Date) {
    let mut folders: BTreeMap<PathBuf, Folder> = BTreeMap::new();
    for job in jobs {
        if job.changes.gone {
            folders.remove(&job.root);
            continue;
        }
        if done.send(Done::Begun(job.root.clone())).is_err() {
            return;
        }
        let folder = folders.remove(&job.root);
        let result = catch_unwind(AssertUnwindSafe(|| {
            let mut folder = folder.unwrap_or_else(Folder::new);
            let done = folder.run(&job, workers, clock());
            (folder, done)
        }));
        let answer = match result {
            Ok((folder, answer)) => {
                folders.insert(job.root, folder);
                answer
            }
            // What was known of the folder went with the panic; the next job starts anew.
            Err(p) => {
                let why = crate::notice::Notice::internal("", "looking at the folder", &*p).text;
                Done::Failed { root: job.root, generation: job.generation, why }
            }
        };
        if done.send(answer).is_err() {
            return;
        }
    }
}

impl Folder {
    fn new() -> Self {
        Self {
            memo: Memo::for_editor(),
            found: None,
            config: Config::default(),
            selection: Selection::new(Vec::new(), lamlint_model::rule::Severity::Note, Confidence::Medium),
            options: Options::default(),
            settings: None,
        }
    }

    fn run(&mut self, job: &Job, workers: &Workers, today: Date) -> Done {
        // What changed is noted whether this job comes to an end or not.
        if job.changes.everything {
            self.memo.forget_all();
        }
        job.changes.paths.iter().for_each(|p| self.memo.forget(p));
        job.changes.saved.iter().for_each(|p| self.memo.settle(p));
        if job.changes.walk || self.options != job.options {
            self.found = None;
            self.memo.forget_tree();
        }
        if job.newest.load(Ordering::Relaxed) != job.generation {
            return Done::GivenUp;
        }
        let found = match self.found.take() {
            Some(found) => found,
            None => match self.walk(&job.root, &job.options) {
                Ok(found) => found,
                Err(why) => {
                    return Done::Failed { root: job.root.clone(), generation: job.generation, why };
                }
            },
        };
        let overlay: Overlay = job.open.iter().map(|(p, (_, text))| (p.clone(), Arc::clone(text))).collect();
        let mut parameters = job.options.parameters.clone();
        let more = self.config.parameters.iter().filter(|(n, _)| !parameters.iter().any(|(g, _)| g == n));
        let more: Vec<_> = more.cloned().collect();
        parameters.extend(more);
        self.memo.watch(Some(Cancel::new(Arc::clone(&job.newest), job.generation)));
        let analysis = engine::analyze_again(&found, &overlay, &parameters, workers, &mut self.memo);
        let Ok(analysis) = analysis else {
            self.found = Some(found);
            return Done::GivenUp;
        };
        let outcome = engine::check(&analysis, &self.selection, None, today, workers);
        self.found = Some(found);
        Done::Answer(Arc::new(Snapshot {
            generation: job.generation,
            root: job.root.clone(),
            analysis,
            outcome,
            today,
            versions: job.open.iter().map(|(p, (v, _))| (p.clone(), *v)).collect(),
            settings: self.settings.clone(),
        }))
    }

    /// Read the settings and find the files. Wrong settings are told, and the earlier ones stay.
    fn walk(&mut self, root: &Path, options: &Options) -> Result<Found, String> {
        self.options = options.clone();
        match config::load(root, root, options.config.as_deref()) {
            Ok(config) => {
                (self.config, self.settings) = (config, None);
            }
            Err(e) => {
                self.settings = Some(match e.downcast_ref::<config::Error>() {
                    Some(e) => (root.join(&e.file), e.line, e.column, e.text.clone()),
                    None => (root.join(config::FILE), 1, 1, format!("{e:#}")),
                });
            }
        }
        self.selection =
            Selection::configured(&self.config, &[], &[], options.pedantic).map_err(|e| e.to_string())?;
        let scope = Scope::new(&[PathBuf::from(".")], root).map_err(|e| format!("{e:#}"))?;
        Ok(scope.find(&self.config.exclude))
    }
}

use lamlint_model::finding::Confidence;
