//! Recognition tables: what the functions of libraries do, and the operations of AWS services.
//!
//! All of it is data beside this file; the interpreter only acts on what a row says.

use super::hir::Lang;
use super::lang::{KEYS, Scope};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

const LIBRARIES: &str = include_str!("libraries.tsv");
const GLOBALS: &str = include_str!("globals.tsv");
const SERVICES: &str = include_str!("services.tsv");
const OPERATIONS: &str = include_str!("operations.tsv");
const METHODS: &str = include_str!("methods.tsv");
const RESOURCES: &str = include_str!("resources.tsv");
const WAITERS: &str = include_str!("waiters.tsv");
const NAMES: &str = include_str!("names.tsv");
const INERT: &str = include_str!("inert.tsv");

/// One table per language that has everything in one: its key, then rows whose first column says what they are:
/// `lib` (columns of `libraries.tsv` without the language), `global`, `inert`, `reaching`, `harmless`, `data` (names),
/// `sdk`, `suffix`, `runs`, `arg` (see [`sdk`]), and `call`, `positions` (see [`command`]).
const LANGUAGES: &[(&str, &str)] = &[
    ("go", include_str!("go.tsv")),
    ("rs", include_str!("rs.tsv")),
    ("java", include_str!("java.tsv")),
    ("rb", include_str!("rb.tsv")),
    ("cs", include_str!("cs.tsv")),
    ("ps", include_str!("ps.tsv")),
];

pub(crate) mod command;
pub(crate) mod events;
mod kind;
pub(crate) mod sdk;

use kind::kind;
pub(crate) use kind::{Kind, Row};

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(|l| l.split('\t').collect())
}

/// How many languages have tables of their own.
const COLUMNS: usize = KEYS.len();

/// The column of a key.
fn column_of(key: &str) -> Option<usize> {
    KEYS.iter().position(|k| *k == key)
}

/// Rows of one kind of the tables that hold everything of a language, with its column; without the kind.
fn of_languages(kind: &'static str) -> impl Iterator<Item = (usize, &'static [&'static str])> {
    type Rows = Vec<(usize, Vec<&'static str>)>;
    static ALL: OnceLock<BTreeMap<&'static str, Rows>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut all: BTreeMap<&'static str, Rows> = BTreeMap::new();
        for (key, text) in LANGUAGES {
            let Some(i) = column_of(key) else { continue };
            for mut r in rows(text) {
                let kind = r.remove(0);
                all.entry(kind).or_default().push((i, r));
            }
        }
        all
    });
    all.get(kind).into_iter().flatten().map(|(i, r)| (*i, r.as_slice()))
}

