//! See the page.

use super::shared;
use lamlint_model::finding::Message;
use lamlint_model::policy::not_assumable;
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-trust",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-trust.md"),
    check,
};

/// The service that runs functions.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html>
const SERVICE: &str = "lambda.amazonaws.com";

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (function, identity) in shared::functions(cx) {
        let Some(role) = identity.role else { continue };
        // A role that may be another one in some deployment is not judged.
        if function.prop("Role").values().sole().is_none() {
            continue;
        }
        let claim = not_assumable(cx.app, role, SERVICE, &function.resource.guards);
        let role = shared::role(cx, &identity);
        // Functions of one role share a finding.
        out.report(claim, function.name(), role, |_| {
            Message::new(format!("the role `{role}` runs a function, but `{SERVICE}` may not assume it"))
                .help(format!("allow `sts:AssumeRole` to the service `{SERVICE}` in its trust policy"))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::testing::{AppBuilder, check};

    fn found(effect: &str, principal: &str, action: &str) -> usize {
        let role = format!(
            r#"{{"AssumeRolePolicyDocument": {{"Statement": [
                {{"Effect": "{effect}", "Principal": {principal}, "Action": "{action}"}}]}}}}"#
        );
        let app = AppBuilder::new()
            .add("AWS::IAM::Role", "Role", &role)
            .add("AWS::Lambda::Function", "Worker", r#"{"Role": "${Role.Arn}"}"#)
            .build();
        check(&RULE, &app, &[]).len()
    }

    #[test]
    fn another_service_another_action_or_denied() {
        assert_eq!(found("Allow", r#"{"Service": "ec2.amazonaws.com"}"#, "sts:AssumeRole"), 1);
        assert_eq!(found("Allow", r#"{"Service": "lambda.amazonaws.com"}"#, "sts:TagSession"), 1);
        assert_eq!(found("Deny", r#"{"Service": "lambda.amazonaws.com"}"#, "sts:AssumeRole"), 1);
        assert_eq!(found("Allow", r#"{"AWS": "arn:aws:iam::123456789012:root"}"#, "sts:AssumeRole"), 1);
    }

    #[test]
    fn silent_where_trusted_or_unknown() {
        for principal in [
            r#"{"Service": "lambda.amazonaws.com"}"#,
            r#"{"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}"#,
            r#"{"Service": "lambda.${AWS::URLSuffix}"}"#,
            r#"{"Service": "${Service}"}"#,
            r#""*""#,
            r#""${?}""#,
        ] {
            assert_eq!(found("Allow", principal, "sts:AssumeRole"), 0, "{principal}");
        }
    }
}
