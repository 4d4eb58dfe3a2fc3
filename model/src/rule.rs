//! A rule as a value, and what it is given.

use crate::app::{App, Function, ResourceId};
use crate::finding::Findings;
use crate::handler::Handler;
use crate::source::{SourceMap, Span};
use crate::tri::{Basis, Evidence, Guards, Proof, Prop, Why};
use smol_str::SmolStr;

/// A rule: its name, its page, and the function that looks.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case name, known everywhere; reads as "allow …".
    pub id: &'static str,
    /// Group: `handler`, `events`, `permissions`, `network`, `package`, `config`, `edge`, `http`.
    pub group: &'static str,
    /// What happens if nobody acts.
    pub severity: Severity,
    /// Whether it runs unasked.
    pub tier: Tier,
    /// The version that brought it.
    pub since: &'static str,
    /// The page in Markdown: documentation, `explain`, SARIF help and test in one.
    pub doc: &'static str,
    /// Reports what is proved.
    pub check: fn(&Cx<'_>, &mut Findings),
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

impl Rule {
    /// The one-sentence summary: the first paragraph below the title of the page.
    pub fn summary(&self) -> &'static str {
        self.doc
            .split("\n\n")
            .map(str::trim)
            .find(|p| !p.is_empty() && !p.starts_with('#'))
            .unwrap_or_default()
    }
}

/// What happens if nobody acts. Ordered from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Advice.
    Note,
    /// It will bite under load, on a retry or on the bill.
    Warning,
    /// A deployment or an invocation fails, data is lost or a door is open.
    Error,
}

impl Severity {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Whether a rule runs unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Runs always.
    Default,
    /// Runs with `--pedantic` or when selected by name.
    Pedantic,
}

/// What every rule sees.
#[derive(Debug, Clone, Copy)]
pub struct Cx<'a> {
    /// What the templates say.
    pub app: &'a App,
    /// What the code does: linked handlers in the order of their functions, then those known by shape.
    pub handlers: &'a [Handler],
    /// How each function of the app links to its code, in the order of `app.functions()`.
    pub links: &'a [Link],
    /// What each function's package holds, where something is known.
    pub packages: &'a [Package],
    /// Files that do not parse, with what is wrong.
    pub broken: &'a [Broken],
    /// What the project asks not to report, for the rules about that; empty for all others.
    pub suppressions: &'a [Suppression],
    /// The texts, for messages only.
    pub sources: &'a SourceMap,
    /// Today, for rules about dates.
    pub today: Date,
}

impl<'a> Cx<'a> {
    /// The linked handlers with their functions.
    pub fn linked(&self) -> impl Iterator<Item = (Function<'a>, &'a Handler)> {
        let app = self.app;
        self.handlers.iter().filter_map(move |h| Some((app.function(h.function?)?, h)))
    }

    /// The handler of a function.
    pub fn handler_of(&self, function: ResourceId) -> Option<&'a Handler> {
        self.handlers.iter().find(|h| h.function == Some(function))
    }

    /// How a function links to its code.
    pub fn link_of(&self, function: ResourceId) -> Option<&'a Link> {
        self.links.iter().find(|l| l.function == function)
    }
}

/// How a function of a template links to its code.
#[derive(Debug, Clone)]
pub struct Link {
    /// The function.
    pub function: ResourceId,
    /// How it went.
    pub outcome: Outcome,
    /// Libraries the code certainly loads when it starts: imports at module level, behind no branch.
    pub imports: Vec<LibraryImport>,
}

/// An import of a library, not of a file of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LibraryImport {
    /// The module as written (`aws-sdk/clients/s3`).
    pub module: SmolStr,
    /// The package it belongs to (`aws-sdk`), by the language's convention.
    pub package: SmolStr,
    /// Where it is imported.
    pub span: Span,
}

impl LibraryImport {
    /// Evidence that the library is imported here.
    pub fn evidence(&self, note: impl Into<String>) -> Proof {
        Proof::single(Evidence::new(self.span, note, Basis::Written, Guards::none()))
    }
}

/// How a link went.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The handler was found; it is among [`Cx::handlers`].
    Linked,
    /// The code is in the tree and complete, and certainly lacks what `Handler` names.
    Missing(Missing),
    /// The code was not found or not understood.
    Unlinked(Why),
}

/// What a `Handler` names and the code lacks.
#[derive(Debug, Clone)]
pub struct Missing {
    /// The handler string with where it is written.
    pub handler: Prop<SmolStr>,
    /// What is missing.
    pub what: MissingWhat,
    /// The nearest handler strings that would work, best first.
    pub suggestions: Vec<SmolStr>,
}

/// What is missing.
#[derive(Debug, Clone)]
pub enum MissingWhat {
    /// No such file: the paths that were tried, relative to the root of the run.
    File(Vec<String>),
    /// The file has no such symbol.
    Symbol {
        /// The file, relative to the root of the run.
        file: String,
        /// The symbol.
        symbol: SmolStr,
        /// Where the file could define it (its start).
        at: Span,
    },
    /// The handler string can't be split into file and symbol.
    Malformed(String),
}

/// What is known of a function's deployment package.
#[derive(Debug, Clone)]
pub struct Package {
    /// The function.
    pub function: ResourceId,
    /// How the sizes were got.
    pub measured: Measured,
    /// Unpacked size in bytes of the code alone; a lower bound when `complete` is false.
    pub unzipped: u64,
    /// Size in bytes of the archive, if there is one.
    pub zipped: Option<u64>,
    /// Unpacked size in bytes of the layers that are in the tree.
    pub layers: u64,
    /// The largest parts (dependency or top-level folder, bytes), largest first, at most ten.
    pub contributors: Vec<(String, u64)>,
    /// Names of packaged or declared dependencies (`aws-sdk`, `boto3`).
    pub dependencies: Vec<SmolStr>,
    /// Whether `dependencies` names everything the code can import from its package and layers.
    pub complete: bool,
    /// The dependency manifest, if there is one.
    pub manifest: Option<String>,
}

