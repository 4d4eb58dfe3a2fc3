//! See the page.

use lamlint_model::app::{Function, Kind, Trigger};
use lamlint_model::aws::policies;
use lamlint_model::finding::Message;
use lamlint_model::policy::{Answer, Ask, Identity, Refusal, identity_of, refusals};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::tri::Proof;
use lamlint_model::value::Attr;
use lamlint_model::{App, Cx, Findings, Fix, Intent, Rule, Tri, Value};
use std::collections::BTreeMap;

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-iam-permission",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-iam-permission.md"),
    check,
};

/// How many statements that almost fit, and further calls, a finding shows.
const SHOWN: usize = 3;

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (f, h) in cx.linked() {
        if f.resource.generated {
            continue;
        }
        let who = identity_of(cx.app, f.resource.id);
        // One finding for an action on a resource, with all calls; in the order of the code.
        let mut groups: Vec<(String, Vec<Refusal<'_>>)> = Vec::new();
        let mut index = BTreeMap::new();
        for r in refusals(cx.app, f.resource.id, h, &who) {
            let (actions, on) = (r.ask.one_of.join(" "), resource(cx.app, &r.ask).unwrap_or_default());
            let key = format!("{actions} {on}");
            let at = *index.entry(key.clone()).or_insert(groups.len());
            match groups.get_mut(at) {
                Some((_, group)) => group.push(r),
                None => groups.push((key, vec![r])),
            }
        }
        for (key, group) in groups {
            report(cx.app, f, &who, key, &group, out);
        }
    }
}

fn report(
    app: &App,
    f: Function<'_>,
    who: &Identity,
    key: String,
    group: &[Refusal<'_>],
    out: &mut Findings,
) {
    // The call that is surest to happen.
    let Some(surest) = group.iter().min_by_key(|r| r.ask.fact.ctx.branch) else { return };
    let Refusal { ask, answer } = surest;
    let actions: Vec<String> = ask.one_of.iter().map(|a| format!("`{a}`")).collect();
    let actions = actions.join(" or ");
    let on = resource(app, ask).map(|r| format!(" on {r}")).unwrap_or_default();
    let (name, label) = (f.name(), &ask.call.label);
    let near = near(app, f, who, surest);
    let mut proof = evidence(ask, format!("needs {actions}{on}"));
    for t in sources(app, f, ask) {
        proof = proof.with_context(t.evidence(format!("{} invokes `{name}`", t.kind.word())));
    }
    let text = match answer {
        Answer::Denied(denial) => {
            let Tri::Yes(both) = Tri::Yes(proof).and(Tri::Yes(denial.clone())) else { return };
            proof = both;
            format!("`{name}` calls `{label}`{on}, but its role is denied {actions}")
        }
        _ if near.is_empty() => {
            proof = proof.with_context(who.evidence(format!("no policy of this role allows {actions}")));
            format!("`{name}` calls `{label}`{on}, but its role does not allow {actions}")
        }
        _ => {
            for n in near.iter().take(SHOWN) {
                proof = proof.with_context(n.clone());
            }
            format!("`{name}` calls `{label}`{on}, but its role allows {actions} on other resources only")
        }
    };
    for other in group.iter().map(|r| &r.ask).filter(|a| a.fact.span != ask.fact.span).take(SHOWN) {
        let note = format!("`{}` needs it as well", other.call.label);
        proof = proof.with_context(evidence(other, note));
    }
    let denied = matches!(answer, Answer::Denied(_));
    let remedy = if denied { None } else { remedy(app, f, who, ask) };
    out.report(Tri::Yes(proof), name, key, |_| match remedy {
        Some((help, fix)) => Message::new(text).help(help).mended(fix),
        None => Message::new(text),
    });
}

/// The call, and what has to be supposed for it to fail.
fn evidence(ask: &Ask<'_>, note: String) -> Proof {
    let fact = ask.fact;
    let mut proof = fact.evidence(note.clone());
    if fact.ctx.branch {
        proof = proof.with_context(fact.supposing(note.clone(), "the branch is taken in some invocation"));
    }
    if ask.target().is_none() && shared(ask) {
        let what = "no policy of the resource, which is not in the project, allows it";
        proof = proof.with_context(fact.supposing(note, what));
    }
    proof
}

/// The triggers whose events name the resource.
fn sources<'a>(app: &'a App, f: Function<'_>, ask: &Ask<'_>) -> impl Iterator<Item = &'a Trigger> {
    let of_events =
        |t: &&Trigger| ask.on.alts().iter().any(|a| a.span == t.at.span && a.span != ask.fact.span);
    app.triggers_of(f.resource.id).filter(of_events)
}

