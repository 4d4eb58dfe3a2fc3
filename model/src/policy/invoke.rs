//! Whether a service may invoke a function in its own name: `AWS::Lambda::Permission` against what invokes.
//!
//! A permission is a statement with a principal and a source, for the function itself or for one alias or version.
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>

use super::arn::Arn;
use super::attached::held_policy;
use super::token::{self, As, Token};
use super::verdict::{Request, Verdict, Who, and, holds, verdict};
use crate::app::{App, Invocation, Kind, Resource, ResourceId, mentions};
use crate::tree::{Node, Tree};
use crate::tri::{Basis, Combined, Evidence, Guards, Proof, Tri, Why};
use crate::value::{Attr, Same, Value};
use smol_str::SmolStr;

/// The action services ask for.
const INVOKE: &str = "lambda:InvokeFunction";

/// Bound on the depth of properties that are searched.
const MAX_DEPTH: u32 = 64;

/// How many permissions that miss are shown beside a missing one.
const SHOWN: usize = 2;

/// What a permission of the function lacks to be the one that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Miss {
    /// Its `SourceArn` is certainly another one.
    Source,
    /// It is for an alias or version and the function is called without one, or the other way round.
    Qualifier,
    /// It is for another service.
    Principal,
    /// It allows another action, or exists under other conditions.
    Other,
}

/// What a call or a permission names: the function, or one alias or version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Called {
    Function,
    Resource(ResourceId),
    Named(SmolStr),
    Unknown,
}

/// Is there certainly no permission for what invokes a function? The proof is where it is invoked, with the permissions
/// that come near; beside it the nearest one, and what is wrong with it.
pub fn not_permitted(
    app: &App,
    i: &Invocation,
    note: impl Into<String>,
) -> (Tri, Option<(Miss, ResourceId)>) {
    match lacking(app, i) {
        Err(None) => (Tri::No, None),
        Err(Some(why)) => (Tri::Unknown(why), None),
        Ok(near) => {
            let mut claim = i.claim(note);
            for (miss, id) in near.iter().take(SHOWN) {
                claim = claim.with_context(shown(app, *miss, *id));
            }
            (claim, near.first().copied())
        }
    }
}

/// The permissions that come near, nearest first; otherwise that there is one, or why there may be one.
fn lacking(app: &App, i: &Invocation) -> Result<Vec<(Miss, ResourceId)>, Option<Why>> {
    let function = app.resource(i.function);
    let mut near = Vec::new();
    for p in app.of_kind(Kind::Permission) {
        // What a shorthand of another application brings is for that shorthand.
        if p.application != function.application && p.implied_by.is_some() {
            continue;
        }
        let about = about(app, p, function, &i.guards);
        if about == Same::No {
            continue;
        }
        let dimensions = [
            (Miss::Source, source(app, p, i)),
            (Miss::Qualifier, qualifier(app, p, i)),
            (Miss::Principal, principal(app, p, i)),
            (Miss::Other, and(action(app, p), and(rest(p), holds(&p.guards, &i.guards)))),
        ];
        match dimensions.iter().fold(about, |all, (_, d)| and(all, *d)) {
            Same::Yes => return Err(None),
            Same::Unknown => {
                return Err(Some(Why::other(format!("the permission `{}` may be the one", p.name))));
            }
            Same::No => {}
        }
        let mut wrong = dimensions.iter().filter(|(_, d)| *d == Same::No).map(|(m, _)| *m);
        if let (Some(miss), None) = (wrong.next(), wrong.next())
            && about == Same::Yes
            && miss != Miss::Other
        {
            near.push((miss, p.id));
        }
    }
    if let Some(why) = elsewhere(app, i, function) {
        return Err(Some(why));
    }
    near.sort_unstable();
    Ok(near)
}

