//! See the page.

use super::shared;
use lamlint_model::finding::Message;
use lamlint_model::policy::wants::TRACING;
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::{Cx, Findings, Rule, Tri};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-tracing-permission",
    group: "permissions",
    severity: Severity::Warning,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-tracing-permission.md"),
    check,
};

/// Libraries that send segments of their own. Without active tracing they send nothing unless a caller that samples
/// says so, which the template does not show, so by themselves they prove nothing.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html> (`PassThrough`)
const LIBRARIES: &[&str] = &["aws-xray-sdk", "aws-xray-sdk-core", "aws_xray_sdk"];

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (function, identity) in shared::functions(cx) {
        let mode = function.prop("TracingConfig").get("Mode").strings();
        let note = |_: &_| format!("`{}` is traced", function.name());
        let traced = mode.some(note, |m| m.as_deref() == Some("Active"));
        let Tri::Yes(proof) = &traced else { continue };
        let Some(given) = proof.guards().and(&function.resource.guards) else { continue };
        let Some((names, lacks)) = shared::lacking(cx, &identity, TRACING.besides, &given) else { continue };
        let role = shared::role(cx, &identity);
        let imports = cx.link_of(function.resource.id).into_iter().flat_map(|l| &l.imports);
        let mut claim = traced.and(lacks);
        if let Some(i) = imports.into_iter().find(|i| LIBRARIES.contains(&i.package.as_str())) {
            claim = claim.with_context(i.evidence("what the code records here is dropped as well"));
        }
        out.report(claim, function.name(), role, |_| {
            Message::new(format!(
                "`{}` has active tracing, but its role `{role}` may not call {}",
                function.name(),
                shared::listed(&names)
            ))
            .help("attach the managed policy `AWSXRayDaemonWriteAccess` to the role")
            .mended(shared::attach(&identity, "AWSXRayDaemonWriteAccess"))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::testing::{AppBuilder, check};

    fn found(mode: &str, role: &str) -> usize {
        let function = format!(r#"{{"Role": "${{Role.Arn}}", "TracingConfig": {{"Mode": "{mode}"}}}}"#);
        let app = AppBuilder::new()
            .add("AWS::IAM::Role", "Role", role)
            .add("AWS::Lambda::Function", "Worker", &function)
            .build();
        check(&RULE, &app, &[]).len()
    }

    #[test]
    fn only_active_tracing_without_the_policy() {
        let basic =
            r#"{"ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]}"#;
        let xray = r#"{"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"]}"#;
        assert_eq!(found("Active", basic), 1);
        assert_eq!(found("Active", xray), 0);
        assert_eq!(found("PassThrough", basic), 0);
        assert_eq!(found("${Mode}", basic), 0);
        assert_eq!(found("Active", r#"{"ManagedPolicyArns": ["${Imported}"]}"#), 0);
    }
}
