//! Links of the documentation lead somewhere: to a file of the repository, and to a heading of it where one is named.

mod support;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use support::{files_below, root};

/// What a page links to, and its headings as anchors.
#[derive(Debug, Default)]
struct Page {
    links: Vec<String>,
    anchors: BTreeSet<String>,
}

fn read(text: &str) -> Page {
    let mut page = Page::default();
    let mut heading: Option<String> = None;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                page.links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let name = anchor(&heading.take().unwrap_or_default());
                let again = (1..).map(|n| format!("{name}-{n}"));
                let free = std::iter::once(name.clone()).chain(again).find(|a| !page.anchors.contains(a));
                page.anchors.extend(free);
            }
            Event::Text(t) | Event::Code(t) => {
                if let Some(h) = &mut heading {
                    h.push_str(&t);
                }
            }
            _ => {}
        }
    }
    page
}

/// A heading as anchor, as GitHub and mdBook make it.
fn anchor(heading: &str) -> String {
    heading
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || matches!(c, '-' | '_') => Some(c),
            _ => None,
        })
        .collect()
}

/// A link seen from the page's folder, `/`-separated; `None` where it leaves the repository.
fn resolve(page: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for p in target.split('/') {
        match p {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            p => parts.push(p),
        }
    }
    Some(parts.join("/"))
}

/// Links that lead nowhere, and how many were looked at.
fn problems(pages: &BTreeMap<String, Page>, exists: &dyn Fn(&str) -> bool) -> (Vec<String>, usize) {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (path, page) in pages {
        for link in page.links.iter().filter(|l| !l.contains("://") && !l.starts_with("mailto:")) {
            seen += 1;
            let (target, heading) = link.split_once('#').unwrap_or((link, ""));
            let full = if target.is_empty() { Some(path.clone()) } else { resolve(path, target) };
            match full {
                Some(full) if target.is_empty() || (!target.starts_with('/') && exists(&full)) => {
                    if !heading.is_empty() && !pages.get(&full).is_some_and(|p| p.anchors.contains(heading)) {
                        wrong.push(format!("{path}: {link}: no such heading"));
                    }
                }
                _ => wrong.push(format!("{path}: {link}: no such file")),
            }
        }
    }
    (wrong, seen)
}

fn all_pages() -> BTreeMap<String, Page> {
    let root = root();
    let in_root = fs::read_dir(&root)
        .expect("the repository")
        .map(|e| e.expect("an entry").file_name().into_string().expect("UTF-8"));
    let mut paths: Vec<String> = in_root.collect();
    for folder in ["docs", "rules/docs"] {
        paths.extend(files_below(&root.join(folder)).into_iter().map(|f| format!("{folder}/{f}")));
    }
    paths.retain(|p| Path::new(p).extension().is_some_and(|e| e == "md"));
    paths
        .into_iter()
        .map(|p| (p.clone(), read(&fs::read_to_string(root.join(&p)).expect("a page"))))
        .collect()
}

#[test]
fn links_lead_somewhere() {
    let (wrong, seen) = problems(&all_pages(), &|p| root().join(p).exists());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 100, "only {seen} links were looked at");
}

#[test]
fn every_page_is_in_the_book() {
    let pages = all_pages();
    let summary: BTreeSet<String> = pages["docs/SUMMARY.md"].links.iter().cloned().collect();
    let docs: BTreeSet<String> = pages
        .keys()
        .filter_map(|p| p.strip_prefix("docs/"))
        .filter(|p| *p != "SUMMARY.md")
        .map(str::to_owned)
        .collect();
    // The chapter of the rules is filled in when the book is built.
    let linked: BTreeSet<String> = summary.into_iter().filter(|l| !l.is_empty()).collect();
    assert_eq!(linked, docs);
}

#[test]
fn the_check_notices() {
    let pages = BTreeMap::from([
        (
            "docs/a.md".to_owned(),
            read("# A `b` c\n\n## Dup\n\n## Dup\n\n[1](b.md) [2](../x/../docs/b.md#the-end) [3](#dup-1)"),
        ),
        (
            "docs/b.md".to_owned(),
            read("# The end.\n\n[1](../../out.md) [2](c.md) [3](a.md#nope) [4](/docs/a.md) `[5](z.md)`"),
        ),
    ]);
    let (wrong, seen) = problems(&pages, &|p| matches!(p, "docs/a.md" | "docs/b.md"));
    assert_eq!(seen, 7);
    let ends: Vec<&str> = wrong.iter().map(|w| w.split_once("md: ").unwrap().1).collect();
    assert_eq!(
        ends,
        [
            "../../out.md: no such file",
            "c.md: no such file",
            "a.md#nope: no such heading",
            "/docs/a.md: no such file"
        ]
    );
    assert!(pages["docs/a.md"].anchors.contains("a-b-c"));
}
