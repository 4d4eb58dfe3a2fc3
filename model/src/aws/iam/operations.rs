//! From SDK operations to the actions that guard them.

use super::{actions, names};
use std::sync::LazyLock;

static LINES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| names::lines(include_str!("../data/iam_operations.tsv")));

/// The actions of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Guarded {
    /// No permission is asked for.
    Free,
    /// All of these.
    All(Vec<&'static str>),
    /// One of these.
    Any(Vec<&'static str>),
    /// The action of the operation's own name.
    Own(String),
}

/// What guards an operation; `None` when that is not known.
pub(super) fn guarded(service: &str, operation: &str) -> Option<Guarded> {
    let mut columns = names::row(&LINES, service)?.split('\t').skip(1);
    let (prefix, own, special) = (columns.next()?, columns.next()?, columns.next().unwrap_or_default());
    for (targets, operations) in special.split(';').filter_map(|s| s.split_once('<')) {
        if names::find(operations, operation).is_some() {
            return Some(read(targets));
        }
    }
    let listed = own.get(1..).is_some_and(|l| names::find(l, operation).is_some());
    if listed != own.starts_with('+') {
        return None;
    }
    actions::find(&format!("{prefix}:{operation}")).map(|a| Guarded::Own(a.name()))
}

/// The operations an action guards, by their names.
pub(super) fn of_action(action: &str) -> Vec<String> {
    let mut out = Vec::new();
    let Some((prefix, name)) = action.split_once(':') else { return out };
    for line in LINES.iter() {
        let mut columns = line.split('\t').skip(1);
        let (Some(own), Some(listed)) = (columns.next(), columns.next()) else { continue };
        for (targets, operations) in
            columns.next().unwrap_or_default().split(';').filter_map(|s| s.split_once('<'))
        {
            if targets.split(['+', '/']).any(|t| t.eq_ignore_ascii_case(action)) {
                out.extend(names::split(operations).map(|(v, r)| format!("{}{r}", names::bare(v))));
            }
        }
        let is_listed = listed.get(1..).is_some_and(|l| names::find(l, name).is_some());
        if own.eq_ignore_ascii_case(prefix) && is_listed == listed.starts_with('+') {
            out.push(name.to_owned());
        }
    }
    out
}

/// What guards an operation of a client of that name, or of one guarded by that prefix.
pub(super) fn of_name(prefix: &str, operation: &str) -> Option<Guarded> {
    let clients = LINES.iter().map(|l| names::first(l));
    let mut guarded_by = clients.filter(|c| self::prefix(c) == Some(prefix));
    guarded(prefix, operation).or_else(|| guarded_by.find_map(|c| guarded(c, operation)))
}

/// The action prefix of a service.
pub(super) fn prefix(service: &str) -> Option<&'static str> {
    names::row(&LINES, service)?.split('\t').nth(1)
}

fn read(targets: &'static str) -> Guarded {
    if targets.is_empty() {
        Guarded::Free
    } else if targets.contains('/') {
        Guarded::Any(targets.split('/').collect())
    } else {
        Guarded::All(targets.split('+').collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_exists() {
        assert!(LINES.is_sorted_by(|a, b| names::first(a) < names::first(b)));
        let mut count = 0;
        for line in LINES.iter() {
            let columns: Vec<&str> = line.split('\t').collect();
            assert!(columns.len() == 3 || columns.len() == 4, "{line}");
            assert!(columns[2].starts_with(['+', '=']), "{line}");
            for name in names::split(columns[2].get(1..).unwrap()) {
                assert!(actions::find(&format!("{}:{}{}", columns[1], name.0, name.1)).is_some(), "{name:?}");
            }
            for group in columns.get(3).unwrap_or(&"").split(';').filter(|g| !g.is_empty()) {
                let (targets, operations) = group.split_once('<').unwrap();
                for t in targets.split(['+', '/']).filter(|t| !t.is_empty()) {
                    assert_eq!(actions::find(t).map(|a| a.name()).as_deref(), Some(t));
                }
                count += names::split(operations).count();
            }
        }
        assert!(count > 250, "{count}");
    }

    #[test]
    fn kinds_of_mapping() {
        let own = |s, o| matches!(guarded(s, o), Some(Guarded::Own(_)));
        assert!(
            own("s3", "GetObject") && own("dynamodb", "PutItem") && own("stepfunctions", "StartExecution")
        );
        assert_eq!(guarded("sqs", "SendMessageBatch"), Some(Guarded::All(vec!["sqs:SendMessage"])));
        assert_eq!(guarded("sts", "GetCallerIdentity"), Some(Guarded::Free));
        assert_eq!(guarded("apigateway", "GetRestApi"), Some(Guarded::All(vec!["apigateway:GET"])));
        // An action of the name of no operation, an operation without an action, a service nobody knows.
        assert_eq!(guarded("s3", "ListBucket"), None);
        assert_eq!(guarded("dynamodb", "GetRecords"), None);
        assert_eq!(guarded("s3control", "DeleteBucket"), None);
        assert_eq!(guarded("nothing", "GetObject"), None);
    }
}
