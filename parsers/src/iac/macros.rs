//! Macros by other vendors whose documentation says what they touch.

use super::expr::{Expr, ExprEntry, ExprKind};
use super::facts::Written;
use lamlint_model::source::Span;
use lamlint_model::tri::{Reason, Why};

/// A macro that adds to functions only.
pub(crate) struct FunctionMacro {
    /// Its name under `Transform`.
    name: &'static str,
    /// The properties of functions it sets or adds to. What is written in them stays; nothing is missing from them
    /// for certain.
    adds_to: &'static [&'static str],
}

/// Source: the macros' own documentation.
const FUNCTION_MACROS: &[FunctionMacro] = &[FunctionMacro {
    // https://docs.datadoghq.com/serverless/libraries_integrations/macro/
    name: "DatadogServerless",
    adds_to: &["Environment", "Layers", "Tags", "TracingConfig", "Tracing"],
}];

/// The macro of that name, when it is known to add to functions only.
pub(crate) fn function_macro(name: &str) -> Option<&'static FunctionMacro> {
    FUNCTION_MACROS.iter().find(|m| m.name == name)
}

impl FunctionMacro {
    /// Open what the macro may add to.
    pub(crate) fn apply(&self, written: &mut [Written]) {
        let why = Why::new(Reason::Macro, format!("the macro `{}` adds to functions", self.name));
        let functions = ["AWS::Lambda::Function", "AWS::Serverless::Function"];
        for w in written.iter_mut().filter(|w| functions.contains(&w.type_name.as_str())) {
            let span = w.props.span;
            let ExprKind::Map(entries, _) = &mut w.props.kind else { continue };
            for key in self.adds_to {
                match entries.iter_mut().find(|e| e.key == *key) {
                    Some(e) => e.value.open_all(&why),
                    None => entries.push(entry(key, added(key, span, &why), span)),
                }
            }
        }
    }
}

/// What stands for a property nobody wrote: open in its own shape, so that what `Globals` has is merged in.
fn added(key: &str, span: Span, why: &Why) -> Expr {
    let kind = match key {
        "Environment" => {
            let variables = Expr::new(span, ExprKind::Map(Vec::new(), Some(why.clone())));
            ExprKind::Map(vec![entry("Variables", variables, span)], None)
        }
        "Layers" => ExprKind::List(Vec::new(), Some(why.clone())),
        _ => ExprKind::Opaque(why.clone()),
    };
    Expr::new(span, kind)
}

fn entry(key: &str, value: Expr, span: Span) -> ExprEntry {
    ExprEntry { key: key.into(), key_span: span, value }
}
