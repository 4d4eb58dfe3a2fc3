//! Which rules run and which findings are shown.

use crate::config::{Config, Ignore, Levels, Override};
use lamlint_model::Rule;
use lamlint_model::finding::Confidence;
use lamlint_model::rule::{Severity, Tier};
use lamlint_rules::RULES;

/// Which rules run and which findings are shown.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The rules, sorted by name.
    pub rules: Vec<&'static Rule>,
    /// The least severity that is shown.
    pub min_severity: Severity,
    /// The least confidence that is shown.
    pub min_confidence: Confidence,
    /// Severities other than the rules' own, by the name of a rule.
    pub levels: Levels,
    /// What holds for findings in some paths; later ones win.
    pub overrides: Vec<Override>,
    /// Findings the settings do not want reported.
    pub ignores: Vec<Ignore>,
    /// Whether findings that rest on what parameters are by default, or may be, are left out.
    pub written_only: bool,
}

/// A name that is no rule's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRule {
    /// The name.
    pub name: String,
    /// A rule with a similar name.
    pub suggestion: Option<&'static str>,
    /// Whether no other rule has a name as similar.
    pub certain: bool,
}

impl std::error::Error for UnknownRule {}

impl std::fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "there is no rule `{}`", self.name)?;
        match self.suggestion {
            Some(s) => write!(f, "; did you mean `{s}`?"),
            None => f.write_str("; `lamlint rules` lists them"),
        }
    }
}

impl Selection {
    /// Rules with their own severities everywhere.
    pub fn new(rules: Vec<&'static Rule>, min_severity: Severity, min_confidence: Confidence) -> Self {
        Self {
            rules,
            min_severity,
            min_confidence,
            levels: Levels::new(),
            overrides: Vec::new(),
            ignores: Vec::new(),
            written_only: false,
        }
    }

    /// What a file says, with what the command line says over it: `select` names exactly the rules that run, whatever
    /// the file says of them; `ignore` takes rules away; `pedantic` runs all that the file does not turn off.
    pub fn configured(
        config: &Config,
        select: &[String],
        ignore: &[String],
        pedantic: bool,
    ) -> Result<Self, UnknownRule> {
        let mut rules = Self::rules(select, ignore, true)?;
        if select.is_empty() {
            let level = |r: &Rule| config.levels.get(r.id);
            rules.retain(|r| {
                let chosen = match &config.select {
                    Some(s) if !pedantic => s.contains(r),
                    // Who gives a pedantic rule a severity wants it to run.
                    _ => pedantic || config.pedantic || r.tier == Tier::Default || level(r).is_some(),
                };
                chosen && !config.ignore.contains(r) && level(r) != Some(&None)
            });
        }
        Ok(Self {
            levels: config.levels.iter().filter(|(_, s)| s.is_some()).map(|(r, s)| (*r, *s)).collect(),
            overrides: config.overrides.clone(),
            ignores: config.ignores.clone(),
            written_only: config.written_only,
            ..Self::new(
                rules,
                config.min_severity.unwrap_or(Severity::Note),
                config.min_confidence.unwrap_or(Confidence::Medium),
            )
        })
    }

    /// The severity of a finding of a rule with its primary place in a path; `None` where it is not wanted.
    pub fn severity(&self, rule: &Rule, path: &str, own: Severity) -> Option<Severity> {
        let here =
            self.overrides.iter().rev().filter(|o| o.paths.covers(path)).find_map(|o| o.levels.get(rule.id));
        here.or_else(|| self.levels.get(rule.id)).copied().unwrap_or(Some(own))
    }

    /// The rules of the default tier (all with `pedantic`), or exactly those of `select`, without those of `ignore`.
    pub fn rules(
        select: &[String],
        ignore: &[String],
        pedantic: bool,
    ) -> Result<Vec<&'static Rule>, UnknownRule> {
        let selected: Vec<&Rule> = select.iter().map(|n| rule(n)).collect::<Result<_, _>>()?;
        let ignored: Vec<&Rule> = ignore.iter().map(|n| rule(n)).collect::<Result<_, _>>()?;
        Ok(RULES
            .iter()
            .copied()
            .filter(|r| {
                if selected.is_empty() { pedantic || r.tier == Tier::Default } else { selected.contains(r) }
            })
            .filter(|r| !ignored.contains(r))
            .collect())
    }
}

/// The rule of that name.
pub fn rule(name: &str) -> Result<&'static Rule, UnknownRule> {
    RULES.iter().copied().find(|r| r.id == name).ok_or_else(|| {
        let suggestion = nearest(name, RULES.iter().map(|r| r.id));
        let other = nearest(name, RULES.iter().map(|r| r.id).filter(|r| Some(*r) != suggestion));
        let closer = |s: &&'static str| other.is_none_or(|o| distance(name, s) < distance(name, o));
        UnknownRule { name: name.to_owned(), suggestion, certain: suggestion.as_ref().is_some_and(closer) }
    })
}

/// The word that was probably meant.
pub(crate) fn nearest<'w>(written: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    words.map(|w| (distance(written, w), w)).min().filter(|(d, w)| *d <= (w.len() / 3).max(1)).map(|(_, w)| w)
}

/// Edit distance of two names, in which two letters that changed places count once.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut older: Vec<usize> = Vec::new();
    let mut old: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (old[j] + usize::from(x != y)).min(old[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(older[j - 1] + 1);
            }
            row.push(least);
        }
        older = std::mem::replace(&mut old, row);
    }
    old[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        let ids = |r: Vec<&'static Rule>| r.iter().map(|r| r.id).collect::<Vec<_>>();
        let one = Selection::rules(&["event-loop".into()], &[], false).unwrap();
        assert_eq!(ids(one), ["event-loop"]);
        let e = Selection::rules(&[], &["event-lop".into()], false).unwrap_err();
        assert_eq!(e.to_string(), "there is no rule `event-lop`; did you mean `event-loop`?");
        assert_eq!(rule("zzz").unwrap_err().suggestion, None);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!((distance("scr", "src"), distance("abcd", "badc"), distance("", "ab")), (1, 2, 2));
    }
}
