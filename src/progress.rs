//! How far a run is, for whoever shows it. Nothing here is part of the answer.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What a run does, in its order.
const STEPS: &[&str] =
    &["reading", "parsing", "linking", "following handlers", "measuring packages", "running rules"];

/// How much of the time each step takes, in percent; as measured over large projects that are not in any cache.
const SHARES: &[usize] = &[15, 50, 10, 10, 5, 10];

/// What is being done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Files are read.
    Read,
    /// Files are parsed.
    Parse,
    /// Functions are linked to their code.
    Link,
    /// Handlers are followed.
    Follow,
    /// Packages are measured.
    Measure,
    /// Rules run.
    Rules,
}

/// How far a run is: written by the engine, read by another thread.
#[derive(Debug, Default)]
pub struct Progress {
    step: AtomicUsize,
    done: AtomicUsize,
    total: AtomicUsize,
}

impl Progress {
    /// A step starts that has this many parts; 0 where that is not known.
    pub fn start(&self, step: Step, total: usize) {
        self.step.store(step as usize, Relaxed);
        self.done.store(0, Relaxed);
        self.total.store(total, Relaxed);
    }

    /// One part is done.
    pub fn one(&self) {
        self.done.fetch_add(1, Relaxed);
    }

    /// How much of the run is done, in percent; it never says that all is.
    pub fn percent(&self) -> u32 {
        let step = self.step.load(Relaxed);
        let total = self.total.load(Relaxed);
        let done = self.done.load(Relaxed).min(total);
        let before: usize = SHARES.iter().take(step).sum();
        let here = SHARES.get(step).copied().unwrap_or_default();
        let within = (here * done).checked_div(total).unwrap_or_default();
        u32::try_from(before + within).unwrap_or_default().min(99)
    }

    /// The step, how many of its parts are done, and how many there are.
    pub fn now(&self) -> (&'static str, usize, usize) {
        let word = STEPS.get(self.step.load(Relaxed)).copied().unwrap_or_default();
        let total = self.total.load(Relaxed);
        (word, self.done.load(Relaxed).min(total), total)
    }
}