/// Names that stand in rows of one kind, by language.
fn names_of(kind: &'static str) -> [BTreeSet<&'static str>; COLUMNS] {
    let mut out: [BTreeSet<&'static str>; COLUMNS] = std::array::from_fn(|_| BTreeSet::new());
    for (i, r) in of_languages(kind) {
        out[i].extend(r.iter().flat_map(|n| n.split(' ')));
    }
    out
}

/// The tables by language, in the order of [`KEYS`].
struct Tables {
    rows: [BTreeMap<&'static str, Row>; COLUMNS],
    packages: [BTreeSet<&'static str>; COLUMNS],
    globals: [BTreeSet<&'static str>; COLUMNS],
    data_methods: BTreeSet<&'static str>,
}

impl Tables {
    fn add(&mut self, i: usize, row: &[&'static str]) {
        let [name, kind_name, detail, result] = row[..] else { return };
        let Some(kind) = kind(kind_name, detail) else { return };
        let dash = |s: &'static str| if s == "-" { "" } else { s };
        let result = Some(dash(result)).filter(|r| !r.is_empty());
        self.rows[i].insert(name, Row { kind, detail: dash(detail), result });
        if !name.starts_with('#') {
            self.packages[i].insert(if KEYS[i] == Lang::Java.traits().key {
                java_package(name)
            } else {
                package(name)
            });
        }
    }
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let mut t = Tables {
            rows: std::array::from_fn(|_| BTreeMap::new()),
            packages: std::array::from_fn(|_| BTreeSet::new()),
            globals: names_of("global"),
            data_methods: of_languages("data").flat_map(|(_, r)| r[0].split(' ')).collect(),
        };
        for r in rows(LIBRARIES) {
            let Some(i) = r.first().and_then(|l| column_of(l)) else { continue };
            t.add(i, &r[1..]);
        }
        for (i, r) in of_languages("lib") {
            t.add(i, r);
        }
        for r in rows(GLOBALS) {
            let [lang, names] = r[..] else { continue };
            match column_of(lang) {
                Some(i) => t.globals[i].extend(names.split(' ')),
                None => t.data_methods.extend(names.split(' ')),
            }
        }
        for p in ["boto3", "botocore", "aioboto3", "aiobotocore"] {
            t.packages[0].insert(p);
        }
        t.packages[1].insert("aws-sdk");
        t
    })
}

/// The package of a qualified name: up to the first dot, behind the scope.
fn package(name: &str) -> &str {
    // Paths as names of packages: the first dot behind the last slash ends them (`github.com/a/b.F`).
    let head = name.split('(').next().unwrap_or(name);
    if let Some((host, _)) = head.split_once('/')
        && host.contains('.')
        && !host.starts_with('@')
    {
        let from = head.rfind('/').unwrap_or(0);
        return head[from..].find('.').map_or(head, |i| &head[..from + i]);
    }
    let from = if name.starts_with('@') { name.find('/').unwrap_or(0) } else { 0 };
    let end = name[from..].find(['.', '(']).map_or(name.len(), |i| from + i);
    let name = &name[..end];
    let parts = if name.starts_with('@') { 2 } else { 1 };
    name.match_indices('/').nth(parts - 1).map_or(name, |(i, _)| &name[..i])
}

/// The package of a qualified name of a language that writes packages small: what stands before the first type.
fn java_package(name: &str) -> &str {
    let mut at = 0_usize;
    for part in name.split('.') {
        if part.starts_with(|c: char| c.is_uppercase()) || part.contains(['(', '*']) {
            return name.get(..at.saturating_sub(1)).unwrap_or_default();
        }
        at += part.len() + 1;
    }
    name
}

/// A name as the tables have it: in lower case where case means nothing.
fn folded(lang: Lang, name: &str) -> Cow<'_, str> {
    if lang.traits().folds_case { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) }
}

/// What is known of a qualified name.
pub(crate) fn lookup(lang: Lang, name: &str) -> Option<Row> {
    let rows = &tables().rows[lang.column()];
    let name = &*folded(lang, name);
    if let Some(r) = rows.get(name) {
        return Some(*r);
    }
    let (head, last) = name.rsplit_once('.')?;
    if let Some(r) = rows.get(&*format!("{head}.*")) {
        return Some(*r);
    }
    // One middle segment stands for any: `transformers.*.from_pretrained`.
    let (front, _) = head.rsplit_once('.')?;
    if let Some(r) = rows.get(&*format!("{front}.*.{last}")) {
        return Some(*r);
    }
    // Members of members of an object of a library: `#prisma.user.create`.
    let first = name.split('.').next().filter(|f| f.starts_with('#'))?;
    rows.get(&*format!("{first}.*")).filter(|r| r.kind == Kind::Answer).copied()
}

/// Whether a row stands for a name itself.
pub(crate) fn is_row(lang: Lang, name: &str) -> bool {
    tables().rows[lang.column()].contains_key(&*folded(lang, name))
}

/// A type of a library that types of a project are built upon (rows `base type methods object fills`): which methods of its
/// objects it calls, the name by which its own members are known, and whether it fills fields that are empty (`fills` or `-`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Base {
    calls: &'static str,
    pub object: &'static str,
    pub fills: bool,
}

impl Base {
    pub(crate) fn calls(self) -> impl Iterator<Item = &'static str> {
        self.calls.split(' ')
    }
}

fn bases(lang: Lang) -> impl Iterator<Item = (&'static str, Base)> {
    of_languages("base").filter(move |(i, _)| *i == lang.column()).filter_map(|(_, r)| match r {
        [name, calls, object, fills] => Some((*name, Base { calls, object, fills: *fills == "fills" })),
        _ => None,
    })
}

/// What is known of a type that is built upon.
pub(crate) fn base(lang: Lang, q: &str) -> Option<Base> {
    bases(lang).find(|(name, _)| *name == q).map(|(_, b)| b)
}

