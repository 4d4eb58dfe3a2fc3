//! The line that shows how far a run is: on a terminal only, and only where a run takes long.

use crate::progress::Progress;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Before this nothing is shown.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two pictures.
const PAUSE: Duration = Duration::from_millis(100);
/// Cells of the bar.
const CELLS: usize = 24;
/// Go to the start of the line and empty it.
const CLEAR: &str = "\r\u{1b}[2K";

/// Shows how far a run is until it is dropped; then the line is empty again.
#[derive(Debug)]
pub(super) struct Shown {
    over: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

/// Whether somebody looks: the standard error is a terminal that can go back in a line, and this is no build server.
pub(super) fn wanted(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| variable(name).is_some_and(|v| !v.is_empty() && v != "false" && v != "0");
    io::stderr().is_terminal() && !set("CI") && variable("TERM").is_some_and(|t| t != "dumb")
}

impl Shown {
    pub(super) fn start(progress: Arc<Progress>) -> Self {
        let over = Arc::new((Mutex::new(false), Condvar::new()));
        let shared = Arc::clone(&over);
        let thread = std::thread::Builder::new().name("lamlint-progress".to_owned());
        // Where there is no thread for it, nothing is shown.
        let thread = thread.spawn(move || draw(&progress, &shared)).ok();
        Self { over, thread }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        *self.over.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.over.1.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn draw(progress: &Progress, (over, bell): &(Mutex<bool>, Condvar)) {
    let mut drawn = false;
    let mut wait = PATIENCE;
    let mut guard = over.lock().unwrap_or_else(PoisonError::into_inner);
    while !*guard {
        let (next, timeout) =
            bell.wait_timeout_while(guard, wait, |over| !*over).unwrap_or_else(PoisonError::into_inner);
        guard = next;
        if timeout.timed_out() {
            let _ = write!(io::stderr(), "{CLEAR}{}", line(progress.now()));
            let _ = io::stderr().flush();
            (drawn, wait) = (true, PAUSE);
        }
    }
    if drawn {
        let _ = write!(io::stderr(), "{CLEAR}");
        let _ = io::stderr().flush();
    }
}

/// One picture: a bar where it is known how much there is to do.
fn line((step, done, total): (&str, usize, usize)) -> String {
    if total == 0 {
        return format!("{step} …");
    }
    let full = CELLS * done / total;
    let mut out = String::new();
    let _ = write!(out, "[{}{}] {step} {done}/{total}", "=".repeat(full), " ".repeat(CELLS - full));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures() {
        assert_eq!(line(("linking", 0, 0)), "linking …");
        assert_eq!(line(("parsing", 1, 2)), "[============            ] parsing 1/2");
        assert_eq!(line(("parsing", 3, 3)), "[========================] parsing 3/3");
    }
}
