//! The names of an AWS SDK, as patterns: how a language spells constructors of clients, inputs, paginators, waiters.
//!
//! Rows of a language's table (columns separated by tabs):
//!
//! * `sdk pattern kind detail`: a qualified name. In a pattern `{service}` and `{class}` stand for a service by
//!   any SDK's name for it (both must mean the same), `{operation}` for one of its operations, `{waiter}` for one of its waiters,
//!   `{any}` for letters and digits. Kinds: see [`SdkKind`]. Details are `key=value` words:
//!   `session=n`, `client=n`, `input=n`, `options=n` (positions; from `options` on), `kind=Name`, `service=name`,
//!   `operation=Name`.
//! * `suffix WithContext -`: what names of methods of clients may have behind the operation, and what that makes
//!   of the call: see [`Suffix`].
//! * `runs NextPage Send`: methods that make the call of an operation that is prepared (paginators, waiters, requests,
//!   builders); `runs` rows name them all.
//! * `params service operation names`: the arguments of a method by position, by API name, where it takes no input.
//! * `method Select map`: names of methods of lists, maps and text, with those by which they are known.
//! * `arg service operation name API name`: inputs that are named otherwise than in the API, beyond case; `*` for all
//!   operations.

use super::{of_languages, operation, same_name, service_named, waited};
use crate::code::hir::Lang;
use smol_str::SmolStr;

/// What a name of an SDK is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SdkKind {
    /// A function that builds a client; as a type, the client itself.
    Client,
    /// A function that gives the objects of a service (`Aws::S3::Resource`).
    Resource,
    /// The type of a client: a place of that type holds one.
    Type,
    /// A function that makes what clients are built from (a configuration, a session).
    Session,
    /// The defaults of all clients, or what sets them.
    Defaults,
    /// Part of a configuration: an argument of this name gives other credentials or another endpoint.
    Foreign,
    /// The type of an operation's input.
    Input,
    /// A structure of the API.
    Struct,
    /// A member of a union of the API, named by `{any}`: `AttributeValueMemberS{Value: x}` is `{S: x}`.
    Member,
    /// A paginator of an operation.
    Paginator,
    /// A waiter.
    Waiter,
    /// An object with methods of its own (an uploader): `kind` names it in `methods.tsv`.
    Object,
    /// A client that signs.
    Signer,
    /// Starts a builder of a client.
    ClientBuilder,
    /// Starts a builder of an input or a structure of the API.
    Builder,
}

/// What stands behind the operation in the name of a client's method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suffix {
    /// Nothing changes.
    Plain,
    /// A function among the arguments gets each page.
    Pages,
    /// The call is prepared, and made or signed later.
    Request,
    /// A paginator is given.
    Paginator,
}

fn sdk_kind(name: &str) -> Option<SdkKind> {
    Some(match name {
        "client" => SdkKind::Client,
        "resource" => SdkKind::Resource,
        "type" => SdkKind::Type,
        "session" => SdkKind::Session,
        "defaults" => SdkKind::Defaults,
        "foreign" => SdkKind::Foreign,
        "input" => SdkKind::Input,
        "struct" => SdkKind::Struct,
        "member" => SdkKind::Member,
        "paginator" => SdkKind::Paginator,
        "waiter" => SdkKind::Waiter,
        "object" => SdkKind::Object,
        "signer" => SdkKind::Signer,
        "client-builder" => SdkKind::ClientBuilder,
        "builder" => SdkKind::Builder,
        _ => return None,
    })
}

fn suffix_kind(name: &str) -> Option<Suffix> {
    Some(match name {
        "-" => Suffix::Plain,
        "pages" => Suffix::Pages,
        "request" => Suffix::Request,
        "paginator" => Suffix::Paginator,
        _ => return None,
    })
}

#[cfg(test)]
pub(super) fn is_kind(name: &str) -> bool {
    sdk_kind(name).is_some()
}

#[cfg(test)]
pub(super) fn is_suffix(name: &str) -> bool {
    suffix_kind(name).is_some()
}

