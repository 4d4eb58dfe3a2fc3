//! The managed runtimes and their end of life.
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html>

use crate::rule::Date;
use std::sync::LazyLock;

/// A managed runtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runtime {
    /// Its identifier (`python3.14`).
    pub id: &'static str,
    /// The operating system: `al1`, `al2`, `al2023`.
    pub os: &'static str,
    /// From this day on AWS applies no security patches and gives no support.
    pub deprecated: Option<Date>,
    /// From this day on functions can't be created with it.
    pub create_blocked: Option<Date>,
    /// From this day on functions that use it can't be updated.
    pub update_blocked: Option<Date>,
    /// The newest long-lived runtime of the same family; `None` when this is it.
    pub successor: Option<&'static str>,
}

/// All runtimes that can be named in `Runtime`, by identifier. Customer-managed ones (`custom`) are not among them.
pub static RUNTIMES: LazyLock<Vec<Runtime>> = LazyLock::new(|| rows().filter_map(parse).collect());

/// The runtime of that identifier.
pub fn runtime(id: &str) -> Option<&'static Runtime> {
    RUNTIMES.iter().find(|r| r.id == id)
}

fn rows() -> impl Iterator<Item = &'static str> {
    include_str!("data/runtimes.tsv").lines().filter(|l| !l.is_empty() && !l.starts_with('#'))
}

fn parse(row: &'static str) -> Option<Runtime> {
    let mut columns = row.split('\t');
    let mut next = || columns.next().map(|c| (c != "-").then_some(c));
    let (id, os) = (next()??, next()??);
    let mut date = || match next()? {
        None => Some(None),
        Some(d) => Date::parse(d).map(Some),
    };
    let (deprecated, create_blocked, update_blocked) = (date()?, date()?, date()?);
    Some(Runtime { id, os, deprecated, create_blocked, update_blocked, successor: next()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_sorted() {
        assert_eq!(RUNTIMES.len(), rows().count());
        assert!(RUNTIMES.is_sorted_by_key(|r| r.id));
        assert!(RUNTIMES.len() > 40);
    }

    #[test]
    fn successors_exist_and_live_longer() {
        for r in RUNTIMES.iter() {
            let Some(s) = r.successor else { continue };
            let s = runtime(s).unwrap();
            assert!(s.successor.is_none(), "{} leads to {}", r.id, s.id);
            assert!(s.deprecated.is_none_or(|d| Some(d) >= r.deprecated), "{}", r.id);
        }
    }

    #[test]
    fn dates_come_as_a_set() {
        for r in RUNTIMES.iter() {
            assert_eq!(r.deprecated.is_some(), r.update_blocked.is_some(), "{}", r.id);
            assert_eq!(r.deprecated.is_some(), r.create_blocked.is_some(), "{}", r.id);
        }
        assert_eq!(runtime("python3.8").and_then(|r| r.deprecated), Date::parse("2024-10-14"));
        assert_eq!(runtime("python4.0"), None);
    }
}
