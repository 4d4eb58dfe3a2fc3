//! See the page.

use lamlint_model::app::{App, Kind, Resource, Target};
use lamlint_model::finding::Message;
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::tree::{Node, Tree};
use lamlint_model::tri::Basis;
use lamlint_model::value::split_symbolic;
use lamlint_model::{Cx, Findings, Rule, Tri, Value};
use std::collections::BTreeSet;

/// The rule.
pub static RULE: Rule = Rule {
    id: "hard-coded-account",
    group: "permissions",
    severity: Severity::Note,
    tier: Tier::Pedantic,
    since: "0.1.0",
    doc: include_str!("../../docs/hard-coded-account.md"),
    check,
};

/// Resources a stack uses in its own account only, by service and type: state machines take no policy of their own,
/// and those of log groups let in services, not roles of other accounts.
/// Source: <https://docs.aws.amazon.com/step-functions/latest/dg/security_iam_service-with-iam.html>,
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html>
const OWN: &[(&str, &str)] =
    &[("logs", "log-group"), ("states", "activity"), ("states", "execution"), ("states", "stateMachine")];

/// Properties that hold a role given to a service, which has to be of the same account, and of what.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
const PASSED: &[&str] = &["Role", "RoleARN", "RoleArn"];
const TAKERS: &[Kind] = &[
    Kind::Function,
    Kind::StateMachine,
    Kind::DeliveryStream,
    Kind::Rule,
    Kind::Schedule,
    Kind::IotRule,
    Kind::Topic,
    Kind::UserPool,
];

/// Below these the names of entries are the author's own.
const FREE: &[&str] = &["Definition", "Environment", "Input", "Tags", "Variables"];

/// Below these another account is named on purpose.
const ELSEWHERE: &[&str] =
    &["AssumeRolePolicyDocument", "Condition", "Layers", "NotPrincipal", "Principal", "Principals"];

/// Kinds of resources a constant name can denote.
const NAMED: &[Kind] = &[
    Kind::Function,
    Kind::Queue,
    Kind::Topic,
    Kind::Table,
    Kind::Stream,
    Kind::DeliveryStream,
    Kind::StateMachine,
    Kind::EventBus,
];

/// What is usually of another account: layers of vendors, and destinations that gather logs.
const FOREIGN: &[(&str, &str)] = &[("lambda", "layer"), ("logs", "destination")];

/// How deep properties are looked at.
const DEPTH: u32 = 64;

/// An ARN with a constant account.
struct Place {
    tree: Tree,
    value: Value,
    account: String,
    own: bool,
}

fn check(cx: &Cx<'_>, out: &mut Findings) {
    let mut places = Vec::new();
    for r in cx.app.resources.iter().filter(|r| !r.generated) {
        let mut of_resource = Vec::new();
        walk(cx.app, r, &r.props, ("", false), DEPTH, &mut of_resource);
        // What shows whose account it is comes first.
        of_resource.sort_by_key(|p| (!p.own, p.tree.span()));
        places.push((r, of_resource));
    }
    // One of them shows whose account it is.
    let own: BTreeSet<(u32, String)> = places
        .iter()
        .flat_map(|(r, list)| list.iter().filter(|p| p.own).map(|p| (r.template, p.account.clone())))
        .collect();
    let mut seen = BTreeSet::new();
    for (r, list) in &places {
        let accounts: BTreeSet<&str> = list.iter().map(|p| p.account.as_str()).collect();
        for account in accounts.into_iter().filter(|a| own.contains(&(r.template, (*a).to_owned()))) {
            let mut claim: Option<Tri> = None;
            for p in list.iter().filter(|p| p.account == account) {
                let note = |_: &Node| format!("`{account}` stands here");
                let Tri::Yes(here) = p.tree.some(note, |n| *n == Node::Leaf(p.value.clone())) else {
                    continue;
                };
                // Several resources come from one shorthand.
                if !seen.insert(here.primary()) {
                    continue;
                }
                claim = Some(match claim {
                    None => Tri::Yes(here),
                    Some(c) => c.with_context(here),
                });
            }
            let Some(claim) = claim else { continue };
            out.report(claim, r.name.clone(), account, |_| {
                Message::new(format!(
                    "`{}` names the account `{account}` in an ARN: the template can be deployed in that account only",
                    r.name
                ))
                .help("write `${AWS::AccountId}` in a `!Sub`, or refer to the resource")
            });
        }
    }
}