/// Whether a type that is built upon, by its full name or the last part of it, has a method itself.
pub(crate) fn inherits(lang: Lang, ty: &str, method: &str) -> bool {
    let is = |name: &str| name == ty || !ty.contains('.') && name.rsplit('.').next() == Some(ty);
    bases(lang).any(|(name, b)| is(name) && is_row(lang, &format!("{}.{method}", b.object)))
}

/// Whether something is known of a name, or of its members.
pub(crate) fn has_members(lang: Lang, name: &str) -> bool {
    let rows = &tables().rows[lang.column()];
    let member = |k: &str| k == name || k.strip_prefix(name).is_some_and(|r| r.starts_with(['.', '(']));
    rows.range(name..).take_while(|(k, _)| k.starts_with(name)).any(|(k, _)| member(k))
}

/// Whether a library is known to call no AWS service by itself: by the qualified name of what is imported.
pub(crate) fn is_inert(lang: Lang, name: &str) -> bool {
    static NAMES: OnceLock<[BTreeSet<&'static str>; COLUMNS]> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let mut all = names_of("inert");
        for r in rows(INERT) {
            if let [lang, names] = r[..]
                && let Some(i) = column_of(lang)
            {
                all[i].extend(names.split(' '));
            }
        }
        all
    });
    let names = &names[lang.column()];
    let name = if lang.is_node() { name.strip_prefix("node:").unwrap_or(name) } else { name };
    let name = &*folded(lang, name);
    let ends = name.match_indices(['.', '/']).map(|(i, _)| i).chain([name.len()]);
    let known = ends.into_iter().any(|i| name.get(..i).is_some_and(|n| names.contains(n)));
    // Clients of the SDK, and types of them.
    known
        || types_of(lang, name).is_some()
        || match lang {
            Lang::Python => name.starts_with("mypy_boto3_"),
            Lang::Rust => name.strip_prefix("aws_sdk_").is_some_and(|n| service_named(package(n)).is_some()),
            Lang::CSharp => name.strip_prefix("Amazon.").is_some_and(|n| service_named(package(n)).is_some()),
            Lang::Go | Lang::Java | Lang::PowerShell => false,
            Lang::Ruby => name == "aws-sdk" || name.starts_with("aws-sdk-"),
            Lang::JavaScript | Lang::TypeScript => {
                name.strip_prefix("@aws-sdk/client-").is_some_and(|n| service_named(package(n)).is_some())
            }
        }
}

/// The operations of AWS services a text names, in any spelling (`put_object`, `putObject`, `PutObjectCommand`); in
/// lower case, sorted.
pub(crate) fn operations_named(text: &str) -> Vec<SmolStr> {
    static ALL: OnceLock<BTreeSet<String>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let groups = rows(OPERATIONS).filter_map(|r| r.get(1).copied()).flat_map(|g| g.split(' '));
        let groups = groups.filter_map(|g| g.split_once(':'));
        groups
            .flat_map(|(verbs, rests)| rests.split(',').map(move |rest| (verbs, rest)))
            .flat_map(|(verbs, rest)| {
                verbs.split('.').map(move |v| format!("{v}{rest}").to_ascii_lowercase())
            })
            .collect()
    });
    let mut out = BTreeSet::new();
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')) {
        if word.len() < 4 || word.len() > 100 {
            continue;
        }
        let word: String = word.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect();
        let bare = ["commandinput", "commandoutput", "command", "input", "output", "request", "paginator"];
        let shorter = bare.iter().filter_map(|e| word.strip_suffix(e)).chain(word.strip_prefix("paginate"));
        for w in shorter.chain([word.as_str()]) {
            if all.contains(w) {
                out.insert(SmolStr::new(w));
            }
        }
    }
    out.into_iter().collect()
}

/// The normal form of a qualified name.
pub(crate) fn normal(lang: Lang, name: &SmolStr) -> SmolStr {
    let name = name.strip_suffix(".default").map_or(name.clone(), SmolStr::from);
    match tables().rows[lang.column()].get(&*folded(lang, &name)) {
        Some(Row { kind: Kind::Alias, result: Some(to), .. }) => SmolStr::new_static(to),
        _ => name,
    }
}