/// Whether a policy of the resource itself could allow it.
fn shared(ask: &Ask<'_>) -> bool {
    const SERVICES: &[&str] =
        &["dynamodb", "events", "kinesis", "kms", "lambda", "s3", "secretsmanager", "sns", "sqs"];
    SERVICES.contains(&ask.call.service.as_str())
}

/// The statements that allow it on other resources.
fn near(app: &App, f: Function<'_>, who: &Identity, refusal: &Refusal<'_>) -> Vec<Proof> {
    let hits = refusal.near(app, f.resource.id, who);
    hits.into_iter()
        .map(|(s, action)| {
            s.evidence(format!("{} allows `{action}`, but on other resources", s.origin.label))
        })
        .collect()
}

/// The resource for people: table `Orders`.
fn resource(app: &App, ask: &Ask<'_>) -> Option<String> {
    if let Some(id) = ask.target() {
        let r = app.resource(id);
        let below = match ask.arn().map(|a| a.value.suffix()) {
            Some(s) if s.starts_with("/index/") => format!(" ({})", s.trim_start_matches('/')),
            _ => String::new(),
        };
        return Some(format!("{} `{}`{below}", r.kind.word(), r.name));
    }
    match &ask.arn()?.value {
        Value::Str(s) => Some(format!("`{s}`")),
        _ => None,
    }
}

