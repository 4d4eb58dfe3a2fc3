//! See the page.

use super::shared;
use lamlint_model::app::Function;
use lamlint_model::aws::iam::actions;
use lamlint_model::finding::Message;
use lamlint_model::policy::used::{Judged, judged};
use lamlint_model::policy::{Arn, Effect, Pattern, Patterns, Statement, glob, identity_of};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::source::Span;
use lamlint_model::tri::Proof;
use lamlint_model::{Cx, Findings, ResourceId, Rule, Tri};
use std::collections::{BTreeMap, BTreeSet};

/// The rule.
pub static RULE: Rule = Rule {
    id: "iam-wildcard",
    group: "permissions",
    severity: Severity::Warning,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/iam-wildcard.md"),
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    let judged = judged(cx.app, |f| cx.handler_of(f));
    let identities: Vec<_> = cx.app.functions().map(|f| (f, identity_of(cx.app, f.resource.id))).collect();
    // The roles a statement belongs to: one policy may be given to many.
    let mut roles: BTreeMap<Span, BTreeSet<ResourceId>> = BTreeMap::new();
    for (_, identity) in &identities {
        for s in &identity.statements {
            roles.entry(s.span).or_default().extend(identity.role);
        }
    }
    for (function, identity) in &identities {
        let function = *function;
        let Some(role) = identity.role.map(|r| cx.app.resource(r)).filter(|r| !r.generated) else { continue };
        let known = judged.iter().find(|j| j.role == role.id);
        let mut seen: Vec<String> = Vec::new();
        for s in identity.statements.iter().filter(|s| s.effect == Effect::Allow && s.condition.is_none()) {
            let Some((wide, claim)) = managed(s).or_else(|| written(s)) else { continue };
            if seen.contains(&wide) {
                continue;
            }
            seen.push(wide.clone());
            let same = identity.statements.iter().filter(|o| o.origin == s.origin && o.span == s.span);
            let same: Vec<&Statement> = same.collect();
            // What one function needs is no advice for the others.
            let own = known.filter(|_| roles.get(&s.span).is_none_or(|r| r.len() == 1));
            out.report(claim, function.name(), wide.clone(), |_| {
                Message::new(format!("the role `{}` has {wide}", role.name)).help(instead(cx, own, &same))
            });
        }
        if let Some(known) = known {
            anywhere(cx, function, known, out);
        }
    }
}

/// How many groups of actions the help lists, and how many actions of one.
const SHOWN: usize = 4;

/// What to allow in place of these statements: what the code needs of it, where that is known.
fn instead(cx: &Cx<'_>, known: Option<&Judged>, statements: &[&Statement]) -> String {
    let plain = "allow the actions the code calls, on the resources it uses";
    let needed = known.and_then(|k| Some((k, k.needed(cx.app, |f| cx.handler_of(f))?)));
    let Some((known, needed)) = needed else { return plain.to_owned() };
    let covered = |action: &str| {
        statements.iter().any(|s| s.actions.list.iter().any(|p| glob(text(p), action)) != s.actions.negated)
    };
    let needed = needed.into_iter().filter_map(|(on, actions)| {
        let actions: Vec<String> = actions.into_iter().filter(|a| covered(a)).collect();
        (!actions.is_empty()).then_some((on, actions))
    });
    let needed: Vec<(Option<Arn>, Vec<String>)> = needed.collect();
    // Calls may work with other services in the name of their caller; which ones is not told by the call.
    let own = |action: &str| {
        let prefix = prefix(action);
        matches!(prefix, "iam" | "kms")
            || needed.iter().any(|(_, all)| all.iter().any(|a| self::prefix(a) == prefix))
    };
    let others = known.called().any(|a| covered(a) && !own(a));
    if needed.is_empty() {
        return if others { plain } else { "remove it: no call of the code needs it" }.to_owned();
    }
    let mut groups: Vec<String> = needed
        .iter()
        .take(SHOWN)
        .map(|(on, actions)| {
            let names: Vec<&str> = actions.iter().map(String::as_str).collect();
            let on = on.as_ref().and_then(|a| shared::resource(cx, a)).map(|r| format!(" on {r}"));
            format!("{}{}", shared::shortened(&names, SHOWN), on.unwrap_or_default())
        })
        .collect();
    if needed.len() > SHOWN {
        groups.push(format!("{} more that `lamlint iam` lists", needed.len() - SHOWN));
    }
    let others = if others { ", and what these calls use of other services" } else { "" };
    format!("allow what the code needs instead: {}{others}", groups.join("; "))
}

