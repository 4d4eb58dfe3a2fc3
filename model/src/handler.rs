//! The handler model: what the code of a function does, in one vocabulary for all languages.

use crate::app::ResourceId;
use crate::source::{FileId, Span};
use crate::tri::{Basis, Evidence, Guards, Proof, Tri, Why};
use crate::value::{Deps, Value};
use smol_str::SmolStr;

/// One function's code, from its entry point through everything its calls reach.
#[derive(Debug, Clone)]
pub struct Handler {
    /// The function of the template; `None` for a handler known only by its shape.
    pub function: Option<ResourceId>,
    /// The file that holds the entry point.
    pub file: FileId,
    /// Name of the entry point as written.
    pub symbol: SmolStr,
    /// Where the entry point is defined (its name).
    pub span: Span,
    /// Name of the language for people (rules must not look).
    pub language: &'static str,
    /// What it does, in order of source position, initialisation first.
    pub facts: Vec<Fact>,
    /// Whether everything was followed; otherwise why not. "Never does X" needs `Ok`.
    pub complete: Result<(), Why>,
}

/// When code runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Once per execution environment: module level and what it calls.
    Init,
    /// On each invocation.
    Invoke,
}

/// Something the code does.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// What.
    pub kind: FactKind,
    /// Where: the expression that does it.
    pub span: Span,
    /// When.
    pub phase: Phase,
    /// Under what circumstances.
    pub ctx: Ctx,
}

/// The circumstances of a fact.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent circumstances, any of which may hold together"
)]
pub struct Ctx {
    /// The calls that lead from the entry point (or the module) here, outermost first.
    pub chain: Vec<Call>,
    /// Guarded so that it runs once per environment (`if client is None`, `||=`, a cache decorator).
    pub memo: bool,
    /// Behind a branch whose condition depends on the event.
    pub event_branch: bool,
    /// Behind an early exit (`if …: return`, `continue`) whose condition depends on the event.
    pub event_exit: bool,
    /// Before this, something was asked about the event, or about what is not known, beyond whether it is there: a
    /// branch, an early exit, a filter. Whether this happens, and for what, may depend on the answer.
    pub asked: bool,
    /// Behind any other branch, a `catch`, or a `?:`.
    pub branch: bool,
    /// Inside a loop.
    pub in_loop: bool,
    /// In a function that is only known to be passed to code that was not followed.
    pub maybe: bool,
    /// In or behind a read or write that makes repeating it harmless: the body of a handler marked idempotent,
    /// or code behind a check of a conditional write. Names the means.
    pub idempotent: Option<SmolStr>,
    /// What the code asked of environment variables on the way here, all of which holds where this happens.
    pub env: Vec<EnvTest>,
}

/// A condition on an environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvTest {
    /// The variable.
    pub name: SmolStr,
    /// What stands for it where it is not set.
    pub default: Option<SmolStr>,
    /// What is asked.
    pub is: EnvState,
}

/// What can be asked of an environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvState {
    /// It is there.
    Set,
    /// It is not there.
    Unset,
    /// It is there and not empty.
    Filled,
    /// It is not there, or empty.
    Empty,
    /// It is this text, perhaps in another case.
    Is(SmolStr),
    /// It is not this text.
    IsNot(SmolStr),
}

impl EnvState {
    /// The opposite.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Set => Self::Unset,
            Self::Unset => Self::Set,
            Self::Filled => Self::Empty,
            Self::Empty => Self::Filled,
            Self::Is(s) => Self::IsNot(s),
            Self::IsNot(s) => Self::Is(s),
        }
    }
}

