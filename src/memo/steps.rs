//! Steps of a run that need not be taken again: joining the templates, reading manifests, following a handler.
//!
//! What a step gives depends on what it is handed and on the files it asks for. Both are noted, and compared the next
//! time.

use super::Memo;
use crate::vfs::{Overlay, Vfs};
use lamlint_model::App;
use lamlint_model::handler::Handler;
use lamlint_model::source::Span;
use lamlint_parsers::code::Entry;
use lamlint_parsers::code::program::{Looked, Manifests, Program, Seen, Surroundings, UnitId};
use lamlint_parsers::files::Files;
use lamlint_parsers::iac::{ConfigFile, Deploy, Facts, InlineCode, Settable};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What is kept of steps.
#[derive(Debug, Default)]
pub(super) struct Steps {
    /// Counts what may have changed on disk.
    pub(super) disk: u64,
    templates: Option<Templates>,
    manifests: Option<Read>,
    handlers: Handlers,
}

/// The joined templates.
#[derive(Debug, Clone)]
pub(crate) struct Joined {
    /// The application.
    pub(crate) app: Arc<App>,
    /// Its inline code.
    pub(crate) inline: Arc<[InlineCode]>,
    /// What is worth telling.
    pub(crate) notices: Vec<(Span, String)>,
    /// What can be given from outside.
    pub(crate) settable: Settable,
}

#[derive(Debug)]
struct Templates {
    configs: Vec<ConfigFile>,
    deploy: Deploy,
    asked: Asked,
    joined: Joined,
}

#[derive(Debug)]
struct Read {
    asked: Asked,
    whole: bool,
    manifests: Manifests,
}

/// Handlers that were followed, and the program they were followed in.
#[derive(Debug, Default)]
struct Handlers {
    surroundings: Surroundings,
    all: FxHashMap<(UnitId, String, Vec<String>), Followed>,
}

#[derive(Debug)]
struct Followed {
    looked: Looked,
    handler: Handler,
}

/// The files a step asked for, with the texts that stood for them.
#[derive(Debug)]
pub(crate) struct Asked {
    disk: u64,
    paths: BTreeSet<String>,
    over: Overlay,
}

/// A tree that notes which texts are asked for. Which files there are does not change without word.
pub(crate) struct Noting<'a> {
    vfs: &'a Vfs,
    paths: Mutex<BTreeSet<String>>,
}

impl<'a> Noting<'a> {
    pub(crate) fn new(vfs: &'a Vfs) -> Self {
        Self { vfs, paths: Mutex::default() }
    }

    fn note(&self, path: &str) {
        self.paths.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }
}

impl Files for Noting<'_> {
    fn is_file(&self, path: &str) -> bool {
        self.vfs.is_file(path)
    }

    fn is_dir(&self, path: &str) -> bool {
        self.vfs.is_dir(path)
    }

    fn read(&self, path: &str) -> Option<String> {
        self.note(path);
        self.vfs.read(path)
    }

    fn size(&self, path: &str) -> Option<u64> {
        self.note(path);
        self.vfs.size(path)
    }

    fn bytes(&self, path: &str, limit: u64) -> Option<Vec<u8>> {
        self.note(path);
        self.vfs.bytes(path, limit)
    }

    fn list(&self, dir: &str) -> Vec<(String, bool)> {
        self.vfs.list(dir)
    }
}

impl Asked {
    fn of(tree: &Noting<'_>, disk: u64) -> Self {
        let paths = std::mem::take(&mut *tree.paths.lock().unwrap_or_else(PoisonError::into_inner));
        let over = paths.iter().filter_map(|p| Some((p.clone(), Arc::clone(tree.vfs.over(p)?)))).collect();
        Self { disk, paths, over }
    }

    /// Whether every answer would be the same.
    fn stands(&self, vfs: &Vfs, disk: u64) -> bool {
        self.disk == disk && self.paths.iter().all(|p| self.over.get(p) == vfs.over(p))
    }
}

impl Memo {
    /// The templates as they were joined, if nothing about them has changed.
    pub(crate) fn joined(&self, configs: &[ConfigFile], deploy: &Deploy, vfs: &Vfs) -> Option<Joined> {
        let t = self.steps.templates.as_ref()?;
        let same = t.configs.len() == configs.len()
            && t.configs.iter().zip(configs).all(|(a, b)| a.path == b.path && is_same(&a.facts, &b.facts))
            && t.deploy == *deploy
            && t.asked.stands(vfs, self.steps.disk);
        same.then(|| t.joined.clone())
    }

    /// Keep how templates were joined.
    pub(crate) fn keep_joined(
        &mut self,
        configs: Vec<ConfigFile>,
        deploy: Deploy,
        tree: &Noting<'_>,
        joined: &Joined,
    ) {
        let asked = Asked::of(tree, self.steps.disk);
        self.steps.templates = Some(Templates { configs, deploy, asked, joined: joined.clone() });
    }

    /// Fill in what manifests say, if none has changed: whether the whole tree was looked at.
    pub(crate) fn manifests(&self, program: &mut Program, vfs: &Vfs) -> Option<bool> {
        let m = self.steps.manifests.as_ref().filter(|m| m.asked.stands(vfs, self.steps.disk))?;
        program.manifests.clone_from(&m.manifests);
        Some(m.whole)
    }

    /// Keep what manifests say.
    pub(crate) fn keep_manifests(&mut self, program: &Program, tree: &Noting<'_>, whole: bool) {
        let manifests = program.manifests.clone();
        self.steps.manifests = Some(Read { asked: Asked::of(tree, self.steps.disk), whole, manifests });
    }

    /// The handler of an entry, if all that was looked at is as it was.
    pub(crate) fn followed(&self, program: &Program, entry: &Entry) -> Option<Handler> {
        let known = self.steps.handlers.all.get(&key(entry))?;
        known.looked.stands(program).then(|| {
            // Functions are numbered anew when templates change.
            Handler { function: entry.function, ..known.handler.clone() }
        })
    }

    /// Forget handlers that are no more, and all unless the files are the same and manifests say the same.
    pub(crate) fn review_handlers(&mut self, program: &Program, entries: &[Entry]) {
        let h = &mut self.steps.handlers;
        let surroundings = program.surroundings();
        if h.surroundings != surroundings {
            *h = Handlers { surroundings, all: FxHashMap::default() };
        }
        let now: FxHashSet<_> = entries.iter().map(key).collect();
        h.all.retain(|k, _| now.contains(k));
    }

    /// Keep a handler that was followed, with what was looked at.
    pub(crate) fn keep_followed(&mut self, program: &Program, entry: &Entry, seen: Seen, handler: &Handler) {
        let known = Followed { looked: seen.of(program), handler: handler.clone() };
        self.steps.handlers.all.insert(key(entry), known);
    }
}

fn key(entry: &Entry) -> (UnitId, String, Vec<String>) {
    (entry.unit, entry.symbol.to_string(), entry.roots.clone())
}

fn is_same(a: &Facts, b: &Facts) -> bool {
    match (a, b) {
        (Facts::Template(a), Facts::Template(b)) => Arc::ptr_eq(a, b),
        (Facts::Terraform(a), Facts::Terraform(b)) => Arc::ptr_eq(a, b),
        (Facts::Serverless(a), Facts::Serverless(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}
