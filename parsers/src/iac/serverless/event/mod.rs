//! `events` of functions, as SAM writes them: what they imply is the same.
//! Source: <https://www.serverless.com/framework/docs/providers/aws/guide/events> and
//! `lib/plugins/aws/package/compile/events` of the framework.

mod http;
mod polled;
mod pushed;

use super::function::Function;
use super::names;
use super::service::{Service, long_form, spread};
use crate::iac::expr::{Expr, ExprEntry, ExprKind};
use crate::iac::sam::event::{self as sam, Event, Target};
use crate::iac::sam::policy::RoleParts;
use crate::iac::sam::{Owner, object, rename};
use lamlint_model::app::Anchor;
use lamlint_model::tri::{Reason, Why};
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;

/// Properties of an event under other names.
type Renames = &'static [(&'static str, &'static str)];

/// Settings of schedules and rules.
const RULE: Renames = &[
    ("enabled", "Enabled"),
    ("name", "Name"),
    ("description", "Description"),
    ("input", "Input"),
    ("inputPath", "InputPath"),
    ("inputTransformer", "InputTransformer"),
    ("eventBus", "EventBusName"),
    ("schedule", "Schedule"),
    ("pattern", "Pattern"),
    ("event", "Pattern"),
    ("retryPolicy", "RetryPolicy"),
];

/// Events that only let a service invoke the function: kind, service.
const PERMITTED: &[(&str, &str)] = &[
    ("alexaSkill", "alexa-appkit.amazon.com"),
    ("alexaSmartHome", "alexa-connectedhome.amazon.com"),
    ("iotFleetProvisioning", "iot.amazonaws.com"),
];

/// The function whose events are expanded, and where they go.
struct Cx<'a, 'f, 's> {
    f: &'a Function,
    target: &'a Target,
    owner: &'a Owner,
    parts: &'a mut RoleParts,
    service: &'s mut Service<'f>,
}

/// Expand all events of a function.
pub(super) fn expand(
    events: ExprEntry,
    f: &Function,
    target: &Target,
    owner: &Owner,
    parts: &mut RoleParts,
    service: &mut Service<'_>,
) {
    let list = spread(events.value);
    let mut cx = Cx { f, target, owner, parts, service };
    let items = match list.kind {
        ExprKind::List(items, open) => {
            cx.more(open);
            items
        }
        ExprKind::Opaque(why) => {
            cx.more(Some(why));
            return;
        }
        _ => return,
    };
    let mut counts: BTreeMap<SmolStr, usize> = BTreeMap::new();
    for item in items {
        let item = spread(item);
        let entries = match item.kind {
            ExprKind::Map(entries, open) => {
                cx.more(open);
                entries
            }
            // A list from a file among the events.
            ExprKind::List(inner, open) => {
                cx.more(open);
                inner.into_iter().flat_map(|e| spread(e).entries().to_vec()).collect()
            }
            ExprKind::Scalar(s) => {
                let value = Expr::new(item.span, ExprKind::NoValue);
                vec![ExprEntry { key: s.text, key_span: item.span, value }]
            }
            ExprKind::Opaque(why) => {
                cx.more(Some(why));
                continue;
            }
            _ => continue,
        };
        for e in entries {
            let count = counts.entry(e.key.clone()).or_default();
            *count += 1;
            let n = *count;
            let path = match n {
                1 => format_smolstr!("{}.events.{}", f.anchor.path, e.key),
                n => format_smolstr!("{}.events.{}.{n}", f.anchor.path, e.key),
            };
            let id = format_smolstr!("{}{}{n}", names::normalized(&f.key), names::alphanumeric(&e.key));
            let anchor = Anchor { span: e.key_span, path };
            cx.one(&e, id, &anchor);
        }
    }
}

/// The properties under their other names.
fn renamed(given: &mut Expr, renames: Renames) -> Expr {
    let open = match &given.kind {
        ExprKind::Map(_, open) => open.clone(),
        _ => None,
    };
    let mut out = Expr::new(given.span, ExprKind::Map(Vec::new(), open));
    for (from, to) in renames {
        rename(given, from, &mut out, to);
    }
    out
}

impl Cx<'_, '_, '_> {
    fn more(&mut self, why: Option<Why>) {
        if let Some(why) = why {
            self.service.out.facts.more.get_or_insert(why);
        }
    }

    /// Expand an event as SAM does.
    fn as_sam(&mut self, kind: &str, id: SmolStr, anchor: &Anchor, props: Expr) {
        let event = Event { id, anchor: anchor.clone(), props, target: self.target, owner: self.owner };
        // What SAM lets the role do is not what the framework does.
        sam::one(kind, event, &mut RoleParts::default(), &mut self.service.out);
    }

    fn permission(&mut self, id: SmolStr, anchor: &Anchor, principal: &str, source: Option<Expr>) {
        let props = object(anchor.span, Vec::new());
        let event = Event { id, anchor: anchor.clone(), props, target: self.target, owner: self.owner };
        event.permission(&mut self.service.out, principal, source, false);
    }

    fn one(&mut self, e: &ExprEntry, id: SmolStr, anchor: &Anchor) {
        let kind = e.key.as_str();
        match kind {
            "http" => self.http(e, id, anchor),
            "httpApi" => self.http_api(e, id, anchor),
            "s3" => self.bucket(e, id, anchor),
            "schedule" => self.schedule(e, &id, anchor),
            "sns" => self.topic(e, id, anchor),
            "stream" => self.stream(e, id, anchor),
            "cloudwatchEvent" => {
                let props = renamed(&mut long_form(e, "event"), RULE);
                self.as_sam("CloudWatchEvent", id, anchor, props);
            }
            "eventBridge" => {
                let mut given = long_form(e, "pattern");
                let mut props = renamed(&mut given, RULE);
                if let Some(q) = given.take("deadLetterQueueArn") {
                    let value = object(q.value.span, vec![ExprEntry { key: "Arn".into(), ..q.clone() }]);
                    props.put(ExprEntry { key: "DeadLetterConfig".into(), value, ..q });
                }
                self.as_sam("EventBridgeRule", id, anchor, props);
            }
            "cloudwatchLog" => {
                let mut given = long_form(e, "logGroup");
                let names: Renames = &[("logGroup", "LogGroupName"), ("filter", "FilterPattern")];
                let props = renamed(&mut given, names);
                self.as_sam("CloudWatchLogs", id, anchor, props);
            }
            "iot" => {
                let mut given = long_form(e, "sql");
                let names: Renames =
                    &[("sql", "Sql"), ("sqlVersion", "AwsIotSqlVersion"), ("description", "Description")];
                let props = renamed(&mut given, names);
                self.as_sam("IoTRule", id, anchor, props);
            }
            "cognitoUserPool" => self.pool(e, id, anchor),
            "alb" => self.balancer(&id, anchor),
            "websocket" => self.socket(e, &id, anchor),
            "cloudFront" => self.distribution(e, &id, anchor),
            _ if polled::is_polled(kind) => self.polled(kind, long_form(e, "arn"), id, anchor),
            _ => {
                if let Some((_, principal)) = PERMITTED.iter().find(|(k, _)| *k == kind) {
                    self.permission(id, anchor, principal, None);
                    return;
                }
                let what = format!("events of the kind `{kind}` are not understood");
                self.service.out.facts.notices.push((e.key_span, what.clone()));
                self.more(Some(Why::new(Reason::Macro, what)));
            }
        }
    }
}
