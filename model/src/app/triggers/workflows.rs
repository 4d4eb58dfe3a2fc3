//! State machines whose tasks are functions.
//!
//! Source: <https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html>

use super::apis::for_each_text;
use super::cases::values;
use super::{Case, Filter, Link, Trigger, TriggerKind};
use crate::app::{App, Kind, Resource};
use crate::value::{Attr, Value};

impl App {
    pub(super) fn workflow_triggers(&self, r: &Resource, out: &mut Vec<Trigger>) {
        if r.kind != Kind::StateMachine {
            return;
        }
        let start = Case::of(r);
        let mut named: Vec<(Value, Case)> = Vec::new();
        for definition in ["Definition", "DefinitionString"] {
            for_each_text(&start, &r.props.get(definition), 0, &mut |v, case| {
                named.push((v.clone(), case.clone()));
            });
        }
        // `${Name}` in the definition stands for what the substitutions say.
        let (substitutions, _) = r.props.get("DefinitionSubstitutions").entries();
        for (e, guards) in substitutions {
            let Some(case) = start.under(&guards) else { continue };
            named.extend(values(&case, &e.value).into_iter().map(|(v, _, c)| (v, c)));
        }
        for (function, case) in named {
            // A word of the language (`Pass`) that happens to be the name of a function is no reference.
            if matches!(&function, Value::Str(s) if !s.starts_with("arn:")) {
                continue;
            }
            self.link(
                Link {
                    kind: TriggerKind::StateMachine,
                    by: r,
                    at: r.anchor.clone(),
                    source: Value::Of(r.id, Attr::Arn),
                    kinds: &[Kind::StateMachine],
                    function,
                    filter: Filter::All,
                    disabled: false,
                    case,
                },
                out,
            );
        }
    }
}
