//! Repairs of a run: what can be applied together is applied, looked at again, and kept only if the finding is gone
//! and nothing else has come.

use crate::baseline::Baseline;
use crate::discover::Found;
use crate::engine::{self, Analysis, Outcome, Workers};
use crate::memo::Memo;
use crate::notice::NoticeKind;
use crate::selection::Selection;
use crate::vfs::Overlay;
use lamlint_model::finding::Finding;
use lamlint_model::fix::Safety;
use lamlint_model::rule::Date;
use lamlint_model::source::{FileId, SourceMap};
use lamlint_parsers::edit::{Edit, Editor};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Bound on the rounds. Each mends what can be mended together; a repair that waits for another one is rare.
const ROUNDS: usize = 30;

/// What identifies a finding whatever line it stands on: rule, subject, discriminator, file.
type Key = (&'static str, String, String, String);

/// What came of mending.
#[derive(Debug)]
pub struct Mended {
    /// New texts by path.
    pub texts: Overlay,
    /// The repairs that were made: rule and title.
    pub made: Vec<(&'static str, String)>,
    /// Repairs that were tried and taken back, as the finding stayed or another one came.
    pub undone: usize,
    /// What is understood of the mended project, and what the rules say of it.
    pub analysis: Analysis,
    /// The findings that are left.
    pub outcome: Outcome,
}

/// What a run needs, to be done again.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The files.
    pub found: &'a Found,
    /// Values of template parameters.
    pub parameters: &'a [(String, String)],
    /// The rules.
    pub selection: &'a Selection,
    /// The date they go by.
    pub today: Date,
    /// The threads.
    pub workers: &'a Workers,
    /// Findings of this baseline are not mended: it says "not now".
    pub baseline: Option<&'a Baseline>,
}

impl Run<'_> {
    fn again(&self, texts: &Overlay, memo: &mut Memo) -> (Analysis, Outcome) {
        // Nobody watches the run, so it is not given up.
        let analysis = engine::analyze_again(self.found, texts, self.parameters, self.workers, memo);
        let analysis = analysis.unwrap_or_default();
        let only = self.found.only.as_ref();
        let outcome = engine::check(&analysis, self.selection, only, self.today, self.workers);
        (analysis, outcome)
    }

    /// Mend what can be mended, up to `most` in daring. `state` is a run over the texts on disk.
    pub fn mend(&self, state: (Analysis, Outcome), most: Safety) -> Mended {
        let (mut analysis, mut outcome) = state;
        let mut texts = Overlay::new();
        let mut memo = Memo::default();
        let (mut made, mut failed) = (Vec::new(), BTreeSet::new());
        // Whether to make one repair at a time, as several together did not do.
        let mut single = false;
        let mut rounds = 0;
        while rounds < ROUNDS {
            let known = self.baseline.map(|b| b.knows(&analysis, &outcome)).unwrap_or_default();
            let open = outcome.findings.iter().enumerate();
            let open = open.filter(|(i, _)| !known.get(*i).copied().unwrap_or(false)).map(|(_, f)| f);
            let chosen = choose(&analysis, open, most, &failed, single);
            if chosen.is_empty() {
                break;
            }
            let new = apply(&analysis, &chosen, &texts);
            let (next_analysis, next_outcome) = self.again(&new, &mut memo);
            if holds(&chosen, (&analysis, &outcome), (&next_analysis, &next_outcome)) {
                made.extend(chosen.iter().map(|c| (c.key.0, c.title.clone())));
                (analysis, outcome, texts) = (next_analysis, next_outcome, new);
                rounds += 1;
            } else if chosen.len() == 1 {
                failed.extend(chosen.into_iter().map(|c| c.key));
                single = false;
            } else {
                single = true;
            }
        }
        Mended { texts, made, undone: failed.len(), analysis, outcome }
    }
}

/// A repair to make.
struct Chosen {
    key: Key,
    title: String,
    edits: Vec<Edit>,
}

fn key(analysis: &Analysis, f: &Finding) -> Key {
    let path = analysis.sources.file(f.primary().file).path.clone();
    (f.rule().id, f.subject().to_owned(), f.discriminator().to_owned(), path)
}

/// The repairs that can be made together, in the order of the findings.
fn choose<'f>(
    analysis: &Analysis,
    findings: impl Iterator<Item = &'f Finding>,
    most: Safety,
    failed: &BTreeSet<Key>,
    single: bool,
) -> Vec<Chosen> {
    let mut editor = Editor::new(&analysis.app, &analysis.sources);
    let mut taken: Vec<Edit> = Vec::new();
    let mut out = Vec::new();
    for f in findings {
        let Some(fix) = f.fix().filter(|x| x.safety <= most) else { continue };
        let key = key(analysis, f);
        if failed.contains(&key) {
            continue;
        }
        let Ok(edits) = editor.edits(fix) else { continue };
        if edits.iter().any(|e| taken.iter().any(|t| conflict(e, t))) {
            continue;
        }
        taken.extend(edits.iter().cloned());
        out.push(Chosen { key, title: fix.title.clone(), edits });
        if single {
            break;
        }
    }
    out
}