/// Whether a package is known: its name means the library, whatever else has that name.
pub(crate) fn is_library(lang: Lang, package: &str) -> bool {
    tables().packages[lang.column()].contains(package)
        || (lang.is_node() && (package.starts_with("@aws-sdk/") || package.starts_with("@smithy/")))
}

/// Whether something belongs to a package that is known.
pub(crate) fn is_known(lang: Lang, name: &str) -> bool {
    if lang == Lang::Java {
        return name.starts_with('#') || is_library(lang, java_package(name)) || is_inert(lang, name);
    }
    if lang.traits().scope == Scope::Project {
        // As far as a type.
        let ends = name.match_indices(['.', '(']).map(|(i, _)| i).chain([name.len()]);
        let type_of =
            |q: &str| has_type(lang, q) || lookup(lang, q).is_some() || sdk::named(lang, q).is_some();
        return name.starts_with('#') || ends.into_iter().any(|i| name.get(..i).is_some_and(type_of));
    }
    name.starts_with('#') || is_library(lang, package(name))
}

/// The types of a namespace that are known and call no AWS service (rows `types namespace names`).
fn types_of(lang: Lang, namespace: &str) -> Option<&'static BTreeSet<&'static str>> {
    spaces(lang).get(namespace)
}

/// Types by their namespaces.
type Spaces = BTreeMap<&'static str, BTreeSet<&'static str>>;

fn spaces(lang: Lang) -> &'static Spaces {
    static ALL: OnceLock<[Spaces; COLUMNS]> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut out: [Spaces; COLUMNS] = std::array::from_fn(|_| Spaces::new());
        for (i, r) in of_languages("types") {
            if let [namespace, names] = *r {
                out[i].entry(namespace).or_default().extend(names.split(' '));
            }
        }
        out
    });
    &all[lang.column()]
}

/// Whether a type is known by its full name.
fn has_type(lang: Lang, full: &str) -> bool {
    let Some((namespace, name)) = full.rsplit_once('.') else { return false };
    types_of(lang, namespace).is_some_and(|t| t.contains(name))
}

/// Whether containers give objects of a type without being told (rows `given`).
pub(crate) fn is_given(lang: Lang, full: &str) -> bool {
    static ALL: OnceLock<[BTreeSet<&'static str>; COLUMNS]> = OnceLock::new();
    ALL.get_or_init(|| names_of("given"))[lang.column()].contains(full)
}

/// Beginnings of the names of functions of a language that run other programs, sign requests or are the SDK's own, and
/// of those among them that call nothing.
pub(crate) fn reaching(lang: Lang) -> (&'static BTreeSet<&'static str>, &'static BTreeSet<&'static str>) {
    type Names = [BTreeSet<&'static str>; COLUMNS];
    static ALL: OnceLock<(Names, Names)> = OnceLock::new();
    let all = ALL.get_or_init(|| (names_of("reaching"), names_of("harmless")));
    (&all.0[lang.column()], &all.1[lang.column()])
}

/// Whether anything is known of a qualified name or of members of it.
pub(crate) fn knows(lang: Lang, name: &str) -> bool {
    let rows = &tables().rows[lang.column()];
    let below = format!("{name}.");
    let made = format!("{name}(");
    let starts = |p: &str| rows.range(p..).next().is_some_and(|(k, _)| k.starts_with(p));
    let (reaching, _) = reaching(lang);
    rows.contains_key(name)
        || starts(&below)
        || starts(&made)
        || reaching.iter().any(|r| *r == name || r.starts_with(&below) && *r != below)
        || sdk::named(lang, name).is_some()
        || has_type(lang, name)
        || spaces(lang).contains_key(name)
        || spaces(lang).range(&*below..).next().is_some_and(|(n, _)| n.starts_with(&below))
}

/// The name by which a method of values is known here (`method Select map`); itself where the language has no other.
pub(crate) fn common_method(lang: Lang, name: &str) -> Option<&'static str> {
    type Names = [BTreeMap<&'static str, &'static str>; COLUMNS];
    static ALL: OnceLock<Names> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut out: Names = std::array::from_fn(|_| BTreeMap::new());
        for (i, r) in of_languages("method") {
            if let [names, common] = *r {
                out[i].extend(names.split(' ').map(|n| (n, common)));
            }
        }
        out
    });
    all[lang.column()].get(name).copied()
}

