//! The one intermediate form all languages are lowered to.
//!
//! It keeps what the analyses need (names, calls, control flow, spans) and drops the rest. A construct a front
//! end does not model becomes [`ExprKind::Opaque`] or [`StmtKind::Opaque`] **with its parts inside**, so that
//! calls in it are still seen but its value is unknown. A part with a syntax error becomes an opaque node
//! without parts, and its place is listed in [`Unit::taints`]: a recovered tree is not evidence.

use super::substituted::Substituted;
use crate::comments::Directive;
use lamlint_model::source::{FileId, Span};
use smol_str::SmolStr;

/// A source file, or inline code of a template.
#[derive(Debug, Clone)]
pub struct Unit {
    /// The file.
    pub file: FileId,
    /// The language.
    pub lang: Lang,
    /// The package or namespace it says it belongs to; empty where the language has none, and for files that are not
    /// part of a program (build constraints).
    pub package: SmolStr,
    /// All functions of the file, methods and closures included; [`FnId`] is the index.
    pub functions: Vec<Function>,
    /// All classes of the file; [`ClassId`] is the index.
    pub classes: Vec<Class>,
    /// The statements of the module itself, in order.
    pub body: Block,
    /// What the module exports. Empty in languages where every top-level name is visible.
    pub exports: Vec<Export>,
    /// How the file is written as a module.
    pub module: ModuleKind,
    /// Places with syntax errors.
    pub taints: Vec<Taint>,
    /// Comments in order.
    pub comments: Vec<Span>,
    /// What its comments ask not to report.
    pub suppressions: Vec<Directive>,
    /// The operations of AWS services its text names anywhere, in any spelling; in lower case, sorted.
    pub operations: Vec<SmolStr>,
    /// The variables of the environment it says are constants.
    pub substituted: Substituted,
}

/// The function that holds the statements of a program that stand outside of all functions and types.
pub(crate) const MAIN: &str = "<Main>";

/// The name of the argument that holds what a pipeline hands a command.
pub(crate) const PIPED: &str = "|";

/// Languages with a front end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lang {
    /// Python.
    Python,
    /// JavaScript, JSX included.
    JavaScript,
    /// TypeScript, TSX included.
    TypeScript,
    /// Go.
    Go,
    /// C#.
    CSharp,
    /// Rust.
    Rust,
    /// Java.
    Java,
    /// Ruby.
    Ruby,
    /// PowerShell.
    PowerShell,
}

/// How a file is written as a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuleKind {
    /// `module.exports`, `exports.x`, `require`.
    CommonJs,
    /// `import`, `export`.
    Es,
    /// Neither is seen, or the language has one kind only.
    Plain,
}

/// A place with a syntax error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taint {
    /// Where.
    pub span: Span,
    /// What is wrong, for people, lower case, no full stop: "expected `:`".
    pub what: String,
    /// The language's own parser would certainly reject the file: the error is confirmed by its context and is no
    /// gap of the grammar.
    pub certain: bool,
}

/// Index into [`Unit::functions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FnId(pub u32);

/// Index into [`Unit::classes`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassId(pub u32);

/// A function, method or closure.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its name; empty for closures that have none (a closure bound to a name takes that name).
    pub name: SmolStr,
    /// Where the name is (the whole head for closures).
    pub name_span: Span,
    /// The whole definition.
    pub span: Span,
    /// Parameters in order; `self`/`this` is not special here.
    pub params: Vec<Param>,
    /// The body.
    pub body: Block,
    /// `async`.
    pub is_async: bool,
    /// A generator.
    pub is_generator: bool,
    /// Decorators or annotations, outermost first.
    pub decorators: Vec<Expr>,
    /// The class it is a method of.
    pub class: Option<ClassId>,
    /// `static`, `@staticmethod`, `@classmethod`: called on the class.
    pub is_static: bool,
}

