//! `Events` of functions and state machines.
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html>

use super::policy::RoleParts;
use super::{Out, Owner, entry, inline_policy, object, pull, rename, trust};
use crate::iac::expr::{Expr, ExprEntry, ExprKind, sub_of};
use lamlint_model::app::Anchor;
use lamlint_model::source::Span;
use smol_str::{SmolStr, format_smolstr};

/// What events invoke.
#[derive(Debug, Clone)]
pub(in crate::iac) struct Target {
    /// Logical name of the function, its alias, or the state machine.
    name: SmolStr,
    kind: TargetKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TargetKind {
    Function,
    Alias,
    StateMachine,
}

impl Target {
    /// A function, through its alias where it publishes one.
    pub(in crate::iac) fn function(name: &SmolStr, alias: Option<&SmolStr>) -> Self {
        match alias {
            Some(a) => Self { name: a.clone(), kind: TargetKind::Alias },
            None => Self { name: name.clone(), kind: TargetKind::Function },
        }
    }

    /// A state machine.
    pub(in crate::iac) fn state_machine(name: &SmolStr) -> Self {
        Self { name: name.clone(), kind: TargetKind::StateMachine }
    }

    /// Its ARN.
    pub(in crate::iac) fn arn(&self, span: Span) -> Expr {
        match self.kind {
            TargetKind::Function => Expr::get_att(span, &self.name, "Arn"),
            TargetKind::Alias | TargetKind::StateMachine => Expr::reference(span, self.name.clone()),
        }
    }
}

/// One event under expansion.
pub(in crate::iac) struct Event<'a> {
    /// Logical name of what it implies.
    pub(in crate::iac) id: SmolStr,
    pub(in crate::iac) anchor: Anchor,
    pub(in crate::iac) props: Expr,
    pub(in crate::iac) target: &'a Target,
    pub(in crate::iac) owner: &'a Owner,
}

impl Event<'_> {
    pub(in crate::iac) fn span(&self) -> Span {
        self.anchor.span
    }

    /// Add a resource this event implies.
    pub(in crate::iac) fn imply(
        &self,
        out: &mut Out<'_>,
        suffix: &str,
        type_name: &str,
        props: Expr,
    ) -> SmolStr {
        out.imply(self.owner, format_smolstr!("{}{suffix}", self.id), type_name, self.anchor.clone(), props)
    }

    /// Let a service invoke the function.
    pub(in crate::iac) fn permission(
        &self,
        out: &mut Out<'_>,
        principal: &str,
        source: Option<Expr>,
        account: bool,
    ) {
        if self.target.kind == TargetKind::StateMachine {
            return;
        }
        let span = self.span();
        let mut props = Expr::object(
            span,
            [
                ("Action", Expr::text(span, "lambda:InvokeFunction")),
                ("FunctionName", self.target.arn(span)),
                ("Principal", Expr::text(span, principal)),
            ],
        );
        if let Some(e) = source {
            props.put(entry("SourceArn", e));
        }
        if account {
            props.put(entry("SourceAccount", Expr::reference(span, "AWS::AccountId")));
        }
        self.imply(out, "Permission", "AWS::Lambda::Permission", props);
    }
}

/// Expand all events of a function or state machine.
pub(in crate::iac) fn expand(
    events: ExprEntry,
    anchor: &Anchor,
    target: &Target,
    owner: &Owner,
    parts: &mut RoleParts,
    out: &mut Out<'_>,
) {
    let ExprKind::Map(entries, _) = events.value.kind else { return };
    for mut e in entries {
        let Some(kind) = e.value.take("Type").and_then(|t| t.value.as_text().map(SmolStr::from)) else {
            out.facts.notices.push((e.key_span, format!("event `{}` has no `Type`", e.key)));
            continue;
        };
        let props = match e.value.take("Properties").map(|p| p.value) {
            Some(Expr { span, kind: kind @ ExprKind::Map(..) }) => Expr { span, kind },
            Some(Expr { kind: ExprKind::Opaque(why), .. }) => {
                Expr::new(e.key_span, ExprKind::Map(Vec::new(), Some(why)))
            }
            _ => object(e.key_span, Vec::new()),
        };
        let event = Event {
            id: format_smolstr!("{}{}", owner.name, e.key),
            anchor: Anchor {
                span: e.key_span,
                path: format_smolstr!("{}.Properties.Events.{}", anchor.path, e.key),
            },
            props: Expr::new(e.key_span, props.kind),
            target,
            owner,
        };
        one(&kind, event, parts, out);
    }
}

