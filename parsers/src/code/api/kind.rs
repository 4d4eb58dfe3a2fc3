//! What a row of the tables says a function does.

use lamlint_model::handler::Family;
use lamlint_model::value::Fresh;

/// What a function of a library does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Another name of the same thing.
    Alias,
    /// Builds a client (detail: its family).
    Client(Family),
    /// Gives an argument back as far as values go: conversions, copies, wrappers of clients (detail: its position).
    Same,
    /// Gives an object that depends on the arguments only.
    Pure,
    /// Gives what another host answered.
    Answer,
    /// Gives an object made from the first argument, with attributes (data classes of the event).
    Object,
    /// Differs on every evaluation.
    Fresh(Fresh),
    /// The current time when it has no argument.
    Now,
    /// The current day.
    Day,
    /// Reads an environment variable (detail: positions of its name and its default).
    Env,
    /// Reads an environment variable that must be set, unless there is a default or a block that gives one.
    Setting,
    /// The whole environment.
    Environ,
    /// Sends a request (detail: method and position of the address; `@n`: the method is argument `n`; `options`: in
    /// an options object, `urlopen`: in a request object).
    Http,
    /// Builds a request that is not sent yet.
    Request,
    /// Runs a database statement (detail: position of its text).
    Statement,
    /// Calls an operation of an AWS service with a client of its own (detail: service, operation, and the name its first
    /// argument has there or `-`; `|` between several).
    Operation,
    /// Calls a provider (detail: words and name of the idempotency option).
    Provider,
    /// Reads a file (detail: position of its path).
    Read,
    /// Writes a file.
    Write,
    /// Opens a file (detail: positions of path and mode).
    Open,
    /// Joins paths.
    Path,
    /// Keeps the result of the function it is given.
    Memo,
    /// Calls the function it is given with its own arguments.
    Wrap,
    /// Likewise, and makes repeating it harmless (detail: the means).
    Idempotent,
    /// Likewise, with an object in place of the event.
    Event,
    /// Makes a decorator, and calls nothing it is given.
    Factory,
    /// Makes a decorator of a function `(handler, event, context)`.
    Middleware,
    /// Registers functions that run on some invocations (detail: `typed` where they are given what their parameters ask
    /// for).
    Route,
    /// Calls the function it is given, once, with an object (detail: its name) and what is around it.
    Configure,
    /// Has an object of the class it is given configure services and routes.
    Startup,
    /// Starts a server with the routes it has; given a function, it only adds one.
    Serve,
    /// Adds code that is found in ways that are not followed (detail: what that is, for people), or the function it is
    /// given.
    Untold,
    /// Calls the methods of the objects it is given.
    Uses,
    /// Runs a function per record of the event (detail: position or name of the function, or of the class or object that
    /// holds it with the name it has there).
    Batch,
    /// Calls a function with each element of a list (detail: their positions).
    Each,
    /// Calls a function with the arguments behind it (detail: its position).
    Run,
    /// Calls a function given as `target`.
    Thread,
    /// Binds arguments.
    Partial,
    /// Waits for its arguments.
    Gather,
    /// Runs a function with two callbacks.
    Executor,
    /// The keys of a map.
    Keys,
    /// Merges maps.
    Merge,
    /// Reads an attribute by name.
    GetAttr,
    /// Makes a method read like an attribute.
    Property,
    /// Gives a method the class as its first argument.
    ClassMethod,
    /// Starts the runtime with a function or an object (detail: its position), and never returns.
    Start,
    /// Ends the program, or the function.
    Exit,
    /// Calls the function it is given once per environment (detail: its position).
    Once,
    /// Calls the function it is given once per environment, keeps in its place what that gives, and gives it (detail:
    /// its position).
    Lazy,
    /// Keeps its argument in its place (detail: its position).
    Put,
    /// Gives what its place was filled with elsewhere.
    Taken,
    /// Gives an error.
    Error,
    /// A constant (detail: its text).
    Const,
    /// Puts what it reads into a place (detail: positions of the source and of the place).
    Decode,
    /// Makes a request to an address that is not sent yet (detail: positions of method and address).
    NewRequest,
    /// Sends a request that was made (detail: its position).
    Send,
    /// What the invocation is told by its context (detail: its position).
    Context,
    /// A list with more elements: the first argument and the others.
    Append,
    /// Text with `%` places (detail: position of the format).
    Sprintf,
    /// The elements of a list as one text (detail: positions of the list and of what stands between).
    Join,
    /// A member that differs whenever it is read (detail as of `fresh`).
    Moment(Fresh),
    /// Registers a service of a container: its type, and what makes it.
    Register,
    /// Gives a service of a container by its type.
    Resolve,
    /// A list of its arguments, or of the elements of a list it is given (detail: `copy`).
    ListOf,
    /// A map of keys and values in turn, or of a map it is given (detail: `copy`).
    MapOf,
    /// What stands for nothing: what would be there anyway.
    Nothing,
    /// Makes an object of a class from text (detail: positions of the text and the class).
    Parse,
}