/// Why something else than a permission may let the service invoke the function.
fn elsewhere(app: &App, i: &Invocation, function: &Resource) -> Option<Why> {
    // An alias that is made elsewhere may have got its permission there.
    if let Called::Named(q) = called(app, &i.called)
        && !app.of_kind(Kind::Alias).any(|a| a.props.get("Name").strings().sole() == Some(&Some(q.clone())))
    {
        return Some(Why::other(format!("`{q}` is no alias of the project")));
    }
    let (statements, open) = held_policy(app, function.id);
    let arn = match called(app, &i.called) {
        Called::Function => Arn::of(app, function.id),
        _ => Arn::unknown(),
    };
    let request =
        Request { action: INVOKE, resource: &arn, who: Some(Who::Service(i.principal)), given: &i.guards };
    match verdict(app, &statements, open.as_ref(), &request) {
        Verdict::Missing => {}
        Verdict::Unknown(why) => return Some(why),
        Verdict::Allowed(_) | Verdict::Denied(_) => return Some(Why::other("the policy decides")),
    }
    let mut templates = app.templates.iter().filter(|t| t.application == function.application);
    if let Some(why) = templates.find_map(|t| t.open.clone()) {
        return Some(why);
    }
    // Who is given the function's ARN may add the permission: connectors, custom resources, stacks that aren't read.
    let may_add = |r: &Resource| {
        r.kind == Kind::Nested
            || ["Connector", "AWS::CloudFormation::CustomResource"].contains(&r.type_name.as_str())
            || r.type_name.starts_with("Custom::")
    };
    let others = app.resources.iter().filter(|r| r.application == function.application && may_add(r));
    for r in others {
        let mut is = |v: &Value| names(app, r, v, function.id);
        let (entries, open) = r.props.entries();
        let given = entries.iter().filter(|(e, _)| e.key != "ServiceToken");
        let mut found = open.is_some();
        for (e, _) in given {
            found = found || within(&e.value, 0, &mut is);
        }
        if found {
            return Some(Why::other(format!("`{}` may add the permission", r.name)));
        }
    }
    None
}

fn names(app: &App, at: &Resource, v: &Value, function: ResourceId) -> bool {
    mentions(v, function) || app.function_named(at.application, v).is_some_and(|(f, _)| f == function)
}

/// Whether any text in a tree passes a test. A tree too deep to search, or one that is open in a part, passes.
fn within(tree: &Tree, depth: u32, is: &mut impl FnMut(&Value) -> bool) -> bool {
    if depth > MAX_DEPTH {
        return true;
    }
    tree.alts().iter().any(|a| match &a.value {
        Node::Absent => false,
        Node::Leaf(v) => is(v),
        Node::List { items, .. } => items.iter().any(|t| within(t, depth + 1, is)),
        Node::Map { entries, .. } => entries.iter().any(|e| within(&e.value, depth + 1, is)),
    })
}

fn shown(app: &App, miss: Miss, id: ResourceId) -> Proof {
    let p = app.resource(id);
    let (property, note) = match miss {
        Miss::Source => ("SourceArn", "this permission is for another source"),
        Miss::Qualifier => {
            ("FunctionName", "this permission is for another version or alias of the function")
        }
        Miss::Principal | Miss::Other => ("Principal", "this permission is for another service"),
    };
    // A permission made for a shorthand is written nowhere but there.
    let span = if p.implied_by.is_some() { p.anchor.span } else { p.props.get(property).span() };
    Proof::single(Evidence::new(span, note, Basis::Written, p.guards.clone()))
}

/// The answers for all values of a property that exist where `given` does: one that is certain has to hold for all.
fn all(t: &Tree, given: &Guards, absent: Same, f: impl Fn(&Value) -> Same) -> Same {
    let values = t.values();
    let mut answers = Vec::new();
    for a in values.alts() {
        if a.guards.combine(given) == Combined::Never {
            continue;
        }
        let answer = a.value.as_ref().map_or(absent, &f);
        let possible = matches!(a.basis, Basis::ParameterAllowed(_));
        answers.push(if possible && answer == Same::Yes { Same::Unknown } else { answer });
    }
    let open = values.open().is_some() || answers.is_empty();
    // Both a default that fits and one that does not leave it open.
    match (answers.iter().all(|a| *a == Same::Yes), answers.iter().all(|a| *a == Same::No), open) {
        (true, _, false) => Same::Yes,
        (_, true, false) => Same::No,
        _ => Same::Unknown,
    }
}