/// Expand one event.
pub(in crate::iac) fn one(kind: &str, mut event: Event<'_>, parts: &mut RoleParts, out: &mut Out<'_>) {
    match kind {
        "Schedule" | "CloudWatchEvent" | "EventBridgeRule" => rule(event, out),
        "ScheduleV2" => schedule(event, out),
        "S3" => bucket(event, out),
        "SNS" => topic(event, parts, out),
        "Api" => route(event, "rest", out),
        "HttpApi" => route(event, "http", out),
        "CloudWatchLogs" => {
            let span = event.span();
            let group = event.props.get("LogGroupName").cloned();
            let mut props = std::mem::replace(&mut event.props, object(span, Vec::new()));
            props.put(entry("DestinationArn", event.target.arn(span)));
            let source = group.map(|g| {
                let prefix =
                    sub_of(span, "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:");
                text_of(span, vec![prefix, g, Expr::text(span, ":*")])
            });
            event.permission(out, "logs.amazonaws.com", source, false);
            event.imply(out, "", "AWS::Logs::SubscriptionFilter", props);
        }
        "IoTRule" => {
            let span = event.span();
            let action = Expr::object(
                span,
                [("Lambda", Expr::object(span, [("FunctionArn", event.target.arn(span))]))],
            );
            let mut payload = std::mem::replace(&mut event.props, object(span, Vec::new()));
            payload.put(entry("RuleDisabled", Expr::text(span, "false")));
            payload.put(entry("Actions", Expr::list(span, vec![action])));
            let name = event.imply(
                out,
                "",
                "AWS::IoT::TopicRule",
                Expr::object(span, [("TopicRulePayload", payload)]),
            );
            event.permission(out, "iot.amazonaws.com", Some(Expr::get_att(span, &name, "Arn")), true);
        }
        "Cognito" => {
            let span = event.span();
            let pool = event.props.take("UserPool");
            let triggers = event.props.take("Trigger");
            if let (Some(pool), Some(triggers)) = (&pool, &triggers)
                && let Some(pool) = pool.value.target_name()
            {
                let names = match &triggers.value.kind {
                    ExprKind::List(items, _) => items.iter().collect(),
                    _ => vec![&triggers.value],
                };
                for n in names.iter().filter_map(|n| n.as_text()) {
                    out.pool_triggers.push((pool.into(), n.into(), event.target.arn(span), span));
                }
            }
            let source = pool.and_then(|p| p.value.target_name().map(|n| Expr::get_att(span, n, "Arn")));
            event.permission(out, "cognito-idp.amazonaws.com", source, false);
        }
        "AlexaSkill" => event.permission(out, "alexa-appkit.amazon.com", None, false),
        _ if pull::is_pulled(kind) => pull::mapping(kind, event, parts, out),
        _ => {
            let what = format!("event `{}` of type `{kind}` is not understood", event.id);
            out.facts.notices.push((event.span(), what));
        }
    }
}

/// Text of parts.
fn text_of(span: Span, parts: Vec<Expr>) -> Expr {
    Expr::new(span, ExprKind::Join(Box::new((Expr::text(span, ""), Expr::list(span, parts)))))
}

/// `Enabled` as `State`.
fn state(from: &mut Expr, to: &mut Expr) {
    if let Some(e) = from.take("Enabled") {
        let value = Expr::new(e.value.span, ExprKind::State(Box::new(e.value)));
        to.put(ExprEntry { key: "State".into(), key_span: e.key_span, value });
    }
    rename(from, "State", to, "State");
}

