//! Whether statements allow an action on a resource.

use super::arn::Arn;
use super::condition;
use super::document::{Effect, Pattern, Patterns, Principal, Principals, Statement};
use super::glob;
use super::token::{self, As, Token};
use crate::app::{App, ResourceId};
use crate::tri::{Combined, Guards, Proof, Why};
use crate::value::{Attr, Same, Value};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The action (`s3:GetObject`).
    pub action: &'a str,
    /// The resource.
    pub resource: &'a Arn,
    /// Who asks; looked at only by statements that name principals.
    pub who: Option<Who<'a>>,
    /// The conditions of the template under which it is asked (those of the function).
    pub given: &'a Guards,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Who<'a> {
    /// A service, by its principal (`lambda.amazonaws.com`).
    Service(&'a str),
    /// A service, by its principal, on behalf of a resource, which it says in the request (`aws:SourceArn`).
    For(&'a str, &'a Arn),
    /// A role of the project.
    Role(ResourceId),
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Certainly allowed, by this statement.
    Allowed(Proof),
    /// Certainly denied, by this statement.
    Denied(Proof),
    /// Certainly allowed by none and so refused (perhaps denied besides), unless a policy of another kind allows it.
    Missing,
    /// Not decided.
    Unknown(Why),
}

/// What the statements say. `open` is why there may be other statements.
pub fn verdict(app: &App, statements: &[Statement], open: Option<&Why>, request: &Request<'_>) -> Verdict {
    let question = Question::new(request);
    let mut allowed: Option<&Statement> = None;
    let (mut maybe_allowed, mut maybe_denied) = (None, None);
    for s in statements {
        match (question.applies(app, s), s.effect) {
            (Same::No, _) => {}
            (Same::Yes, Effect::Deny) => {
                return Verdict::Denied(
                    s.evidence(format!("{} denies `{}`", s.origin.label, request.action)),
                );
            }
            (Same::Unknown, Effect::Deny) => maybe_denied = maybe_denied.or(Some(s)),
            (Same::Yes, Effect::Allow) => allowed = allowed.or(Some(s)),
            (Same::Unknown, Effect::Allow) => maybe_allowed = maybe_allowed.or(Some(s)),
        }
    }
    if let Some(why) = open {
        return Verdict::Unknown(why.clone());
    }
    match (allowed, maybe_allowed, maybe_denied) {
        (None, None, _) => Verdict::Missing,
        (Some(s), _, None) => {
            Verdict::Allowed(s.evidence(format!("{} allows `{}`", s.origin.label, request.action)))
        }
        (_, _, Some(s)) => Verdict::Unknown(Why::other(format!("{} may deny it", s.origin.label))),
        (None, Some(s), None) => Verdict::Unknown(Why::other(format!("{} may allow it", s.origin.label))),
    }
}

/// The statements that allow the action to somebody, on some resource.
pub(super) fn allowing<'s>(
    app: &App,
    statements: &'s [Statement],
    request: &Request<'_>,
) -> impl Iterator<Item = &'s Statement> {
    let question = Question::new(request);
    let hits = |s: &&Statement| s.effect == Effect::Allow && question.action(app, &s.actions) == Same::Yes;
    statements.iter().filter(hits).collect::<Vec<_>>().into_iter()
}

/// The statements that allow the action on certainly other resources: what a finding shows beside a missing one.
pub fn near_misses<'s>(app: &App, statements: &'s [Statement], request: &Request<'_>) -> Vec<&'s Statement> {
    let question = Question::new(request);
    statements
        .iter()
        .filter(|s| s.effect == Effect::Allow)
        .filter(|s| question.action(app, &s.actions) == Same::Yes)
        .filter(|s| question.resource(app, s) == Same::No)
        .collect()
}

/// Whether there are statements, and certainly none of them allows anybody the action.
pub fn allows_nobody(app: &App, statements: &[Statement], open: Option<&Why>, request: &Request<'_>) -> bool {
    let question = Question::new(request);
    let mut allowing = statements.iter().filter(|s| s.effect == Effect::Allow);
    !statements.is_empty() && open.is_none() && allowing.all(|s| question.action(app, &s.actions) == Same::No)
}

struct Question<'a> {
    request: &'a Request<'a>,
    action: Vec<Token>,
}

impl<'a> Question<'a> {
    fn new(request: &'a Request<'a>) -> Self {
        let mut action: Vec<Token> = request.action.chars().map(Token::Char).collect();
        token::folded(&mut action);
        Self { request, action }
    }

    /// Whether a statement is about the request.
    fn applies(&self, app: &App, s: &Statement) -> Same {
        let parts: [&dyn Fn() -> Same; 5] = [
            &|| self.action(app, &s.actions),
            &|| self.resource(app, s),
            &|| self.principal(app, s.principals.as_ref()),
            &|| self.condition(app, s),
            &|| holds(&s.guards, self.request.given),
        ];
        let mut all = Same::Yes;
        for part in parts {
            all = and(all, part());
            // Most statements are about other actions.
            if all == Same::No {
                break;
            }
        }
        all
    }

