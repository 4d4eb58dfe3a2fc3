//! What the rest of the crate must know of a language besides its syntax: one row per language.
//!
//! A new language is a variant of [`Lang`] with its row here, a front end, and a table of its libraries and SDK
//! (`api/<key>.tsv`). Nothing else asks for a language by name where a property below answers the question.

use super::hir::Lang;

/// The properties of a language.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties")]
pub(crate) struct Traits {
    /// Its name for people.
    pub name: &'static str,
    /// Its key in the recognition tables.
    pub key: &'static str,
    /// Endings of its files.
    pub extensions: &'static [&'static str],
    /// Beginnings of the names of managed runtimes that run it, inline code included.
    pub runtimes: &'static [&'static str],
    /// Words in the names of base images.
    pub images: &'static [&'static str],
    /// How the code of a function is found.
    pub entry: EntryPoint,
    /// Who sees a name of the top level.
    pub scope: Scope,
    /// Named functions are known in their whole block, before they are reached.
    pub hoists: bool,
    /// An assigned name is local to the function unless it is declared otherwise.
    pub assignment_is_local: bool,
    /// A method's first parameter is its object (`self`, a receiver).
    pub receiver_is_param: bool,
    /// `new` on a type with named arguments makes a plain structure: `T{A: 1}`.
    pub struct_literals: bool,
    /// A call of a type with one argument converts it.
    pub converts: bool,
    /// Values that are used before something was put in them are told by a result, not thrown: `v, err := f()`.
    pub errors_are_results: bool,
    /// Which positional argument of a client's method is its input, functions left out.
    pub input: InputAt,
    /// Methods of clients and their inputs also take fields by position, told apart from an input by being text, or several.
    pub fields_by_position: bool,
    /// Methods of clients give a builder of their input: `client.get_item().key(..).send()`.
    pub fluent: bool,
    /// What others see as the fields of events, with the names of JSON, are typed members of the language.
    pub typed_events: bool,
    /// Methods of one name are told apart by their parameters, data is read and lists are gone through by methods, and
    /// a class is there with its methods before its static fields are set.
    pub object_methods: bool,
    /// Calls are messages: one without a receiver goes to the object itself where it has such a method, `new` makes objects,
    /// methods of a class itself stand under `self.<name>`, and a class may be opened again.
    pub messages: bool,
    /// The runtime hands event and context over by name.
    pub named_event: bool,
    /// A variable of the environment that is not set reads as nothing, of which any member throws but these; `None` where
    /// it reads as an empty text, or fails by itself.
    pub nothing_has: Option<&'static [&'static str]>,
    /// Inputs of the SDK have their names in lower case with underscores, nested ones too.
    pub snake_inputs: bool,
    /// Its files may be UTF-16 with a byte-order mark.
    pub utf16: bool,
    /// Names of functions, commands, types and members are the same in upper and lower case; what nothing binds is the
    /// name of a command or type; a function sees the variables of whoever calls it.
    pub folds_case: bool,
    /// The names under which the event and the context are there without being handed over.
    pub ambient: &'static [&'static str],
}

/// How the code of a function is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryPoint {
    /// `Handler` names a file and a symbol in it.
    Module,
    /// The package holds a program that starts the runtime itself: its `main` is followed until it does.
    Program,
    /// `Handler` names a class and a method of it: the class is made once.
    Method,
    /// `Handler` names an assembly with a type and a method of it (`Assembly::Namespace.Type::Method`), which is made once,
    /// or an assembly that is a program.
    Assembly,
}

/// Who sees a name of the top level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The file.
    File,
    /// All files of the directory with the same package name; imports belong to their file.
    Directory,
    /// All files of the project, and of those it refers to: types are known by their full names.
    Project,
    /// All files of the package, wherever they are; other types are imported by their qualified names.
    Package,
    /// All files of the program, once they are loaded.
    Program,
}

/// Which positional argument of a client's method is its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InputAt {
    /// The first one.
    First,
    /// The last one; a context comes before it.
    Last,
}

const PYTHON: Traits = Traits {
    name: "Python",
    key: "py",
    extensions: &["py"],
    runtimes: &["python"],
    images: &["python"],
    entry: EntryPoint::Module,
    scope: Scope::File,
    hoists: false,
    assignment_is_local: true,
    receiver_is_param: true,
    struct_literals: false,
    converts: false,
    errors_are_results: false,
    input: InputAt::First,
    fields_by_position: false,
    fluent: false,
    typed_events: false,
    object_methods: false,
    messages: false,
    named_event: false,
    nothing_has: Some(&[]),
    snake_inputs: false,
    utf16: false,
    folds_case: false,
    ambient: &[],
};