/// The ARNs written in a property, as long as no condition chooses among several.
fn walk(
    app: &App,
    resource: &Resource,
    t: &Tree,
    (key, free): (&str, bool),
    depth: u32,
    out: &mut Vec<Place>,
) {
    let [a] = t.alts() else { return };
    if depth == 0 || a.basis != Basis::Written {
        return;
    }
    match &a.value {
        Node::Map { entries, .. } => {
            for e in entries.iter().filter(|e| !ELSEWHERE.contains(&e.key.as_str())) {
                let free = free || FREE.contains(&e.key.as_str());
                walk(app, resource, &e.value, (&e.key, free), depth - 1, out);
            }
        }
        Node::List { items, .. } => {
            for item in items {
                walk(app, resource, item, (key, free), depth - 1, out);
            }
        }
        Node::Leaf(value) => {
            for Found { service, kind, account, is_whole } in arns(value) {
                if is_placeholder(&account) {
                    continue;
                }
                let target = || app.target(resource.application, value, NAMED);
                let own = OWN.contains(&(service.as_str(), kind.as_str()))
                    || (service == "iam"
                        && !free
                        && PASSED.contains(&key)
                        && TAKERS.contains(&resource.kind))
                    || (is_whole && matches!(target(), Some(Target::Resource(_))));
                out.push(Place { tree: t.clone(), value: value.clone(), account, own });
            }
        }
        Node::Absent => {}
    }
}

/// An ARN in a text.
struct Found {
    service: String,
    /// What follows the account, up to the first slash.
    kind: String,
    account: String,
    /// Whether the text is that ARN.
    is_whole: bool,
}

/// The ARNs in a text whose service and account are constant.
fn arns(value: &Value) -> Vec<Found> {
    let parts = match value {
        Value::Str(s) if s.contains("arn:") => std::slice::from_ref(value),
        Value::Concat(parts) => &parts[..],
        _ => return Vec::new(),
    };
    let segments = split_symbolic(parts, ':');
    let mut out = Vec::new();
    for (i, window) in segments.windows(6).enumerate() {
        let [arn, _partition, service, _region, account, rest] = window else { continue };
        let (Some(service), Some(account)) = (service.as_str(), account.as_str()) else { continue };
        let is_foreign = FOREIGN.iter().any(|(s, r)| *s == service && rest.as_str() == Some(r));
        if arn.suffix().ends_with("arn") && is_account(account) && !is_foreign {
            let kind = rest.prefix().split('/').next().unwrap_or_default().to_owned();
            let is_whole = i == 0 && arn.as_str() == Some("arn");
            out.push(Found { service: service.to_owned(), kind, account: account.to_owned(), is_whole });
        }
    }
    out
}

fn is_account(s: &str) -> bool {
    s.len() == 12 && s.bytes().all(|b| b.is_ascii_digit())
}