/// What a method does that values of any kind have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chained {
    /// It gives the value (rows `keeps`; `keeps0`: without arguments only).
    Keeps,
    /// It gives the value, which must be there (rows `demands`).
    Demands,
    /// It gives the value, or what it is given for the case that there is none (rows `falls`).
    Falls,
    /// It calls a function with the value, or with its elements, and gives what that gives (rows `maps`).
    Maps,
    /// It calls a function with the elements, and gives some of them (rows `filters`).
    Filters,
}

/// What a method does by its name, whatever its object is. `plain`: it has no arguments.
pub(crate) fn chained(lang: Lang, name: &str, plain: bool) -> Option<Chained> {
    type Names = [BTreeSet<&'static str>; COLUMNS];
    static ALL: OnceLock<[Names; 6]> = OnceLock::new();
    let all = ALL.get_or_init(|| ["keeps", "keeps0", "demands", "falls", "maps", "filters"].map(names_of));
    let is = |i: usize| all[i][lang.column()].contains(name);
    Some(match () {
        () if is(0) || plain && (is(1) || lists(lang, name)) => Chained::Keeps,
        () if is(2) => Chained::Demands,
        () if is(3) && !plain => Chained::Falls,
        () if is(4) && !plain => Chained::Maps,
        () if is(5) && !plain => Chained::Filters,
        () => return None,
    })
}

/// Whether a method gives the elements of its object (rows `lists`).
pub(crate) fn lists(lang: Lang, name: &str) -> bool {
    static ALL: OnceLock<[BTreeSet<&'static str>; COLUMNS]> = OnceLock::new();
    ALL.get_or_init(|| names_of("lists"))[lang.column()].contains(name)
}

/// Whether a setter of a builder adds an element to a list (rows `elements`).
pub(crate) fn adds_element(lang: Lang, name: &str) -> bool {
    static ALL: OnceLock<[BTreeSet<&'static str>; COLUMNS]> = OnceLock::new();
    ALL.get_or_init(|| names_of("elements"))[lang.column()].contains(name)
}

/// Whether a name is there without an import.
pub(crate) fn is_global(lang: Lang, name: &str) -> bool {
    tables().globals[lang.column()].contains(name)
}

/// Whether a method is one of text, lists and the like, by its name.
pub(crate) fn is_data_method(name: &str) -> bool {
    tables().data_methods.contains(name)
}

pub(crate) fn same_name(a: &str, b: &str) -> bool {
    let plain = |s: &str| -> Vec<u8> {
        s.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase()).collect()
    };
    plain(a) == plain(b)
}

/// A service by botocore's client name.
pub(crate) fn is_service(name: &str) -> bool {
    rows(SERVICES).any(|r| r.first() == Some(&name))
}

/// A service by any SDK's name for it: `S3`, `SecretsManager`, `cognito-identity-provider`, `StepFunctions`.
pub(crate) fn service_named(name: &str) -> Option<&'static str> {
    rows(SERVICES)
        .find(|r| r.get(1).is_some_and(|id| same_name(id, name)))
        .or_else(|| rows(SERVICES).find(|r| same_name(r[0], name)))
        .map(|r| r[0])
        .or_else(|| rows(NAMES).find(|r| same_name(r[0], name)).and_then(|r| r.get(1).copied()))
}

/// An operation of a service, by any SDK's spelling (`put_object`, `putObject`, `PutObject`).
pub(crate) fn operation(service: &str, name: &str) -> Option<SmolStr> {
    let groups = rows(OPERATIONS).find(|r| r[0] == service)?.get(1).copied()?;
    let wanted: String = name.chars().filter(|c| *c != '_').collect();
    for group in groups.split(' ') {
        let (verbs, rests) = group.split_once(':')?;
        for verb in verbs.split('.') {
            let Some(tail) = wanted
                .get(verb.len()..)
                .filter(|_| wanted.get(..verb.len()).is_some_and(|w| w.eq_ignore_ascii_case(verb)))
            else {
                continue;
            };
            if let Some(rest) = rests.split(',').find(|r| r.eq_ignore_ascii_case(tail)) {
                return Some(format!("{verb}{rest}").into());
            }
        }
    }
    None
}

/// A method of an SDK object that is named otherwise than its operation: the operation and what its positional
/// arguments are.
pub(crate) fn method(service: &str, object: &str, name: &str) -> Option<(&'static str, Vec<&'static str>)> {
    rows(METHODS)
        .find(|r| r[0] == service && r[1] == object && r[2] == name)
        .map(|r| (r[3], r.get(4).map_or_else(Vec::new, |p| p.split(',').collect())))
}

/// The operation a waiter calls, by any SDK's spelling of the waiter (`bucket_exists`, `bucketExists`, `BucketExists`).
pub(crate) fn waited(service: &str, waiter: &str) -> Option<&'static str> {
    let groups = rows(WAITERS).find(|r| r[0] == service)?.get(1).copied()?;
    let mut groups = groups.split(' ').filter_map(|g| g.split_once(':'));
    groups
        .find(|(_, waiters)| waiters.split(',').any(|w| same_name(w, waiter)))
        .map(|(operation, _)| operation)
}

