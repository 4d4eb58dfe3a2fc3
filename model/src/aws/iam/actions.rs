//! The actions that exist.
//! Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

use super::names;
use std::sync::LazyLock;

/// An action: a service prefix and a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// The prefix (`s3`).
    pub prefix: &'static str,
    verb: &'static str,
    rest: &'static str,
    /// What it does.
    pub level: Level,
    /// Whether it can be restricted to resources; otherwise only `*` matches.
    pub takes_resource: bool,
}

/// What an action does, as the reference classifies it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Reads a resource.
    Read,
    /// Lists resources.
    List,
    /// Changes resources.
    Write,
    /// Changes tags only.
    Tagging,
    /// Changes permissions.
    Permissions,
}

impl Action {
    /// Its full name: `s3:GetObject`.
    pub fn name(&self) -> String {
        format!("{}:{}{}", self.prefix, self.verb, self.rest)
    }
}

static LINES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| names::lines(include_str!("../data/iam_actions.tsv")));

/// Verbs of actions that read.
const READING: &[&str] = &[
    "BatchGet", "Check", "Describe", "Estimate", "Get", "Head", "Lookup", "Preview", "Query", "Search",
    "Test", "Validate",
];

fn action(prefix: &'static str, verb: &'static str, rest: &'static str) -> Action {
    let bare = names::bare(verb);
    let level = match verb.split_once('!').and_then(|(_, m)| m.chars().next()) {
        Some('R') => Level::Read,
        Some('L') => Level::List,
        Some('T') => Level::Tagging,
        Some('P') => Level::Permissions,
        Some(_) => Level::Write,
        None => match bare {
            "List" => Level::List,
            "Tag" | "Untag" => Level::Tagging,
            v if READING.contains(&v) => Level::Read,
            _ => Level::Write,
        },
    };
    Action { prefix, verb: bare, rest, level, takes_resource: !verb.ends_with('~') }
}

/// Whether the table has the actions of a prefix. What it does not have may exist all the same.
pub fn is_prefix(prefix: &str) -> bool {
    line(prefix).is_some()
}

fn line(prefix: &str) -> Option<(&'static str, &'static str)> {
    names::row(&LINES, &prefix.to_ascii_lowercase())?.split_once('\t')
}

/// The action of a full name in any case (`S3:getobject`).
pub fn find(name: &str) -> Option<Action> {
    let (prefix, name) = name.split_once(':')?;
    let (prefix, groups) = line(prefix)?;
    names::find(groups, name).map(|(verb, rest)| action(prefix, verb, rest))
}

/// All actions of a prefix.
pub fn of_prefix(prefix: &str) -> impl Iterator<Item = Action> {
    line(prefix)
        .into_iter()
        .flat_map(|(prefix, groups)| names::split(groups).map(move |(verb, rest)| action(prefix, verb, rest)))
}

/// All prefixes, sorted.
pub fn prefixes() -> impl Iterator<Item = &'static str> {
    LINES.iter().map(|l| names::first(l))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_read() {
        assert!(LINES.is_sorted_by(|a, b| names::first(a) < names::first(b)));
        let mut count = 0;
        for p in prefixes() {
            let mut all: Vec<String> = of_prefix(p).map(|a| a.name().to_ascii_lowercase()).collect();
            assert!(!all.is_empty(), "{p}");
            count += all.len();
            all.sort_unstable();
            assert!(all.windows(2).all(|w| w[0] != w[1]), "a duplicate in {p}");
        }
        assert!(count > 14_000, "{count}");
    }

    #[test]
    fn levels_and_case() {
        let get = find("S3:getobject").unwrap();
        assert_eq!((get.name().as_str(), get.level, get.takes_resource), ("s3:GetObject", Level::Read, true));
        let policy = find("s3:PutBucketPolicy").unwrap();
        assert_eq!(policy.level, Level::Permissions);
        assert!(!find("s3:ListAllMyBuckets").unwrap().takes_resource);
        assert_eq!(find("s3:HeadObject"), None);
        assert_eq!(find("dynamodb:TagResource").unwrap().level, Level::Tagging);
        assert!(is_prefix("DynamoDB") && !is_prefix("dynamo"));
    }
}
