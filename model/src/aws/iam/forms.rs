//! The ARNs an action can be checked on, for the actions roles of functions usually have.

use super::{actions, names};
use std::sync::LazyLock;

/// What an action is checked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forms {
    /// ARNs with holes, or `*` for actions that take no resource; see [`crate::policy::never`].
    pub arns: Vec<String>,
    /// Words for people: `objects`.
    pub words: &'static str,
    /// An ARN to write; `*` when only that matches.
    pub example: &'static str,
}

#[derive(Debug)]
struct Row {
    prefixes: Vec<&'static str>,
    actions: Vec<&'static str>,
    arns: Vec<&'static str>,
    words: &'static str,
    example: &'static str,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    names::lines(include_str!("../data/iam_forms.tsv")).into_iter().filter_map(row).collect()
});

fn row(line: &'static str) -> Option<Row> {
    let c: Vec<&str> = line.split('\t').collect();
    Some(Row {
        prefixes: c.first()?.split(',').collect(),
        actions: c.get(1)?.split(',').collect(),
        arns: c.get(2)?.split(' ').collect(),
        words: c.get(3)?,
        example: c.get(4)?,
    })
}

/// What an action is checked on; `None` when that, or the action, is not known.
pub fn forms(action: &str) -> Option<Forms> {
    let name = actions::find(action)?.name();
    let (prefix, verb) = name.split_once(':')?;
    let mut rows = ROWS.iter().filter(|r| r.prefixes.contains(&prefix));
    let row = rows.find(|r| r.actions.iter().any(|a| *a == "*" || *a == verb))?;
    let arn = |a: &&str| match (*a, a.strip_prefix("own:")) {
        ("-", _) => "\\*".to_owned(),
        (_, Some(rest)) => format!("arn:{{}}:{prefix}:{rest}"),
        (a, None) => format!("arn:{{}}:{a}"),
    };
    Some(Forms { arns: row.arns.iter().map(arn).collect(), words: row.words, example: row.example })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        assert_eq!(ROWS.len(), names::lines(include_str!("../data/iam_forms.tsv")).len());
        for r in ROWS.iter() {
            for p in &r.prefixes {
                assert!(actions::is_prefix(p), "{p}");
                for a in r.actions.iter().filter(|a| **a != "*") {
                    let action = actions::find(&format!("{p}:{a}"));
                    let action = action.unwrap_or_else(|| panic!("no action {p}:{a}"));
                    assert_eq!(action.name(), format!("{p}:{a}"));
                    assert!(r.arns != ["-"] || !action.takes_resource, "{p}:{a}");
                }
            }
            for a in &r.arns {
                assert!(*a == "-" || a.contains(':'), "{a}");
            }
        }
    }

    #[test]
    fn the_first_row_counts() {
        assert_eq!(forms("s3:getobject").unwrap().words, "objects");
        assert_eq!(forms("s3:ListBucket").unwrap().words, "the bucket");
        assert_eq!(forms("glue:GetTable").unwrap().arns, ["arn:{}:glue:{*}", "\\*"]);
        assert_eq!(forms("xray:PutTraceSegments").unwrap().arns, ["\\*"]);
        assert_eq!((forms("s3:CopyObject"), forms("nothing:GetIt")), (None, None));
    }
}
