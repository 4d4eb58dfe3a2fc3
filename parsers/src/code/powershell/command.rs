//! Commands and pipelines.

use super::expr::{boxed, strip};
use super::{Lower, all_of};
use crate::code::cst;
use crate::code::hir::{Arg, Block, Expr, ExprKind, PIPED, Stmt, StmtKind};
use smol_str::SmolStr;
use tree_sitter::Node;

/// Parameters of the well-known commands that take no value.
const SWITCHES: &[&str] = &[
    "append",
    "ascii",
    "asarray",
    "asbytestream",
    "asenum",
    "ashashtable",
    "asjob",
    "asplaintext",
    "asstring",
    "asutc",
    "autosize",
    "casesensitive",
    "compress",
    "debug",
    "descending",
    "directory",
    "disablekeepalive",
    "force",
    "hidden",
    "leaf",
    "noclobber",
    "noenumerate",
    "noheaders",
    "nonewline",
    "noproxy",
    "noprofile",
    "notypeinformation",
    "parent",
    "passthru",
    "quiet",
    "raw",
    "recurse",
    "resolve",
    "skipcertificatecheck",
    "skiphttperrorcheck",
    "stable",
    "unique",
    "usebasicparsing",
    "utc",
    "verbose",
    "whatif",
];

/// Parameters every command has, which change nothing of what it does.
const COMMON: &[&str] = &[
    "confirm",
    "debug",
    "erroraction",
    "ea",
    "errorvariable",
    "informationaction",
    "informationvariable",
    "outbuffer",
    "outvariable",
    "pipelinevariable",
    "progressaction",
    "verbose",
    "warningaction",
    "warningvariable",
    "whatif",
];

/// Other names of commands that stand for statements here.
const NAMES: &[(&str, &str)] = &[
    ("%", "foreach-object"),
    ("foreach", "foreach-object"),
    ("?", "where-object"),
    ("where", "where-object"),
    ("echo", "write-output"),
    ("write", "write-output"),
    ("ipmo", "import-module"),
    ("select", "select-object"),
    ("icm", "invoke-command"),
];

/// A part of a command.
enum Part<'t> {
    Param(String),
    Value(Expr, Node<'t>),
    Splat(Expr),
}

