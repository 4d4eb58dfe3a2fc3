//! What a function needs: its calls, and what Lambda and extensions do in its name.

use super::{By, Report, Site, place};
use lamlint_model::app::{App, Function, ResourceId};
use lamlint_model::aws::iam;
use lamlint_model::policy::wants::{self, Feature, wants};
use lamlint_model::policy::{Arn, asks};
use lamlint_model::source::Span;
use lamlint_model::tri::{Guards, Prop, Why};
use lamlint_model::value::{Attr, Value};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// All a function needs.
pub(super) struct Needs<'a> {
    /// What is certainly needed.
    pub uses: Vec<Use<'a>>,
    /// Actions that may be needed besides.
    pub perhaps: BTreeSet<SmolStr>,
    /// Calls of operations whose permissions are not in the tables.
    pub unknown: Vec<Site>,
    /// Why there may be other calls.
    pub incomplete: Option<&'a Why>,
    /// A layer that may call services on its own.
    pub layer: Option<String>,
}

/// An action on a resource, with what needs it.
pub(super) struct Use<'a> {
    /// The action; where there are several, one of them.
    pub one_of: Vec<SmolStr>,
    pub on: Prop<Arn>,
    pub guards: &'a Guards,
    pub span: Span,
    pub by: By,
    /// SAM gives it to the roles it makes.
    pub implied: bool,
}

impl Use<'_> {
    /// The resources it is made on; nothing is known of some.
    pub(super) fn arns(&self) -> Vec<Arn> {
        let mut all: Vec<Arn> = self.on.alts().iter().map(|a| a.value.clone()).collect();
        if self.on.open().is_some() || all.is_empty() {
            all = vec![Arn::unknown()];
        }
        all
    }

    pub(super) fn site(&self, report: &Report<'_>, action: &str, granted: &'static str) -> Site {
        let (path, line) = place(report, self.span);
        Site { path, line, by: self.by.clone(), action: action.to_owned(), granted }
    }
}

/// What SAM gives the roles it makes, by what it is for.
/// Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html>
fn of_sam(feature: Feature) -> bool {
    matches!(
        feature,
        Feature::Logs
            | Feature::Tracing
            | Feature::Vpc
            | Feature::Source(_)
            | Feature::DeadLetter
            | Feature::Destination
            | Feature::Durable
    )
}

pub(super) fn needs<'a>(report: &Report<'a>, id: ResourceId) -> Needs<'a> {
    let app = &report.analysis.app;
    let mut out = Needs {
        uses: Vec::new(),
        perhaps: BTreeSet::new(),
        unknown: Vec::new(),
        incomplete: None,
        layer: None,
    };
    let guards = &app.resource(id).guards;
    if let Some(h) = report.analysis.handlers.iter().find(|h| h.function == Some(id)) {
        out.incomplete = h.complete.as_ref().err();
        for ask in asks(app, id, h) {
            // A branch for a variable that is not set is not taken.
            if ask.fact.ctx.branch && ask.is_unset(app, id) {
                continue;
            }
            out.uses.push(Use {
                one_of: ask.one_of.clone(),
                on: ask.on.clone(),
                guards,
                span: ask.fact.span,
                by: By::Call(ask.call.label.to_string()),
                implied: false,
            });
        }
        let mut unknown = BTreeSet::new();
        // A client with an endpoint of its own may have the credentials of the role all the same.
        for (fact, call) in h.permitted_calls() {
            let needs = iam::needs(&call.service, &call.operation, &call.args);
            if !needs.known && !call.foreign {
                let (path, line) = place(report, fact.span);
                let action = format!("{}.{}", call.service, call.operation);
                unknown.insert(Site {
                    path,
                    line,
                    by: By::Call(call.label.to_string()),
                    action,
                    granted: "unknown",
                });
            }
            out.perhaps.extend(needs.may);
        }
        out.unknown = unknown.into_iter().collect();
    }
    for w in wants(app, id) {
        if !w.certain {
            out.perhaps.extend(w.actions.iter().map(|a| SmolStr::new_static(a)));
            continue;
        }
        let on = match (app.function(id), w.because) {
            (Some(f), Feature::Logs) => Prop::known(log_group(app, f), w.span),
            _ => w.on.clone(),
        };
        out.uses.extend(w.actions.iter().map(|a| Use {
            one_of: vec![SmolStr::new_static(a)],
            on: on.clone(),
            guards,
            span: w.span,
            by: By::Feature(w.because.word().to_owned()),
            implied: of_sam(w.because),
        }));
    }
    out.layer = app.function(id).and_then(foreign_layer);
    out
}

/// The log streams of a function.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html>
fn log_group(app: &App, f: Function<'_>) -> Arn {
    let own = f.prop("LoggingConfig").get("LogGroup").values();
    let name = match own.only() {
        Some(Some(v)) => v.clone(),
        Some(None) => Value::concat([Value::str("/aws/lambda/"), Value::Of(f.resource.id, Attr::Name)]),
        None => return Arn::unknown(),
    };
    let pseudo = |n: &str| Value::Pseudo(n.into());
    let text = [
        Value::str("arn:"),
        pseudo("AWS::Partition"),
        Value::str(":logs:"),
        pseudo("AWS::Region"),
        Value::str(":"),
        pseudo("AWS::AccountId"),
        Value::str(":log-group:"),
        name,
        Value::str(":*"),
    ];
    Arn::of_value(app, &Value::concat(text))
}

/// A layer from elsewhere of which it is not known what it does.
fn foreign_layer(f: Function<'_>) -> Option<String> {
    let (layers, open) = f.layers();
    if open.is_some() {
        return Some("a layer that is not known".to_owned());
    }
    let values: Vec<Prop<Option<Value>>> = layers.iter().map(lamlint_model::tree::Tree::values).collect();
    if values.iter().any(|v| v.open().is_some()) {
        return Some("a layer that is not known".to_owned());
    }
    let all = values.iter().flat_map(Prop::alts).filter_map(|a| a.value.as_ref());
    let own = |v: &&Value| matches!(v, Value::Of(..));
    let foreign = all.filter(|v| !own(v)).find(|v| wants::of_layer(&v.to_string()).is_none());
    foreign.map(|v| format!("the layer {v}"))
}
