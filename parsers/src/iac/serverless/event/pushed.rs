//! Events that other services send: buckets, schedules, topics, user pools, distributions.
//! Source: <https://www.serverless.com/framework/docs/providers/aws/guide/events> and
//! `lib/plugins/aws/package/compile/events` of the framework.

use super::{Cx, RULE, Renames, renamed};
use crate::iac::expr::{Expr, ExprEntry, ExprKind, sub_of};
use crate::iac::sam::{entry, object, rename};
use crate::iac::serverless::names;
use crate::iac::serverless::role;
use crate::iac::serverless::service::{by_default, long_form, spread};
use lamlint_model::app::Anchor;
use lamlint_model::tri::Reason;
use smol_str::{SmolStr, format_smolstr};

impl Cx<'_, '_, '_> {
    pub(super) fn bucket(&mut self, e: &ExprEntry, id: SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let mut given = long_form(e, "bucket");
        let mut props = object(span, Vec::new());
        let Some(bucket) = given.take("bucket") else { return };
        let existing = given.get("existing").and_then(Expr::as_text) == Some("true");
        let word = bucket.value.as_text().map(SmolStr::from);
        let declared = word.as_ref().and_then(|w| self.service.setting(&["s3", w]));
        let name = if existing {
            bucket.value.clone()
        } else {
            let word = word.as_deref().map_or_else(|| id.to_string(), names::alphanumeric);
            let logical = format_smolstr!("S3Bucket{word}");
            let mut made = Expr::object(span, [("BucketName", bucket.value.clone())]);
            if let Some(d) = declared {
                let mut d = long_form(&d, "name");
                made = object(span, Vec::new());
                rename(&mut d, "name", &mut made, "BucketName");
                if let ExprKind::Map(entries, _) = d.kind {
                    for e in entries {
                        made.put(ExprEntry { key: names::alphanumeric(&e.key).into(), ..e });
                    }
                }
            }
            self.service.once(&logical, "AWS::S3::Bucket", self.owner, anchor, made);
            Expr::reference(span, logical)
        };
        props.put(entry("Bucket", name));
        let event = given.take("event").or_else(|| given.take("events"));
        props.put(match event {
            Some(e) => ExprEntry { key: "Events".into(), ..e },
            None => entry("Events", by_default(span, Expr::text(span, "s3:ObjectCreated:*"))),
        });
        if let Some(rules) = given.take("rules")
            && let Some(filter) = key_filter(&rules)
        {
            props.put(ExprEntry { key: "Filter".into(), value: filter, ..rules });
        }
        self.as_sam("S3", id, anchor, props);
    }

    pub(super) fn schedule(&mut self, e: &ExprEntry, id: &SmolStr, anchor: &Anchor) {
        let mut given = long_form(e, "rate");
        let Some(rate) = given.take("rate") else { return };
        let scheduler = given.get("method").and_then(Expr::as_text) == Some("scheduler");
        let rates = match spread(rate.value.clone()) {
            Expr { kind: ExprKind::List(items, _), .. } => items,
            one => vec![one],
        };
        for (i, value) in rates.into_iter().enumerate() {
            let mut given = given.clone();
            let id = if i == 0 { id.clone() } else { format_smolstr!("{id}Rate{}", i + 1) };
            let rate = ExprEntry { value, ..rate.clone() };
            if !scheduler {
                let mut props = renamed(&mut given, RULE);
                props.put(ExprEntry { key: "Schedule".into(), ..rate });
                self.as_sam("Schedule", id, anchor, props);
                continue;
            }
            let names: Renames = &[
                ("input", "Input"),
                ("name", "Name"),
                ("description", "Description"),
                ("timezone", "ScheduleExpressionTimezone"),
                ("roleArn", "RoleArn"),
            ];
            let mut props = renamed(&mut given, names);
            props.put(ExprEntry { key: "ScheduleExpression".into(), ..rate });
            if let Some(e) = given.take("enabled") {
                let value = Expr::new(e.value.span, ExprKind::State(Box::new(e.value)));
                props.put(ExprEntry { key: "State".into(), value, ..e });
            }
            self.as_sam("ScheduleV2", id, anchor, props);
        }
    }

    pub(super) fn topic(&mut self, e: &ExprEntry, id: SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let mut given = long_form(e, "arn");
        let names: Renames = &[("filterPolicy", "FilterPolicy"), ("filterPolicyScope", "FilterPolicyScope")];
        let mut props = renamed(&mut given, names);
        let arn = given.take("arn");
        let named = given.take("topicName");
        let is_arn = |e: &ExprEntry| e.value.as_text().is_none_or(|t| t.starts_with("arn:"));
        let topic = match (arn, named) {
            (Some(a), _) if is_arn(&a) => a.value,
            (a, n) => {
                let Some(name) = n.or(a) else { return };
                let word = name.value.as_text().map_or_else(|| id.to_string(), names::alphanumeric);
                let logical = format_smolstr!("SNSTopic{word}");
                let made = object(span, vec![ExprEntry { key: "TopicName".into(), ..name }]);
                self.service.once(&logical, "AWS::SNS::Topic", self.owner, anchor, made);
                Expr::reference(span, logical)
            }
        };
        props.put(entry("Topic", topic));
        if let Some(r) = given.take("redrivePolicy") {
            let mut r2 = long_form(&r, "deadLetterTargetArn");
            let target = match r2.take("deadLetterTargetArn") {
                Some(t) => Some(t.value),
                None => r2
                    .take("deadLetterTargetRef")
                    .and_then(|t| t.value.as_text().map(|n| Expr::get_att(t.value.span, n, "Arn"))),
            };
            let target =
                target.unwrap_or_else(|| Expr::opaque(span, Reason::Imported, "it is in another stack"));
            let value = Expr::object(r.value.span, [("deadLetterTargetArn", target)]);
            props.put(ExprEntry { key: "RedrivePolicy".into(), value, ..r });
        }
        self.as_sam("SNS", id, anchor, props);
    }

    pub(super) fn pool(&mut self, e: &ExprEntry, id: SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let mut given = long_form(e, "pool");
        let Some(pool) = given.take("pool") else { return };
        let existing = given.get("existing").and_then(Expr::as_text) == Some("true");
        let mut props = object(span, Vec::new());
        rename(&mut given, "trigger", &mut props, "Trigger");
        if !existing && let Some(name) = pool.value.as_text() {
            let logical = format_smolstr!("CognitoUserPool{}", names::alphanumeric(name));
            let made = object(span, vec![ExprEntry { key: "UserPoolName".into(), ..pool.clone() }]);
            self.service.once(&logical, "AWS::Cognito::UserPool", self.owner, anchor, made);
            props.put(entry("UserPool", Expr::reference(span, logical)));
        }
        self.as_sam("Cognito", id, anchor, props);
    }

    /// Lambda@Edge.
    pub(super) fn distribution(&mut self, e: &ExprEntry, id: &SmolStr, anchor: &Anchor) {
        let span = anchor.span;
        let mut given = long_form(e, "eventType");
        let version = format_smolstr!("{id}Version");
        let function = Expr::reference(span, self.owner.name.clone());
        let props = Expr::object(span, [("FunctionName", function)]);
        let out = &mut self.service.out;
        out.imply(self.owner, version.clone(), "AWS::Lambda::Version", anchor.clone(), props);
        let mut association = Expr::object(span, [("LambdaFunctionARN", Expr::reference(span, version))]);
        rename(&mut given, "eventType", &mut association, "EventType");
        let behavior =
            Expr::object(span, [("LambdaFunctionAssociations", Expr::list(span, vec![association]))]);
        let config = Expr::object(span, [("DefaultCacheBehavior", behavior)]);
        let props = Expr::object(span, [("DistributionConfig", config)]);
        let name = format_smolstr!("{id}Distribution");
        out.imply(self.owner, name, "AWS::CloudFront::Distribution", anchor.clone(), props);
        if !self.service.trusted.contains(&"edgelambda.amazonaws.com") {
            self.service.trusted.push("edgelambda.amazonaws.com");
        }
        let group = sub_of(span, "arn:${AWS::Partition}:logs:*:${AWS::AccountId}:log-group:/aws/lambda/*");
        role::allow(
            self.parts,
            span,
            &["logs:CreateLogStream", "logs:PutLogEvents", "logs:CreateLogGroup"],
            group,
        );
    }
}

/// `rules` of a bucket's event as its filter.
fn key_filter(rules: &ExprEntry) -> Option<Expr> {
    let span = rules.value.span;
    let ExprKind::List(items, open) = spread(rules.value.clone()).kind else { return None };
    let mut out = Vec::new();
    for item in items {
        for e in spread(item).entries() {
            let name = Expr::text(e.key_span, e.key.clone());
            out.push(Expr::object(e.key_span, [("Name", name), ("Value", e.value.clone())]));
        }
    }
    let list = Expr::new(span, ExprKind::List(out, open));
    Some(Expr::object(span, [("S3Key", Expr::object(span, [("Rules", list)]))]))
}
