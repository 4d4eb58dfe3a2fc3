//! Findings: claims with their proof, as every printer takes them.

use crate::fix::Fix;
use crate::rule::{Rule, Severity};
use crate::source::Span;
use crate::tri::{Basis, Evidence, Guards, Proof, Tri};
use smol_str::SmolStr;

/// How sure a finding is. Ordered from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A handler known only by its shape, or two heuristics.
    Low,
    /// A parameter's default or one heuristic.
    Medium,
    /// Everything is written or a service's default.
    High,
}

impl Confidence {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What a rule says about one place.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// One sentence with the names and numbers of this project, lower case, no full stop.
    pub text: String,
    /// What to write instead, one sentence.
    pub help: Option<String>,
    /// Further facts without a place (the biggest contributors of a package).
    pub notes: Vec<String>,
    /// How to mend it, where that is mechanical.
    pub fix: Option<Fix>,
}

impl Message {
    /// A message without help.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// With the line that says what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With a further note.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With a repair, where there is one.
    #[must_use]
    pub fn mended(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }
}

/// A proved claim. Built only by [`Findings::report`].
#[derive(Debug, Clone)]
pub struct Finding {
    rule: &'static Rule,
    severity: Severity,
    confidence: Confidence,
    message: Message,
    subject: SmolStr,
    others: Vec<SmolStr>,
    discriminator: SmolStr,
    proof: Proof,
}

impl Finding {
    /// The rule that found it.
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The same finding with the severity a project wants.
    #[must_use]
    pub fn with_severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    /// The same finding with its facts at the places that `to` gives for theirs.
    #[must_use]
    pub fn moved(self, to: &impl Fn(Span) -> Option<Span>) -> Self {
        Self { proof: self.proof.moved(to), ..self }
    }

    /// How sure it is.
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// What it says.
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// How to mend it.
    pub fn fix(&self) -> Option<&Fix> {
        self.message.fix.as_ref()
    }

    /// What it is about: a function's or resource's logical name.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Tells findings of one rule on one subject apart, without line numbers.
    pub fn discriminator(&self) -> &str {
        &self.discriminator
    }

    /// Where to change something.
    pub fn primary(&self) -> Span {
        self.proof.primary()
    }

    /// The facts it rests on, primary first.
    pub fn evidence(&self) -> &[Evidence] {
        self.proof.evidence()
    }

    /// The conditions it holds under.
    pub fn guards(&self) -> &Guards {
        self.proof.guards()
    }

    /// Other functions the same claim holds for at the same place, in order.
    pub fn others(&self) -> &[SmolStr] {
        &self.others
    }

    /// Merge the same claim about another function into this one.
    pub fn also(&mut self, subject: &str) {
        if self.subject != subject && !self.others.iter().any(|o| o == subject) {
            self.others.push(subject.into());
        }
    }
}

/// Collects the findings of one rule.
#[derive(Debug)]
pub struct Findings {
    rule: &'static Rule,
    out: Vec<Finding>,
}

impl Findings {
    /// An empty collection for a rule.
    pub fn new(rule: &'static Rule) -> Self {
        Self { rule, out: Vec::new() }
    }

    /// Report a claim at the rule's own severity. Does nothing unless the claim is proved.
    pub fn report(
        &mut self,
        claim: Tri,
        subject: impl Into<SmolStr>,
        discriminator: impl Into<SmolStr>,
        message: impl FnOnce(&Proof) -> Message,
    ) {
        self.report_as(self.rule.severity, claim, subject, discriminator, message);
    }

    /// Report a claim at another severity than the rule's own.
    pub fn report_as(
        &mut self,
        severity: Severity,
        claim: Tri,
        subject: impl Into<SmolStr>,
        discriminator: impl Into<SmolStr>,
        message: impl FnOnce(&Proof) -> Message,
    ) {
        let Tri::Yes(proof) = claim else { return };
        let message = message(&proof);
        let confidence = confidence(&proof);
        self.out.push(Finding {
            rule: self.rule,
            severity,
            confidence,
            message,
            subject: subject.into(),
            others: Vec::new(),
            discriminator: discriminator.into(),
            proof,
        });
    }

    /// How many findings there are so far.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether there is none so far.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// The findings.
    pub fn into_vec(self) -> Vec<Finding> {
        self.out
    }
}

fn confidence(proof: &Proof) -> Confidence {
    let mut bases: Vec<&Basis> = proof
        .evidence()
        .iter()
        .map(Evidence::basis)
        .filter(|b| !matches!(b, Basis::Written | Basis::ServiceDefault))
        .collect();
    bases.sort_unstable();
    bases.dedup();
    let shape = bases.iter().any(
        |b| matches!(b, Basis::Heuristic(h) if h.as_str() == "a handler by its shape; no template names it"),
    );
    match (shape, bases.len()) {
        (true, _) => Confidence::Low,
        (_, 0) => Confidence::High,
        (_, 1) => Confidence::Medium,
        // Several parameter defaults ship together; several heuristics do not add up to trust.
        _ if bases.iter().all(|b| matches!(b, Basis::ParameterDefault(_))) => Confidence::Medium,
        _ => Confidence::Low,
    }
}
