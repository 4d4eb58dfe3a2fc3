//! Asking not to hear of a finding: a comment above its line, or above what is around it.

use super::Edit;
use crate::code;
use crate::comments::Directive;
use crate::iac;
use crate::text::SourceText;
use lamlint_model::source::{FileId, Span};

/// How many lines are tried: that of the finding, then those of what it stands in.
const MAX_LINES: usize = 12;

/// The change that asks not to report a rule at a place of a file; `None` where no comment can say so (JSON, a place
/// inside of text). It is tried before it is given: the comment is one, and it covers the place.
pub fn silence(file: FileId, path: &str, text: &str, rule: &str, at: Span) -> Option<Edit> {
    let marker = marker(path)?;
    let start = (at.start as usize).min(text.len());
    let mut line = line_of(text, start);
    let mut least = usize::MAX;
    let mut tried = 0;
    loop {
        let blank = indentation(text, line);
        let here = text.get(line..)?.lines().next().unwrap_or_default();
        // What stands further left than everything so far is around it.
        if blank < least && !here.trim().is_empty() {
            least = blank;
            tried += 1;
            let edit = joined(file, path, text, rule, line).unwrap_or_else(|| {
                let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
                let indent = here.get(..blank).unwrap_or_default();
                Edit {
                    span: Span::new(file, line, line),
                    text: format!("{indent}{marker} lamlint: ignore[{rule}]{end}"),
                    stacks: false,
                    binds: None,
                }
            });
            if works(file, path, text, rule, start, &edit) {
                return Some(edit);
            }
        }
        if line == 0 || tried == MAX_LINES {
            return None;
        }
        line = line_of(text, line - 1);
    }
}

/// A further name in a request that stands above the line already.
fn joined(file: FileId, path: &str, text: &str, rule: &str, line: usize) -> Option<Edit> {
    let above = line_of(text, line.checked_sub(1)?);
    let d = requests(file, path, text).into_iter().find(|d| {
        let start = d.span.start as usize;
        (above..line).contains(&start) && d.problem.is_none() && line_is_comment(text, above, start)
    })?;
    let (_, last) = d.rules.last()?;
    let end = last.end as usize;
    Some(Edit { span: Span::new(file, end, end), text: format!(", {rule}"), stacks: false, binds: None })
}

/// Whether there is only the start of a comment between two offsets.
fn line_is_comment(text: &str, from: usize, to: usize) -> bool {
    text.get(from..to).is_some_and(|t| t.chars().all(|c| c.is_whitespace() || "#/*".contains(c)))
}

fn works(file: FileId, path: &str, text: &str, rule: &str, at: usize, edit: &Edit) -> bool {
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    let (Some(head), Some(tail)) = (text.get(..start), text.get(end..)) else { return false };
    let new = format!("{head}{}{tail}", edit.text);
    let at = if at >= start { at + edit.text.len() } else { at };
    let covers = |d: &Directive| {
        d.problem.is_none()
            && d.rules.iter().any(|(r, _)| r == rule)
            && d.covers.iter().any(|c| (c.start as usize..c.end.max(c.start + 1) as usize).contains(&at))
    };
    requests(file, path, &new).iter().any(covers)
}

/// The requests of a file.
fn requests(file: FileId, path: &str, text: &str) -> Vec<Directive> {
    let src = SourceText::file(file, text);
    match code::language(path) {
        Some(lang) => code::lower(lang, &src, path).suppressions,
        None => match iac::read(&src, path) {
            Ok(Some(facts)) => facts.suppressions().to_vec(),
            _ => Vec::new(),
        },
    }
}

/// Endings of files whose comments begin with `#`; those of other code begin with `//`.
const HASH: &[&str] = &["py", "rb", "ps1", "psm1"];

/// What starts a comment that ends with its line.
fn marker(path: &str) -> Option<&'static str> {
    let extension = crate::files::file_name(path).rsplit_once('.').map_or("", |(_, e)| e);
    match code::language(path) {
        Some(_) => Some(if HASH.contains(&extension) { "#" } else { "//" }),
        None if super::is_json(path) => None,
        None => Some("#"),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.get(..offset).and_then(|t| t.rfind('\n')).map_or(0, |i| i + 1)
}

fn indentation(text: &str, line: usize) -> usize {
    let rest = text.get(line..).unwrap_or_default();
    rest.len() - rest.trim_start_matches([' ', '\t']).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(path: &str, text: &str, at: &str) -> Option<String> {
        let start = text.find(at).unwrap();
        let file = FileId(0);
        let e = silence(file, path, text, "deprecated-runtime", Span::new(file, start, start + at.len()))?;
        let (start, end) = (e.span.start as usize, e.span.end as usize);
        Some(format!("{}{}{}", &text[..start], e.text, &text[end..]))
    }

    const TEMPLATE: &str =
        "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Runtime: go1.x\n";

    #[test]
    fn a_comment_goes_above_the_line() {
        let new = with("t.yaml", TEMPLATE, "go1.x").unwrap();
        assert!(new.contains("      # lamlint: ignore[deprecated-runtime]\n      Runtime"), "{new}");
        let again = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      # lamlint: ignore[x] why\n      Runtime: go1.x\n";
        assert!(with("t.yaml", again, "go1.x").unwrap().contains("ignore[x, deprecated-runtime] why\n"));
        let crlf = TEMPLATE.replace('\n', "\r\n");
        assert!(with("t.yaml", &crlf, "go1.x").unwrap().contains("runtime]\r\n      Runtime: go1.x\r\n"));
        let js = "export const handler = async () => {\n  const a = [\n    1,\n    f(),\n  ];\n};\n";
        let new = with("a.mjs", js, "f()").unwrap();
        assert!(new.contains("    // lamlint: ignore[deprecated-runtime]\n    f()"), "{new}");
    }

    #[test]
    fn a_place_inside_of_text_is_covered_from_outside() {
        let text = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Code:\n        ZipFile: |\n          def handler(e, c):\n              pass\n";
        let new = with("t.yaml", text, "pass").unwrap();
        assert!(new.contains("        # lamlint: ignore[deprecated-runtime]\n        ZipFile: |"), "{new}");
        let python = "def handler(e, c):\n    q = \"\"\"\nselect\n    \"\"\"\n    return q\n";
        let new = with("a.py", python, "select");
        assert!(new.is_none_or(|n| n.contains("[deprecated-runtime]\n    q =") || n.contains("]\ndef")));
    }

    #[test]
    fn where_no_comment_can_be_there_is_none() {
        let json = "{\"Resources\":{\"F\":{\"Type\":\"AWS::Lambda::Function\",\"Properties\":{\"Runtime\":\"go1.x\"}}}}";
        assert_eq!(with("t.json", json, "go1.x"), None);
    }
}
