//! See the page.

use super::shared;
use lamlint_model::app::{Function, Kind, Target};
use lamlint_model::finding::Message;
use lamlint_model::policy::{Arn, Identity};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::tri::Guards;
use lamlint_model::{Cx, Findings, Rule, Tri, Value};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-profiler-permission",
    group: "permissions",
    severity: Severity::Warning,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-profiler-permission.md"),
    check,
};

/// What the agent calls.
/// Source: <https://docs.aws.amazon.com/codeguru/latest/profiler-ug/setting-up-long.html>
const ACTIONS: &[&str] = &["codeguru-profiler:ConfigureAgent", "codeguru-profiler:PostAgentProfile"];

/// Variables that name the profiling group.
/// Source: <https://docs.aws.amazon.com/codeguru/latest/profiler-ug/python-lambda-command-line.html>
const GROUP: &[&str] = &["AWS_CODEGURU_PROFILER_GROUP_ARN", "AWS_CODEGURU_PROFILER_GROUP_NAME"];

/// The variable that turns the agent off.
/// Source: <https://docs.aws.amazon.com/codeguru/latest/profiler-ug/lambda-custom.html>
const SWITCH: &str = "AWS_CODEGURU_PROFILER_ENABLED";

/// Variables that start the agent, with text their value holds.
/// Source: <https://docs.aws.amazon.com/codeguru/latest/profiler-ug/lambda-simple.html>,
/// <https://docs.aws.amazon.com/codeguru/latest/profiler-ug/python-lambda-layers.html>
const STARTERS: &[(&str, &str)] = &[
    ("AWS_LAMBDA_EXEC_WRAPPER", "/codeguru_profiler_lambda_exec"),
    ("JAVA_TOOL_OPTIONS", "/codeguru-profiler-java-agent"),
];

/// A handler of the agent's own that calls the function's.
/// Source: <https://docs.aws.amazon.com/codeguru/latest/profiler-ug/python-lambda-layers.html>
const HANDLER: &str = "codeguru_profiler_agent.aws_lambda.lambda_handler.call_handler";

/// The agent as a library.
const LIBRARY: &str = "codeguru_profiler_agent";

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (function, identity) in shared::functions(cx) {
        let Some(started) = started(cx, function).filter(|_| on(function)) else { continue };
        for name in GROUP {
            let group = function.env(name).present();
            for value in group.alts().iter().map(|a| &a.value) {
                let note = |_: &Value| "the profiling group it sends to".to_owned();
                let set = started.clone().and(group.some(note, |v| v == value));
                let Tri::Yes(proof) = &set else { continue };
                let Some(given) = proof.guards().and(&function.resource.guards) else { continue };
                let lacks = ACTIONS.iter().map(|a| (*a, lack(cx, function, &identity, (a, value), &given)));
                let Some((names, claim)) = shared::gathered(lacks) else { continue };
                let role = shared::role(cx, &identity);
                out.report(set.and(claim), function.name(), role, |_| {
                    Message::new(format!(
                        "`{}` runs the CodeGuru profiler, but its role `{role}` may not call {}",
                        function.name(),
                        shared::listed(&names)
                    ))
                    .help("attach the managed policy `AmazonCodeGuruProfilerAgentAccess` to the role")
                    .mended(shared::attach(&identity, "AmazonCodeGuruProfilerAgentAccess"))
                });
            }
        }
    }
}

/// The first thing that starts the agent.
fn started(cx: &Cx<'_>, function: Function<'_>) -> Option<Tri> {
    let note = |_: &_| "this starts the agent".to_owned();
    let has = |v: &Value, text: &str| v.as_str().is_some_and(|s| s.contains(text));
    let variables =
        STARTERS.iter().map(|(name, text)| function.env(name).present().some(note, |v| has(v, text)));
    let handler =
        function.handler().some(|_| "this starts the agent".to_owned(), |h| h.as_deref() == Some(HANDLER));
    let imports = cx.link_of(function.resource.id).into_iter().flat_map(|l| &l.imports);
    let imports = imports
        .filter(|i| i.package == LIBRARY)
        .map(|i| Tri::Yes(i.evidence("the agent is loaded when the function starts")));
    variables.chain([handler]).chain(imports).find(|t| matches!(t, Tri::Yes(_)))
}

/// Nothing may turn the agent off.
fn on(function: Function<'_>) -> bool {
    let switch = function.env(SWITCH);
    switch.open().is_none()
        && switch.alts().iter().all(|a| a.value.as_ref().is_none_or(|v| v.as_bool() == Some(true)))
}

