//! Conditions, as far as they compare what a service says about where a request comes from.
//!
//! Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcearn>

use super::arn::Arn;
use super::document;
use super::token::{self, As, Symbol, Token};
use super::verdict::{and, holds, or};
use crate::app::App;
use crate::tree::Tree;
use crate::tri::Guards;
use crate::value::Same;

/// Operators that compare text, and how they read what they compare with. `ArnEquals` takes wildcards as `ArnLike` does.
const OPERATORS: &[(&str, As)] = &[
    ("ArnEquals", As::Pattern),
    ("ArnLike", As::Pattern),
    ("StringEquals", As::Text),
    ("StringLike", As::Pattern),
];

/// Whether a condition holds for a request a service makes for a resource. Keys other than the resource and its account
/// are not known.
pub(super) fn met(app: &App, condition: &Tree, source: &Arn, given: &Guards) -> Same {
    let (operators, open) = condition.entries();
    let mut all = if open.is_some() { Same::Unknown } else { Same::Yes };
    for (operator, outer) in operators {
        let (keys, open) = operator.value.entries();
        if open.is_some() {
            all = and(all, Same::Unknown);
        }
        for (key, inner) in keys {
            let exists = outer.and(&inner).map_or(Same::No, |g| holds(&g, given));
            all = match exists {
                Same::No => all,
                Same::Unknown => and(all, Same::Unknown),
                Same::Yes => and(all, compare(app, &operator.key, (&key.key, &key.value), source, given)),
            };
        }
    }
    all
}

fn compare(app: &App, operator: &str, (key, with): (&str, &Tree), source: &Arn, given: &Guards) -> Same {
    let plain = operator.strip_suffix("IfExists").unwrap_or(operator);
    let Some((_, read)) = OPERATORS.iter().find(|(o, _)| o.eq_ignore_ascii_case(plain)) else {
        return Same::Unknown;
    };
    let own = [Token::account()];
    let text: &[Token] = if key.eq_ignore_ascii_case("aws:SourceArn") {
        &source.tokens
    } else if key.eq_ignore_ascii_case("aws:SourceAccount") && source.resource().is_some() {
        &own
    } else {
        return Same::Unknown;
    };
    let patterns = document::patterns(with, false);
    let start = if patterns.open.is_some() { Same::Unknown } else { Same::No };
    patterns.list.iter().fold(start, |any, p| {
        let hit = and(token::matches(&token::tokens(app, &p.value, *read), text), holds(&p.guards, given));
        or(any, if p.possible { and(hit, Same::Unknown) } else { hit })
    })
}

impl Token {
    /// The account of the deployment.
    fn account() -> Self {
        Self::Symbol(Symbol::Pseudo("AWS::AccountId".into()), token::Alphabet::Digits)
    }
}
