//! See the page.

use lamlint_model::app::Function;
use lamlint_model::aws::env::is_provided;
use lamlint_model::finding::Message;
use lamlint_model::handler::{Fact, FactKind, Handler, Phase};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Fix, Intent, Rule, Value};
use std::collections::BTreeMap;

/// The rule.
pub static RULE: Rule = Rule {
    id: "env-var-undeclared",
    group: "handler",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/env-var-undeclared.md"),
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (f, h) in cx.linked() {
        if f.resource.generated || !f.has_all_env() {
            continue;
        }
        let who = f.name();
        for (name, fact) in required(h) {
            let claim = fact.with(format!("`{name}` is required here"), f.env_missing(name));
            out.report(claim, who, name, |_| {
                let when = match fact.phase {
                    Phase::Init => "when it starts",
                    Phase::Invoke => "on every invocation",
                };
                let text =
                    format!("`{who}` reads the environment variable `{name}` {when}, but nothing sets it");
                let near = nearest(f, name);
                let declare = near.is_none().then(|| declare(f, name));
                let message = Message::new(text).help(match near {
                    Some(n) => format!("the function has a variable `{n}`: use one name in both places"),
                    None => format!(
                        "add `{name}` to the environment variables of `{who}`, or read it with a default"
                    ),
                });
                message.mended(declare)
            });
        }
    }
}

/// Set the variable to an empty text, for somebody to fill in.
fn declare(f: Function<'_>, name: &str) -> Fix {
    let path = vec!["Environment".into(), "Variables".into(), name.into()];
    let set = Intent::Set { resource: f.resource.id, path, value: Value::str("") };
    Fix::suggested(format!("declare `{name}` with an empty value to fill in"), set)
}

/// The variables the code can't do without, each at the first place that needs it.
fn required(h: &Handler) -> BTreeMap<&str, &Fact> {
    let mut out: BTreeMap<&str, &Fact> = BTreeMap::new();
    let mut optional: Vec<&str> = Vec::new();
    for fact in &h.facts {
        let FactKind::EnvRead { name: Value::Str(name), required } = &fact.kind else { continue };
        if !*required {
            // Somewhere the code reckons with its absence.
            optional.push(name);
        } else if !is_provided(name) && is_certain(fact) {
            out.entry(name).or_insert(fact);
        }
    }
    out.retain(|name, _| !optional.contains(name));
    out
}

/// Whether the place is certainly reached: a branch may be there for another function or for running at home.
fn is_certain(fact: &Fact) -> bool {
    !(fact.ctx.branch || fact.ctx.event_branch || fact.ctx.asked || fact.ctx.maybe)
}

/// A variable of the function that is probably meant.
fn nearest(f: Function<'_>, name: &str) -> Option<smol_str::SmolStr> {
    let plain = |s: &str| s.replace(['_', '-'], "").to_ascii_lowercase();
    let (names, _) = f.env_names();
    names
        .into_iter()
        .filter(|n| n != name)
        .map(|n| {
            let d = if plain(&n) == plain(name) { 0 } else { distance(&n, name) };
            (d, n)
        })
        .filter(|(d, _)| *d == 0 || (*d <= 2 && name.len() >= 5))
        .min()
        .map(|(_, n)| n)
}

/// The number of letters to change, add or drop.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let up = row[j + 1];
            row[j + 1] = (corner + usize::from(x != *y)).min(up + 1).min(row[j] + 1);
            corner = up;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::handler::Ctx;
    use lamlint_model::testing::{AppBuilder, check, handler_in};

    /// What is found when a function with these properties makes these reads.
    fn found(props: &str, reads: &[(&str, bool)], ctx: &Ctx) -> Vec<String> {
        let app = AppBuilder::new().add("AWS::Lambda::Function", "Worker", props).build();
        let facts = reads
            .iter()
            .map(|(name, required)| FactKind::EnvRead { name: Value::str(*name), required: *required })
            .collect();
        let h = handler_in(&app, "Worker", facts, ctx);
        check(&RULE, &app, &[h])
            .iter()
            .map(|f| format!("{}: {}", f.discriminator(), f.message().help.as_deref().unwrap_or("")))
            .collect()
    }

    const SET: &str =
        r#"{"Runtime": "python3.14", "Environment": {"Variables": {"TABLE_NAME": "x", "QUEUE": "y"}}}"#;

    #[test]
    fn a_variable_nothing_sets() {
        let ctx = Ctx::default();
        let add = |n: &str| {
            format!("{n}: add `{n}` to the environment variables of `Worker`, or read it with a default")
        };
        assert_eq!(found(SET, &[("BUCKET", true), ("QUEUE", true)], &ctx), [add("BUCKET")]);
        assert_eq!(found(r#"{"Runtime": "python3.14"}"#, &[("X", true)], &ctx), [add("X")]);
        for (read, meant) in [("TABLENAME", "TABLE_NAME"), ("table_name", "TABLE_NAME"), ("QUEUES", "QUEUE")]
        {
            assert_eq!(
                found(SET, &[(read, true)], &ctx),
                [format!("{read}: the function has a variable `{meant}`: use one name in both places")]
            );
        }
        // Once for each name.
        assert_eq!(found(SET, &[("BUCKET", true), ("BUCKET", true)], &ctx).len(), 1);
    }

    #[test]
    fn the_code_can_do_without() {
        let none = [""; 0];
        assert_eq!(found(SET, &[("BUCKET", false)], &Ctx::default()), none);
        assert_eq!(found(SET, &[("BUCKET", true), ("BUCKET", false)], &Ctx::default()), none);
        for ctx in [
            Ctx { branch: true, ..Ctx::default() },
            Ctx { event_branch: true, ..Ctx::default() },
            Ctx { asked: true, ..Ctx::default() },
            Ctx { maybe: true, ..Ctx::default() },
        ] {
            assert_eq!(found(SET, &[("BUCKET", true)], &ctx), none, "{ctx:?}");
        }
    }

    #[test]
    fn something_else_may_set_it() {
        let reads = [("BUCKET", true)];
        for props in [
            r#"{"Runtime": "python3.14", "Environment": "${?}"}"#,
            r#"{"Runtime": "python3.14", "Environment": {"Variables": {"..": true}}}"#,
            r#"{"Runtime": "python3.14", "Environment": {"Variables": {"BUCKET": "${?}"}}}"#,
            r#"{"Runtime": "python3.14", "Environment": {"?Prod": [{"Variables": {"BUCKET": "x"}}, "${absent}"]}}"#,
            r#"{"Runtime": "python3.14", "Environment": {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/run"}}}"#,
            r#"{"Runtime": "provided.al2023"}"#,
            r#"{"Runtime": "${?}"}"#,
            r#"{"PackageType": "Image"}"#,
        ] {
            assert_eq!(found(props, &reads, &Ctx::default()), [""; 0], "{props}");
        }
        for name in ["AWS_REGION", "_HANDLER", "POWERTOOLS_SERVICE_NAME", "OTEL_SERVICE_NAME", "TZ"] {
            assert_eq!(found(SET, &[(name, true)], &Ctx::default()), [""; 0], "{name}");
        }
    }

    #[test]
    fn letters_apart() {
        assert_eq!(distance("TABLE", "TABEL"), 2);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("QUEUE", "QUEUE"), 0);
    }
}