impl EnvTest {
    /// Whether it certainly does not hold for what a template gives the variable.
    pub fn fails(&self, given: Option<&Value>) -> bool {
        let default = self.default.clone().map(Value::Str);
        // Some languages take the default in place of empty text as well.
        if default.is_some() && given.and_then(Value::as_str) == Some("") {
            return false;
        }
        let v = given.or(default.as_ref());
        let text = v.and_then(|v| match v {
            Value::Str(s) => Some(s.clone()),
            Value::Int(_) | Value::Bool(_) => Some(v.to_string().into()),
            _ => None,
        });
        match &self.is {
            EnvState::Set => v.is_none(),
            EnvState::Unset => v.is_some(),
            EnvState::Filled => v.is_none() || text.is_some_and(|t| t.is_empty()),
            EnvState::Empty => v.is_some_and(|v| match v {
                Value::Concat(parts) => parts.iter().any(|p| p.as_str().is_some_and(|s| !s.is_empty())),
                Value::Of(..) | Value::Pseudo(_) => true,
                _ => text.is_some_and(|t| !t.is_empty()),
            }),
            EnvState::Is(s) => v.is_none() || text.is_some_and(|t| !t.trim().eq_ignore_ascii_case(s.trim())),
            EnvState::IsNot(s) => text.is_some_and(|t| t == *s),
        }
    }
}

/// One call on the way to a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Where the call is.
    pub span: Span,
    /// The name of what is called.
    pub callee: SmolStr,
}

/// What code can do, as far as rules ask.
#[derive(Debug, Clone, PartialEq)]
pub enum FactKind {
    /// Builds a client, connection, session, pool, ORM instance, model or template engine.
    NewClient(NewClient),
    /// Calls an AWS operation.
    SdkCall(SdkCall),
    /// Makes an address or a form that lets others call an AWS operation with the credentials of the role.
    Signed(SdkCall),
    /// Reads an environment variable.
    EnvRead {
        /// Its name, when constant.
        name: Value,
        /// Fails or misbehaves when it is not set (no default, no test).
        required: bool,
    },
    /// Reads a file.
    FileRead {
        /// Its path.
        path: Value,
    },
    /// Writes or appends to a file.
    FileWrite {
        /// Its path.
        path: Value,
    },
    /// Imports a package inside a function.
    LocalImport {
        /// The package.
        module: SmolStr,
    },
    /// Sends an HTTP request.
    Http {
        /// The method in capitals, `None` when it is not constant.
        method: Option<SmolStr>,
        /// The address.
        url: Value,
        /// Carries an idempotency key (header `Idempotency-Key` or the like).
        idempotency_key: bool,
    },
    /// Runs a database statement.
    Statement {
        /// Its text.
        text: Value,
    },
    /// Calls a payment, mail, SMS or push provider's library.
    Provider {
        /// Words for people: `a Stripe payment`.
        what: SmolStr,
        /// Carries an idempotency key.
        idempotency_key: bool,
    },
    /// Reads an attribute of a value that is a plain mapping, in a language where that fails.
    AttributeOnMapping {
        /// The mapping (`Event(..)`).
        object: Value,
        /// The attribute.
        attribute: SmolStr,
    },
}

/// A client construction.
#[derive(Debug, Clone, PartialEq)]
pub struct NewClient {
    /// Kind of client.
    pub family: Family,
    /// As written, for people: `boto3.client("s3")`.
    pub label: SmolStr,
    /// AWS service, for SDK clients whose service is constant.
    pub service: Option<SmolStr>,
    /// What its arguments are computed from.
    pub args: Deps,
}

/// Kinds of clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// AWS SDK client, resource or session.
    Sdk,
    /// Database connection, pool or engine.
    Database,
    /// Cache connection.
    Cache,
    /// Message broker connection or client.
    Broker,
    /// HTTP session or agent.
    Http,
    /// Machine-learning model, template engine or another costly object.
    Heavy,
}

impl Family {
    /// Its word for people, with an article.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sdk => "an AWS client",
            Self::Database => "a database connection",
            Self::Cache => "a cache connection",
            Self::Broker => "a message broker client",
            Self::Http => "an HTTP client",
            Self::Heavy => "a costly object",
        }
    }
}