/// A name of an SDK.
#[derive(Debug, Clone)]
pub(crate) struct SdkName {
    pub kind: SdkKind,
    /// By botocore's client name; from the pattern or the detail.
    pub service: Option<&'static str>,
    pub operation: Option<SmolStr>,
    /// What `{any}` stood for.
    pub any: SmolStr,
    detail: &'static str,
}

impl SdkName {
    /// The value of a word of the detail.
    pub(crate) fn word(&self, key: &str) -> Option<&'static str> {
        self.detail.split(' ').find_map(|w| w.strip_prefix(key)?.strip_prefix('='))
    }

    /// A position of the detail.
    pub(crate) fn position(&self, key: &str) -> Option<usize> {
        self.word(key)?.parse().ok()
    }
}

/// What a qualified name is to the SDK of a language.
pub(crate) fn named(lang: Lang, q: &str) -> Option<SdkName> {
    let column = lang.column();
    of_languages("sdk").filter(|(i, _)| *i == column).find_map(|(_, r)| {
        let [pattern, kind, detail] = r[..] else { return None };
        let mut m = Match::default();
        if !fits(pattern, q, &mut m) {
            return None;
        }
        let mut name =
            SdkName { kind: sdk_kind(kind)?, service: None, operation: None, any: m.any.into(), detail };
        name.service = match (m.service, m.class) {
            (Some(s), None) => Some(service_named(s)?),
            (None, Some(c)) => Some(service_named(c)?),
            (Some(s), Some(c)) => Some(service_named(s).filter(|s| service_named(c) == Some(s))?),
            (None, None) => name.word("service").and_then(service_named),
        };
        name.operation = match (m.operation, m.waiter) {
            (Some(o), _) => Some(operation(name.service?, o)?),
            (_, Some(w)) => Some(SmolStr::new_static(waited(name.service?, w)?)),
            _ => name.word("operation").map(SmolStr::new_static),
        };
        Some(name)
    })
}

#[derive(Debug, Default, Clone)]
struct Match<'q> {
    service: Option<&'q str>,
    class: Option<&'q str>,
    operation: Option<&'q str>,
    waiter: Option<&'q str>,
    any: &'q str,
}

/// Whether a name fits a pattern. A hole takes letters, digits, `-` and `_`, as few as will do.
fn fits<'q>(pattern: &str, q: &'q str, m: &mut Match<'q>) -> bool {
    let Some(open) = pattern.find('{') else { return pattern == q };
    let Some(rest) = q.strip_prefix(&pattern[..open]) else { return false };
    let Some(close) = pattern.find('}') else { return false };
    let (hole, behind) = (&pattern[open + 1..close], &pattern[close + 1..]);
    let longest = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count();
    for n in 1..=longest {
        let mut inner = m.clone();
        let text = &rest[..n];
        match hole {
            "service" => inner.service = Some(text),
            "class" => inner.class = Some(text),
            "operation" => inner.operation = Some(text),
            "waiter" => inner.waiter = Some(text),
            _ => inner.any = text,
        }
        if fits(behind, &rest[n..], &mut inner) {
            *m = inner;
            return true;
        }
    }
    false
}

/// The operation a method of a client calls, with what stands behind it.
pub(crate) fn method(lang: Lang, service: &str, name: &str) -> Option<(SmolStr, Suffix)> {
    let mut suffixes = of_languages("suffix").filter(|(i, _)| *i == lang.column());
    let exact = operation(service, name);
    // `InvokeAsync` is an operation of its own, and what an SDK calls `Invoke`.
    if let Some(o) = exact {
        let mut plain = of_languages("suffix").filter(|(i, r)| *i == lang.column() && r.get(1) == Some(&"-"));
        let shorter = plain.find_map(|(_, r)| operation(service, name.strip_suffix(r.first()?)?));
        return Some((shorter.unwrap_or(o), Suffix::Plain));
    }
    suffixes.find_map(|(_, r)| {
        let head = name.strip_suffix(r.first()?)?;
        Some((operation(service, head)?, suffix_kind(r.get(1)?)?))
    })
}

