//! See the page.

use super::shared;
use lamlint_model::finding::Message;
use lamlint_model::policy::wants::LOGS;
use lamlint_model::policy::{Effect, Identity};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-logs-permission",
    group: "permissions",
    severity: Severity::Warning,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-logs-permission.md"),
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (function, identity) in shared::functions(cx) {
        if speaks_of_denying(&identity) {
            continue;
        }
        let given = &function.resource.guards;
        let Some((names, lacks)) = shared::lacking(cx, &identity, LOGS.besides, given) else { continue };
        let role = shared::role(cx, &identity);
        // Functions of one role share a finding.
        out.report(lacks, function.name(), role, |_| {
            Message::new(format!(
                "the role `{role}` may not call {}: nothing is logged",
                shared::listed(&names)
            ))
            .help("attach the managed policy `service-role/AWSLambdaBasicExecutionRole` to the role")
            .mended(shared::attach(&identity, "service-role/AWSLambdaBasicExecutionRole"))
        });
    }
}

/// Logging is denied on purpose somewhere, whatever on.
fn speaks_of_denying(identity: &Identity) -> bool {
    let denied = identity.statements.iter().filter(|s| s.effect == Effect::Deny);
    denied.flat_map(|s| &s.actions.list).any(|p| {
        let start = p.value.prefix();
        start.get(..5).is_some_and(|s| s.eq_ignore_ascii_case("logs:")) || start.starts_with('*')
    })
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

    fn inline(effect: &str, action: &str, resource: &str) -> String {
        format!(
            r#"{{"Policies": [{{"PolicyName": "P", "PolicyDocument": {{"Statement": [
                {{"Effect": "{effect}", "Action": [{action}], "Resource": "{resource}"}}]}}}}]}}"#
        )
    }

    #[test]
    fn names_what_is_missing() {
        let both =
            "the role `Role` may not call `logs:CreateLogStream` and `logs:PutLogEvents`: nothing is logged";
        assert_eq!(found("{}"), [both]);
        assert_eq!(found(&inline("Allow", r#""s3:*""#, "*")), [both]);
        assert_eq!(found(&inline("Allow", r#""logs:CreateLogGroup""#, "*")), [both]);
        let one = "the role `Role` may not call `logs:PutLogEvents`: nothing is logged";
        assert_eq!(found(&inline("Allow", r#""logs:Create*""#, "*")), [one]);
    }

    #[test]
    fn silent_where_allowed_or_denied_on_purpose() {
        let basic =
            r#"{"ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]}"#;
        assert_eq!(found(basic), [""; 0]);
        let group = "arn:aws:logs:*:*:log-group:/aws/lambda/mine:*";
        let write = r#""logs:CreateLogStream", "logs:PutLogEvents""#;
        assert_eq!(found(&inline("Allow", write, group)), [""; 0]);
        assert_eq!(found(&inline("Deny", r#""logs:CreateLogGroup""#, "*")), [""; 0]);
        assert_eq!(found(&inline("Deny", r#""logs:*""#, "arn:aws:logs:*:*:*")), [""; 0]);
        assert_eq!(found(r#"{"ManagedPolicyArns": ["${Imported}"]}"#), [""; 0]);
    }
}