impl Lower<'_> {
    /// `Write-Error … -ErrorAction Stop`
    pub(super) fn ends_program(&self, n: Node<'_>) -> bool {
        let text = self.text(n).to_ascii_lowercase();
        n.kind() == "command" && text.starts_with("write-error") && text.contains("-erroraction stop")
    }

    /// The name of a command, in lower case and without its module; `None` where it is a value.
    pub(super) fn command_name(&self, n: Node<'_>) -> Option<String> {
        let name = cst::field(n, "command_name")?;
        let name = strip(name);
        if cst::has(n, "command_invokation_operator") || !matches!(name.kind(), "command_name") {
            return None;
        }
        let text = self.text(name).trim().to_ascii_lowercase();
        let text = text.rsplit('\\').next().unwrap_or_default();
        let known = NAMES.iter().find(|(from, _)| *from == text).map(|(_, to)| *to);
        Some(known.unwrap_or(text).to_owned())
    }

    /// The script blocks among the arguments of a command.
    pub(super) fn blocks_of(n: Node<'_>) -> Vec<Node<'_>> {
        let Some(list) = cst::field(n, "command_elements") else { return Vec::new() };
        let all = cst::named(list).into_iter().map(strip);
        all.filter(|c| c.kind() == "script_block_expression").collect()
    }

    fn parts_of<'t>(&mut self, n: Node<'t>) -> Vec<Part<'t>> {
        let mut out: Vec<Part<'t>> = Vec::new();
        let Some(list) = cst::field(n, "command_elements") else { return out };
        let mut joins = false;
        for c in cst::children(list) {
            match c.kind() {
                "," => joins = true,
                "command_argument_sep" | "redirection" | "stop_parsing" => {}
                "command_parameter" => {
                    let text = self.text(c).trim().trim_start_matches('-');
                    match text.split_once('=') {
                        Some((name, value)) => {
                            out.push(Part::Param(name.to_owned()));
                            let value = self.expr_at(c, ExprKind::Str(value.into()));
                            out.push(Part::Value(value, c));
                        }
                        None => out.push(Part::Param(text.to_owned())),
                    }
                }
                _ if strip(c).kind() == "variable" && self.text(c).trim().starts_with('@') => {
                    let e = self.variable(strip(c));
                    out.push(Part::Splat(e));
                }
                _ => {
                    let e = self.expr(c);
                    match out.last_mut() {
                        Some(Part::Value(last, at)) if joins => {
                            let first = last.clone();
                            let mut items = match first.kind {
                                ExprKind::List(v) if strip(*at).kind() == "generic_token" => v,
                                kind => vec![Expr { span: first.span, kind }],
                            };
                            items.push(e);
                            last.kind = ExprKind::List(items);
                        }
                        _ => out.push(Part::Value(e, c)),
                    }
                    joins = false;
                }
            }
        }
        out
    }

    /// The arguments of a command: those behind a parameter are named.
    fn arguments_of(&mut self, n: Node<'_>, piped: Option<Expr>) -> Vec<Arg> {
        let mut out = Vec::new();
        let mut parts = self.parts_of(n).into_iter().peekable();
        while let Some(p) = parts.next() {
            match p {
                Part::Param(name) => {
                    let lower = name.to_ascii_lowercase();
                    let alone = SWITCHES.contains(&lower.as_str()) || self.switches.contains(&lower);
                    let value = match parts.peek() {
                        Some(Part::Value(..)) if !alone => match parts.next() {
                            Some(Part::Value(e, _)) => e,
                            _ => self.unknown(n),
                        },
                        _ => self.expr_at(n, ExprKind::Bool(true)),
                    };
                    if !COMMON.contains(&lower.as_str()) {
                        out.push(Arg { name: Some(name.into()), value });
                    }
                }
                Part::Value(value, _) => out.push(Arg { name: None, value }),
                Part::Splat(value) => out.push(Arg { name: Some(SmolStr::new_static("**")), value }),
            }
        }
        if let Some(value) = piped {
            out.push(Arg { name: Some(SmolStr::new_static(PIPED)), value });
        }
        out
    }

    /// What a command gives.
    pub(super) fn command(&mut self, n: Node<'_>, piped: Option<Expr>) -> Expr {
        let e = if self.deeper(4) { self.command_kind(n, piped) } else { self.unknown(n) };
        self.back(4);
        e
    }

    fn command_kind(&mut self, n: Node<'_>, piped: Option<Expr>) -> Expr {
        let Some(name) = self.command_name(n) else { return self.invoked(n, piped) };
        match (name.as_str(), piped) {
            ("foreach-object", Some(items)) => {
                let blocks = Self::blocks_of(n);
                if blocks.is_empty() {
                    let member = self.arguments_of(n, None).into_iter().next().map(|a| a.value.kind);
                    let Some(ExprKind::Str(member)) = member else {
                        return self.expr_at(n, ExprKind::Opaque(vec![items]));
                    };
                    return self.members(n, items, &member);
                }
                self.each(n, items, &blocks)
            }
            ("where-object", Some(items)) => {
                if let [block] = Self::blocks_of(n)[..] {
                    return self.filter(n, items, block);
                }
                let args = self.arguments_of(n, None).into_iter().map(|a| a.value).collect();
                let test = self.expr_at(n, ExprKind::Opaque(args));
                self.filtered(n, items, test, None)
            }
            ("select-object", Some(items)) => {
                let args = self.arguments_of(n, None);
                let named = |w: &str| {
                    args.iter().find(|a| a.name.as_ref().is_some_and(|k| k.eq_ignore_ascii_case(w)))
                };
                let one = matches!(
                    named("First").or(named("Last")),
                    Some(Arg { value: Expr { kind: ExprKind::Int(1), .. }, .. })
                );
                let member = named("ExpandProperty").map(|a| a.value.kind.clone());
                let mut e = items;
                if let Some(ExprKind::Str(m)) = &member {
                    e = self.members(n, e, m);
                }
                if one {
                    let index = self.named_at(n, "#index");
                    e = self.expr_at(n, ExprKind::Index { object: boxed(e), index: boxed(index) });
                }
                e
            }
            ("out-null", Some(items)) => {
                self.pending.push(Stmt { span: items.span, kind: StmtKind::Expr(items) });
                self.expr_at(n, ExprKind::Null)
            }
            ("write-output", piped) => {
                let mut args = self.arguments_of(n, piped);
                args.retain(|a| {
                    a.name.as_ref().is_none_or(|k| k == PIPED || k.eq_ignore_ascii_case("InputObject"))
                });
                match args.len() {
                    1 => args.remove(0).value,
                    _ => self.expr_at(n, ExprKind::List(args.into_iter().map(|a| a.value).collect())),
                }
            }
            ("new-object", piped) => self.new_object(n, piped),
            ("import-module", None) => {
                let mut own = Block::new();
                self.imports(n, &mut own);
                self.pending.append(&mut own);
                self.expr_at(n, ExprKind::Null)
            }
            ("invoke-command", None) => match Self::blocks_of(n)[..] {
                [block] => {
                    let callee = self.expr(block);
                    self.call_at(n, callee, Vec::new(), false)
                }
                _ => self.plain(n, None),
            },
            (_, piped) => self.plain(n, piped),
        }
    }

    fn plain(&mut self, n: Node<'_>, piped: Option<Expr>) -> Expr {
        let args = self.arguments_of(n, piped);
        let at = cst::field(n, "command_name").map_or(n, strip);
        let name = self.text(at).trim();
        let name = name.rsplit('\\').next().unwrap_or(name);
        let callee = self.named_at(at, name);
        self.call_at(n, callee, args, false)
    }

    /// `& $block a`, `& { … }`, `& ./script.ps1`
    fn invoked(&mut self, n: Node<'_>, piped: Option<Expr>) -> Expr {
        let args = self.arguments_of(n, piped);
        let Some(at) = cst::field(n, "command_name").map(strip) else { return self.unknown(n) };
        let callee = match at.kind() {
            "path_command_name" => match cst::named(at)[..] {
                [one] if one.kind() == "variable" => self.variable(one),
                _ => self.named_at(at, self.text(at).trim()),
            },
            _ => self.expr(at),
        };
        // A name in quotes.
        let callee = match callee.kind {
            ExprKind::Str(s) => Expr { span: callee.span, kind: ExprKind::Name(s) },
            kind => Expr { span: callee.span, kind },
        };
        self.call_at(n, callee, args, false)
    }

    /// `New-Object -TypeName X -ArgumentList a, b -Property @{…}`
    fn new_object(&mut self, n: Node<'_>, piped: Option<Expr>) -> Expr {
        let mut ty = None;
        let mut list = None;
        let mut fields = Vec::new();
        for a in self.arguments_of(n, piped) {
            let name = a.name.as_ref().map(|s| s.to_ascii_lowercase());
            match name.as_deref() {
                Some("typename" | "type") => ty = Some(a.value),
                Some("argumentlist" | "args") => list = Some(a.value),
                Some("property") => match a.value.kind {
                    ExprKind::Map(entries) => fields.extend(Self::fields(entries)),
                    _ => fields.push(Arg { name: Some(SmolStr::new_static("**")), value: a.value }),
                },
                None if ty.is_none() => ty = Some(a.value),
                None if list.is_none() => list = Some(a.value),
                _ => fields.push(Arg { name: Some(SmolStr::new_static("**")), value: a.value }),
            }
        }
        let mut args: Vec<Arg> = match list {
            Some(Expr { kind: ExprKind::List(v), .. }) => {
                v.into_iter().map(|value| Arg { name: None, value }).collect()
            }
            Some(value) => vec![Arg { name: None, value }],
            None => Vec::new(),
        };
        args.extend(fields);
        let Some(Expr { span, kind: ExprKind::Str(name) }) = ty else {
            let parts = ty.into_iter().chain(args.into_iter().map(|a| a.value)).collect();
            let callee = self.expr_at(n, ExprKind::Opaque(parts));
            return self.call_at(n, callee, Vec::new(), false);
        };
        let name = self.full_type(&name);
        if ["psobject", "pscustomobject", "object"].iter().any(|o| name.eq_ignore_ascii_case(o)) {
            let entries = args.into_iter().filter_map(|a| {
                let name = a.name.filter(|k| k != "**")?;
                let key = Expr { span: a.value.span, kind: ExprKind::Str(name) };
                Some(crate::code::hir::MapEntry::Pair(key, a.value))
            });
            return self.expr_at(n, ExprKind::Map(entries.collect()));
        }
        let callee = Expr { span, kind: ExprKind::Name(name.into()) };
        self.call_at(n, callee, args, true)
    }

    /// `Import-Module x`, `. ./x.ps1`: true if it is one of a constant name.
    pub(super) fn imports(&mut self, n: Node<'_>, out: &mut Block) -> bool {
        let operator = cst::named(n).into_iter().find(|c| c.kind() == "command_invokation_operator");
        let module = match operator {
            Some(o) if self.text(o).trim() == "." => {
                let Some(at) = cst::field(n, "command_name").map(strip) else { return false };
                // A path without quotes is read as it is.
                let path = match at.kind() {
                    "command_name" | "path_command_name" => self.bare(at),
                    _ => self.expr(at),
                };
                match Self::path(&path) {
                    Some(p) if p.to_ascii_lowercase().ends_with(".ps1") => relative(&p),
                    _ => return false,
                }
            }
            None if self.command_name(n).as_deref() == Some("import-module") => {
                let args = self.arguments_of(n, None);
                let name = args.iter().find(|a| {
                    a.name.as_ref().is_none_or(|k| matches!(k.to_ascii_lowercase().as_str(), "name" | "path"))
                });
                let Some(path) = name.and_then(|a| Self::path(&a.value)) else {
                    // Which module is loaded is not known.
                    let parts = args.into_iter().map(|a| a.value).collect();
                    let e = self.expr_at(n, ExprKind::Opaque(parts));
                    let callee = self.named_at(n, "Import-Module");
                    let call = self.call_at(n, callee, vec![Arg { name: None, value: e }], false);
                    out.push(self.stmt_at(n, StmtKind::Expr(call)));
                    return true;
                };
                if path.contains(['/', '\\']) { relative(&path) } else { path }
            }
            _ => return false,
        };
        out.push(self.stmt_at(n, StmtKind::Import(all_of(&module))));
        true
    }

    /// A path that is constant but for the directory of this file.
    fn path(e: &Expr) -> Option<String> {
        let here = |e: &Expr| matches!(&e.kind, ExprKind::Name(n) if n == "$psscriptroot");
        match &e.kind {
            ExprKind::Str(s) => Some(s.to_string()),
            ExprKind::Template(parts) => match &parts[..] {
                [root, Expr { kind: ExprKind::Str(rest), .. }] if here(root) => Some(format!(".{rest}")),
                _ => None,
            },
            // `Join-Path $PSScriptRoot 'lib.ps1'`
            ExprKind::Call { callee, args, .. } => {
                let name = matches!(&callee.kind, ExprKind::Name(n) if n.eq_ignore_ascii_case("Join-Path"));
                match &args[..] {
                    [root, rest @ ..] if name && here(&root.value) => {
                        let mut path = String::from(".");
                        for r in rest {
                            let ExprKind::Str(s) = &r.value.kind else { return None };
                            path.push('/');
                            path.push_str(s.trim_start_matches("./"));
                        }
                        Some(path)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// A path below the directory of this file.
fn relative(path: &str) -> String {
    let path = path.replace('\\', "/");
    if path.starts_with("./") || path.starts_with("../") || path.starts_with('/') {
        path
    } else {
        format!("./{path}")
    }
}
