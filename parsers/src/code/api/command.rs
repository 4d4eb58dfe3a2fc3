//! Commands, which take named arguments: what each of them calls, and in which order others have their parameters.
//!
//! * `call name service operation parameters`: a command of the AWS Tools that calls one operation with a client of its own;
//!   `parameters` are those it takes by position, in order (`-` for none). Names of parameters are those of the
//!   API, but for the `arg` rows (see [`super::sdk`]).
//! * `positions name parameters`: the parameters of another command by their positions in its `lib` row; the first one is
//!   what a pipeline hands it.

use super::{of_languages, sdk};
use crate::code::hir::Lang;
use smol_str::SmolStr;

/// A command that calls an operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calls {
    pub service: &'static str,
    pub operation: &'static str,
    parameters: &'static str,
}

/// Parameters of all commands of the AWS Tools that are no input of the operation.
/// Source: <https://docs.aws.amazon.com/powershell/latest/reference/items/pstoolsref-commonparams.html>
const COMMON: &[&str] = &[
    "Confirm",
    "Force",
    "NoAutoIteration",
    "PassThru",
    "ProfileLocation",
    "Region",
    "Select",
    "ClientConfig",
];

/// Those among them that give it other credentials or another endpoint.
const FOREIGN: &[&str] =
    &["AccessKey", "AK", "Credential", "EndpointUrl", "ProfileName", "SecretKey", "SK", "SessionToken", "ST"];

/// What a command calls.
pub(crate) fn calls(lang: Lang, name: &str) -> Option<Calls> {
    let mut all = of_languages("call").filter(|(i, _)| *i == lang.column());
    all.find_map(|(_, r)| match r {
        [n, service, operation, parameters] if n.eq_ignore_ascii_case(name) => {
            Some(Calls { service, operation, parameters })
        }
        _ => None,
    })
}

impl Calls {
    /// The parameters it takes by position.
    pub(crate) fn positional(self) -> impl Iterator<Item = &'static str> {
        self.parameters.split(',').filter(|p| *p != "-")
    }

    /// The name of a parameter in the API; `None` for those that are no input.
    pub(crate) fn input(self, lang: Lang, name: &str) -> Option<SmolStr> {
        let among = |all: &[&str]| all.iter().any(|c| c.eq_ignore_ascii_case(name));
        let name = self.positional().find(|p| p.eq_ignore_ascii_case(name)).unwrap_or(name);
        (!among(COMMON) && !among(FOREIGN)).then(|| sdk::argument(lang, self.service, self.operation, name))
    }
}

/// Whether a parameter gives a command other credentials or another endpoint.
pub(crate) fn is_foreign(name: &str) -> bool {
    FOREIGN.iter().any(|c| c.eq_ignore_ascii_case(name))
}

/// The parameters of a command by their positions in its row.
pub(crate) fn positions(lang: Lang, name: &str) -> Vec<&'static str> {
    let mut all = of_languages("positions").filter(|(i, _)| *i == lang.column());
    let found = all.find(|(_, r)| r[0].split(' ').any(|n| n.eq_ignore_ascii_case(name)));
    found.map_or_else(Vec::new, |(_, r)| r[1].split(',').collect())
}