/// A row of `libraries.tsv`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub kind: Kind,
    /// What the kind says it is; empty for `-`.
    pub detail: &'static str,
    /// The name of what a call gives.
    pub result: Option<&'static str>,
}

impl Row {
    /// The numbers of the detail, in order.
    pub(crate) fn positions(&self) -> impl Iterator<Item = usize> {
        self.detail.split(' ').filter_map(|d| d.parse().ok())
    }

    /// The first number of the detail.
    pub(crate) fn position(&self) -> usize {
        self.positions().next().unwrap_or(0)
    }
}

pub(super) fn kind(name: &str, detail: &str) -> Option<Kind> {
    Some(match name {
        "alias" => Kind::Alias,
        "client" => Kind::Client(match detail {
            "Database" => Family::Database,
            "Cache" => Family::Cache,
            "Broker" => Family::Broker,
            "Http" => Family::Http,
            "Heavy" => Family::Heavy,
            _ => return None,
        }),
        "same" => Kind::Same,
        "pure" => Kind::Pure,
        "result" => Kind::Answer,
        "object" => Kind::Object,
        "fresh" | "moment" => {
            let f = match detail {
                "Uuid" => Fresh::Uuid,
                "Time" => Fresh::Time,
                "Random" => Fresh::Random,
                _ => return None,
            };
            if name == "fresh" { Kind::Fresh(f) } else { Kind::Moment(f) }
        }
        "now" => Kind::Now,
        "day" => Kind::Day,
        "env" => Kind::Env,
        "setting" => Kind::Setting,
        "environ" => Kind::Environ,
        "http" => Kind::Http,
        "request" => Kind::Request,
        "statement" => Kind::Statement,
        "operation" => Kind::Operation,
        "provider" => Kind::Provider,
        "read" => Kind::Read,
        "write" => Kind::Write,
        "open" => Kind::Open,
        "path" => Kind::Path,
        "memo" => Kind::Memo,
        "wrap" => Kind::Wrap,
        "idempotent" => Kind::Idempotent,
        "event" => Kind::Event,
        "factory" => Kind::Factory,
        "middleware" => Kind::Middleware,
        "route" => Kind::Route,
        "configure" => Kind::Configure,
        "startup" => Kind::Startup,
        "serve" => Kind::Serve,
        "untold" => Kind::Untold,
        "uses" => Kind::Uses,
        "batch" => Kind::Batch,
        "each" => Kind::Each,
        "run" => Kind::Run,
        "thread" => Kind::Thread,
        "partial" => Kind::Partial,
        "gather" => Kind::Gather,
        "executor" => Kind::Executor,
        "keys" => Kind::Keys,
        "merge" => Kind::Merge,
        "getattr" => Kind::GetAttr,
        "property" => Kind::Property,
        "classmethod" => Kind::ClassMethod,
        "start" => Kind::Start,
        "exit" => Kind::Exit,
        "once" => Kind::Once,
        "lazy" => Kind::Lazy,
        "put" => Kind::Put,
        "taken" => Kind::Taken,
        "error" => Kind::Error,
        "const" => Kind::Const,
        "decode" => Kind::Decode,
        "newrequest" => Kind::NewRequest,
        "send" => Kind::Send,
        "context" => Kind::Context,
        "append" => Kind::Append,
        "sprintf" => Kind::Sprintf,
        "join" => Kind::Join,
        "register" => Kind::Register,
        "resolve" => Kind::Resolve,
        "listof" => Kind::ListOf,
        "mapof" => Kind::MapOf,
        "nothing" => Kind::Nothing,
        "parse" => Kind::Parse,
        _ => return None,
    })
}