fn rule(mut event: Event<'_>, out: &mut Out<'_>) {
    let span = event.span();
    let open = match &event.props.kind {
        ExprKind::Map(_, open) => open.clone(),
        _ => None,
    };
    let p = &mut event.props;
    let mut props = Expr::new(span, ExprKind::Map(Vec::new(), open));
    let mut target =
        Expr::object(span, [("Arn", event.target.arn(span)), ("Id", Expr::text(span, "LambdaTarget"))]);
    rename(p, "Schedule", &mut props, "ScheduleExpression");
    rename(p, "Pattern", &mut props, "EventPattern");
    rename(p, "RuleName", &mut props, "Name");
    for k in ["EventBusName", "Name", "Description"] {
        rename(p, k, &mut props, k);
    }
    state(p, &mut props);
    for k in ["Input", "InputPath", "InputTransformer", "RetryPolicy"] {
        rename(p, k, &mut target, k);
    }
    let dead_letters = p.take("DeadLetterConfig");
    let role = p.take("RoleArn").or_else(|| p.take("Role"));
    let makes_queue = dead_letters.as_ref().is_some_and(|d| d.value.get("Arn").is_none());
    let queue = format_smolstr!("{}Queue", event.id);
    if let Some(d) = dead_letters {
        let arn = d.value.get("Arn").cloned().unwrap_or_else(|| Expr::get_att(span, &queue, "Arn"));
        let value = Expr::object(span, [("Arn", arn)]);
        target.put(ExprEntry { key: "DeadLetterConfig".into(), key_span: d.key_span, value });
    }
    let state_machine = event.target.kind == TargetKind::StateMachine;
    if state_machine {
        let role_name = format_smolstr!("{}Role", event.id);
        if let Some(r) = role {
            target.put(ExprEntry { key: "RoleArn".into(), ..r });
        } else {
            target.put(entry("RoleArn", Expr::get_att(span, &role_name, "Arn")));
            let props = invoker_role(&event, "events.amazonaws.com", "states:StartExecution");
            event.imply(out, "Role", "AWS::IAM::Role", props);
        }
    }
    props.put(entry("Targets", Expr::list(span, vec![target])));
    let name = event.imply(out, "", "AWS::Events::Rule", props);
    event.permission(out, "events.amazonaws.com", Some(Expr::get_att(span, &name, "Arn")), false);
    if makes_queue {
        event.imply(out, "Queue", "AWS::SQS::Queue", object(span, Vec::new()));
        let policy = queue_policy(
            span,
            "events.amazonaws.com",
            Expr::get_att(span, &queue, "Arn"),
            Expr::reference(span, queue),
            Expr::get_att(span, &name, "Arn"),
        );
        event.imply(out, "QueuePolicy", "AWS::SQS::QueuePolicy", policy);
    }
}

/// The role a rule or schedule assumes to reach its target.
fn invoker_role(event: &Event<'_>, service: &str, action: &str) -> Expr {
    let span = event.span();
    let policy = inline_policy(span, &format!("{}Policy", event.id), &[action], event.target.arn(span));
    Expr::object(
        span,
        [("AssumeRolePolicyDocument", trust(span, service)), ("Policies", Expr::list(span, vec![policy]))],
    )
}

fn schedule(mut event: Event<'_>, out: &mut Out<'_>) {
    let span = event.span();
    let mut target = Expr::object(span, [("Arn", event.target.arn(span))]);
    let p = &mut event.props;
    for k in ["Input", "RetryPolicy", "DeadLetterConfig", "RoleArn"] {
        rename(p, k, &mut target, k);
    }
    let needs_queue = target.get("DeadLetterConfig").is_some_and(|d| d.get("Arn").is_none());
    if needs_queue {
        target.take("DeadLetterConfig");
        let arn = Expr::get_att(span, &format!("{}Queue", event.id), "Arn");
        target.put(entry("DeadLetterConfig", Expr::object(span, [("Arn", arn)])));
    }
    for k in ["PermissionsBoundary", "OmitName"] {
        p.take(k);
    }
    let needs_role = target.get("RoleArn").is_none();
    if needs_role {
        target.put(entry("RoleArn", Expr::get_att(span, &format!("{}Role", event.id), "Arn")));
    }
    let mut props = std::mem::replace(&mut event.props, object(span, Vec::new()));
    props.put(entry("Target", target));
    event.imply(out, "", "AWS::Scheduler::Schedule", props);
    if needs_queue {
        event.imply(out, "Queue", "AWS::SQS::Queue", object(span, Vec::new()));
    }
    if needs_role {
        let action = match event.target.kind {
            TargetKind::StateMachine => "states:StartExecution",
            _ => "lambda:InvokeFunction",
        };
        let props = invoker_role(&event, "scheduler.amazonaws.com", action);
        event.imply(out, "Role", "AWS::IAM::Role", props);
    }
}

