//! Which rules run and which findings are shown.

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
}

/// A name that is no rule's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRule {
    /// The name.
    pub name: String,
    /// A rule with a similar name.
    pub suggestion: Option<&'static str>,
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
    RULES.iter().copied().find(|r| r.id == name).ok_or_else(|| UnknownRule {
        name: name.to_owned(),
        suggestion: RULES
            .iter()
            .map(|r| (distance(name, r.id), r.id))
            .min()
            .filter(|(d, id)| *d <= id.len() / 3)
            .map(|(_, id)| id),
    })
}

/// Edit distance of two names.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let cost = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
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
    }
}