/// Whether a method makes the call of an operation that is prepared.
pub(crate) fn runs(lang: Lang, name: &str) -> bool {
    of_languages("runs").any(|(i, r)| i == lang.column() && r[0].split(' ').any(|n| n == name))
}

/// The name an argument has in the API: `bucket`, `table_name`, `BucketName`.
pub(crate) fn argument(lang: Lang, service: &str, operation: &str, name: &str) -> SmolStr {
    let mut args = of_languages("arg").filter(|(i, r)| *i == lang.column() && r[0] == service);
    let renamed = args.find_map(|(_, r)| {
        let [_, o, from, to] = r[..] else { return None };
        ((o == "*" || o == operation) && same_name(from, name)).then_some(to)
    });
    renamed.map_or_else(|| pascal(name), SmolStr::new_static)
}

/// The positional arguments of an operation's method, by API name (rows `params service operation names`).
pub(crate) fn positional(lang: Lang, service: &str, operation: &str) -> Vec<&'static str> {
    let mut all = of_languages("params").filter(|(i, _)| *i == lang.column());
    let found = all.find(|(_, r)| r[0] == service && r[1] == operation);
    found.map_or_else(Vec::new, |(_, r)| r[2].split(',').collect())
}

/// `table_name`, `tableName` and `TableName` as `TableName`.
pub(crate) fn pascal(name: &str) -> SmolStr {
    let mut out = String::with_capacity(name.len());
    for part in name.split('_') {
        let mut chars = part.chars();
        out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        out.push_str(chars.as_str());
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_go_sdks() {
        let go = |q: &str| named(Lang::Go, q);
        let v2 = "github.com/aws/aws-sdk-go-v2/service/";
        let n = go(&format!("{v2}s3.NewFromConfig")).unwrap();
        assert_eq!((n.kind, n.service, n.position("session")), (SdkKind::Client, Some("s3"), Some(0)));
        let n = go(&format!("{v2}sfn.StartExecutionInput")).unwrap();
        assert_eq!((n.kind, n.operation.as_deref()), (SdkKind::Input, Some("StartExecution")));
        let n = go(&format!("{v2}dynamodb.NewScanPaginator")).unwrap();
        assert_eq!((n.kind, n.operation.as_deref()), (SdkKind::Paginator, Some("Scan")));
        let n = go(&format!("{v2}dynamodb.NewTableExistsWaiter")).unwrap();
        assert_eq!((n.kind, n.operation.as_deref()), (SdkKind::Waiter, Some("DescribeTable")));
        let n = go(&format!("{v2}dynamodb/types.AttributeValueMemberS")).unwrap();
        assert_eq!((n.kind, n.any.as_str()), (SdkKind::Member, "S"));
        let n = go("github.com/aws/aws-sdk-go/service/dynamodb/dynamodbiface.DynamoDBAPI").unwrap();
        assert_eq!((n.kind, n.service), (SdkKind::Type, Some("dynamodb")));
        assert!(go(&format!("{v2}nothing.NewFromConfig")).is_none());
        assert!(go("example.com/service/s3.NewFromConfig").is_none());
    }

    #[test]
    fn methods_with_suffixes() {
        let m = |n: &str| method(Lang::Go, "s3", n);
        assert_eq!(m("PutObject"), Some(("PutObject".into(), Suffix::Plain)));
        assert_eq!(m("PutObjectWithContext"), Some(("PutObject".into(), Suffix::Plain)));
        assert_eq!(m("ListObjectsV2Pages"), Some(("ListObjectsV2".into(), Suffix::Pages)));
        assert_eq!(m("GetObjectRequest"), Some(("GetObject".into(), Suffix::Request)));
        assert_eq!(m("Frobnicate"), None);
        assert_eq!(pascal("table_name"), "TableName");
        assert_eq!(pascal("tableName"), "TableName");
    }
}
