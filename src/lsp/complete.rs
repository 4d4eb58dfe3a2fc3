//! Names of rules where one belongs: in a suppression, and in the settings file.

use super::convert::{Encoding, Lines};
use crate::report::rules::one_line;
use gen_lsp_types::{CompletionItem, CompletionItemKind, CompletionItemTextEdit, Position, TextEdit};
use lamlint_rules::RULES;

/// Headings of the settings file that go on with the name of a rule.
const SECTIONS: &[&str] = &["[rules.", "[tool.lamlint.rules."];
/// Keys of the settings file whose values are names of rules.
const LISTS: &[&str] = &["select", "ignore"];

/// The names that fit at a place.
pub(super) fn complete(
    text: &str,
    is_settings: bool,
    at: Position,
    encoding: Encoding,
) -> Vec<CompletionItem> {
    let lines = Lines::new(text);
    let offset = lines.offset(at, encoding);
    let before = lines.before(offset);
    let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '-').map_or(0, |i| i + 1);
    let (head, word) = before.split_at(start);
    let fits =
        in_suppression(head) || is_settings && in_settings(text.get(..offset).unwrap_or_default(), head);
    if !fits {
        return Vec::new();
    }
    let range = lines.range(offset - word.len(), offset, encoding);
    RULES
        .iter()
        .map(|r| CompletionItem {
            label: r.id.to_owned(),
            kind: Some(CompletionItemKind::EnumMember),
            detail: Some(one_line(r.summary())),
            text_edit: Some(CompletionItemTextEdit::TextEdit(TextEdit { range, new_text: r.id.to_owned() })),
            ..CompletionItem::default()
        })
        .collect()
}

/// Whether a line up to here is inside the list of a suppression.
fn in_suppression(head: &str) -> bool {
    let Some((_, rest)) = head.rsplit_once("lamlint:") else { return false };
    let rest = rest.trim_start();
    let list = rest.strip_prefix("ignore-file").or_else(|| rest.strip_prefix("ignore"));
    list.is_some_and(|l| l.trim_start().starts_with('[') && !l.contains(']'))
}

/// Whether the settings up to here want the name of a rule: in a heading, or inside a list of names.
fn in_settings(before: &str, head: &str) -> bool {
    if SECTIONS.contains(&head.trim()) {
        return true;
    }
    let Some(open) = before.rfind('[').filter(|o| !before[*o..].contains(']')) else { return false };
    let line = before[..open].lines().next_back().unwrap_or_default();
    let key = line.split('=').next().unwrap_or_default().trim();
    line.contains('=') && LISTS.contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names at `|`.
    fn at(text: &str, is_settings: bool) -> usize {
        let offset = text.find('|').unwrap();
        let text = text.replace('|', "");
        let position = Lines::new(&text).position(offset, Encoding::Utf16);
        complete(&text, is_settings, position, Encoding::Utf16).len()
    }

    #[test]
    fn names_are_offered_where_they_belong() {
        for text in ["# lamlint: ignore[|", "x = 1  # lamlint: ignore[a, b-|", "// lamlint: ignore-file[|]"] {
            assert_eq!(at(text, false), RULES.len(), "{text}");
        }
        for text in ["# lamlint: ignore[a] |", "# lamlint: |", "ignore[|"] {
            assert_eq!(at(text, false), 0, "{text}");
        }
        for text in ["[rules.so|", "ignore = [\"|\"]", "ignore = [\n  \"a\",\n  \"|", "[tool.lamlint.rules.|"]
        {
            assert_eq!(at(text, true), RULES.len(), "{text}");
        }
        for text in ["[rules.a]\n|", "exclude = [\"|", "|", "[|", "ignore = []\n|"] {
            assert_eq!(at(text, true), 0, "{text}");
        }
        assert_eq!(at("[rules.|", false), 0);
    }
}