/// How a package was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measured {
    /// On the built artifact, at this path.
    Artifact(String),
    /// On the source tree as the packager would take it.
    Tree(String),
    /// Estimated from a manifest.
    Manifest(String),
    /// Not at all.
    No,
}

impl Package {
    /// A proved size: the code place as evidence. `None` when nothing was measured.
    pub fn evidence(&self, code: &Prop<crate::app::CodeRef>, note: impl Into<String>) -> Option<Proof> {
        let basis = match self.measured {
            Measured::Artifact(_) | Measured::Tree(_) => Basis::Written,
            Measured::Manifest(_) => Basis::Heuristic("estimated from the manifest".into()),
            Measured::No => return None,
        };
        Some(Proof::single(Evidence::new(code.span(), note, basis, Guards::none())))
    }
}

/// A file that does not parse, or not to what it says.
#[derive(Debug, Clone)]
pub struct Broken {
    /// Where.
    pub span: Span,
    /// What is wrong, for people.
    pub what: String,
    /// What kind of file.
    pub kind: BrokenKind,
}

/// A rule the project asks not to hear of at some place.
#[derive(Debug, Clone)]
pub struct Suppression {
    /// The rule's name as written; empty where a request names none.
    pub rule: SmolStr,
    /// Where the name is written, else the request.
    pub span: Span,
    /// What came of it.
    pub effect: Effect,
}

/// What came of a request not to report something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It silenced a finding.
    Used,
    /// The rule ran and had nothing to say there.
    Unused,
    /// The rule did not run.
    Unjudged,
    /// No rule has this name.
    NoRule {
        /// A rule with a similar name.
        near: Option<&'static str>,
        /// Whether no other name is as similar, and with it a finding would be silenced.
        certain: bool,
    },
    /// The request as a whole has no effect, for this reason.
    Malformed(&'static str),
}

impl Suppression {
    /// The request as evidence.
    pub fn evidence(&self, note: impl Into<String>) -> Proof {
        Proof::single(Evidence::new(self.span, note, Basis::Written, Guards::none()))
    }
}

/// Kinds of broken files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrokenKind {
    /// A template: the file clearly is one.
    Template,
    /// A template that parses, but holds a key (`what`) twice in one map with different values; here is the first
    /// one, which AWS tools silently drop.
    Duplicate(Span),
    /// Source code that the runtime's own parser would certainly reject.
    Code,
}

impl Broken {
    /// The error as evidence.
    pub fn evidence(&self) -> Proof {
        let at =
            |span, note: String| Proof::single(Evidence::new(span, note, Basis::Written, Guards::none()));
        match self.kind {
            BrokenKind::Duplicate(first) => at(self.span, format!("`{}` is given again", self.what))
                .with_context(at(first, "this one is dropped".to_owned())),
            BrokenKind::Template | BrokenKind::Code => at(self.span, self.what.clone()),
        }
    }
}

impl MissingWhat {
    /// The file that lacks the symbol, as evidence.
    pub fn evidence(&self) -> Option<Proof> {
        match self {
            Self::Symbol { symbol, at, .. } => Some(Proof::single(Evidence::new(
                *at,
                format!("no `{symbol}` here"),
                Basis::Written,
                Guards::none(),
            ))),
            _ => None,
        }
    }
}

/// A day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Year.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day, 1 to 31.
    pub day: u8,
}

impl Date {
    /// Read `2026-11-23`.
    pub fn parse(s: &str) -> Option<Self> {
        let mut p = s.split('-');
        let d = Self {
            year: p.next().filter(|y| y.len() == 4)?.parse().ok()?,
            month: p.next().filter(|m| m.len() == 2)?.parse().ok()?,
            day: p.next().filter(|d| d.len() == 2)?.parse().ok()?,
        };
        let days = match d.month {
            2 if d.year.is_multiple_of(4) && (!d.year.is_multiple_of(100) || d.year.is_multiple_of(400)) => {
                29
            }
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        (p.next().is_none() && (1..=days).contains(&d.day)).then_some(d)
    }
}

impl Date {
    /// Days from this day to `other`; negative when `other` is earlier.
    pub fn days_until(self, other: Self) -> i64 {
        other.number() - self.number()
    }

    /// Days since the start of year 0 of the Gregorian calendar, counted from March so that leap days come last.
    fn number(self) -> i64 {
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        365 * year + year.div_euclid(4) - year.div_euclid(100)
            + year.div_euclid(400)
            + (153 * month + 2) / 5
            + i64::from(self.day)
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_between_dates() {
        let d = |s| Date::parse(s).unwrap();
        assert_eq!(d("2026-11-24").days_until(d("2026-11-24")), 0);
        assert_eq!(d("2024-02-28").days_until(d("2024-03-01")), 2);
        assert_eq!(d("2026-02-28").days_until(d("2026-03-01")), 1);
        assert_eq!(d("2026-12-31").days_until(d("2027-01-01")), 1);
        assert_eq!(d("2027-02-22").days_until(d("2026-11-24")), -90);
        assert_eq!(d("2000-01-01").days_until(d("2100-01-01")), 36_525);
    }
}