impl Function {
    /// A nameless function at a place, without parameters and body.
    pub fn at(span: Span) -> Self {
        Self {
            name: SmolStr::default(),
            name_span: span,
            span,
            params: Vec::new(),
            body: Vec::new(),
            is_async: false,
            is_generator: false,
            decorators: Vec::new(),
            class: None,
            is_static: false,
        }
    }
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// What it binds.
    pub pattern: Pattern,
    /// Its default.
    pub default: Option<Expr>,
    /// Takes the rest: `*args`, `...rest`.
    pub rest: bool,
    /// Takes the rest by name: `**kwargs`.
    pub rest_named: bool,
    /// Its type, as written, if any.
    pub annotation: Option<SmolStr>,
    /// Its type as an expression (a name, `package.Name`), in languages where types are certain.
    pub ty: Option<Expr>,
}

/// A class.
#[derive(Debug, Clone)]
pub struct Class {
    /// Its name; empty for a class expression without one.
    pub name: SmolStr,
    /// Where the name is.
    pub name_span: Span,
    /// What it extends.
    pub bases: Vec<Expr>,
    /// Its methods, the constructor (`__init__`, `constructor`) among them under the name `constructor`.
    pub methods: Vec<FnId>,
    /// Statements of the class body that run when the class is defined: class attributes and `static` fields as
    /// assignments to a name.
    pub body: Block,
    /// Instance fields with their initialisers: they run in the constructor. In typed languages one without an
    /// initialiser has an [`ExprKind::Zero`] of its type.
    pub fields: Vec<(SmolStr, Option<Expr>)>,
    /// Fields whose members are members of the object as well (embedded structures).
    pub embeds: Vec<SmolStr>,
    /// Decorators, outermost first.
    pub decorators: Vec<Expr>,
}

impl Class {
    /// A class with a name and nothing else so far.
    pub fn named(name: SmolStr, name_span: Span) -> Self {
        Self {
            name,
            name_span,
            bases: Vec::new(),
            methods: Vec::new(),
            body: Vec::new(),
            fields: Vec::new(),
            embeds: Vec::new(),
            decorators: Vec::new(),
        }
    }
}

/// What a module exports.
#[derive(Debug, Clone)]
pub struct Export {
    /// The exported name; `default` for a default export, `*` for `export * from`, and `=` for `module.exports = …`.
    pub name: SmolStr,
    /// Where it is written.
    pub span: Span,
    /// What is exported.
    pub value: ExportValue,
}

/// What an export is.
#[derive(Debug, Clone)]
pub enum ExportValue {
    /// The module's own name.
    Local(SmolStr),
    /// An expression (`exports.handler = wrap(f)`), evaluated at its place in the module body, where it stands as
    /// an assignment to the name `exports.<name>` (or `module.exports`).
    Expr(Expr),
    /// A name of another module (`export {x} from "./y"`; name `*` for all).
    From {
        /// The module as written.
        module: SmolStr,
        /// The name over there.
        name: SmolStr,
    },
}

/// Statements in order.
pub type Block = Vec<Stmt>;

/// A statement.
#[derive(Debug, Clone)]
pub struct Stmt {
    /// The whole statement.
    pub span: Span,
    /// What it is.
    pub kind: StmtKind,
}