fn bucket(mut event: Event<'_>, out: &mut Out<'_>) {
    let span = event.span();
    let p = &mut event.props;
    let bucket = p.take("Bucket");
    let filter = p.take("Filter");
    let events = match p.take("Events") {
        Some(ExprEntry { value: Expr { kind: ExprKind::List(items, None), .. }, .. }) => items,
        Some(e) => vec![e.value],
        None => Vec::new(),
    };
    let configurations = events
        .into_iter()
        .map(|e| {
            let mut c = object(
                span,
                vec![
                    ExprEntry { key: "Event".into(), key_span: e.span, value: e },
                    entry("Function", event.target.arn(span)),
                ],
            );
            if let Some(f) = &filter {
                c.put(f.clone());
            }
            c
        })
        .collect();
    let mut props = object(span, Vec::new());
    if let Some(b) = bucket {
        props.put(b);
    }
    let notification = Expr::object(span, [("LambdaConfigurations", Expr::list(span, configurations))]);
    props.put(entry("NotificationConfiguration", notification));
    event.permission(out, "s3.amazonaws.com", None, true);
    event.imply(out, "", "BucketNotification", props);
}

fn topic(mut event: Event<'_>, parts: &mut RoleParts, out: &mut Out<'_>) {
    let span = event.span();
    let subscription = event.props.take("SqsSubscription");
    let mut props = object(span, Vec::new());
    rename(&mut event.props, "Topic", &mut props, "TopicArn");
    for k in ["FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "Region"] {
        rename(&mut event.props, k, &mut props, k);
    }
    let topic = props.get("TopicArn").cloned();
    let through_queue =
        subscription.filter(|s| !s.value.as_text().is_some_and(|t| t.eq_ignore_ascii_case("false")));
    let Some(s) = through_queue else {
        props.put(entry("Protocol", Expr::text(span, "lambda")));
        props.put(entry("Endpoint", event.target.arn(span)));
        event.permission(out, "sns.amazonaws.com", topic, false);
        event.imply(out, "", "AWS::SNS::Subscription", props);
        return;
    };
    let mut given = s.value;
    let queue = format_smolstr!("{}Queue", event.id);
    let (arn, url) = match (given.take("QueueArn"), given.take("QueueUrl")) {
        (Some(a), Some(u)) => (a.value, u.value),
        (Some(a), None) => (a.value, Expr::no_value(span)),
        _ => {
            event.imply(out, "Queue", "AWS::SQS::Queue", object(span, Vec::new()));
            (Expr::get_att(span, &queue, "Arn"), Expr::reference(span, queue))
        }
    };
    let mut mapping = Expr::object(span, [("Queue", arn.clone())]);
    for k in ["BatchSize", "Enabled"] {
        rename(&mut given, k, &mut mapping, k);
    }
    let pulled = Event {
        id: format_smolstr!("{}EventSourceMapping", event.id),
        anchor: event.anchor.clone(),
        props: mapping,
        target: event.target,
        owner: event.owner,
    };
    pull::mapping("SQS", pulled, parts, out);
    if let Some(topic) = topic {
        let policy = queue_policy(span, "sns.amazonaws.com", arn.clone(), url, topic);
        event.imply(out, "QueuePolicy", "AWS::SQS::QueuePolicy", policy);
    }
    props.put(entry("Protocol", Expr::text(span, "sqs")));
    props.put(entry("Endpoint", arn));
    event.imply(out, "", "AWS::SNS::Subscription", props);
}

