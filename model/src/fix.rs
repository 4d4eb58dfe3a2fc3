//! Repairs, as rules ask for them: what should be so, not which bytes to write.
//!
//! A rule says "this queue's timeout is 360" or "this role gets that statement". The parsers know how the format of
//! the place spells it (`lamlint_parsers::edit`), and refuse where they can't do it without guessing.

use crate::app::ResourceId;
use crate::source::Span;
use crate::value::Value;
use smol_str::SmolStr;

/// Whether a repair can be made without looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// It changes nothing but what the finding is about: `--fix` applies it.
    Safe,
    /// It grants access, changes when code runs, or needs a value filled in: only `--unsafe-fixes` applies it.
    Suggested,
}

impl Safety {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Suggested => "suggested",
        }
    }
}

/// A repair of a finding. All of its parts are made, or none.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// What it does, in the imperative, lower case, no full stop.
    pub title: String,
    /// Whether it can be made without looking.
    pub safety: Safety,
    /// Its parts.
    pub intents: Vec<Intent>,
}

impl Fix {
    /// A repair that can be made without looking.
    pub fn safe(title: impl Into<String>, intent: Intent) -> Self {
        Self { title: title.into(), safety: Safety::Safe, intents: vec![intent] }
    }

    /// A repair somebody should look at.
    pub fn suggested(title: impl Into<String>, intent: Intent) -> Self {
        Self { title: title.into(), safety: Safety::Suggested, intents: vec![intent] }
    }
}

/// A part of a repair.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    /// Give a property of a resource a value, whether it is written or not.
    Set {
        /// The resource.
        resource: ResourceId,
        /// Canonical names of the property, from the outside in.
        path: Vec<SmolStr>,
        /// Its value.
        value: Value,
    },
    /// Add an element at the end of a list of a resource; a list that is not there is made.
    Append {
        /// The resource.
        resource: ResourceId,
        /// Canonical names of the property, from the outside in; an element of a list by its number.
        path: Vec<SmolStr>,
        /// The element.
        value: Value,
    },
    /// Write a further resource behind another one.
    Add {
        /// The other resource: the new one stands in its template.
        behind: ResourceId,
        /// The name of the new one; where the template has it already, nothing is written.
        name: SmolStr,
        /// Its canonical type (`AWS::Lambda::Permission`).
        type_name: SmolStr,
        /// Its properties, a map.
        properties: Value,
    },
    /// Write another constant in place of the scalar at a place.
    Replace {
        /// The whole scalar as it is written, with its quotes.
        at: Span,
        /// The constant.
        value: Value,
    },
    /// Move the statement that binds the value of the expression at a place to the level of its module.
    Hoist {
        /// The expression.
        at: Span,
    },
    /// Write an access to an attribute, of which this is the object, as an access to an entry of that name.
    AttributeToEntry {
        /// The whole access (`event.source`).
        at: Span,
    },
    /// Take a rule's name out of the suppression it stands in; with its last name the suppression goes.
    Unsuppress {
        /// The name.
        at: Span,
    },
    /// Write a rule's name in a suppression as another one.
    Respell {
        /// The name as it is written.
        at: Span,
        /// The name of a rule.
        name: SmolStr,
    },
}