    fn action(&self, app: &App, p: &Patterns) -> Same {
        let one = |v: &Value| {
            // Without variables it is plain text, as most are.
            if let Some(pattern) = v.as_str().filter(|p| !p.contains('$')) {
                return if glob(pattern, self.request.action) { Same::Yes } else { Same::No };
            }
            let mut pattern = token::tokens(app, v, As::Pattern);
            token::folded(&mut pattern);
            token::matches(&pattern, &self.action)
        };
        self.listed(p, one)
    }

    fn resource(&self, app: &App, s: &Statement) -> Same {
        let Some(p) = &s.resources else {
            // Policies of identities must name resources; those of a resource are about it.
            return if s.principals.is_some() { Same::Yes } else { Same::Unknown };
        };
        let one = |v: &Value| {
            if v.as_str() == Some("*") {
                return Same::Yes;
            }
            token::matches(&token::tokens(app, v, As::Pattern), &self.request.resource.tokens)
        };
        self.listed(p, one)
    }

    fn listed(&self, p: &Patterns, one: impl Fn(&Value) -> Same) -> Same {
        let each = |x: &Pattern| {
            let hit = and(one(&x.value), holds(&x.guards, self.request.given));
            if x.possible { and(hit, Same::Unknown) } else { hit }
        };
        let start = if p.open.is_some() { Same::Unknown } else { Same::No };
        let any = p.list.iter().map(each).fold(start, or);
        if p.negated { not(any) } else { any }
    }

    /// What a condition says is decided only where it is about the source of a request.
    fn condition(&self, app: &App, s: &Statement) -> Same {
        match (&s.condition, self.request.who) {
            (None, _) => Same::Yes,
            (Some(c), Some(Who::For(_, source))) => condition::met(app, c, source, self.request.given),
            (Some(_), _) => Same::Unknown,
        }
    }

    fn principal(&self, app: &App, p: Option<&Principals>) -> Same {
        let Some(p) = p else { return Same::Yes };
        let Some(who) = self.request.who else { return Same::Unknown };
        let each =
            |(x, guards): &(Principal, Guards)| and(is(app, x, who), holds(guards, self.request.given));
        let start = if p.open.is_some() { Same::Unknown } else { Same::No };
        let any = p.list.iter().map(each).fold(start, or);
        if p.negated { not(any) } else { any }
    }
}

fn is(app: &App, principal: &Principal, who: Who<'_>) -> Same {
    let text = |v: &Value, other: Vec<Token>| token::matches(&token::tokens(app, v, As::Text), &other);
    match (principal, who) {
        (Principal::Any, _) => Same::Yes,
        (Principal::Service(v), Who::Service(s)) => text(v, s.chars().map(Token::Char).collect()),
        (Principal::Service(v), Who::For(s, _)) => {
            let service = |s: &str| s.split('.').next().map(str::to_owned);
            match text(v, s.chars().map(Token::Char).collect()) {
                // The principal of one region (`sns.eu-south-1.amazonaws.com`).
                Same::No if service(v.prefix()) == service(s) => Same::Unknown,
                decided => decided,
            }
        }
        (Principal::Aws(v), Who::Role(id)) => match v {
            Value::Of(other, Attr::Arn) => {
                if *other == id {
                    Same::Yes
                } else {
                    Same::No
                }
            }
            // The whole account: its own policies decide, this one grants nothing by itself.
            v if v.suffix().ends_with(":root") => Same::No,
            Value::Pseudo(n) if n == "AWS::AccountId" => Same::No,
            Value::Str(s) if s.len() == 12 && s.bytes().all(|b| b.is_ascii_digit()) => Same::No,
            v => match text(v, token::tokens(app, &Value::Of(id, Attr::Arn), As::Text)) {
                Same::No => Same::No,
                Same::Yes | Same::Unknown => Same::Unknown,
            },
        },
        (Principal::Service(_), Who::Role(_))
        | (Principal::Aws(_), Who::Service(_) | Who::For(..))
        | (Principal::Other(..), _) => Same::No,
    }
}

/// Whether conditions of the template hold where the request is made.
pub(super) fn holds(guards: &Guards, given: &Guards) -> Same {
    if guards.is_empty() {
        return Same::Yes;
    }
    match guards.combine(given) {
        Combined::Never => Same::No,
        Combined::Together(both) if both == *given => Same::Yes,
        Combined::Together(_) | Combined::Undecided => Same::Unknown,
    }
}

pub(super) fn and(a: Same, b: Same) -> Same {
    match (a, b) {
        (Same::No, _) | (_, Same::No) => Same::No,
        (Same::Yes, Same::Yes) => Same::Yes,
        _ => Same::Unknown,
    }
}

pub(super) fn or(a: Same, b: Same) -> Same {
    not(and(not(a), not(b)))
}

fn not(a: Same) -> Same {
    match a {
        Same::Yes => Same::No,
        Same::No => Same::Yes,
        Same::Unknown => Same::Unknown,
    }
}
