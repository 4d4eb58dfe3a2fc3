//! The permissions of SDK calls against a table checked by hand.

use lamlint_model::aws::iam::{self, Needs};
use lamlint_model::json;
use lamlint_model::value::Value;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// Arguments of the table; `..` among them says that there may be more.
fn arguments(text: &str) -> Value {
    if text == "-" {
        return Value::Map(Vec::new(), true);
    }
    match json::parse(&Value::str(text)).expect("the argument hint is JSON") {
        Value::Map(entries, _) => {
            let open = entries.iter().any(|(k, _)| k == "..");
            let known = |(k, _): &(SmolStr, Value)| k != "..";
            Value::Map(entries.into_iter().filter(known).collect(), open)
        }
        v => v,
    }
}

fn actions(needs: &Needs) -> String {
    if !needs.known {
        return "unknown".to_owned();
    }
    if needs.must.is_empty() {
        return "none".to_owned();
    }
    needs.must.iter().map(|n| n.one_of.join("/")).collect::<Vec<_>>().join("+")
}

fn resources(needs: &Needs) -> String {
    let all = needs.must.iter().flat_map(|n| &n.on);
    let text = all.map(|s| Value::concat([s.name.clone(), s.behind.clone()]).to_string());
    text.map(|t| t.trim_matches('"').to_owned()).collect::<Vec<_>>().join(" ")
}

#[test]
fn calls_need_what_the_table_says() {
    let rows: Vec<Vec<&str>> = include_str!("iam_calls.tsv")
        .lines()
        .filter(|l| !l.starts_with('#'))
        .map(|l| l.split('\t').collect())
        .collect();
    let mut wrong = Vec::new();
    for row in &rows {
        let [service, operation, args, must, on, source] = row[..] else { panic!("{row:?}") };
        assert!(!source.is_empty());
        let needs = iam::needs(service, operation, &arguments(args));
        let mut got = (actions(&needs), resources(&needs));
        // An object's version is asked for when it is not known that none is named; without arguments that is so.
        if args == "-" && !must.contains('/') {
            got.0 = got.0.split('+').map(|a| a.split('/').next().unwrap_or(a)).collect::<Vec<_>>().join("+");
        }
        if got.0 != must || (on != "-" && got.1 != on) {
            wrong.push(format!("{service}.{operation} {args}: {must} on {on}, but {got:?}"));
        }
        for a in needs.must.iter().flat_map(|n| &n.one_of) {
            assert!(iam::actions::find(a).is_some_and(|x| x.name() == *a), "{a}");
            assert!(needs.may.contains(a));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let services: BTreeSet<&str> = rows.iter().map(|r| r[0]).collect();
    assert!(rows.len() >= 300 && services.len() >= 40, "{} of {}", rows.len(), services.len());
}