/// Whether a permission is about the function.
fn about(app: &App, p: &Resource, function: &Resource, given: &Guards) -> Same {
    let one = |v: &Value| match app.function_named(p.application, v) {
        Some((f, _)) if f == function.id => Same::Yes,
        Some(_) => Same::No,
        None => outside(v, function),
    };
    all(&p.props.get("FunctionName"), given, Same::No, one)
}

/// Whether what names no function of the permission's own application is this one.
fn outside(v: &Value, function: &Resource) -> Same {
    let physical = function.physical_name();
    match (v, physical.only()) {
        (Value::Str(s), Some(Value::Str(name))) if !s.contains(name.as_str()) => Same::No,
        // The name a deployment makes starts with the name of the stack: nobody writes it down.
        (Value::Str(_), Some(Value::Of(..))) => Same::No,
        _ => Same::Unknown,
    }
}

fn qualifier(app: &App, p: &Resource, i: &Invocation) -> Same {
    let calls = called(app, &i.called);
    all(&p.props.get("FunctionName"), &i.guards, Same::No, |v| same_call(app, &called(app, v), &calls))
}

/// What a value that names a function names of it.
fn called(app: &App, v: &Value) -> Called {
    let of = |id: &ResourceId| match app.resource(*id).kind {
        Kind::Function => Called::Function,
        Kind::Alias | Kind::Version => Called::Resource(*id),
        _ => Called::Unknown,
    };
    match v {
        Value::Of(id, Attr::Name | Attr::Arn) => of(id),
        Value::Concat(parts) => {
            let at = parts.iter().position(|x| match x {
                Value::Of(id, Attr::Name | Attr::Arn) => of(id) != Called::Unknown,
                _ => false,
            });
            let Some((Value::Of(id, _), rest)) = at.and_then(|i| parts.get(i..)?.split_first()) else {
                return v.suffix().rsplit_once("function:").map_or(Called::Unknown, |(_, s)| of_text(s));
            };
            match (rest, of(id)) {
                ([], what) => what,
                ([Value::Str(s)], what) => match (behind(s), what) {
                    (Called::Function, what) => what,
                    (named, Called::Function) => named,
                    _ => Called::Unknown,
                },
                _ => Called::Unknown,
            }
        }
        Value::Str(s) => of_text(s.rsplit_once("function:").map_or(s, |(_, rest)| rest)),
        _ => Called::Unknown,
    }
}

/// What stands behind the name of a function.
fn behind(rest: &str) -> Called {
    let rest = rest.strip_suffix("/invocations").unwrap_or(rest);
    match rest.strip_prefix(':') {
        None if rest.is_empty() => Called::Function,
        // What `$LATEST` is allowed by is not documented; stage variables are not known.
        Some(q) if !q.is_empty() && q.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)) => {
            Called::Named(q.into())
        }
        _ => Called::Unknown,
    }
}

/// What a function's name with or without a qualifier names.
fn of_text(s: &str) -> Called {
    match s.find([':', '/']) {
        Some(i) => behind(s.get(i..).unwrap_or_default()),
        None => Called::Function,
    }
}

/// Whether a permission on the one is a permission on the other.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/using-aliases.html>
fn same_call(app: &App, permitted: &Called, called: &Called) -> Same {
    use Called::{Function, Named, Resource, Unknown};
    let alias = |id: &ResourceId| {
        let r = app.resource(*id);
        let name = r.props.get("Name").strings();
        (r.kind == Kind::Alias).then(|| name.sole().and_then(Clone::clone)).flatten()
    };
    let texts = |a: Option<SmolStr>, b: Option<SmolStr>| match (a, b) {
        (Some(a), Some(b)) if a == b => Same::Yes,
        (Some(_), Some(_)) => Same::No,
        _ => Same::Unknown,
    };
    match (permitted, called) {
        (Unknown, _) | (_, Unknown) => Same::Unknown,
        (Function, Function) => Same::Yes,
        (Function, _) | (_, Function) => Same::No,
        (Resource(a), Resource(b)) if a == b => Same::Yes,
        (Resource(a), Resource(b)) => texts(alias(a), alias(b)),
        (Resource(a), Named(b)) | (Named(b), Resource(a)) => texts(alias(a), Some(b.clone())),
        (Named(a), Named(b)) => texts(Some(a.clone()), Some(b.clone())),
    }
}

