//! How each function of the templates links to its code, for people.

use crate::engine::Analysis;
use lamlint_model::app::Function;
use lamlint_model::rule::{MissingWhat, Outcome};
use lamlint_model::tri::Reason;
use std::collections::BTreeMap;

/// A function with the state of its link.
#[derive(Debug, Clone)]
pub struct FunctionLink<'a> {
    /// The function.
    pub function: Function<'a>,
    /// The state.
    pub state: State,
}

/// The state of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The code was found.
    Linked {
        /// Path of the file, empty for code in the template.
        file: String,
        /// The symbol.
        symbol: String,
        /// Name of the language, empty where the handler could not be followed.
        language: &'static str,
        /// Why not everything was followed.
        incomplete: Option<String>,
    },
    /// The code certainly lacks what the handler names.
    Missing(String),
    /// Not found or not understood.
    Unlinked(Reason, String),
}

/// All functions, in the order of the model.
pub fn functions(analysis: &Analysis) -> Vec<FunctionLink<'_>> {
    analysis
        .app
        .functions()
        .map(|function| {
            let id = function.resource.id;
            let link = analysis.links.iter().find(|l| l.function == id);
            let state = match link.map(|l| &l.outcome) {
                Some(Outcome::Linked) => {
                    let handler = analysis.handlers.iter().find(|h| h.function == Some(id));
                    let (file, symbol) = analysis.entries.get(&id).cloned().unwrap_or_default();
                    State::Linked {
                        file,
                        symbol: symbol.to_string(),
                        language: handler.map_or("", |h| h.language),
                        incomplete: handler.and_then(|h| h.complete.as_ref().err()).map(ToString::to_string),
                    }
                }
                Some(Outcome::Missing(m)) => State::Missing(missing(&m.what)),
                Some(Outcome::Unlinked(why)) => State::Unlinked(why.reason, why.to_string()),
                None => State::Unlinked(Reason::Other, "its code was not looked for".to_owned()),
            };
            FunctionLink { function, state }
        })
        .collect()
}

fn missing(what: &MissingWhat) -> String {
    match what {
        MissingWhat::File(tried) => format!("no such file: {}", tried.join(", ")),
        MissingWhat::Symbol { file, symbol, .. } => format!("`{file}` has no `{symbol}`"),
        MissingWhat::Malformed(why) => why.clone(),
    }
}

/// The counts of a summary line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Functions that linked to their code.
    pub linked: usize,
    /// Those that did not, by reason: most frequent first.
    pub unlinked: Vec<(usize, &'static str)>,
}

/// Count the links.
pub fn counts(functions: &[FunctionLink<'_>]) -> Counts {
    let mut linked = 0;
    let mut reasons: BTreeMap<&'static str, usize> = BTreeMap::new();
    for f in functions {
        match &f.state {
            State::Linked { .. } => linked += 1,
            State::Missing(_) => *reasons.entry("handler missing").or_default() += 1,
            State::Unlinked(reason, _) => *reasons.entry(word(*reason)).or_default() += 1,
        }
    }
    let mut unlinked: Vec<(usize, &'static str)> = reasons.into_iter().map(|(w, n)| (n, w)).collect();
    unlinked.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    Counts { linked, unlinked }
}

/// A class of not knowing in two or three words.
pub fn word(reason: Reason) -> &'static str {
    match reason {
        Reason::Parameter => "decided by a parameter",
        Reason::Imported => "imported",
        Reason::Macro => "made by a macro",
        Reason::NotInTree => "source not in this tree",
        Reason::BuiltElsewhere => "built elsewhere",
        Reason::Image => "image",
        Reason::Language => "language without a front end",
        Reason::Syntax => "syntax error",
        Reason::Dynamic => "too dynamic",
        Reason::Correlated => "undecided condition",
        Reason::Budget => "too large",
        Reason::Other => "not understood",
    }
}
