//! Policies: what documents say, and whether statements allow an action on a resource.
//!
//! Documents are read from evaluated properties, so patterns may be symbolic: `!GetAtt Table.Arn` and
//! `!Sub arn:${AWS::Partition}:dynamodb:…:table/${Table}` are the same, a name the template does not give is unknown
//! text, and the answer is in three values. How AWS evaluates policies:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>

mod arn;
mod asks;
mod attached;
mod condition;
mod document;
mod faults;
mod grants;
mod identity;
mod invoke;
mod lack;
mod never;
mod polled;
#[cfg(test)]
mod properties;
mod refusals;
#[cfg(test)]
mod tests;
mod token;
pub mod used;
mod verdict;
pub mod wants;

pub use arn::Arn;
pub use asks::{Answer, Ask, asks};
pub use attached::{PERMISSION_CONDITIONS, resource_policy, trust_policy, written_by};
pub use document::{Effect, Origin, Pattern, Patterns, Principal, Principals, Statement, document};
pub use faults::{Fault, faults};
pub use identity::{Identity, identity_of};
pub use invoke::{Miss, not_permitted};
pub use lack::{not_assumable, refused};
pub use never::{Never, never};
pub use polled::unpolled;
pub use refusals::{Refusal, refusals};
pub use verdict::{Request, Verdict, Who, allows_nobody, near_misses, verdict};

/// Whether a constant text matches a constant pattern with `*` and `?`, without case.
pub fn glob(pattern: &str, text: &str) -> bool {
    if pattern.is_ascii() && text.is_ascii() {
        return wild(pattern.as_bytes(), text.as_bytes(), *b"*?", u8::eq_ignore_ascii_case);
    }
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    wild(&pattern, &text, ['*', '?'], char::eq_ignore_ascii_case)
}

/// Whether a text fits a pattern; `any` stands for any letters, `one` for any one, and `same` compares the others.
pub fn wild<T: PartialEq>(pattern: &[T], text: &[T], [any, one]: [T; 2], same: fn(&T, &T) -> bool) -> bool {
    // Where to go on after the last star: it takes one more character each time the rest fails.
    let (mut at, mut taken, mut star) = (0, 0, None);
    while let Some(next) = text.get(taken) {
        match pattern.get(at) {
            Some(c) if *c == any => {
                star = Some((at, taken));
                at += 1;
            }
            Some(c) if *c == one || same(c, next) => {
                at += 1;
                taken += 1;
            }
            _ => {
                let Some((after, before)) = star else { return false };
                star = Some((after, before + 1));
                at = after + 1;
                taken = before + 1;
            }
        }
    }
    pattern.iter().skip(at).all(|c| *c == any)
}