fn lack(
    cx: &Cx<'_>,
    function: Function<'_>,
    identity: &Identity,
    (action, group): (&str, &Value),
    given: &Guards,
) -> Tri {
    let application = function.resource.application;
    match cx.app.target(application, group, &[Kind::ProfilingGroup]) {
        Some(Target::Resource(id)) => {
            // These are let in by the group itself.
            if !cx.app.resource(id).props.get("AgentPermissions").is_surely_absent() {
                return Tri::No;
            }
            identity.lacks(cx.app, &[action], &Arn::of(cx.app, id), given)
        }
        Some(Target::Physical(_)) | None => identity.lacks_outside(cx.app, action, &Arn::unknown(), given),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::finding::Confidence;
    use lamlint_model::testing::{AppBuilder, check};

    const BASIC: &str =
        r#"{"ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]}"#;
    const AGENT: &str =
        r#"{"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonCodeGuruProfilerAgentAccess"]}"#;
    const WRAPPED: &str = r#""AWS_LAMBDA_EXEC_WRAPPER": "/opt/codeguru_profiler_lambda_exec""#;
    const JAVA: &str =
        r#""JAVA_TOOL_OPTIONS": "-Xmx256m -javaagent:/opt/codeguru-profiler-java-agent-standalone.jar""#;
    const OWN: &str = r#""AWS_CODEGURU_PROFILER_GROUP_NAME": "${Group}""#;

    fn found(variables: &[&str], role: &str, group: &str) -> Vec<(String, Confidence)> {
        let function = format!(
            r#"{{"Role": "${{Role.Arn}}", "Environment": {{"Variables": {{{}}}}}}}"#,
            variables.join(", ")
        );
        let app = AppBuilder::new()
            .add("AWS::CodeGuruProfiler::ProfilingGroup", "Group", group)
            .add("AWS::IAM::Role", "Role", role)
            .add("AWS::Lambda::Function", "Worker", &function)
            .build();
        check(&RULE, &app, &[]).iter().map(|f| (f.message().text.clone(), f.confidence())).collect()
    }

    #[test]
    fn agents_without_the_policy() {
        let text = "`Worker` runs the CodeGuru profiler, but its role `Role` may not call \
             `codeguru-profiler:ConfigureAgent` and `codeguru-profiler:PostAgentProfile`";
        for start in [WRAPPED, JAVA] {
            assert_eq!(found(&[start, OWN], BASIC, "{}"), [(text.to_owned(), Confidence::High)]);
        }
        // A group outside may let the role in.
        let outside = r#""AWS_CODEGURU_PROFILER_GROUP_NAME": "fleet""#;
        assert_eq!(found(&[WRAPPED, outside], BASIC, "{}"), [(text.to_owned(), Confidence::Medium)]);
        let named = r#""AWS_CODEGURU_PROFILER_GROUP_ARN": "${Group.Arn}""#;
        assert_eq!(found(&[WRAPPED, named], BASIC, "{}")[0].1, Confidence::High);
        let on = r#""AWS_CODEGURU_PROFILER_ENABLED": "TRUE""#;
        assert_eq!(found(&[WRAPPED, OWN, on], BASIC, "{}").len(), 1);
    }

    #[test]
    fn the_handler_of_the_agent_starts_it() {
        let found = |handler: &str| {
            let function = format!(
                r#"{{"Role": "${{Role.Arn}}", "Handler": "{handler}", "Environment": {{"Variables": {{{OWN}}}}}}}"#
            );
            let app = AppBuilder::new()
                .add("AWS::CodeGuruProfiler::ProfilingGroup", "Group", "{}")
                .add("AWS::IAM::Role", "Role", BASIC)
                .add("AWS::Lambda::Function", "Worker", &function)
                .build();
            check(&RULE, &app, &[]).len()
        };
        assert_eq!(found(HANDLER), 1);
        assert_eq!(found("app.handler"), 0);
    }

    #[test]
    fn silent_where_allowed_or_off() {
        assert_eq!(found(&[WRAPPED, OWN], AGENT, "{}"), []);
        assert_eq!(
            found(&[WRAPPED, OWN], BASIC, r#"{"AgentPermissions": {"Principals": ["${Role.Arn}"]}}"#),
            []
        );
        assert_eq!(found(&[WRAPPED, OWN], r#"{"ManagedPolicyArns": ["${Imported}"]}"#, "{}"), []);
        // Nothing starts the agent, or it is off, or it has no group.
        assert_eq!(found(&[OWN], BASIC, "{}"), []);
        assert_eq!(found(&[WRAPPED], BASIC, "{}"), []);
        for off in ["FALSE", "${Enabled}"] {
            let off = format!(r#""AWS_CODEGURU_PROFILER_ENABLED": "{off}""#);
            assert_eq!(found(&[WRAPPED, OWN, &off], BASIC, "{}"), [], "{off}");
        }
        let other = r#""AWS_LAMBDA_EXEC_WRAPPER": "/opt/otel-instrument""#;
        assert_eq!(found(&[other, OWN], BASIC, "{}"), []);
    }
}