/// What to add: in words, and as a repair where it is known whole.
fn remedy(app: &App, f: Function<'_>, who: &Identity, ask: &Ask<'_>) -> Option<(String, Option<Fix>)> {
    let action = ask.one_of.first()?;
    let Some(target) = ask.target().map(|id| app.resource(id)) else {
        return Some((format!("add a statement that allows `{action}`"), None));
    };
    if target.id == f.resource.id {
        let help = format!(
            "add a statement that allows `{action}` on its ARN, written with its name: a reference would be circular"
        );
        return Some((help, None));
    }
    let below = ask.arn().is_some_and(|a| matches!(a.value, Value::Concat(_)));
    let named = format!("{} `{}`", target.kind.word(), target.name);
    if f.takes_policy_templates(who.role)
        && let Some((template, parameter)) = policies::template_for(target.kind, action, below)
    {
        let inner = Value::Map(vec![(parameter.into(), Value::Of(target.id, Attr::Name))], false);
        let value = Value::Map(vec![(template.into(), inner)], false);
        let append = Intent::Append { resource: f.resource.id, path: vec!["Policies".into()], value };
        let fix = Fix::suggested(format!("add the policy template `{template}`"), append);
        return Some((
            format!("add the policy template `{template}` for {named} to its `Policies`"),
            Some(fix),
        ));
    }
    let whole = Value::Of(target.id, Attr::Arn);
    let (part, on) = match (below, target.kind) {
        (false, _) => ("", Some(whole)),
        (true, Kind::Bucket) => ("the objects of ", Some(Value::Concat(vec![whole, Value::str("/*")]))),
        (true, Kind::Table) => ("the indexes of ", Some(Value::Concat(vec![whole, Value::str("/index/*")]))),
        (true, _) => ("", None),
    };
    let fix = on.and_then(|on| super::shared::allow(app, f, who, &[action.as_str()], &on));
    Some((format!("add a statement that allows `{action}` on {part}{named}"), fix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::finding::Confidence;
    use lamlint_model::handler::{Ctx, EnvState, EnvTest, FactKind};
    use lamlint_model::testing::{AppBuilder, check, handler, handler_in, sdk_call};
    use lamlint_model::{App, Finding};

    fn app(statements: &str) -> App {
        let role = format!(
            r#"{{"Policies": [{{"PolicyName": "p", "PolicyDocument": {{"Statement": {statements}}}}}]}}"#
        );
        AppBuilder::new()
            .add(
                "AWS::Lambda::Function",
                "Worker",
                r#"{"Role": "${Role.Arn}", "Environment": {"Variables": {"TABLE": "${Orders}", "TOPIC": "${?}"}}}"#,
            )
            .add("AWS::DynamoDB::Table", "Orders", "{}")
            .add("AWS::DynamoDB::Table", "Others", "{}")
            .add("AWS::SQS::Queue", "Jobs", "{}")
            .add(
                "AWS::SQS::QueuePolicy",
                "JobsPolicy",
                r#"{"Queues": ["${Jobs.Url}"], "PolicyDocument": {"Statement": [{"Effect": "Allow",
                    "Principal": {"AWS": "${Role.Arn}"}, "Action": "sqs:SendMessage", "Resource": "*"}]}}"#,
            )
            .add("AWS::IAM::Role", "Role", &role)
            .build()
    }

    fn put(app: &App) -> FactKind {
        sdk_call(app, "dynamodb", "PutItem", r#"{"TableName": "${env.TABLE}"}"#)
    }

    fn found(app: &App, facts: Vec<FactKind>) -> Vec<Finding> {
        check(&RULE, app, &[handler(app, "Worker", facts)])
    }

    const OTHER: &str = r#"[{"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "${Others.Arn}"}]"#;

    #[test]
    fn missing_near_and_denied() {
        for (statements, words) in [
            (
                "[]",
                "`Worker` calls `dynamodb.PutItem` on table `Orders`, but its role does not allow `dynamodb:PutItem`",
            ),
            (OTHER, "but its role allows `dynamodb:PutItem` on other resources only"),
            (
                r#"[{"Effect": "Allow", "Action": "*", "Resource": "*"},
                    {"Effect": "Deny", "Action": "dynamodb:Put*", "Resource": "${Orders.Arn}"}]"#,
                "but its role is denied `dynamodb:PutItem`",
            ),
        ] {
            let app = app(statements);
            let all = found(&app, vec![put(&app), put(&app)]);
            assert_eq!(all.len(), 1, "{statements}");
            let text = &all[0].message().text;
            assert!(text.ends_with(words), "{text}");
            assert_eq!(all[0].confidence(), Confidence::High);
            assert!(all[0].evidence().iter().any(|e| e.note().contains("needs it as well")));
        }
    }

    #[test]
    fn what_may_be_allowed_is_silent() {
        for statements in [
            r#"[{"Effect": "Allow", "Action": "dynamodb:P*", "Resource": "${Orders.Arn}"}]"#,
            r#"[{"Effect": "Allow", "Action": "${?}", "Resource": "*"}]"#,
            r#"[{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "${?}"}]"#,
            r#"[{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*", "Condition": {"Bool": {"a": "b"}}}]"#,
            r#"["${?}"]"#,
        ] {
            let app = app(statements);
            assert_eq!(found(&app, vec![put(&app)]).len(), 0, "{statements}");
        }
        let app = app("[]");
        // A policy of the resource, an operation that is not known, credentials of another role.
        let send = sdk_call(&app, "sqs", "SendMessage", r#"{"QueueUrl": "${Jobs.Url}"}"#);
        let odd = sdk_call(&app, "dynamodb", "NoSuchOperation", "{}");
        let mut foreign = put(&app);
        if let FactKind::SdkCall(c) = &mut foreign {
            c.foreign = true;
        }
        assert_eq!(found(&app, vec![send, odd, foreign]).len(), 0);
    }

    #[test]
    fn branches_and_what_is_not_set() {
        let app = app("[]");
        let publish = |arn: &str| sdk_call(&app, "sns", "Publish", &format!(r#"{{"TopicArn": "{arn}"}}"#));
        assert_eq!(found(&app, vec![publish("${env.TOPIC}")]).len(), 1);
        assert_eq!(found(&app, vec![publish("${env.UNSET}")]).len(), 0);
        let branch = Ctx { branch: true, ..Ctx::default() };
        let event = Ctx { event_branch: true, asked: true, ..Ctx::default() };
        let maybe = Ctx { maybe: true, ..Ctx::default() };
        for (fact, ctx, n) in [
            (publish("${env.TOPIC}"), &branch, 0),
            (put(&app), &branch, 1),
            (publish("${env.TOPIC}"), &event, 1),
            (put(&app), &maybe, 0),
        ] {
            let all = check(&RULE, &app, &[handler_in(&app, "Worker", vec![fact], ctx)]);
            assert_eq!(all.len(), n, "{ctx:?}");
        }
    }

    #[test]
    fn branches_on_variables_of_the_environment() {
        let put_where = |name: &str, is: EnvState, runtime: &str, function: &str| {
            let app = AppBuilder::new()
                .add(
                    "AWS::Lambda::Function",
                    "Worker",
                    &format!(r#"{{"Role": "${{Role.Arn}}", "Runtime": "{runtime}" {function}}}"#),
                )
                .add("AWS::DynamoDB::Table", "Orders", "{}")
                .add("AWS::IAM::Role", "Role", "{}")
                .build();
            let put = sdk_call(&app, "dynamodb", "PutItem", r#"{"TableName": "${Orders}"}"#);
            let env = vec![EnvTest { name: name.into(), default: None, is }];
            let ctx = Ctx { branch: true, env, ..Ctx::default() };
            check(&RULE, &app, &[handler_in(&app, "Worker", vec![put], &ctx)]).len()
        };
        let env =
            r#", "Environment": {"Variables": {"MODE": "Move", "URL": "${Orders.Arn}", "ANY": "${?}"}}"#;
        let found = |name: &str, is: EnvState| put_where(name, is, "python3.14", env);
        for (name, is, n) in [
            ("OTHER", EnvState::Set, 0),
            ("OTHER", EnvState::Filled, 0),
            ("OTHER", EnvState::Unset, 1),
            ("OTHER", EnvState::Is("x".into()), 0),
            ("MODE", EnvState::Set, 1),
            ("MODE", EnvState::Empty, 0),
            ("MODE", EnvState::Is("move".into()), 1),
            ("MODE", EnvState::Is("copy".into()), 0),
            ("MODE", EnvState::IsNot("Move".into()), 0),
            ("URL", EnvState::Empty, 0),
            ("ANY", EnvState::Empty, 1),
            ("ANY", EnvState::Is("x".into()), 1),
            // Lambda itself may set it.
            ("AWS_EXECUTION_ENV", EnvState::Set, 1),
        ] {
            assert_eq!(found(name, is.clone()), n, "{name} {is:?}");
        }
        // Others may set variables: a runtime of the user's own, a wrapper script.
        assert_eq!(put_where("OTHER", EnvState::Set, "provided.al2023", ""), 1);
        let wrapper = r#", "Environment": {"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/run"}}"#;
        assert_eq!(put_where("OTHER", EnvState::Set, "python3.14", wrapper), 1);
    }

    #[test]
    fn what_an_event_names() {
        let found = |notification: &str, more: &[(&str, &str)], resource: &str| {
            let role = format!(
                r#"{{"Policies": [{{"PolicyName": "p", "PolicyDocument": {{"Statement":
                    {{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "{resource}"}}}}}}]}}"#
            );
            let mut app = AppBuilder::new()
                .add("AWS::Lambda::Function", "Worker", r#"{"Role": "${Role.Arn}"}"#)
                .add("AWS::S3::Bucket", "In", notification)
                .add("AWS::S3::Bucket", "Out", "{}")
                .add("AWS::IAM::Role", "Role", &role);
            for (kind, props) in more {
                app = app.add(kind, "More", props);
            }
            let app = app.build();
            let bucket = "${event.Records.*.s3.bucket.name}";
            let args = format!(r#"{{"Bucket": "{bucket}", "Key": "${{event.Records.*.s3.object.key}}"}}"#);
            let get = sdk_call(&app, "s3", "GetObject", &args);
            check(&RULE, &app, &[handler(&app, "Worker", vec![get])])
        };
        let on = r#"{"NotificationConfiguration": {"LambdaConfigurations": [
            {"Event": "s3:ObjectCreated:*", "Function": "${Worker.Arn}"}]}}"#;
        let all = found(on, &[], "${Out.Arn}/*");
        assert_eq!(all.len(), 1);
        let text = "`Worker` calls `s3.GetObject` on bucket `In`, but its role allows `s3:GetObject` on other resources only";
        assert_eq!(all[0].message().text, text);
        assert!(all[0].evidence().iter().any(|e| e.note() == "an S3 bucket invokes `Worker`"));
        // The bucket itself is not what stands in it.
        assert_eq!(found(on, &[], "${In.Arn}").len(), 1);
        assert_eq!(found(on, &[], "${In.Arn}/*").len(), 0);
        assert_eq!(found(on, &[], "${In.Arn}/in/*").len(), 0);
        // Without the trigger, and with another bucket that is allowed.
        assert_eq!(found("{}", &[], "${Out.Arn}/*").len(), 0);
        assert_eq!(found(on, &[("AWS::S3::Bucket", on)], "${More.Arn}/*").len(), 0);
    }
}
