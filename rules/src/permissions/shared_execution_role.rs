//! See the page.

use super::shared;
use lamlint_model::app::{CodeRef, Function, ResourceId};
use lamlint_model::finding::Message;
use lamlint_model::policy::{Effect, Identity, asks};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Rule, Tri, Value};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The rule.
pub static RULE: Rule = Rule {
    id: "shared-execution-role",
    group: "permissions",
    severity: Severity::Note,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/shared-execution-role.md"),
    check,
};

/// What every function needs to run, whatever it does: logs, traces, network interfaces. Sharing that gives nothing away.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/permissions-managed-policies.html>
const COMMON: &[&str] = &[
    "cloudwatch:PutMetricData",
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:Describe",
    "ec2:UnassignPrivateIpAddresses",
    "logs:",
    "xray:",
];

/// How many functions are shown as places.
const SHOWN: usize = 10;
/// How many functions the message names.
const NAMED: usize = 5;

fn check(cx: &Cx<'_>, out: &mut Findings) {
    let mut roles: BTreeMap<ResourceId, Vec<(Function<'_>, Arc<Identity>)>> = BTreeMap::new();
    for (function, identity) in shared::functions(cx) {
        if let Some(role) = identity.role {
            roles.entry(role).or_default().push((function, identity));
        }
    }
    for (role, functions) in roles {
        let of_interest = functions.first().is_some_and(|(_, i)| gives_more(i)) && !alike(cx, &functions);
        if functions.len() < 2 || !of_interest {
            continue;
        }
        let role = cx.app.resource(role);
        let mut claim = Tri::Yes(role.anchor.evidence("every one of them may do what any of them needs"));
        // What always exists goes first: others may never exist together.
        let (always, sometimes): (Vec<_>, Vec<_>) =
            functions.iter().map(|(f, _)| *f).partition(|f| f.resource.guards.is_empty());
        let mut names = Vec::new();
        for f in always.into_iter().chain(sometimes) {
            let note = format!("`{}` runs with it", f.name());
            let named = f.prop("Role").values().every(|_| note.clone(), |v: &Option<Value>| v.is_some());
            if names.len() >= 2 {
                let Tri::Yes(p) = named else { continue };
                if names.len() < SHOWN {
                    claim = claim.with_context(p);
                }
                names.push(f.name());
            } else if let joined @ Tri::Yes(_) = claim.clone().and(named) {
                claim = joined;
                names.push(f.name());
            }
        }
        if names.len() < 2 {
            continue;
        }
        let shown = shared::listed(names.get(..NAMED).unwrap_or(&names));
        let more = names.len().saturating_sub(NAMED);
        let shown =
            if more > 0 { format!("{} and {more} more", shown.replace(" and ", ", ")) } else { shown };
        out.report(claim, role.name.clone(), "", |_| {
            Message::new(format!("`{}` is the role of {} functions: {shown}", role.name, names.len()))
                .help("give each function a role of its own that allows what its code needs")
        });
    }
}

/// Does a statement certainly allow something that not every function needs?
fn gives_more(identity: &Identity) -> bool {
    let allowed = identity.statements.iter().filter(|s| s.effect == Effect::Allow && !s.actions.negated);
    allowed.flat_map(|s| &s.actions.list).any(|p| {
        let start = p.value.prefix();
        let common = |c: &str| start.get(..c.len()).is_some_and(|s| s.eq_ignore_ascii_case(c));
        // A symbolic start may be anything.
        !start.is_empty() && !COMMON.iter().any(|c| common(c))
    })
}

/// Are the functions certainly one program, or do they certainly ask for the same?
fn alike(cx: &Cx<'_>, functions: &[(Function<'_>, Arc<Identity>)]) -> bool {
    same(functions.iter().map(|(f, _)| program(*f))) || same(functions.iter().map(|(f, _)| needs(cx, *f)))
}

fn same<T: PartialEq>(mut all: impl Iterator<Item = Option<T>>) -> bool {
    let Some(Some(first)) = all.next() else { return false };
    all.all(|x| x.as_ref() == Some(&first))
}

