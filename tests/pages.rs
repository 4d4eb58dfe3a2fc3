//! Every rule's page is its documentation and its test: the examples are run as they stand.

mod support;

use lamlint_model::Rule;
use lamlint_model::finding::Confidence;
use lamlint_rules::RULES;
use std::collections::BTreeSet;
use std::fs;
use support::{Mark, check_generated, listed_marks, marks_of, root, rules_with, run};

/// Headings of a page in their order; those with `true` must be there.
const HEADINGS: &[(&str, bool)] = &[
    ("What it does", true),
    ("Why is this bad", true),
    ("Example", true),
    ("Use instead", true),
    ("Options", false),
    ("Limits", true),
    ("References", true),
];

/// A mini project of a page.
#[derive(Debug)]
struct Project {
    title: String,
    files: Vec<(String, String)>,
}

/// The sections of a page by heading.
fn sections(page: &str) -> Vec<(&str, Vec<&str>)> {
    let mut out: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut fence: Option<usize> = None;
    for line in page.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(n) if ticks >= n && line.trim_matches('`').is_empty() => fence = None,
            None if ticks >= 3 => fence = Some(ticks),
            None => {
                if let Some(h) = line.strip_prefix("## ") {
                    out.push((h.trim(), Vec::new()));
                    continue;
                }
            }
            Some(_) => {}
        }
        if let Some((_, lines)) = out.last_mut() {
            lines.push(line);
        }
    }
    out
}

/// What is wrong with the form of a page.
fn form(rule: &Rule) -> Vec<String> {
    let mut wrong = Vec::new();
    let doc = rule.doc;
    if doc.lines().next() != Some(&format!("# {}", rule.id)) {
        wrong.push(format!("the title must be `# {}`", rule.id));
    }
    let summary = rule.summary();
    let prose: String = summary.split('`').step_by(2).collect::<Vec<_>>().join("x").replace('\n', " ");
    if !summary.ends_with('.') || prose.trim_end_matches('.').contains(". ") {
        wrong.push(format!("the summary must be one sentence with a full stop: {summary:?}"));
    }
    let found: Vec<&str> = sections(doc).into_iter().map(|(h, _)| h).collect();
    let expected: Vec<&str> =
        HEADINGS.iter().filter(|(h, must)| *must || found.contains(h)).map(|(h, _)| *h).collect();
    if found != expected {
        wrong.push(format!("headings are {found:?}, should be {expected:?}"));
    }
    for (heading, lines) in sections(doc) {
        if lines.iter().all(|l| l.trim().is_empty()) {
            wrong.push(format!("`{heading}` is empty"));
        }
    }
    wrong
}

/// The mini projects of a section: one per `###`, or the whole section.
fn projects(heading: &str, lines: &[&str]) -> Result<Vec<Project>, String> {
    let mut out = vec![Project { title: heading.to_owned(), files: Vec::new() }];
    let mut name: Option<String> = None;
    let mut block: Option<(usize, bool, Vec<&str>)> = None;
    for line in lines {
        let ticks = line.len() - line.trim_start_matches('`').len();
        if let Some((n, plain, text)) = &mut block {
            if ticks < *n || !line.trim_matches('`').is_empty() {
                text.push(line);
                continue;
            }
            match (name.take(), *plain) {
                (Some(name), _) => {
                    let project = out.last_mut().expect("never empty");
                    project.files.push((name, text.join("\n") + "\n"));
                }
                (None, true) => {}
                (None, false) => return Err(format!("a block without a file name: {:?}", text.first())),
            }
            block = None;
        } else if ticks >= 3 {
            block = Some((ticks, matches!(line.trim_start_matches('`'), "text" | "console"), Vec::new()));
        } else if let Some(title) = line.strip_prefix("### ") {
            out.push(Project { title: format!("{heading}, {title}"), files: Vec::new() });
        } else if let Some(n) = line.strip_prefix('`').and_then(|l| l.trim_end().strip_suffix("`:")) {
            name = Some(n.to_owned());
        } else if name.is_some() && !line.trim().is_empty() {
            return Err(format!("a file name without a block: {line:?}"));
        }
    }
    if out.len() > 1 {
        let first = out.remove(0);
        if !first.files.is_empty() {
            return Err("files before the first `###`".to_owned());
        }
    }
    if let Some(p) = out.iter().find(|p| p.files.is_empty()) {
        return Err(format!("`{}` has no files", p.title));
    }
    Ok(out)
}

