//! The engine against a plain evaluator over random policies, and that not knowing never makes it wrong.

use super::document::of_value;
use super::{Arn, Origin, Request, Verdict, document, verdict};
use crate::app::App;
use crate::source::{FileId, Span};
use crate::tri::Guards;
use crate::value::Value;
use proptest::prelude::*;
use smol_str::SmolStr;

/// A statement of constants.
#[derive(Debug, Clone)]
struct Plain {
    allow: bool,
    not_action: bool,
    actions: Vec<String>,
    not_resource: bool,
    resources: Vec<String>,
}

/// Recursive matching, as the documentation words it: `*` is any text, `?` any one character.
fn plain_match(p: &[u8], t: &[u8]) -> bool {
    match (p.first(), t.first()) {
        (None, None) => true,
        (Some(b'*'), _) => plain_match(&p[1..], t) || (!t.is_empty() && plain_match(p, &t[1..])),
        (Some(b'?'), Some(_)) => plain_match(&p[1..], &t[1..]),
        (Some(a), Some(b)) => a == b && plain_match(&p[1..], &t[1..]),
        _ => false,
    }
}

#[derive(Debug, PartialEq)]
enum Plainly {
    Allowed,
    Denied,
    Missing,
}

fn plain(statements: &[Plain], action: &str, resource: &str) -> Plainly {
    let applies = |s: &&Plain| {
        let a = s
            .actions
            .iter()
            .any(|p| plain_match(p.to_lowercase().as_bytes(), action.to_lowercase().as_bytes()));
        let r = s.resources.iter().any(|p| plain_match(p.as_bytes(), resource.as_bytes()));
        a != s.not_action && r != s.not_resource
    };
    let hits: Vec<&Plain> = statements.iter().filter(applies).collect();
    if hits.iter().any(|s| !s.allow) {
        Plainly::Denied
    } else if hits.is_empty() {
        Plainly::Missing
    } else {
        Plainly::Allowed
    }
}

fn map(entries: Vec<(&str, Value)>) -> Value {
    Value::Map(entries.into_iter().map(|(k, v)| (SmolStr::from(k), v)).collect(), false)
}

/// The document with the values in place of the texts.
fn written(statements: &[Plain], mut each: impl FnMut(&str) -> Value) -> Value {
    let mut list = |texts: &[String]| {
        let all: Vec<Value> = texts.iter().map(|t| each(t)).collect();
        if all.len() == 1 { all[0].clone() } else { Value::List(all, false) }
    };
    let statements = statements
        .iter()
        .map(|s| {
            map(vec![
                ("Effect", Value::str(if s.allow { "Allow" } else { "Deny" })),
                (if s.not_action { "NotAction" } else { "Action" }, list(&s.actions)),
                (if s.not_resource { "NotResource" } else { "Resource" }, list(&s.resources)),
            ])
        })
        .collect();
    map(vec![("Version", Value::str("2012-10-17")), ("Statement", Value::List(statements, false))])
}

fn engine(doc: &Value, action: &str, resource: &Value) -> Verdict {
    let app = App::default();
    let span = Span::new(FileId(0), 0, 1);
    let origin = Origin { label: "a policy".into(), resource: None };
    let (statements, open) = document(&of_value(doc, span), &origin);
    let resource = Arn::of_value(&app, resource);
    let request = Request { action, resource: &resource, who: None, given: &Guards::none() };
    verdict(&app, &statements, open.as_ref(), &request)
}

/// What is decided with less known: unknown, or the same; what certainly nothing allows may be denied besides.
fn agrees(v: &Verdict, p: &Plainly) -> bool {
    matches!((v, p), (Verdict::Unknown(_), _) | (Verdict::Missing, Plainly::Denied)) || is(v, p)
}

fn is(v: &Verdict, p: &Plainly) -> bool {
    matches!(
        (v, p),
        (Verdict::Allowed(_), Plainly::Allowed)
            | (Verdict::Denied(_), Plainly::Denied)
            | (Verdict::Missing, Plainly::Missing)
    )
}

// Small alphabets, so that patterns match often.
fn action_pattern() -> impl Strategy<Value = String> {
    prop_oneof![Just("*".to_owned()), "s:[GgPa*?]{0,4}", "[st]:(Get|Put)?[*?a]{0,2}"]
}

fn resource_pattern() -> impl Strategy<Value = String> {
    prop_oneof![Just("*".to_owned()), "arn:aws:s:::[ab/*?]{0,5}", "[ab*?]{1,4}"]
}