/// What the function runs: its code and its handler.
fn program(f: Function<'_>) -> Option<(CodeRef, Option<SmolStr>)> {
    let code = f.code();
    let code = code.sole().filter(|c| !matches!(c, CodeRef::Object | CodeRef::Inline(_)))?;
    Some((code.clone(), f.handler().sole()?.clone()))
}

/// The actions the whole code asks for, and on which resources.
fn needs(cx: &Cx<'_>, f: Function<'_>) -> Option<BTreeSet<String>> {
    let handler = cx.handler_of(f.resource.id).filter(|h| h.complete.is_ok())?;
    let asks = asks(cx.app, f.resource.id, handler);
    Some(asks.iter().map(|a| format!("{:?} {:?}", a.one_of, a.target())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::testing::{AppBuilder, check, handler, sdk_call};

    const READS: &str = r#"{"Policies": [{"PolicyName": "P", "PolicyDocument": {"Statement": {
        "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}}}]}"#;
    const BASIC: &str = r#"{"ManagedPolicyArns": [
        "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
        "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"]}"#;
    const USES: &str = r#"{"Role": "${Role.Arn}"}"#;

    fn two(role: &str) -> AppBuilder {
        AppBuilder::new()
            .add("AWS::IAM::Role", "Role", role)
            .add("AWS::Lambda::Function", "Reader", USES)
            .add("AWS::Lambda::Function", "Writer", USES)
    }

    fn found(app: &AppBuilder) -> Vec<String> {
        check(&RULE, &app.build(), &[]).iter().map(|f| f.message().text.clone()).collect()
    }

    #[test]
    fn one_role_for_several() {
        let text = "`Role` is the role of 2 functions: `Reader` and `Writer`";
        assert_eq!(found(&two(READS)), [text]);
        assert_eq!(found(&two(&READS.replace("s3:GetObject", "ec2:TerminateInstances"))), [text]);
        let many =
            ["C", "D", "E", "F"].iter().fold(two(READS), |a, n| a.add("AWS::Lambda::Function", n, USES));
        let text = "`Role` is the role of 6 functions: `Reader`, `Writer`, `C`, `D`, `E` and 1 more";
        assert_eq!(found(&many), [text]);
    }

    #[test]
    fn silent_where_nothing_is_given_away() {
        assert_eq!(found(&two(BASIC)), [""; 0]);
        assert_eq!(found(&two(r#"{"ManagedPolicyArns": ["${Imported}"]}"#)), [""; 0]);
        let one =
            AppBuilder::new().add("AWS::IAM::Role", "Role", READS).add("AWS::Lambda::Function", "One", USES);
        assert_eq!(found(&one), [""; 0]);
        let outside = r#"{"Role": "${RoleArn}"}"#;
        let foreign = AppBuilder::new().add("AWS::Lambda::Function", "Reader", outside).add(
            "AWS::Lambda::Function",
            "Writer",
            outside,
        );
        assert_eq!(found(&foreign), [""; 0]);
    }

    #[test]
    fn silent_where_they_need_the_same() {
        let app = two(READS).build();
        let gets =
            |f| handler(&app, f, vec![sdk_call(&app, "s3", "GetObject", r#"{"Bucket": "b", "Key": "k"}"#)]);
        let puts = handler(
            &app,
            "Writer",
            vec![sdk_call(&app, "s3", "PutObject", r#"{"Bucket": "b", "Key": "k"}"#)],
        );
        assert_eq!(check(&RULE, &app, &[gets("Reader"), gets("Writer")]).len(), 0);
        assert_eq!(check(&RULE, &app, &[gets("Reader"), puts]).len(), 1);
        // Of one the code is not known.
        assert_eq!(check(&RULE, &app, &[gets("Reader")]).len(), 1);
    }

    #[test]
    fn silent_where_they_never_exist_together() {
        let never = AppBuilder::new()
            .add("AWS::IAM::Role", "Role", READS)
            .add_when("Blue", "AWS::Lambda::Function", "Reader", USES)
            .add_when("Green", "AWS::Lambda::Function", "Writer", USES);
        assert_eq!(found(&never), [""; 0]);
        let with = never.add("AWS::Lambda::Function", "Always", USES);
        assert_eq!(found(&with), ["`Role` is the role of 3 functions: `Always`, `Reader` and `Writer`"]);
    }
}