/// Numbers of examples: `123456789012`, `111122223333`, `000000000000` and the like.
fn is_placeholder(account: &str) -> bool {
    let digits: Vec<u8> = account.bytes().map(|b| b - b'0').collect();
    let step = |by: u8| digits.windows(2).all(|w| w[1] == (w[0] + by) % 10);
    let groups = digits.chunks(4).all(|g| g.iter().all(|d| *d == g[0]));
    groups || step(1) || step(9) || account.starts_with("12345678") || account.starts_with("01234567")
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::testing::{AppBuilder, check};

    fn found(function: &str, role: &str) -> Vec<String> {
        let app = AppBuilder::new()
            .add("AWS::IAM::Role", "Role", role)
            .add("AWS::DynamoDB::Table", "Orders", r#"{"TableName": "orders"}"#)
            .add("AWS::Lambda::Function", "Worker", function)
            .build();
        let found = check(&RULE, &app, &[]);
        found.iter().map(|f| format!("{} {}", f.subject(), f.discriminator())).collect()
    }

    fn allows(resource: &str) -> String {
        format!(
            r#"{{"Policies": [{{"PolicyName": "P", "PolicyDocument": {{"Statement": {{"Effect": "Allow",
                "Action": "*", "Resource": ["{resource}"]}}}}}}]}}"#
        )
    }

    fn env(value: &str) -> String {
        format!(r#"{{"Environment": {{"Variables": {{"X": "{value}"}}}}}}"#)
    }

    #[test]
    fn the_account_of_the_stack() {
        assert_eq!(
            found(r#"{"Role": "arn:aws:iam::482910375561:role/mine"}"#, "{}"),
            ["Worker 482910375561"]
        );
        let logs = allows("arn:aws:logs:${AWS::Region}:482910375561:log-group:/aws/lambda/*");
        assert_eq!(found("{}", &logs), ["Role 482910375561"]);
        // The template has a table of that name.
        let table = allows("arn:${AWS::Partition}:dynamodb:eu-west-1:482910375561:table/orders");
        assert_eq!(found("{}", &table), ["Role 482910375561"]);
        // Once it is known whose it is, it counts wherever it stands.
        let queue = env("arn:aws:sqs:eu-west-1:482910375561:jobs");
        assert_eq!(found(&queue, &logs), ["Role 482910375561", "Worker 482910375561"]);
    }

    #[test]
    fn silent_on_other_accounts_and_placeholders() {
        let queue = env("arn:aws:sqs:eu-west-1:482910375561:jobs");
        assert_eq!(found(&queue, "{}"), [""; 0]);
        let logs = allows("arn:aws:logs:eu-west-1:777711110001:log-group:*");
        assert_eq!(found(&queue, &logs), ["Role 777711110001"]);
        for number in ["123456789012", "111122223333", "000000000000", "987654321098", "123456789123", "aws"]
        {
            assert_eq!(
                found(&format!(r#"{{"Role": "arn:aws:iam::{number}:role/mine"}}"#), "{}"),
                [""; 0],
                "{number}"
            );
        }
        let layer =
            r#"{"Layers": ["arn:aws:lambda:eu-west-1:580247275435:layer:LambdaInsightsExtension:14"]}"#;
        assert_eq!(found(layer, &allows("arn:aws:logs:*:${AWS::AccountId}:*")), [""; 0]);
        let trust = r#"{"AssumeRolePolicyDocument": {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"AWS": "arn:aws:iam::482910375561:root"}}}}"#;
        assert_eq!(found("{}", trust), [""; 0]);
        assert_eq!(found("{}", &allows("arn:aws:iam::482910375561:role/reader")), [""; 0]);
        assert_eq!(found("{}", &allows("arn:aws:kms:eu-west-1:482910375561:key/1234")), [""; 0]);
        // A role the code assumes may be anybody's; where logs are gathered is another account.
        assert_eq!(
            found(r#"{"Environment": {"Variables": {"RoleArn": "arn:aws:iam::482910375561:role/x"}}}"#, "{}"),
            [""; 0]
        );
        for kind in ["destination:all", "delivery-destination:all", "*"] {
            let of_logs = env(&format!("arn:aws:logs:eu-west-1:482910375561:{kind}"));
            assert_eq!(found(&of_logs, "{}"), [""; 0], "{kind}");
        }
        let stage = r#"{"Role": {"?Prod": ["arn:aws:iam::482910375561:role/a", "arn:aws:iam::682910375561:role/a"]}}"#;
        assert_eq!(found(stage, "{}"), [""; 0]);
        assert_eq!(
            found(r#"{"Role": "${default RoleArn arn:aws:iam::482910375561:role/a}"}"#, "{}"),
            [""; 0]
        );
    }
}