/// Lets a service send to a queue on behalf of one source.
fn queue_policy(span: Span, service: &str, arn: Expr, url: Expr, source: Expr) -> Expr {
    let statement = Expr::object(
        span,
        [
            ("Effect", Expr::text(span, "Allow")),
            ("Principal", Expr::object(span, [("Service", Expr::text(span, service))])),
            ("Action", Expr::text(span, "sqs:SendMessage")),
            ("Resource", arn),
            (
                "Condition",
                Expr::object(span, [("ArnEquals", Expr::object(span, [("aws:SourceArn", source)]))]),
            ),
        ],
    );
    let document = Expr::object(
        span,
        [("Version", Expr::text(span, "2012-10-17")), ("Statement", Expr::list(span, vec![statement]))],
    );
    Expr::object(span, [("PolicyDocument", document), ("Queues", Expr::list(span, vec![url]))])
}

/// Name, type and kind of the API SAM makes for events that name none.
const IMPLICIT_APIS: &[(&str, &str, &str, &str)] = &[
    ("rest", "ServerlessRestApi", "AWS::ApiGateway::RestApi", "Api"),
    ("http", "ServerlessHttpApi", "AWS::ApiGatewayV2::Api", "HttpApi"),
];

/// The API a route belongs to: the one it names, else the one SAM makes.
fn api_of(named: Option<ExprEntry>, kind: &str, event: &Event<'_>, out: &mut Out<'_>) -> Option<Expr> {
    if let Some(e) = named {
        return Some(match e.value.as_text() {
            // SAM takes a plain logical name as a reference.
            Some(t) if out.facts.resources.iter().any(|r| r.name == t) => Expr::reference(e.value.span, t),
            _ => e.value,
        });
    }
    let span = event.span();
    let (_, name, type_name, global) = IMPLICIT_APIS.iter().find(|(k, ..)| *k == kind)?;
    if !out.facts.resources.iter().any(|r| r.name == *name) {
        let mut props = out.globals_of(global).cloned().unwrap_or_else(|| object(span, Vec::new()));
        props.span = span;
        let owner = Owner { condition: None, ..event.owner.clone() };
        out.imply(&owner, (*name).into(), type_name, event.anchor.clone(), props);
    }
    Some(Expr::reference(span, *name))
}

fn route(mut event: Event<'_>, kind: &'static str, out: &mut Out<'_>) {
    let span = event.span();
    let named = event.props.take("RestApiId").or_else(|| event.props.take("ApiId"));
    let Some(api) = api_of(named, kind, &event, out) else { return };
    let p = &mut event.props;
    let mut props = Expr::object(
        span,
        [("Api", api.clone()), ("ApiType", Expr::text(span, kind)), ("Function", event.target.arn(span))],
    );
    let path = p.get("Path").and_then(Expr::as_text).map(SmolStr::from);
    let method = p.get("Method").and_then(Expr::as_text).map(SmolStr::from);
    for k in ["Method", "Path", "PayloadFormatVersion", "TimeoutInMillis", "Auth"] {
        rename(p, k, &mut props, k);
    }
    let source = {
        let prefix = sub_of(span, "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:");
        let method = match method.as_deref() {
            None => "*".to_owned(),
            Some(m) if m.eq_ignore_ascii_case("any") => "*".to_owned(),
            Some(m) => m.to_uppercase(),
        };
        let path = path.as_deref().map_or_else(|| "/*".to_owned(), any_segments);
        text_of(span, vec![prefix, api, Expr::text(span, format!("/*/{method}{path}"))])
    };
    event.permission(out, "apigateway.amazonaws.com", Some(source), false);
    event.imply(out, "", "Route", props);
}

/// `/a/{id}/{proxy+}` as `/a/*/*`.
fn any_segments(path: &str) -> String {
    path.split('/').map(|s| if s.starts_with('{') { "*" } else { s }).collect::<Vec<_>>().join("/")
}
