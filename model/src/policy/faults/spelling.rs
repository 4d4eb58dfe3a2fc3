//! Names that are almost right.

use super::Report;
use crate::app::Resource;

/// The nearest of some names within two changes, without case first.
pub(super) fn nearest<'a>(name: &str, all: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_ascii_lowercase();
    let most = if wanted.len() < 6 { 1 } else { 2 };
    within(&wanted, all, most)
}

/// The nearest of some names within so many changes.
pub(super) fn within<'a>(wanted: &str, all: impl Iterator<Item = &'a str>, most: usize) -> Option<&'a str> {
    all.map(|n| (distance(wanted, &n.to_ascii_lowercase()), n))
        .filter(|(d, _)| *d <= most)
        .min()
        .map(|(_, n)| n)
}

/// Insertions, deletions and replacements between two texts.
fn distance(a: &str, b: &str) -> usize {
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let up = row[j + 1];
            row[j + 1] = (corner + usize::from(x != *y)).min(up + 1).min(row[j] + 1);
            corner = up;
        }
    }
    row[b.len()]
}

/// Pseudo-parameters of templates.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html>
const PSEUDO: &[&str] = &[
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

impl Report<'_> {
    /// What of the template a text names although nothing puts the value in its place: `${AWS::Region}`, `${Table.Arn}`.
    /// Variables of the policy language (`${aws:username}`) are no such.
    pub(super) fn unsubstituted<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mut rest = text;
        while let Some((_, after)) = rest.split_once("${") {
            let (name, behind) = after.split_once('}')?;
            let logical = name.split('.').next().unwrap_or(name);
            let here = |r: &Resource| r.application == self.holder.application && r.name == logical;
            if PSEUDO.contains(&name) || self.app.resources.iter().any(here) {
                return Some(name);
            }
            rest = behind;
        }
        None
    }
}