fn statement() -> impl Strategy<Value = Plain> {
    (
        prop::bool::weighted(0.75),
        prop::bool::weighted(0.2),
        prop::collection::vec(action_pattern(), 1..4),
        prop::bool::weighted(0.2),
        prop::collection::vec(resource_pattern(), 1..4),
    )
        .prop_map(|(allow, not_action, actions, not_resource, resources)| Plain {
            allow,
            not_action,
            actions,
            not_resource,
            resources,
        })
}

fn action() -> impl Strategy<Value = String> {
    prop_oneof!["s:[GPa]{1,3}", "[st]:(Get|Put)a?"]
}

fn resource() -> impl Strategy<Value = String> {
    prop_oneof!["arn:aws:s:::[ab/]{1,4}", "[ab]{1,3}"]
}

/// A text with the part between two places not known.
fn torn(text: &str, from: usize, to: usize) -> Value {
    let chars: Vec<char> = text.chars().collect();
    let (a, b) = (from % (chars.len() + 1), to % (chars.len() + 1));
    let (a, b) = (a.min(b), a.max(b));
    let part = |c: &[char]| Value::str(c.iter().collect::<String>());
    Value::concat([part(&chars[..a]), Value::unknown(), part(&chars[b..])])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equals_the_plain_evaluator(
        statements in prop::collection::vec(statement(), 0..6),
        action in action(),
        resource in resource(),
    ) {
        let expected = plain(&statements, &action, &resource);
        let got = engine(&written(&statements, |t| Value::str(t)), &action, &Value::str(resource.as_str()));
        prop_assert!(is(&got, &expected), "{expected:?}, but {got:?}");
    }

    #[test]
    fn not_knowing_a_pattern_changes_an_answer_to_unknown_only(
        statements in prop::collection::vec(statement(), 1..5),
        action in action(),
        resource in resource(),
        place in 0..20usize,
        tear in (0..12usize, 0..12usize),
    ) {
        let expected = plain(&statements, &action, &resource);
        let mut n = 0;
        let doc = written(&statements, |t| {
            n += 1;
            if n - 1 == place { torn(t, tear.0, tear.1) } else { Value::str(t) }
        });
        let got = engine(&doc, &action, &Value::str(resource.as_str()));
        prop_assert!(agrees(&got, &expected), "{expected:?}, but {got:?}");
    }

    #[test]
    fn not_knowing_the_resource_changes_an_answer_to_unknown_only(
        statements in prop::collection::vec(statement(), 1..5),
        action in action(),
        resource in resource(),
        tear in (0..12usize, 0..12usize),
    ) {
        let expected = plain(&statements, &action, &resource);
        let got = engine(&written(&statements, |t| Value::str(t)), &action, &torn(&resource, tear.0, tear.1));
        prop_assert!(agrees(&got, &expected), "{expected:?}, but {got:?}");
    }

    #[test]
    fn an_open_document_never_allows_and_never_lacks(
        statements in prop::collection::vec(statement(), 0..4),
        action in action(),
        resource in resource(),
    ) {
        let mut doc = written(&statements, |t| Value::str(t));
        if let Value::Map(entries, _) = &mut doc
            && let Some((_, Value::List(_, open))) = entries.iter_mut().find(|(k, _)| k == "Statement")
        {
            *open = true;
        }
        let expected = plain(&statements, &action, &resource);
        match engine(&doc, &action, &Value::str(resource.as_str())) {
            Verdict::Denied(_) => prop_assert_eq!(expected, Plainly::Denied),
            Verdict::Unknown(_) => prop_assert_ne!(expected, Plainly::Denied),
            v => prop_assert!(false, "{v:?}"),
        }
    }

    /// A symbol stands for some text: what is decided holds for whatever it stands for.
    #[test]
    fn symbols_decide_only_what_holds_for_every_text(
        statements in prop::collection::vec(statement(), 1..4),
        action in action(),
        resource in resource(),
        text in "[ab]{1,3}",
        place in 0..12usize,
    ) {
        // The same parameter in a pattern (in place of its text) and in the resource.
        let symbol = || Value::Param("P".into());
        let with = |t: &str| match t.split_once(text.as_str()) {
            Some((a, b)) => Value::concat([Value::str(a), symbol(), Value::str(b)]),
            None => Value::str(t),
        };
        let expected = plain(&statements, &action, &resource);
        let mut n = 0;
        let doc = written(&statements, |t| {
            n += 1;
            if n > place { with(t) } else { Value::str(t) }
        });
        let got = engine(&doc, &action, &with(&resource));
        prop_assert!(agrees(&got, &expected), "{expected:?}, but {got:?}");
    }

    #[test]
    fn glob_is_matching_without_case(p in "[abAB*?]{0,6}", t in "[abAB]{0,6}") {
        let expected = plain_match(p.to_lowercase().as_bytes(), t.to_lowercase().as_bytes());
        prop_assert_eq!(super::glob(&p, &t), expected);
    }
}
