//! `Makefile`s that build one function per target (`BuildMethod: makefile`): the lines of a target, with its variables.
//!
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/building-custom-runtimes.html>

use super::build::below;
use crate::files::Files;
use std::collections::BTreeMap;

/// Bound on targets that are followed from one.
const MAX_TARGETS: usize = 32;
/// Bound on the length of a line with its variables.
const MAX_LINE: usize = 1 << 12;
/// Bound on variables in variables.
const MAX_DEPTH: usize = 8;
/// Bound on uses of variables in one line.
const MAX_USES: usize = 1000;

/// What the build sets, whatever the file says.
const GIVEN: &str = "ARTIFACTS_DIR";

/// The lines of the recipe of a target and of what it needs first; `None` without such a target. What is not known of a
/// line stays as it is written.
/// Source: <https://www.gnu.org/software/make/manual/make.html>
pub(super) fn recipe(files: &dyn Files, dir: &str, target: &str) -> Option<Vec<String>> {
    let text = files.read(&below(dir, "Makefile"))?.replace("\r\n", "\n").replace("\\\n", " ");
    let variables = variables(&text);
    let mut out = Vec::new();
    let mut pending = vec![target.to_owned()];
    let mut done: Vec<String> = Vec::new();
    let mut found = false;
    while let Some(target) = pending.pop() {
        if done.contains(&target) || done.len() > MAX_TARGETS {
            continue;
        }
        // A rule for a pattern is one for targets without a rule of their own.
        let named = |head: &str| head.split_whitespace().any(|t| t == target);
        let exact = rules(&text).any(|(head, _)| named(&expanded(head, &variables)));
        let mut stem = None;
        let mut inside = false;
        for line in text.lines() {
            if let Some(recipe) = line.strip_prefix('\t') {
                if inside {
                    let line = recipe.replace("$@", &target);
                    let line = stem.as_ref().map_or(line.clone(), |s: &String| line.replace("$*", s));
                    out.push(expanded(&line, &variables));
                }
                continue;
            }
            let Some((head, prerequisites)) = rule(line) else { continue };
            let head = expanded(head, &variables);
            if exact {
                inside = named(&head);
            } else {
                stem = head.split_whitespace().find_map(|t| stem_of(t, &target));
                inside = stem.is_some() && !found;
            }
            if inside {
                found = true;
                let more = expanded(prerequisites, &variables);
                pending.extend(more.split_whitespace().map(str::to_owned));
            }
        }
        done.push(target);
        // What another target needs is no reason to call this one known.
        if !found {
            return None;
        }
    }
    Some(out)
}

/// What `%` stands for in a pattern that a target fits.
fn stem_of(pattern: &str, target: &str) -> Option<String> {
    let (before, after) = pattern.split_once('%')?;
    let stem = target.strip_prefix(before)?.strip_suffix(after)?;
    (!stem.is_empty() && pattern != "%").then(|| stem.to_owned())
}

fn rules(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter(|l| !l.starts_with('\t')).filter_map(rule)
}

/// The targets and prerequisites of a line that begins a rule.
fn rule(line: &str) -> Option<(&str, &str)> {
    let line = line.split('#').next()?;
    let (head, prerequisites) = line.split_once(':')?;
    let assigns = head.contains('=') || prerequisites.trim_start_matches(':').starts_with('=');
    (!head.starts_with(' ') && !assigns).then_some((head, prerequisites))
}

/// The variables that are set once, to text.
fn variables(text: &str) -> BTreeMap<&str, Option<&str>> {
    let mut out: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for line in text.lines().filter(|l| !l.starts_with('\t')) {
        let line = line.split('#').next().unwrap_or_default();
        let Some((name, value)) = line.split_once('=') else { continue };
        let appended = name.ends_with('+');
        let name = name.trim_end_matches(['+', '?', ':', '!']).trim();
        let name = name.strip_prefix("export ").unwrap_or(name).trim();
        let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if plain && name != GIVEN {
            let value = (!appended).then(|| value.trim());
            out.entry(name).and_modify(|v| *v = None).or_insert(value);
        }
    }
    out
}

/// A text with its variables.
fn expanded(text: &str, variables: &BTreeMap<&str, Option<&str>>) -> String {
    expand(text, variables, 0, &mut { MAX_USES })
}

fn expand(text: &str, variables: &BTreeMap<&str, Option<&str>>, depth: usize, left: &mut usize) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(i) = rest.find('$') {
        out.push_str(&rest[..i]);
        rest = &rest[i..];
        let close = match rest.as_bytes().get(1) {
            Some(b'(') => ')',
            Some(b'{') => '}',
            // `$$` is the shell's.
            Some(b'$') => {
                out.push_str("$$");
                rest = &rest[2..];
                continue;
            }
            _ => {
                out.push('$');
                rest = &rest[1..];
                continue;
            }
        };
        let end = rest.find(close).unwrap_or(rest.len() - 1);
        let value = variables.get(&rest[2..end.max(2)]).copied().flatten();
        match value {
            Some(v) if depth < MAX_DEPTH && out.len() < MAX_LINE && *left > 0 => {
                *left -= 1;
                out.push_str(&expand(v, variables, depth + 1, left));
            }
            _ => out.push_str(&rest[..=end]),
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    fn of(text: &str, target: &str) -> Option<Vec<String>> {
        recipe(&MemoryFiles::new([("app/Makefile", text)]), "app", target)
    }

    #[test]
    fn variables_patterns_and_prerequisites() {
        let text = "SRC := src\nAPI = $(SRC)/api\nARTIFACTS_DIR ?= out\nTWICE = a\nTWICE = b\n\nbuild-A: common\n\tcd ${API} && x $$HOME $(TWICE) $(ARTIFACTS_DIR)\n\nbuild-%:\n\tcd cmd/$* && y $@\n\ncommon:\n\tz\n";
        assert_eq!(of(text, "build-A").unwrap(), ["cd src/api && x $$HOME $(TWICE) $(ARTIFACTS_DIR)", "z"]);
        assert_eq!(of(text, "build-Orders").unwrap(), ["cd cmd/Orders && y build-Orders"]);
        assert_eq!(of(text, "other"), None);
    }

    #[test]
    fn odd_texts_end() {
        assert_eq!(of("A = $(A)$(A)\nbuild-A:\n\t$(A)\n", "build-A").map(|l| l.len()), Some(1));
        assert_eq!(of("build-A: build-A\n\t$(\n", "build-A").unwrap(), ["$("]);
        assert_eq!(of("build-A:\n\t$", "build-A").unwrap(), ["$"]);
        assert_eq!(of("%:\n\tx\n", "build-A"), None);
    }
}