/// The service of an action.
fn prefix(action: &str) -> &str {
    action.split(':').next().unwrap_or_default()
}

/// Single actions on every resource, while it is known on which ones the code uses them: one finding for a role.
fn anywhere(cx: &Cx<'_>, function: Function<'_>, known: &Judged, out: &mut Findings) {
    let Some(needed) = known.needed(cx.app, |f| cx.handler_of(f)) else { return };
    let mut names: Vec<&str> = Vec::new();
    let mut targets: Vec<String> = Vec::new();
    let mut claim: Option<Proof> = None;
    for s in known.identity.statements.iter().filter(|s| s.effect == Effect::Allow && s.condition.is_none()) {
        let Some((of, proof)) = single(s) else { continue };
        let before = names.len();
        for action in of {
            let uses = |all: &BTreeSet<String>| all.iter().any(|a| a.eq_ignore_ascii_case(action));
            let on = needed.iter().filter(|(_, all)| uses(all)).map(|(on, _)| on.as_ref());
            let on: Option<Vec<String>> = on.map(|a| shared::resource(cx, a?)).collect();
            let Some(on) = on.filter(|o| !o.is_empty()) else { continue };
            names.push(action);
            targets.extend(on);
        }
        if names.len() > before {
            claim = Some(match claim {
                None => proof,
                Some(p) => p.with_context(proof),
            });
        }
    }
    let Some(proof) = claim else { return };
    targets.sort();
    targets.dedup();
    let role = cx.app.resource(known.role).name.as_str();
    out.report(Tri::Yes(proof), function.name(), format!("{role} single"), |_| {
        let text = format!("the role `{role}` has {} on every resource", shared::shortened(&names, SHOWN));
        let more = targets.len().saturating_sub(SHOWN);
        let mut shown: Vec<String> = targets.into_iter().take(SHOWN).collect();
        if more > 0 {
            shown.push(format!("{more} more"));
        }
        let them = shown.join(", ");
        Message::new(text).help(format!("name what the code uses in `Resource`: {them}"))
    });
}

/// The actions of a statement that names single ones only, all of which take a resource, and allows them on every one.
fn single(s: &Statement) -> Option<(Vec<&str>, Proof)> {
    let r = s.resources.as_ref().filter(|r| !r.negated)?;
    let star = certain(r).find(|p| text(p) == "*")?;
    if !s.origin.is_written() || s.actions.negated || s.actions.open.is_some() {
        return None;
    }
    let takes = |a: &&str| actions::find(a).is_some_and(|a| a.takes_resource);
    let names: Option<Vec<&str>> = s.actions.list.iter().map(|p| Some(text(p)).filter(takes)).collect();
    let proof = star.evidence(format!("{} allows them here", s.origin.label), &s.guards)?;
    Some((names.filter(|n| !n.is_empty())?, proof))
}

/// A managed policy for administrators.
fn managed(s: &Statement) -> Option<(String, Tri)> {
    let name = s.origin.label.strip_prefix("the managed policy `")?.strip_suffix('`')?;
    if s.origin.resource.is_some() || !(name == "AdministratorAccess" || name.ends_with("FullAccess")) {
        return None;
    }
    let wide = format!("the managed policy `{name}`");
    let claim = Tri::Yes(s.evidence(format!("{wide} is attached here")));
    Some((wide, claim))
}

/// All actions, or all of a service, on everything, written in the template.
fn written(s: &Statement) -> Option<(String, Tri)> {
    if !s.origin.is_written() {
        return None;
    }
    let everything = s.resources.as_ref().is_some_and(|r| !r.negated && certain(r).any(|p| text(p) == "*"));
    if !everything || s.actions.negated {
        return None;
    }
    let pattern = certain(&s.actions).find(|p| is_wide(text(p)))?;
    let action = text(pattern);
    let wide = format!("`{action}` on every resource");
    let proof = pattern.evidence(format!("{} allows {wide}", s.origin.label), &s.guards)?;
    Some((wide, Tri::Yes(proof)))
}