/// A kind of resource object: its name and its identifiers by API argument name.
pub(crate) fn resource(service: &str, kind: &str) -> Option<(&'static str, Vec<&'static str>)> {
    rows(RESOURCES).find(|r| r[0] == service && r[1] == kind).map(|r| (r[1], r[2].split(',').collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::handler::Family;
    use lamlint_model::value::Fresh;

    #[test]
    fn every_row_parses() {
        for r in rows(LIBRARIES) {
            assert_eq!(r.len(), 5, "{r:?}");
            assert!(matches!(r[0], "py" | "js"), "{r:?}");
            assert!(kind(r[2], r[3]).is_some(), "{r:?}");
        }
        assert!(rows(METHODS).all(|r| r.len() == 5 && operation(r[0], r[3]).is_some()));
        assert!(rows(RESOURCES).all(|r| r.len() == 3 && is_service(r[0])));
        assert!(rows(NAMES).all(|r| r.len() == 2 && is_service(r[1])));
        assert!(rows(OPERATIONS).all(|r| r.len() == 2 && r[1].split(' ').all(|g| g.contains(':'))));
        assert!(rows(GLOBALS).all(|r| r.len() == 2));
        for r in rows(WAITERS) {
            assert_eq!(r.len(), 2, "{r:?}");
            for g in r[1].split(' ') {
                let (name, waiters) = g.split_once(':').unwrap();
                assert_eq!(operation(r[0], name).as_deref(), Some(name), "{r:?}");
                assert!(waiters.split(',').all(|w| waited(r[0], w) == Some(name)), "{r:?}");
            }
        }
        assert!(rows(SERVICES).all(|r| r.len() == 2));
        assert!(rows(INERT).all(|r| r.len() == 2 && matches!(r[0], "py" | "js")));
        for (key, text) in LANGUAGES {
            assert!(column_of(key).is_some());
            for r in rows(text) {
                match r[0] {
                    "lib" if r[2] == "operation" => {
                        let told = |called: &str| {
                            let words: Vec<&str> = called.split(' ').collect();
                            words.len() == 3 && operation(words[0], words[1]).as_deref() == Some(words[1])
                        };
                        assert!(r.len() == 5 && r[3].split('|').all(told), "{r:?}");
                    }
                    "lib" => assert!(r.len() == 5 && kind(r[2], r[3]).is_some(), "{r:?}"),
                    "sdk" => assert!(r.len() == 4 && sdk::is_kind(r[2]), "{r:?}"),
                    "suffix" => assert!(r.len() == 3 && sdk::is_suffix(r[2]), "{r:?}"),
                    "params" => assert!(r.len() == 4 && operation(r[1], r[2]).is_some(), "{r:?}"),
                    "method" | "types" | "positions" => assert_eq!(r.len(), 3, "{r:?}"),
                    "arg" => assert!(r.len() == 5 && is_service(r[1]), "{r:?}"),
                    "base" => assert!(r.len() == 5 && matches!(r[4], "fills" | "-"), "{r:?}"),
                    "global" | "given" | "inert" | "reaching" | "harmless" | "runs" | "data" | "keeps"
                    | "keeps0" | "demands" | "falls" | "maps" | "filters" | "lists" | "elements" => {
                        assert_eq!(r.len(), 2, "{r:?}");
                    }
                    "call" => {
                        assert!(r.len() == 5 && operation(r[2], r[3]).as_deref() == Some(r[3]), "{r:?}");
                    }
                    _ => panic!("{r:?}"),
                }
            }
        }
    }

    #[test]
    fn operations_by_any_spelling() {
        for name in ["put_object", "putObject", "PutObject"] {
            assert_eq!(operation("s3", name).as_deref(), Some("PutObject"));
        }
        assert_eq!(operation("rds", "describe_db_instances").as_deref(), Some("DescribeDBInstances"));
        assert_eq!(operation("lambda", "invoke").as_deref(), Some("Invoke"));
        assert_eq!(operation("s3", "put_objects"), None);
        assert_eq!(operation("sqs", "put_object"), None);
    }

    #[test]
    fn waiters_by_any_spelling() {
        for name in ["bucket_exists", "bucketExists", "BucketExists"] {
            assert_eq!(waited("s3", name), Some("HeadBucket"));
        }
        assert_eq!(waited("dynamodb", "table_not_exists"), Some("DescribeTable"));
        assert_eq!(waited("s3", "table_exists"), None);
        assert_eq!(waited("sqs", "queue_exists"), None);
    }

    #[test]
    fn services_by_any_name() {
        for (name, service) in [
            ("S3", "s3"),
            ("secrets-manager", "secretsmanager"),
            ("SecretsManager", "secretsmanager"),
            ("StepFunctions", "stepfunctions"),
            ("sfn", "stepfunctions"),
            ("EventBridge", "events"),
            ("CloudWatchLogs", "logs"),
            ("CognitoIdentityServiceProvider", "cognito-idp"),
            ("cognito-identity-provider", "cognito-idp"),
        ] {
            assert_eq!(service_named(name), Some(service), "{name}");
        }
        assert_eq!(service_named("Config"), Some("config"));
        assert_eq!(service_named("Upload"), None);
    }

    #[test]
    fn names_are_normal() {
        assert_eq!(normal(Lang::JavaScript, &"axios.default".into()), "axios");
        assert_eq!(normal(Lang::JavaScript, &"fs/promises".into()), "fs");
        assert_eq!(package("@aws-sdk/client-s3.S3Client"), "@aws-sdk/client-s3");
        assert_eq!(package("lodash/memoize"), "lodash");
        assert_eq!(package("psycopg2.connect().cursor"), "psycopg2");
    }

    #[test]
    fn libraries_that_call_nothing() {
        let py = |n| is_inert(Lang::Python, n);
        assert!(
            py("os.path")
                && py("aws_lambda_powertools.Logger")
                && py("aws_lambda_powertools.event_handler.api")
        );
        assert!(!py("subprocess") && !py("aws_lambda_powertools.utilities.parameters") && !py("osx"));
        let js = |n| is_inert(Lang::TypeScript, n);
        assert!(
            js("fs/promises") && js("@aws-sdk/client-s3.S3Client") && js("lodash/get") && js("@middy/core")
        );
        assert!(!js("child_process") && !js("@middy/ssm") && !js("@aws-sdk/credential-providers.fromIni"));
    }

    #[test]
    fn operations_in_any_spelling() {
        let text =
            "client.delete_object(); new GetItemCommand({}); getSignedUrl('putObject'); paginateScan; Object";
        assert_eq!(operations_named(text), ["deleteobject", "getitem", "putobject", "scan"]);
    }

    #[test]
    fn wildcards() {
        let kind = |l, n| lookup(l, n).map(|r| r.kind);
        assert_eq!(
            kind(Lang::Python, "transformers.AutoModel.from_pretrained"),
            Some(Kind::Client(Family::Heavy))
        );
        assert_eq!(kind(Lang::Python, "random.choice"), Some(Kind::Fresh(Fresh::Random)));
        assert_eq!(kind(Lang::JavaScript, "#orm.user.create"), Some(Kind::Answer));
        assert_eq!(kind(Lang::Python, "requests"), None);
    }
}