fn principal(app: &App, p: &Resource, i: &Invocation) -> Same {
    // Some services may be named by region or partition: `logs.eu-west-1.amazonaws.com`, `events.amazonaws.com.cn`.
    let label = i.principal.split(".amazonaws").next().unwrap_or_default();
    let one = |v: &Value| match v {
        Value::Str(s) if s == i.principal || s == "*" => Same::Yes,
        Value::Str(s) if label.split('.').any(|l| s.split('.').any(|x| x == l)) => Same::Unknown,
        Value::Str(_) | Value::Of(..) => Same::No,
        Value::Pseudo(n) if n == "AWS::AccountId" => Same::No,
        v => {
            let text = token::tokens(app, v, As::Text);
            let asked: Vec<Token> = label.chars().map(Token::Char).chain([Token::Unknown]).collect();
            and(token::matches(&text, &asked), Same::Unknown)
        }
    };
    all(&p.props.get("Principal"), &i.guards, Same::No, one)
}

fn action(app: &App, p: &Resource) -> Same {
    let mut asked: Vec<Token> = INVOKE.chars().map(Token::Char).collect();
    token::folded(&mut asked);
    all(&p.props.get("Action"), &Guards::none(), Same::No, |v| {
        let mut pattern = token::tokens(app, v, As::Pattern);
        token::folded(&mut pattern);
        token::matches(&pattern, &asked)
    })
}

/// The conditions that are about something else than the source.
fn rest(p: &Resource) -> Same {
    let account = all(&p.props.get("SourceAccount"), &Guards::none(), Same::Yes, |v| match v {
        Value::Pseudo(n) if n == "AWS::AccountId" => Same::Yes,
        _ => Same::Unknown,
    });
    let url = p.props.get("InvokedViaFunctionUrl").bools();
    let via_url = match url.sole() {
        Some(Some(true)) => Same::No,
        Some(None) => Same::Yes,
        _ => Same::Unknown,
    };
    let others = ["EventSourceToken", "FunctionUrlAuthType", "PrincipalOrgID"];
    let none = others.iter().all(|c| p.props.get(c).is_surely_absent());
    and(and(account, via_url), if none { Same::Yes } else { Same::Unknown })
}

/// Whether the source of the call is the one the permission is for.
fn source(app: &App, p: &Resource, i: &Invocation) -> Same {
    let spelt: Vec<Vec<Token>> = i.source.iter().map(|v| text(app, v, As::Text)).collect();
    let one = |v: &Value| {
        let pattern = text(app, v, As::Pattern);
        let answers: Vec<Same> = spelt.iter().map(|s| token::matches(&pattern, s)).collect();
        // Each spelling is right as far as it is known.
        if answers.contains(&Same::Yes) {
            Same::Yes
        } else if answers.contains(&Same::No) || is_of_another(app, v, i) {
            Same::No
        } else {
            Same::Unknown
        }
    };
    all(&p.props.get("SourceArn"), &i.guards, Same::Yes, one)
}

/// Texts are compared without case: an API's verbs are often written in small letters.
fn text(app: &App, v: &Value, read: As) -> Vec<Token> {
    let mut tokens = token::tokens(app, v, read);
    token::folded(&mut tokens);
    tokens
}

/// Whether an ARN is that of another resource of the same type, or made of its generated name. Two resources that exist
/// together never have the same.
fn is_of_another(app: &App, v: &Value, i: &Invocation) -> bool {
    let Some(origin) = i.origin.map(|o| app.resource(o)) else { return false };
    let is_other = |r: &Resource| r.id != origin.id && r.type_name == origin.type_name;
    if let Value::Of(id, Attr::Arn) = v {
        return is_other(app.resource(*id));
    }
    let Value::Concat(parts) = v else { return false };
    let generated = |r: &Resource| r.physical_name().only() == Some(&Value::Of(r.id, Attr::Name));
    let mut of_type = parts.iter().filter_map(|x| match x {
        Value::Of(id, Attr::Name | Attr::Arn) => {
            Some(app.resource(*id)).filter(|r| r.type_name == origin.type_name)
        }
        _ => None,
    });
    let first = of_type.next();
    first.is_some()
        && first.into_iter().chain(of_type).all(|r| is_other(r) && generated(r) && generated(origin))
}
