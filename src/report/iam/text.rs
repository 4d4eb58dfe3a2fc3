//! For people.

use super::difference::{Difference, Policy};
use super::intrinsic::yaml;
use super::{Entry, Report, Site, document};
use crate::report::printable;
use crate::report::style::{BOLD, DIM, paint};
use std::collections::BTreeSet;
use std::fmt::Write;

/// What every function needs, and how that differs from what is granted.
pub fn text(report: &Report<'_>, only: Option<&str>) -> anyhow::Result<String> {
    let mut out = String::new();
    for e in document(report, only)?.functions {
        function(&mut out, &e);
        out.push('\n');
    }
    if out.is_empty() {
        out.push_str("no functions\n");
    }
    Ok(out)
}

fn function(out: &mut String, e: &Entry) {
    let role = e.role.as_deref().map(|r| format!("role {r}, ")).unwrap_or_default();
    let _ =
        writeln!(out, "{}  {}", paint(BOLD, &e.name), paint(DIM, format!("({role}{}:{})", e.path, e.line)));
    for (what, why) in [
        ("its code is not known", &e.unlinked),
        ("not all of its policies are known", &e.open),
        ("not all of its calls are known", &e.incomplete),
    ] {
        if let Some(why) = why {
            let _ = writeln!(out, "  {what}: {}", printable(why));
        }
    }
    if e.unlinked.is_none() && e.statements.is_empty() {
        let _ = writeln!(out, "  needs no permissions");
    }
    for s in &e.statements {
        let _ = writeln!(out, "  on {}", printable(&yaml(&s.resource)));
        for c in &s.sites {
            let (path, by) = (printable(&c.path), printable(c.by.text()));
            let _ = writeln!(out, "    {:<36} {:<8} {path}:{} {by}", c.action, c.granted, c.line);
        }
    }
    for c in &e.unknown {
        let _ = writeln!(out, "  not in the tables: {}:{} {}", c.path, c.line, printable(c.by.text()));
    }
    difference(out, e, &e.difference);
}

fn difference(out: &mut String, e: &Entry, d: &Difference) {
    for (denied, title) in [(false, "missing"), (true, "denied")] {
        let mut list = d.missing.iter().filter(|m| m.denied == denied).peekable();
        if list.peek().is_some() {
            let _ = writeln!(out, "  {}", paint(BOLD, title));
        }
        for m in list {
            let _ = writeln!(out, "    {} on {}", m.actions.join(", "), printable(&yaml(&m.resource)));
        }
    }
    if !d.unused.is_empty() {
        let _ = writeln!(out, "  {}", paint(BOLD, "granted, but not used"));
    }
    for u in &d.unused {
        let on = printable(&format!("{} on {}", u.actions.join(", "), listed(&u.resources)));
        let _ = writeln!(out, "    {on} {}", of(&u.policy));
    }
    if !d.broad.is_empty() {
        let _ = writeln!(out, "  {}", paint(BOLD, "wider than needed"));
    }
    for b in &d.broad {
        let on = printable(&format!("{} on {}", b.actions.join(", "), listed(&b.resources)));
        let _ = writeln!(out, "    {on} {}", of(&b.policy));
        for i in &b.instead {
            let on = printable(&yaml(&i.resource));
            let _ = writeln!(
                out,
                "      enough: {} on {on} {}",
                i.actions.join(", "),
                paint(DIM, places(&i.sites))
            );
        }
        if !b.perhaps.is_empty() {
            let _ = writeln!(out, "      perhaps also: {}", first(b.perhaps.iter().cloned()));
        }
    }
    if let (Some(why), None) = (&d.undecided, e.unlinked.as_ref().or(e.incomplete.as_ref())) {
        let _ = writeln!(out, "  can't tell what is not used: {}", printable(why));
    }
}

/// Where a policy stands.
fn of(p: &Policy) -> String {
    paint(DIM, format!("({}, {}:{})", printable(&p.label), printable(&p.path), p.line))
}

fn places(sites: &[Site]) -> String {
    let all: BTreeSet<String> = sites.iter().map(|c| format!("{}:{}", printable(&c.path), c.line)).collect();
    format!("({})", first(all.into_iter()))
}

/// Resources as a template writes them.
fn listed(resources: &[serde_json::Value]) -> String {
    let all: BTreeSet<String> = resources.iter().map(yaml).collect();
    first(all.into_iter())
}

/// The first few; the document has them all.
fn first(all: impl ExactSizeIterator<Item = String>) -> String {
    const SHOWN: usize = 5;
    let more = all.len().saturating_sub(SHOWN);
    let mut list: Vec<String> = all.take(SHOWN).collect();
    if more > 0 {
        list.push(format!("{more} more"));
    }
    list.join(", ")
}