const JAVASCRIPT: Traits = Traits {
    name: "JavaScript",
    key: "js",
    extensions: &["js", "mjs", "cjs", "jsx"],
    runtimes: &["nodejs"],
    images: &["node"],
    hoists: true,
    assignment_is_local: false,
    receiver_is_param: false,
    ..PYTHON
};

const TYPESCRIPT: Traits = Traits {
    name: "TypeScript",
    extensions: &["ts", "mts", "cts", "tsx"],
    // Inline code is never compiled.
    runtimes: &[],
    images: &[],
    ..JAVASCRIPT
};

const GO: Traits = Traits {
    name: "Go",
    key: "go",
    extensions: &["go"],
    runtimes: &["go1.x"],
    images: &["golang"],
    entry: EntryPoint::Program,
    scope: Scope::Directory,
    hoists: true,
    assignment_is_local: false,
    receiver_is_param: true,
    struct_literals: true,
    converts: true,
    errors_are_results: true,
    input: InputAt::Last,
    fluent: false,
    typed_events: true,
    nothing_has: None,
    ..PYTHON
};

const RUST: Traits = Traits {
    name: "Rust",
    key: "rs",
    extensions: &["rs"],
    runtimes: &[],
    images: &["rust"],
    entry: EntryPoint::Program,
    hoists: true,
    assignment_is_local: false,
    struct_literals: true,
    fluent: true,
    typed_events: true,
    nothing_has: None,
    ..PYTHON
};

const JAVA: Traits = Traits {
    name: "Java",
    key: "java",
    extensions: &["java"],
    runtimes: &["java"],
    images: &["java", "corretto"],
    entry: EntryPoint::Method,
    scope: Scope::Package,
    hoists: true,
    assignment_is_local: false,
    receiver_is_param: false,
    typed_events: true,
    object_methods: true,
    nothing_has: None,
    ..PYTHON
};

const RUBY: Traits = Traits {
    name: "Ruby",
    key: "rb",
    extensions: &["rb"],
    runtimes: &["ruby"],
    images: &["ruby"],
    scope: Scope::Program,
    hoists: true,
    receiver_is_param: false,
    messages: true,
    named_event: true,
    snake_inputs: true,
    nothing_has: None,
    ..PYTHON
};

const CSHARP: Traits = Traits {
    name: "C#",
    key: "cs",
    extensions: &["cs"],
    runtimes: &["dotnet"],
    images: &["dotnet"],
    entry: EntryPoint::Assembly,
    scope: Scope::Project,
    hoists: true,
    assignment_is_local: false,
    receiver_is_param: false,
    struct_literals: true,
    fields_by_position: true,
    typed_events: true,
    utf16: true,
    nothing_has: None,
    ..PYTHON
};

/// It runs in two ways. The runtime for PowerShell (a layer) is handed event and context as arguments. The host on .NET
/// runs the script anew for each event, with both as variables.
/// Sources: <https://github.com/awslabs/aws-lambda-powershell-runtime>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/powershell-handler.html>
const POWERSHELL: Traits = Traits {
    name: "PowerShell",
    key: "ps",
    extensions: &["ps1", "psm1"],
    runtimes: &[],
    images: &["powershell"],
    receiver_is_param: false,
    folds_case: true,
    utf16: true,
    nothing_has: None,
    ambient: &["$lambdainput", "$lambdacontext"],
    ..PYTHON
};

/// All languages, in the order in which they are tried.
pub(crate) const ALL: &[Lang] = &[
    Lang::Python,
    Lang::JavaScript,
    Lang::TypeScript,
    Lang::Go,
    Lang::Rust,
    Lang::Java,
    Lang::Ruby,
    Lang::CSharp,
    Lang::PowerShell,
];

/// Keys of the recognition tables, in the order of their columns.
pub(crate) const KEYS: &[&str] = &["py", "js", "go", "rs", "java", "rb", "cs", "ps"];

impl Lang {
    /// Its row.
    pub(crate) fn traits(self) -> &'static Traits {
        match self {
            Self::Python => &PYTHON,
            Self::JavaScript => &JAVASCRIPT,
            Self::TypeScript => &TYPESCRIPT,
            Self::Go => &GO,
            Self::CSharp => &CSHARP,
            Self::Rust => &RUST,
            Self::Java => &JAVA,
            Self::Ruby => &RUBY,
            Self::PowerShell => &POWERSHELL,
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        self.traits().name
    }

    /// Its column in the recognition tables.
    pub(crate) fn column(self) -> usize {
        KEYS.iter().position(|k| *k == self.traits().key).unwrap_or(0)
    }

    /// JavaScript in one of its dialects.
    pub fn is_node(self) -> bool {
        matches!(self, Self::JavaScript | Self::TypeScript)
    }

    /// Whether both run on the same runtimes.
    pub(crate) fn is_kin(self, other: Self) -> bool {
        self.traits().key == other.traits().key
    }
}
