//! See the page.

use lamlint_model::aws::iam::actions;
use lamlint_model::finding::Message;
use lamlint_model::policy::{Effect, Pattern, Patterns, Statement, identity_of};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Rule, Tri};

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
    for function in cx.app.functions() {
        let identity = identity_of(cx.app, function.resource.id);
        let Some(role) = identity.role.map(|r| cx.app.resource(r)).filter(|r| !r.generated) else { continue };
        let mut seen: Vec<String> = Vec::new();
        for s in identity.statements.iter().filter(|s| s.effect == Effect::Allow && s.condition.is_none()) {
            let Some((wide, claim)) = managed(s).or_else(|| written(s)) else { continue };
            if seen.contains(&wide) {
                continue;
            }
            seen.push(wide.clone());
            out.report(claim, function.name(), format!("{} {wide}", role.name), |_| {
                Message::new(format!("the role `{}` has {wide}", role.name))
                    .help("allow the actions the code calls, on the resources it uses")
            });
        }
    }
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
    s.origin.resource?;
    if s.origin.label.starts_with("the SAM policy template") || s.origin.label.starts_with("the connector") {
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
    use lamlint_model::testing::{AppBuilder, check};

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
