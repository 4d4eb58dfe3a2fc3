//! See the page.

use super::shared;
use lamlint_model::finding::Message;
use lamlint_model::policy::not_assumable;
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Fix, Intent, ResourceId, Rule, Value};

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
/// The service that runs functions at the edge, besides.
/// Source: <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/lambda-edge-permissions.html>
const AT_THE_EDGE: &str = "edgelambda.amazonaws.com";

fn check(cx: &Cx<'_>, out: &mut Findings) {
    let edges = cx.app.edges();
    for (function, identity) in shared::functions(cx) {
        let Some(role) = identity.role else { continue };
        // A role that may be another one in some deployment is not judged.
        if function.prop("Role").values().sole().is_none() {
            continue;
        }
        let claim = not_assumable(cx.app, role, SERVICE, &function.resource.guards);
        let name = shared::role(cx, &identity);
        // Functions of one role share a finding.
        out.report(claim, function.name(), name, |_| message((name, role), "a function", SERVICE));
        for edge in edges.iter().filter(|e| e.function == function.resource.id) {
            let Some(given) = function.resource.guards.and(&edge.guards) else { continue };
            let claim = not_assumable(cx.app, role, AT_THE_EDGE, &given).with_context(edge.proof.clone());
            out.report(claim, function.name(), format!("{name} {AT_THE_EDGE}"), |_| {
                message((name, role), "a function at the edge", AT_THE_EDGE)
            });
        }
    }
}

fn message((role, id): (&str, ResourceId), what: &str, service: &str) -> Message {
    let text = |s: &str| Value::str(s);
    let principal = Value::Map(vec![("Service".into(), text(service))], false);
    let statement = vec![
        ("Effect".into(), text("Allow")),
        ("Principal".into(), principal),
        ("Action".into(), text("sts:AssumeRole")),
    ];
    let append = Intent::Append {
        resource: id,
        path: vec!["AssumeRolePolicyDocument".into(), "Statement".into()],
        value: Value::Map(statement, false),
    };
    Message::new(format!("the role `{role}` runs {what}, but `{service}` may not assume it"))
        .help(format!("allow `sts:AssumeRole` to the service `{service}` in its trust policy"))
        .mended(Some(Fix::suggested(format!("let `{service}` assume the role"), append)))
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

    #[test]
    fn at_the_edge() {
        let app = |services: &str, behaviours: &str| {
            let role = format!(
                r#"{{"AssumeRolePolicyDocument": {{"Statement": [
                    {{"Effect": "Allow", "Principal": {{"Service": {services}}}, "Action": "sts:AssumeRole"}}]}}}}"#
            );
            let distribution = format!(r#"{{"DistributionConfig": {behaviours}}}"#);
            AppBuilder::new()
                .add("AWS::IAM::Role", "Role", &role)
                .add("AWS::Lambda::Function", "Worker", r#"{"Role": "${Role.Arn}"}"#)
                .add("AWS::Lambda::Version", "V", r#"{"FunctionName": "${Worker}"}"#)
                .add("AWS::CloudFront::Distribution", "Site", &distribution)
                .build()
        };
        let found = |services: &str, behaviours: &str| check(&RULE, &app(services, behaviours), &[]).len();
        let of = |arn: &str| {
            format!(
                r#"{{"LambdaFunctionAssociations": [{{"EventType": "viewer-request", "LambdaFunctionARN": "{arn}"}}]}}"#
            )
        };
        let default = format!(r#"{{"DefaultCacheBehavior": {}}}"#, of("${V.Arn}"));
        let other =
            format!(r#"{{"DefaultCacheBehavior": {{}}, "CacheBehaviors": [{}]}}"#, of("${Worker.Arn}:1"));
        let lambda = r#""lambda.amazonaws.com""#;
        let both = r#"["lambda.amazonaws.com", "edgelambda.amazonaws.com"]"#;
        for behaviours in [&default, &other] {
            assert_eq!(found(lambda, behaviours), 1, "{behaviours}");
            assert_eq!(found(both, behaviours), 0, "{behaviours}");
        }
        assert_eq!(found(r#""edgelambda.amazonaws.com""#, &default), 1);
        for arn in ["${Param}", "arn:aws:lambda:us-east-1:123456789012:function:other:1"] {
            let behaviours = format!(r#"{{"DefaultCacheBehavior": {}}}"#, of(arn));
            assert_eq!(found(lambda, &behaviours), 0, "{arn}");
        }
    }
}