/// The changes of all repairs of some findings that can be made together, untried.
pub fn together(
    analysis: &Analysis,
    outcome: &Outcome,
    most: Safety,
    of: impl Fn(&Finding) -> bool,
) -> Vec<Edit> {
    let mut editor = Editor::new(&analysis.app, &analysis.sources);
    let mut taken: Vec<Edit> = Vec::new();
    for fix in outcome.findings.iter().filter(|f| of(f)).filter_map(Finding::fix) {
        if fix.safety > most {
            continue;
        }
        let Ok(edits) = editor.edits(fix) else { continue };
        if !edits.iter().any(|e| taken.iter().any(|t| conflict(e, t))) {
            taken.extend(edits);
        }
    }
    taken
}

/// Whether two changes can't be made together. Insertions at one place can, where each adds to a container that is
/// there; the same insertion twice is one too many.
fn conflict(a: &Edit, b: &Edit) -> bool {
    if a.span.file != b.span.file {
        return false;
    }
    if a.binds.is_some() && a.binds == b.binds {
        return true;
    }
    let insertion = |e: &Edit| e.span.start == e.span.end;
    if insertion(a) && insertion(b) && a.span == b.span {
        return !(a.stacks && b.stacks) || a.text == b.text;
    }
    a.span.start < b.span.end && b.span.start < a.span.end
        || a.span.start == b.span.start
        || (insertion(a) || insertion(b)) && (a.span.start == b.span.end || a.span.end == b.span.start)
}

/// The texts after the repairs.
fn apply(analysis: &Analysis, chosen: &[Chosen], before: &Overlay) -> Overlay {
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for e in chosen.iter().flat_map(|c| &c.edits) {
        by_file.entry(e.span.file).or_default().push(e);
    }
    let mut out = before.clone();
    for (file, mut edits) in by_file {
        let source = analysis.sources.file(file);
        // Stable: insertions at one place stay in the order of their findings.
        edits.sort_by_key(|e| (e.span.start, e.span.end));
        let mut text = String::with_capacity(source.text.len());
        let mut done = 0;
        for e in edits {
            let (start, end) = (e.span.start as usize, e.span.end as usize);
            text.push_str(source.text.get(done..start).unwrap_or_default());
            text.push_str(&e.text);
            done = end;
        }
        text.push_str(source.text.get(done..).unwrap_or_default());
        out.insert(source.path.clone(), Arc::from(text));
    }
    out
}

/// Whether what was to be mended is mended, no file broke, and no finding came.
fn holds(chosen: &[Chosen], before: (&Analysis, &Outcome), after: (&Analysis, &Outcome)) -> bool {
    let keys = |(a, o): (&Analysis, &Outcome)| -> BTreeMap<Key, usize> {
        let mut out = BTreeMap::new();
        for f in &o.findings {
            *out.entry(key(a, f)).or_default() += 1;
        }
        out
    };
    let (old, new) = (keys(before), keys(after));
    let fewer =
        chosen.iter().all(|c| new.get(&c.key).copied().unwrap_or(0) < old.get(&c.key).copied().unwrap_or(0));
    let none_new = new.iter().all(|(k, n)| old.get(k).copied().unwrap_or(0) >= *n);
    fewer && none_new && troubles(before.0) >= troubles(after.0)
}

/// How many files or parts do not parse, or make lamlint fail.
fn troubles(a: &Analysis) -> usize {
    let bad = |k| matches!(k, NoticeKind::Syntax | NoticeKind::Internal);
    a.broken.len() + a.notices.iter().filter(|n| bad(n.kind)).count()
}

/// How many findings have a repair that can be made, by daring: safe, suggested.
pub fn count(analysis: &Analysis, outcome: &Outcome) -> (usize, usize) {
    let mut editor = Editor::new(&analysis.app, &analysis.sources);
    let (mut safe, mut suggested) = (0, 0);
    for fix in outcome.findings.iter().filter_map(Finding::fix) {
        if editor.edits(fix).is_ok() {
            match fix.safety {
                Safety::Safe => safe += 1,
                Safety::Suggested => suggested += 1,
            }
        }
    }
    (safe, suggested)
}

/// The changes of a run as a unified diff, files in order. `name` gives the paths as they are shown.
pub fn diff(original: &SourceMap, texts: &Overlay, name: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    for (_, source) in original.iter() {
        let Some(new) = texts.get(&source.path) else { continue };
        let path = name(&source.path);
        let diff = similar::TextDiff::from_lines(&*source.text, &**new);
        out.push_str(&diff.unified_diff().header(&path, &path).to_string());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::Span;

    fn edit(start: usize, end: usize, text: &str, stacks: bool) -> Edit {
        Edit { span: Span::new(FileId(0), start, end), text: text.to_owned(), stacks, binds: None }
    }

    #[test]
    fn what_can_be_made_together() {
        let item = edit(5, 5, "- a", true);
        assert!(!conflict(&item, &edit(5, 5, "- b", true)));
        for other in
            [edit(5, 5, "- a", true), edit(5, 5, "k:", false), edit(3, 8, "", false), edit(5, 8, "", false)]
        {
            assert!(conflict(&item, &other) && conflict(&other, &item), "{other:?}");
        }
        assert!(
            !conflict(&item, &edit(6, 8, "", false))
                && !conflict(&edit(1, 3, "", false), &edit(3, 5, "", false))
        );
    }
}