impl Project {
    fn expected(&self) -> BTreeSet<Mark> {
        self.files
            .iter()
            .flat_map(|(p, text)| if p == "expect.txt" { listed_marks(text) } else { marks_of(p, text) })
            .collect()
    }
}

/// What is wrong with the style of a message: lower case, no full stop.
fn style(message: &str) -> Option<String> {
    let mut chars = message.chars();
    let (first, second) = (chars.next(), chars.next());
    // A name in capitals (`SQS queue …`) may come first.
    let capital = first.is_some_and(char::is_uppercase) && !second.is_some_and(char::is_uppercase);
    (message.is_empty() || capital || message.ends_with('.') || message.contains('\n'))
        .then(|| format!("a message starts in lower case, is one line and has no full stop: {message:?}"))
}

#[test]
fn pages_hold() {
    let mut wrong = Vec::new();
    let mut ran = 0;
    for rule in RULES {
        let mut bad = |what: String| wrong.push(format!("{}: {what}", rule.id));
        form(rule).into_iter().for_each(&mut bad);
        for (heading, lines) in sections(rule.doc) {
            let is_example = heading == "Example";
            if !is_example && heading != "Use instead" {
                continue;
            }
            let projects = match projects(heading, &lines) {
                Ok(p) => p,
                Err(e) => {
                    bad(format!("{heading}: {e}"));
                    continue;
                }
            };
            for p in projects {
                ran += 1;
                let dir = tempfile::tempdir().unwrap();
                for (path, text) in &p.files {
                    let file = dir.path().join(path);
                    fs::create_dir_all(file.parent().unwrap()).unwrap();
                    fs::write(file, text).unwrap();
                }
                let expected = p.expected();
                if is_example != expected.iter().any(|m| m.2 == rule.id) {
                    let should = if is_example { "marks no line with this rule" } else { "marks a line" };
                    bad(format!("{}: {should}", p.title));
                }
                let result = run(dir.path(), rules_with(Some(rule)), Confidence::Low);
                if let Some(d) = result.difference(&expected) {
                    bad(format!("{}:\n{d}", p.title));
                }
                for f in &result.outcome.findings {
                    if let Some(s) = style(&f.message().text) {
                        bad(format!("{}: {s}", p.title));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} problems in {} pages:\n\n{}", wrong.len(), RULES.len(), wrong.join("\n"));
    assert!(ran >= 2 * RULES.len(), "only {ran} mini projects ran");
}

/// Rules whose findings can be mended: each must have an example where it is, and none other may be.
const MENDED: &[&str] = &[
    "deprecated-runtime",
    "env-var-undeclared",
    "event-attribute-access",
    "handler-not-found",
    "init-inside-handler",
    "missing-destination-permission",
    "missing-efs-permission",
    "missing-event-source-permission",
    "missing-iam-permission",
    "missing-invoke-permission",
    "missing-kms-permission",
    "missing-logs-permission",
    "missing-profiler-permission",
    "missing-tracing-permission",
    "missing-trust",
    "missing-vpc-permission",
    "sqs-visibility-timeout",
    "unknown-rule",
    "unused-suppression",
];

/// Mending the examples: what is mended is gone, nothing else comes, every file still parses, and of the text only
/// lines of the repair have changed.
#[test]
fn repairs_hold() {
    let mut wrong = Vec::new();
    let mut mended_rules = BTreeSet::new();
    for rule in RULES {
        for (_, lines) in sections(rule.doc).into_iter().filter(|(h, _)| *h == "Example") {
            for p in projects("Example", &lines).unwrap_or_default() {
                let dir = tempfile::tempdir().unwrap();
                for (path, text) in &p.files {
                    let file = dir.path().join(path);
                    fs::create_dir_all(file.parent().unwrap()).unwrap();
                    fs::write(file, text).unwrap();
                }
                let (before, mended) = support::mend(dir.path(), rules_with(Some(rule)));
                let left = mended.outcome.findings.len();
                let made = mended.made.len();
                let had = before.outcome.findings.len();
                if left + made > had || (made > 0 && left >= had) {
                    wrong.push(format!(
                        "{}, {}: {had} findings, {made} mended, {left} left",
                        rule.id, p.title
                    ));
                }
                if mended.undone > 0 {
                    wrong.push(format!("{}, {}: {} repairs did not hold", rule.id, p.title, mended.undone));
                }
                mended_rules.extend(mended.made.iter().map(|m| m.0));
                for (path, text) in &mended.texts {
                    let old = &p.files.iter().find(|(f, _)| f == path).unwrap().1;
                    let kept = |l: &str| text.contains(l.trim().trim_end_matches(','));
                    let lost = old.lines().filter(|l| !kept(l)).count();
                    if lost > made {
                        wrong.push(format!("{}, {}: {lost} lines lost\n{text}", rule.id, p.title));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} problems:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(mended_rules.into_iter().collect::<Vec<_>>(), MENDED);
}

#[test]
fn rules_are_complete() {
    let mut ids: Vec<&str> = RULES.iter().map(|r| r.id).collect();
    assert!(ids.is_sorted(), "RULES must be sorted by name: {ids:?}");
    ids.dedup();
    assert_eq!(ids.len(), RULES.len(), "a name occurs twice");

    let mut in_files = Vec::new();
    for file in support::files_below(&root().join("rules/src")) {
        let text = fs::read_to_string(root().join("rules/src").join(&file)).unwrap();
        if !text.contains("pub static RULE: Rule") {
            continue;
        }
        let (group, name) = file.split_once('/').unwrap_or_else(|| panic!("{file} belongs into a group"));
        let id = name.trim_end_matches(".rs").replace('_', "-");
        let rule =
            RULES.iter().find(|r| r.id == id).unwrap_or_else(|| panic!("{file} is not in RULES as `{id}`"));
        assert_eq!(rule.group, group, "{file}");
        in_files.push(id);
    }
    in_files.sort();
    assert_eq!(in_files, ids, "every rule has a file of its name");

    let pages: Vec<String> = support::files_below(&root().join("rules/docs"))
        .into_iter()
        .filter(|f| f != "README.md")
        .map(|f| f.trim_end_matches(".md").to_owned())
        .collect();
    assert_eq!(pages, ids, "every rule has a page of its name");
}

#[test]
fn the_index_is_current() {
    let row = |r: &Rule, link: &str| {
        let tier = if r.tier == lamlint_model::rule::Tier::Pedantic { ", pedantic" } else { "" };
        let summary = r.summary().split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
        format!("| [`{}`]({link}{}.md) | {}{tier} | {summary} |\n", r.id, r.id, r.severity.word())
    };
    let mut groups: Vec<&str> = RULES.iter().map(|r| r.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let head = "| rule | severity | what it reports |\n| --- | --- | --- |\n";
    let mut index = concat!(
        "<!-- Generated from the pages: LAMLINT_BLESS=1 cargo test --test pages -->\n\n# Rules\n\n",
        "What each rule reports; its name leads to a page with examples, which `lamlint explain` prints, too.\n",
        "A *pedantic* rule runs with `--pedantic` or when it is selected by name.\n"
    )
    .to_owned();
    for g in groups {
        index += &["\n## ", g, "\n\n", head].concat();
        for r in RULES.iter().filter(|r| r.group == g) {
            index += &row(r, "");
        }
    }
    let mut wrong: Vec<String> =
        check_generated(&root().join("rules/docs/README.md"), &index).into_iter().collect();

    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let mut table = head.to_owned();
    for r in RULES {
        table += &row(r, "rules/docs/");
    }
    let new = support::replace_region(&readme, "rules", &table);
    wrong.extend(check_generated(&root().join("README.md"), &new));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_harness_notices() {
    let page = "# x\n\nS.\n\n## Example\n\n### One\n\n`a.yaml`:\n\n```yaml\n## no heading\nK: v # ~ event-loop\n```\n";
    let s = sections(page);
    assert_eq!(s.len(), 1);
    let p = projects("Example", &s[0].1).unwrap();
    assert_eq!(p[0].files, [("a.yaml".to_owned(), "## no heading\nK: v # ~ event-loop\n".to_owned())]);
    assert_eq!(p[0].expected().into_iter().collect::<Vec<_>>(), [("a.yaml".into(), 2, "event-loop".into())]);
    assert!(projects("Example", &["```yaml", "a: b", "```"]).is_err());
    assert!(projects("Example", &["nothing"]).is_err());
    assert!(style("The queue").is_some() && style("a queue.").is_some());
    assert!(style("`Worker` runs").is_none() && style("SQS queue x").is_none());
    assert_eq!(listed_marks("a/b.json:3 event-loop\n"), [("a/b.json".into(), 3, "event-loop".into())]);
}
