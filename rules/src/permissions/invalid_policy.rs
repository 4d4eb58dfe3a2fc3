//! See the page.

use lamlint_model::app::Kind;
use lamlint_model::finding::Message;
use lamlint_model::policy::faults;
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "invalid-policy",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/invalid-policy.md"),
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for holder in cx.app.resources.iter().filter(|r| !r.generated) {
        let what = match holder.kind {
            Kind::Permission => "the permission",
            _ => "the policies of",
        };
        for f in faults(cx.app, holder) {
            let severity = if f.broad { Severity::Warning } else { Severity::Error };
            out.report_as(severity, f.claim, holder.name.clone(), f.key, |_| {
                Message::new(format!("{what} `{}`: {}", holder.name, f.text)).help(f.help)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::testing::{AppBuilder, check};

    fn found(document: &str) -> Vec<String> {
        let policy = format!(r#"{{"Roles": [], "PolicyDocument": {document}}}"#);
        let app = AppBuilder::new().add("AWS::IAM::Policy", "P", &policy).build();
        let found = check(&RULE, &app, &[]);
        found
            .iter()
            .map(|f| f.message().text.trim_start_matches("the policies of `P`: ").to_owned())
            .collect()
    }

    fn statement(s: &str) -> Vec<String> {
        found(&format!(r#"{{"Version": "2012-10-17", "Statement": [{s}]}}"#))
    }

    #[test]
    fn elements_and_versions() {
        let none = r#"{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "${absent}"}"#;
        assert_eq!(statement(none), [""; 0]);
        let rest = r#""Effect": "Allow", "Action": "s3:GetObject""#;
        let with = |more: &str| statement(&format!("{{{rest}, {more}}}"));
        assert_eq!(with(r#""Ressource": "*""#), ["a statement has no element `Ressource`"]);
        assert_eq!(with(r#""Resource": "*", "Conditions": {}"#), ["a statement has no element `Conditions`"]);
        assert_eq!(statement(&format!("{{{rest}}}")), ["a statement without `Resource`"]);
        assert_eq!(
            with(r#""Resource": "*", "Principal": "*""#),
            ["a policy of a role can't have `Principal`"]
        );
        assert_eq!(
            found(r#"{"Version": "2012-10-27", "Statement": []}"#),
            ["there is no version `2012-10-27` of the policy language", "a policy without statements"]
        );
        assert_eq!(found(r#"{"Version": "2012-10-17"}"#), ["a policy without `Statement`"]);
        assert_eq!(
            statement(r#"{"Effect": "allow", "Action": "s3:GetObject", "Resource": "*"}"#),
            ["`Effect` can't be `allow`"]
        );
    }

    #[test]
    fn actions_and_resources() {
        let of = |action: &str, resource: &str| {
            statement(&format!(r#"{{"Effect": "Allow", "Action": ["{action}"], "Resource": "{resource}"}}"#))
        };
        assert_eq!(of("dynamodb:PutItems", "*"), ["there is no action `dynamodb:PutItems`"]);
        assert_eq!(of("GetObject", "*"), ["`GetObject` is no action"]);
        assert_eq!(of("s3:GetObject", "my-bucket/file"), ["`my-bucket/file` is no ARN"]);
        assert_eq!(
            of("sqs:SendMessage", "arn:aws:sqs:jobs"),
            ["`arn:aws:sqs:jobs` is no ARN: it has fewer than six parts"]
        );
        for (action, resource) in [
            ("*", "*"),
            ("S3:getobject", "arn:aws:s3:::b/*"),
            ("s3:Get*", "${BucketArn}"),
            ("new-service:DoIt", "*"),
            ("s3:SomethingEntirelyNew", "*"),
            ("s3:GetObject", "{{resolve:ssm:/bucket/arn}}"),
            ("${Action}", "arn:aws:s3:::${Bucket}/x"),
        ] {
            assert_eq!(of(action, resource), [""; 0], "{action} {resource}");
        }
    }

    #[test]
    fn allowing_all_but_some_is_a_warning() {
        let of = |effect: &str| {
            let policy = format!(
                r#"{{"PolicyDocument": {{"Statement": [
                    {{"Effect": "{effect}", "NotAction": "iam:*", "Resource": "*"}}]}}}}"#
            );
            let app = AppBuilder::new().add("AWS::IAM::Policy", "P", &policy).build();
            check(&RULE, &app, &[]).iter().map(lamlint_model::Finding::severity).collect::<Vec<_>>()
        };
        assert_eq!(of("Allow"), [Severity::Warning]);
        assert_eq!(of("Deny"), []);
    }
}