/// Kinds of statements.
#[derive(Debug, Clone)]
pub enum StmtKind {
    /// An expression for its effect.
    Expr(Expr),
    /// A declaration that makes its names local to the block it stands in, whatever outer names there are:
    /// `const`, `let`, `var`; one without a value has [`ExprKind::Null`].
    Declare {
        /// What is bound.
        target: Pattern,
        /// The value.
        value: Expr,
    },
    /// `target = value`. Whether a name is local or outer follows the language: in Python an assigned name is local
    /// unless it is declared `global` or `nonlocal`, elsewhere it is the nearest declared one.
    Assign {
        /// What is bound.
        target: Pattern,
        /// The value.
        value: Expr,
    },
    /// `target op= value`; `op` without the `=`: `+`, `??`, `||`, `|`.
    AugAssign {
        /// What is changed.
        target: Expr,
        /// The operator.
        op: SmolStr,
        /// The value.
        value: Expr,
    },
    /// Leaves the function.
    Return(Option<Expr>),
    /// `raise`, `throw`.
    Raise(Option<Expr>),
    /// A branch; `elif` nests in `otherwise`. A `switch` or `match` is a chain of branches whose tests compare.
    If {
        /// The condition.
        test: Expr,
        /// When it holds.
        then: Block,
        /// Otherwise.
        otherwise: Block,
    },
    /// Any loop.
    Loop {
        /// What is iterated: `for x in items`, `for (const x of items)`.
        over: Option<(Pattern, Expr)>,
        /// The condition of a `while`, or of a counting `for`.
        test: Option<Expr>,
        /// The body; initialisers of a counting `for` stand before the loop, its step at the end of the body.
        body: Block,
        /// Python's `else`.
        otherwise: Block,
    },
    /// `try`.
    Try {
        /// The body.
        body: Block,
        /// The handlers.
        catches: Vec<Catch>,
        /// Python's `else`.
        otherwise: Block,
        /// `finally`.
        finally: Block,
    },
    /// `with`, `using`.
    With {
        /// The resources with what they are bound to.
        items: Vec<(Expr, Option<Pattern>)>,
        /// The body.
        body: Block,
    },
    /// A named function is defined here.
    Function(FnId),
    /// A class is defined here.
    Class(ClassId),
    /// A method of a class that stands outside of it (receivers, `impl` blocks, reopened classes): the name of the
    /// class and the function.
    Method {
        /// The class, as named here.
        class: SmolStr,
        /// The method.
        function: FnId,
    },
    /// An import. `require` calls are expressions; a front end turns `const x = require("y")` into an assignment.
    Import(Import),
    /// `global` and `nonlocal` names.
    Global(Vec<SmolStr>),
    /// Statements grouped without meaning of their own.
    Block(Block),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `del x`, `delete o.x`.
    Delete(Vec<Expr>),
    /// Not modelled; the parts are evaluated for their effects.
    Opaque(Vec<Expr>, Vec<Block>),
}

/// One handler of a `try`.
#[derive(Debug, Clone)]
pub struct Catch {
    /// The exception types, if any.
    pub types: Vec<Expr>,
    /// What the exception is bound to.
    pub name: Option<SmolStr>,
    /// The body.
    pub body: Block,
    /// The head (`except X as e:`).
    pub span: Span,
}

/// An import.
#[derive(Debug, Clone)]
pub struct Import {
    /// The module as written: `boto3`, `.db`, `..util.text`, `./db`, `@aws-sdk/client-s3`.
    pub module: SmolStr,
    /// What is bound.
    pub names: Vec<ImportName>,
    /// Only for types: not there at run time.
    pub type_only: bool,
}

/// One name of an import.
#[derive(Debug, Clone)]
pub struct ImportName {
    /// The name over there; empty for the module itself (`import x as y`, `import * as y`), `default` for a default
    /// import, `*` for `from x import *`.
    pub name: SmolStr,
    /// The name here. For Python's `import a.b.c` (no `as`) it is `a`, and the module bound is the first part only.
    pub bound: SmolStr,
}

