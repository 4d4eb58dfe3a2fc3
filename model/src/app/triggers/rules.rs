//! EventBridge rules and schedules.
//!
//! Sources: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html>,
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html>

use super::cases::{pattern, switch, values};
use super::{Case, Filter, Link, Trigger, TriggerKind};
use crate::app::{App, Kind, Resource};
use crate::value::Value;

/// The name of the bus every account has.
pub(super) const DEFAULT_BUS: &str = "default";

impl App {
    pub(super) fn rule_triggers(&self, r: &Resource, out: &mut Vec<Trigger>) {
        match r.kind {
            Kind::Rule => self.rule(r, out),
            Kind::Schedule => self.schedule(r, out),
            _ => {}
        }
    }

    /// The bus a rule listens to, with the way to it; the default bus by its name.
    pub(super) fn bus_of(r: &Resource) -> Vec<(Value, Case)> {
        let start = Case::of(r);
        let bus = r.props.get("EventBusName");
        if bus.is_surely_absent() {
            return vec![(Value::str(DEFAULT_BUS), start)];
        }
        values(&start, &bus).into_iter().map(|(v, _, c)| (v, c)).collect()
    }

    /// The pattern of a rule as a filter; `None` when it certainly has none.
    pub(super) fn rule_filter(r: &Resource) -> Option<Filter> {
        match pattern(&r.props.get("EventPattern")) {
            Ok(None) => None,
            Ok(Some(p)) => Some(Filter::Patterns(vec![p])),
            Err(w) => Some(Filter::Unknown(w)),
        }
    }

    fn rule(&self, r: &Resource, out: &mut Vec<Trigger>) {
        let mut sources: Vec<(TriggerKind, Value, Filter, Case)> = Vec::new();
        if let Some(filter) = Self::rule_filter(r) {
            for (bus, case) in Self::bus_of(r) {
                sources.push((TriggerKind::Rule, bus, filter.clone(), case));
            }
        }
        for (at, _, case) in values(&Case::of(r), &r.props.get("ScheduleExpression")) {
            sources.push((TriggerKind::Schedule, at, Filter::All, case));
        }
        for (kind, source, filter, case) in sources {
            for (target, _) in Self::listed(r, &["Targets"]) {
                for (function, _, case) in values(&case, &target.get("Arn")) {
                    for (disabled, case) in
                        switch(&case, &r.props.get("State").strings(), |s| s == "DISABLED")
                    {
                        self.link(
                            Link {
                                kind,
                                by: r,
                                at: r.anchor.clone(),
                                source: source.clone(),
                                kinds: &[Kind::EventBus],
                                function: function.clone(),
                                filter: filter.clone(),
                                disabled,
                                case,
                            },
                            out,
                        );
                    }
                }
            }
        }
    }

    fn schedule(&self, r: &Resource, out: &mut Vec<Trigger>) {
        let at = values(&Case::of(r), &r.props.get("ScheduleExpression"));
        for (function, _, case) in values(&Case::of(r), &r.props.path(&["Target", "Arn"])) {
            for (disabled, case) in switch(&case, &r.props.get("State").strings(), |s| s == "DISABLED") {
                self.link(
                    Link {
                        kind: TriggerKind::Schedule,
                        by: r,
                        at: r.anchor.clone(),
                        source: at.first().map_or(Value::Null, |(v, _, _)| v.clone()),
                        kinds: &[],
                        function: function.clone(),
                        filter: Filter::All,
                        disabled,
                        case,
                    },
                    out,
                );
            }
        }
    }
}
