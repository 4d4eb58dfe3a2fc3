//! Calls that are certainly refused, and the statements that miss them.

use super::asks::{Answer, Ask, asks};
use super::document::Statement;
use super::identity::Identity;
use super::verdict::{Request, near_misses};
use crate::app::{App, ResourceId};
use crate::handler::Handler;
use smol_str::SmolStr;

/// A call the role of its function may not make.
#[derive(Debug, Clone)]
pub struct Refusal<'h> {
    /// What it asks for.
    pub ask: Ask<'h>,
    /// [`Answer::Missing`] or [`Answer::Denied`].
    pub answer: Answer,
}

/// The calls of a handler that are refused, in the order of the code. Calls that may never be made in this deployment
/// are left out.
pub fn refusals<'h>(
    app: &App,
    function: ResourceId,
    handler: &'h Handler,
    who: &Identity,
) -> Vec<Refusal<'h>> {
    let mut out = Vec::new();
    for ask in asks(app, function, handler) {
        // A branch that tests the configuration may never be taken in this deployment.
        let optional = (ask.fact.ctx.branch && ask.target().is_none()) || ask.is_off(app, function);
        if optional || ask.fact.ctx.maybe || ask.is_unset(app, function) {
            continue;
        }
        let answer = ask.answer(app, function, who);
        if matches!(answer, Answer::Missing | Answer::Denied(_)) {
            out.push(Refusal { ask, answer });
        }
    }
    out
}

impl Refusal<'_> {
    /// The statements that allow it, but on other resources, with the action they allow.
    pub fn near<'s>(
        &self,
        app: &App,
        function: ResourceId,
        who: &'s Identity,
    ) -> Vec<(&'s Statement, SmolStr)> {
        let given = &app.resource(function).guards;
        let mut out = Vec::new();
        for a in self.ask.on.alts() {
            for action in &self.ask.one_of {
                let request = Request { action, resource: &a.value, who: None, given };
                let hits = near_misses(app, &who.statements, &request);
                out.extend(hits.into_iter().map(|s| (s, action.clone())));
            }
        }
        out
    }

    /// Whether a statement is what a report of this call shows: nothing allows the call, and the statement misses it.
    pub fn shows(
        &self,
        app: &App,
        function: ResourceId,
        who: &Identity,
        statement: &Statement,
        action: &str,
    ) -> bool {
        self.answer == Answer::Missing
            && self.near(app, function, who).iter().any(|(s, a)| s.span == statement.span && a == action)
    }
}