/// What an assignment binds.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// A name.
    Name(SmolStr, Span),
    /// An attribute or an element: `self.x`, `module.exports`, `cache[key]`.
    Place(Box<Expr>),
    /// Elements in order: `a, b = …`, `const [a, b] = …`.
    List(Vec<Pattern>),
    /// Properties by name, with defaults: `const { a, b: c = 1 } = …`.
    Map(Vec<(SmolStr, Pattern, Option<Expr>)>),
    /// The rest: `*rest`, `...rest`.
    Rest(Box<Pattern>),
    /// The results of one call: `v, err := f()`. Of a function of the project they are the elements of the list it
    /// returns; of anything else the first is its value and the others tell of errors.
    Results(Vec<Pattern>),
    /// Nothing, or something not modelled.
    Ignore,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// The whole expression.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// Kinds of expressions.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `None`, `null`, `undefined`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text without holes.
    Str(SmolStr),
    /// Text with holes: f-string, template literal. Constant parts are [`ExprKind::Str`].
    Template(Vec<Expr>),
    /// A name. `this` and `self` are the name as written.
    Name(SmolStr),
    /// `object.name`; `optional` for `?.`.
    Attr {
        /// The object.
        object: Box<Expr>,
        /// The attribute.
        name: SmolStr,
        /// `?.`
        optional: bool,
    },
    /// `object[index]`.
    Index {
        /// The object.
        object: Box<Expr>,
        /// The index; a slice is opaque.
        index: Box<Expr>,
    },
    /// A call.
    Call {
        /// What is called.
        callee: Box<Expr>,
        /// The arguments in order.
        args: Vec<Arg>,
        /// `new`.
        is_new: bool,
    },
    /// A list, tuple, set or array; spread elements are [`ExprKind::Spread`].
    List(Vec<Expr>),
    /// A dict or object.
    Map(Vec<MapEntry>),
    /// `a op b` for arithmetic and text; `op` as written.
    Binary {
        /// The operator as written: `+`, `%`.
        op: SmolStr,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// A comparison, with language-neutral operators: `==`, `!=`, `<`, `<=`, `>`, `>=`, `in`, `not in`, `is`,
    /// `is not`, `instanceof`. (JavaScript's `===` is `==`.)
    Compare {
        /// The operator.
        op: SmolStr,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// `and`, `or`, `??`: with `op` one of `and`, `or`, `??`.
    Logic {
        /// The operator.
        op: SmolStr,
        /// Left.
        left: Box<Expr>,
        /// Right.
        right: Box<Expr>,
    },
    /// `not x`, `!x`.
    Not(Box<Expr>),
    /// `a if t else b`, `t ? a : b`.
    Cond {
        /// The condition.
        test: Box<Expr>,
        /// When it holds.
        then: Box<Expr>,
        /// Otherwise.
        otherwise: Box<Expr>,
    },
    /// `await x`.
    Await(Box<Expr>),
    /// `yield x`, `yield* x`.
    Yield(Option<Box<Expr>>),
    /// A closure.
    Closure(FnId),
    /// A class expression.
    Class(ClassId),
    /// `...x`, `*x` inside a list or arguments.
    Spread(Box<Expr>),
    /// What a place of this type holds before anything is put there; the type is an expression (a name,
    /// `package.Name`).
    Zero(Box<Expr>),
    /// The address of a place: who is given it may change what is there (`&x`, `ref x`, `out x`).
    Ref(Box<Expr>),
    /// An assignment used as an expression: `(x := v)`, `a = b` inside an expression; `op` as in
    /// [`StmtKind::AugAssign`], empty for a plain one.
    Assign {
        /// What is bound.
        target: Box<Pattern>,
        /// The operator, empty for `=`.
        op: SmolStr,
        /// The value.
        value: Box<Expr>,
    },
    /// A comprehension or generator expression: `element` for each of `clauses`, which satisfy `tests`.
    Comprehension {
        /// The element (for a dict, the value).
        element: Box<Expr>,
        /// The loops, outermost first.
        clauses: Vec<(Pattern, Expr)>,
        /// The conditions.
        tests: Vec<Expr>,
    },
    /// `import(x)`, `require(x)` with constant `x`: a module.
    Module(SmolStr),
    /// Not modelled; the parts are evaluated for their effects.
    Opaque(Vec<Expr>),
}

/// An argument of a call.
#[derive(Debug, Clone)]
pub struct Arg {
    /// Its keyword; `**` for a spread of keywords.
    pub name: Option<SmolStr>,
    /// Its value ([`ExprKind::Spread`] for `*args`, `...args`).
    pub value: Expr,
}

/// An entry of a dict or object.
#[derive(Debug, Clone)]
pub enum MapEntry {
    /// `key: value`; methods of an object are closures; a shorthand `{x}` is `x: x`.
    Pair(Expr, Expr),
    /// `**x`, `...x`.
    Spread(Expr),
}

impl Unit {
    /// A file without anything in it.
    pub fn empty(file: FileId, lang: Lang) -> Self {
        Self {
            file,
            lang,
            package: SmolStr::default(),
            functions: Vec::new(),
            classes: Vec::new(),
            body: Vec::new(),
            exports: Vec::new(),
            module: ModuleKind::Plain,
            taints: Vec::new(),
            comments: Vec::new(),
            suppressions: Vec::new(),
            operations: Vec::new(),
            substituted: Substituted::default(),
        }
    }

    /// The function of that number.
    pub fn function(&self, id: FnId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// The class of that number.
    pub fn class(&self, id: ClassId) -> &Class {
        &self.classes[id.0 as usize]
    }
}