fn certain(p: &Patterns) -> impl Iterator<Item = &Pattern> {
    p.list.iter().filter(|p| !p.possible)
}

fn text(p: &Pattern) -> &str {
    p.value.as_str().unwrap_or_default()
}

/// `*`, or all of a service some of whose actions take a resource. Of a service that is not in the table nothing is
/// known.
fn is_wide(action: &str) -> bool {
    match action.split_once(':') {
        None | Some(("*", "*")) => action.starts_with('*'),
        Some((service, "*")) => actions::of_prefix(service).any(|a| a.takes_resource),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::testing::{AppBuilder, check, handler, sdk_call};

    fn found(role: &str) -> Vec<String> {
        let app = AppBuilder::new()
            .add("AWS::IAM::Role", "Role", role)
            .add("AWS::Lambda::Function", "Worker", r#"{"Role": "${Role.Arn}"}"#)
            .build();
        check(&RULE, &app, &[]).iter().map(|f| f.message().text.clone()).collect()
    }

    fn inline(statement: &str) -> Vec<String> {
        found(&format!(
            r#"{{"Policies": [{{"PolicyName": "P", "PolicyDocument": {{"Statement": [{{{statement}}}]}}}}]}}"#
        ))
    }

    #[test]
    fn everything_and_whole_services() {
        let all = inline(r#""Effect": "Allow", "Action": "*", "Resource": "*""#);
        assert_eq!(all, ["the role `Role` has `*` on every resource"]);
        let s3 = inline(r#""Effect": "Allow", "Action": ["sqs:SendMessage", "s3:*"], "Resource": ["*"]"#);
        assert_eq!(s3, ["the role `Role` has `s3:*` on every resource"]);
        let managed = found(r#"{"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonS3FullAccess"]}"#);
        assert_eq!(managed, ["the role `Role` has the managed policy `AmazonS3FullAccess`"]);
    }

    #[test]
    fn a_policy_of_several_roles_gets_no_advice_from_one() {
        let trust = r#""AssumeRolePolicyDocument": {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"Service": "lambda.amazonaws.com"}}}"#;
        let role = format!(r#"{{{trust}, "ManagedPolicyArns": ["${{Shared}}"]}}"#);
        let policy = r#"{"PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": "glue:*", "Resource": "*"}]}}"#;
        let help = |roles: &[(&str, &str)]| -> Vec<(String, String)> {
            let mut app = AppBuilder::new().add("AWS::IAM::ManagedPolicy", "Shared", policy);
            for (name, function) in roles {
                let uses = format!(r#"{{"Role": "${{{name}.Arn}}"}}"#);
                app = app.add("AWS::IAM::Role", name, &role).add("AWS::Lambda::Function", function, &uses);
            }
            let app = app.build();
            let handlers: Vec<_> = roles.iter().map(|(_, f)| handler(&app, f, Vec::new())).collect();
            let all = check(&RULE, &app, &handlers);
            all.iter()
                .map(|f| (f.discriminator().to_owned(), f.message().help.clone().unwrap_or_default()))
                .collect()
        };
        let all = |advice: &str| ("`glue:*` on every resource".to_owned(), advice.to_owned());
        assert_eq!(help(&[("A", "F")]), [all("remove it: no call of the code needs it")]);
        let plain = all("allow the actions the code calls, on the resources it uses");
        assert_eq!(help(&[("A", "F"), ("B", "G")]), [plain.clone(), plain]);
    }

    fn with_code(statement: &str, calls: &[(&str, &str, &str)]) -> Vec<(String, String)> {
        let trust = r#"{"Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole"}}"#;
        let role = format!(
            r#"{{"AssumeRolePolicyDocument": {trust}, "Policies": [{{"PolicyName": "P", "PolicyDocument":
                {{"Statement": [{{"Effect": "Allow", "Resource": "*", {statement}}}]}}}}]}}"#
        );
        let app = AppBuilder::new()
            .add("AWS::IAM::Role", "Role", &role)
            .add("AWS::DynamoDB::Table", "Items", "{}")
            .add("AWS::Lambda::Function", "Worker", r#"{"Role": "${Role.Arn}"}"#)
            .build();
        let calls = calls.iter().map(|(s, o, args)| sdk_call(&app, s, o, args)).collect();
        let all = check(&RULE, &app, &[handler(&app, "Worker", calls)]);
        all.iter().map(|f| (f.message().text.clone(), f.message().help.clone().unwrap_or_default())).collect()
    }

    #[test]
    fn what_the_code_needs() {
        let get = ("dynamodb", "GetItem", r#"{"TableName": "${Items}"}"#);
        let publish = ("sns", "Publish", r#"{"TopicArn": "arn:aws:sns:eu-west-1:1:t"}"#);
        let help = |action: &str, calls: &[(&str, &str, &str)]| {
            with_code(&format!(r#""Action": "{action}""#), calls)[0].1.clone()
        };
        assert_eq!(
            help("dynamodb:*", &[get, publish]),
            "allow what the code needs instead: `dynamodb:GetItem` on table `Items`"
        );
        assert_eq!(help("s3:*", &[get]), "remove it: no call of the code needs it");
        // A query of Athena reads buckets as its caller.
        let query = ("athena", "StartQueryExecution", "{}");
        assert_eq!(help("s3:*", &[query]), "allow the actions the code calls, on the resources it uses");
        assert_eq!(
            help("*", &[get]),
            "allow what the code needs instead: `dynamodb:GetItem` on table `Items`; `logs:CreateLogStream` and \
             `logs:PutLogEvents`"
        );
        assert_eq!(
            help("*", &[query]),
            "allow what the code needs instead: `athena:StartQueryExecution`; `logs:CreateLogStream` and \
             `logs:PutLogEvents`, and what these calls use of other services"
        );
        // A call nothing is known of.
        let odd = ("dynamodb", "NoSuch", "{}");
        assert!(help("dynamodb:*", &[get, odd]).starts_with("allow the actions the code calls"));
    }

    #[test]
    fn single_actions_on_everything() {
        let get = ("dynamodb", "GetItem", r#"{"TableName": "${Items}"}"#);
        let found = |actions: &str, calls: &[(&str, &str, &str)]| {
            with_code(&format!(r#""Action": [{actions}]"#), calls)
        };
        let both = found(r#""dynamodb:GetItem", "dynamodb:Query""#, &[get]);
        assert_eq!(
            both,
            [(
                "the role `Role` has `dynamodb:GetItem` on every resource".to_owned(),
                "name what the code uses in `Resource`: table `Items`".to_owned()
            )]
        );
        let late = ("dynamodb", "GetItem", r#"{"TableName": "${event.table}"}"#);
        for (actions, calls) in [
            (r#""dynamodb:GetItem""#, &[get, late][..]),
            (r#""dynamodb:GetItem""#, &[]),
            (r#""dynamodb:GetItem", "dynamodb:ListTables""#, &[get]),
            (r#""dynamodb:Get*""#, &[get]),
            (r#""logs:PutLogEvents""#, &[get]),
        ] {
            assert_eq!(found(actions, calls), [], "{actions}");
        }
    }

    #[test]
    fn silent_where_narrow() {
        for statement in [
            r#""Effect": "Deny", "Action": "*", "Resource": "*""#,
            r#""Effect": "Allow", "Action": "s3:Get*", "Resource": "*""#,
            r#""Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::mine/*""#,
            r#""Effect": "Allow", "Action": "xray:PutTraceSegments", "Resource": "*""#,
            r#""Effect": "Allow", "Action": "ec2messages:*", "Resource": "*""#,
            r#""Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}"#,
            r#""Effect": "Allow", "Action": "*", "Resource": "${TableArn}""#,
        ] {
            assert_eq!(inline(statement), [""; 0], "{statement}");
        }
        let basic =
            r#"{"ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]}"#;
        assert_eq!(found(basic), [""; 0]);
    }
}