/// A call of an AWS operation. Argument names are those of the API, whatever the language's spelling.
#[derive(Debug, Clone, PartialEq)]
pub struct SdkCall {
    /// Service by its SDK-neutral id: `s3`, `dynamodb`, `sqs`, `sns`, `events`, `kinesis`, `lambda`, `stepfunctions` …
    /// (botocore's client name).
    pub service: SmolStr,
    /// Operation by its API name: `PutObject`.
    pub operation: SmolStr,
    /// The arguments by API name; `Value::Map`.
    pub args: Value,
    /// As written, for people: `s3.put_object`.
    pub label: SmolStr,
    /// The client was built with credentials, a role, a profile or an endpoint of its own.
    pub foreign: bool,
}

impl SdkCall {
    /// An argument by API name; unknown when the arguments are not all known and it is not among them.
    pub fn arg(&self, name: &str) -> Option<&Value> {
        self.args.get(name)
    }

    /// Whether an argument is certainly not given.
    pub fn lacks(&self, name: &str) -> bool {
        matches!(&self.args, Value::Map(entries, false) if entries.iter().all(|(k, _)| k != name))
    }
}

impl Fact {
    /// Evidence that the code does this, the calls that lead to it included as context.
    pub fn evidence(&self, note: impl Into<String>) -> Proof {
        let basis = if self.ctx.maybe {
            Basis::Heuristic("the function is taken to be called".into())
        } else {
            Basis::Written
        };
        let mut proof = Proof::single(Evidence::new(self.span, note, basis, Guards::none()));
        for c in self.ctx.chain.iter().rev() {
            let e = Evidence::new(
                c.span,
                format!("reached through `{}`", c.callee),
                Basis::Written,
                Guards::none(),
            );
            proof = proof.with_context(Proof::single(e));
        }
        proof
    }

    /// Evidence that the code does this, resting on something that is only supposed: that a branch is taken, that
    /// nothing outside the project makes up for it.
    pub fn supposing(&self, note: impl Into<String>, what: &str) -> Proof {
        Proof::single(Evidence::new(self.span, note, Basis::Heuristic(what.into()), Guards::none()))
    }

    /// This fact together with a claim about what it works on (where an environment variable is set, which resource
    /// it names). What is said of the fact's own place is not said twice.
    pub fn with(&self, note: impl Into<String>, other: Tri) -> Tri {
        let mine = self.evidence(note);
        match other {
            Tri::Yes(p)
                if p.guards().is_empty()
                    && p.evidence().iter().all(|e| e.span() == self.span && *e.basis() == Basis::Written) =>
            {
                Tri::Yes(mine)
            }
            t => Tri::Yes(mine).and(t),
        }
    }

    /// Whether nothing the code asks before decides whether it happens: neither a branch, nor a question about the
    /// event, nor a check of what was read.
    pub fn unguarded(&self) -> bool {
        !(self.ctx.branch || self.ctx.asked || self.ctx.memo || self.ctx.idempotent.is_some())
    }

    /// Whether it certainly happens on every invocation that gets past early exits.
    pub fn every_invocation(&self) -> bool {
        self.phase == Phase::Invoke
            && !self.ctx.memo
            && !self.ctx.event_branch
            && !self.ctx.branch
            && !self.ctx.maybe
    }
}

impl Handler {
    /// Evidence that this is the handler.
    pub fn evidence(&self, note: impl Into<String>) -> Proof {
        let basis = if self.function.is_some() {
            Basis::Written
        } else {
            Basis::Heuristic("a handler by its shape; no template names it".into())
        };
        Proof::single(Evidence::new(self.span, note, basis, Guards::none()))
    }

    /// The calls of AWS operations, and those others can make with what the code signs.
    pub fn permitted_calls(&self) -> impl Iterator<Item = (&Fact, &SdkCall)> {
        self.facts.iter().filter_map(|f| match &f.kind {
            FactKind::SdkCall(c) | FactKind::Signed(c) => Some((f, c)),
            _ => None,
        })
    }

    /// The calls of AWS operations.
    pub fn sdk_calls(&self) -> impl Iterator<Item = (&Fact, &SdkCall)> {
        self.facts.iter().filter_map(|f| match &f.kind {
            FactKind::SdkCall(c) => Some((f, c)),
            _ => None,
        })
    }
}
