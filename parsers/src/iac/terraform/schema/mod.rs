//! From resources in a provider's names to canonical resources.
//!
//! Most of it is tables (`types`, `ids`). Resources that say something about another one (an attached policy, a rule's
//! target) are put into that one (`joins`); what a resource implies becomes a resource of its own (`implied`,
//! `routes`).

pub(crate) mod back;
mod code;
mod ids;
mod implied;
mod joins;
mod map;
mod odd;
mod routes;
#[cfg(test)]
mod tests;
mod types;

pub(super) use ids::identity;

use super::evaluated::Evaluated;
use crate::files::Files;
use crate::iac::Assembled;
use lamlint_model::ResourceId;
use lamlint_model::app::{App, ApplicationId, Kind, Resource, Target};
use lamlint_model::tree::Tree;
use lamlint_model::tri::{Reason, Why};
use lamlint_model::value::{Attr, Value};
use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

/// What stands before the type of a data source, which is no resource of the project.
const DATA: &str = "data.";

/// Push what is evaluated as canonical resources; the numbers are reserved from the end of what is there, in order.
pub(super) fn add(mut evaluated: Vec<Evaluated>, vfs: &dyn Files, out: &mut Assembled) {
    evaluated.sort_by_key(|e| e.id);
    let by_id: FxHashMap<ResourceId, (SmolStr, bool)> =
        evaluated.iter().map(|e| (e.id, (e.type_name.clone(), e.data))).collect();
    let text = |v: &Value| match v {
        Value::Of(id, Attr::Other(a)) => {
            let (type_name, _) = by_id.get(id)?;
            ids::text_of(*id, type_name, a)
        }
        _ => None,
    };
    for e in &mut evaluated {
        e.props = map::changed(&e.props, &text, 0).under(&e.guards);
    }
    for e in &evaluated {
        out.app.resources.push(canonical(e));
    }
    joins::join(&evaluated, &mut out.app);
    for e in evaluated.iter().filter(|e| !e.data) {
        finish(e, &mut out.app);
    }
    let archives = code::Archives::of(&evaluated, vfs);
    for e in evaluated.iter().filter(|e| !e.data) {
        let Some(r) = out.app.resources.get_mut(e.id.0 as usize) else { continue };
        if matches!(r.kind, Kind::Function | Kind::Layer) {
            r.code = Some(archives.code(e, &r.props));
        }
    }
    let mut made = implied::of(&evaluated);
    made.extend(routes::of(&evaluated, &out.app));
    for m in made {
        push(&m, &mut out.app);
    }
}

/// A resource of its own that another one implies.
struct Made<'e> {
    by: &'e Evaluated,
    suffix: &'static str,
    type_name: &'static str,
    props: Tree,
}

fn canonical(e: &Evaluated) -> Resource {
    let known = (!e.data).then(|| types::find(&e.type_name)).flatten();
    let type_name = match known {
        Some(t) => t.canonical.into(),
        None if e.data => format_smolstr!("{DATA}{}", e.type_name),
        None => e.type_name.clone(),
    };
    let props = match known {
        Some(t) => odd::shaped(e, prefixed(t, e, map::properties(&e.props, t.args))),
        None if !e.data && joins::is_joined(e) => Tree::map(Vec::new(), e.props.span()).under(&e.guards),
        None => e.props.clone(),
    };
    Resource {
        id: e.id,
        kind: Kind::of_type(&type_name),
        type_name,
        name: e.name.clone(),
        anchor: e.anchor.clone(),
        guards: e.guards.clone(),
        props,
        metadata: Tree::absent_at(e.anchor.span),
        application: e.application,
        template: e.template,
        implied_by: None,
        generated: e.repeated,
        code: None,
    }
}

/// Where only the start of a name is given, the name is not known.
fn prefixed(t: &types::Type, e: &Evaluated, props: Tree) -> Tree {
    let Some((argument, property)) = t.prefix else { return props };
    let prefix = e.props.get(argument);
    if prefix.is_surely_absent() || !props.get(property).is_surely_absent() {
        return props;
    }
    let why = Why::other(format!("the name of `{}` is made from its start", e.name));
    map::with(&props, property, prefix.span(), &Tree::unknown(why, prefix.span()))
}

/// Defaults, when all is joined.
fn finish(e: &Evaluated, app: &mut App) {
    let Some(t) = types::find(&e.type_name) else { return };
    let Some(r) = app.resources.get_mut(e.id.0 as usize) else { return };
    for (property, value) in t.defaults {
        r.props = map::defaulted(&r.props, property, &Value::str(*value));
    }
    if r.kind == Kind::Key {
        r.props = map::defaulted(&r.props, "KeyPolicy", &odd::default_key_policy());
    }
}

fn push(m: &Made<'_>, app: &mut App) {
    let id = ResourceId(u32::try_from(app.resources.len()).unwrap_or(u32::MAX));
    app.resources.push(Resource {
        id,
        kind: Kind::of_type(m.type_name),
        type_name: m.type_name.into(),
        name: format_smolstr!("{}{}", m.by.name, m.suffix),
        anchor: m.by.anchor.clone(),
        guards: m.by.guards.clone(),
        props: m.props.under(&m.by.guards),
        metadata: Tree::absent_at(m.by.anchor.span),
        application: m.by.application,
        template: m.by.template,
        implied_by: Some(m.by.id),
        generated: m.by.repeated,
        code: None,
    });
}

/// What a value that is to name a resource of a kind names.
#[derive(Debug, Clone, PartialEq)]
enum Named {
    /// This one.
    Resource(ResourceId),
    /// One outside of the project.
    Outside,
    /// It is not known which one.
    Unknown,
}

fn named(app: &App, application: ApplicationId, value: &Value, kind: Kind) -> Named {
    if let Value::Of(id, attr) = value {
        let is = app.resource(*id).kind == kind;
        return match attr {
            Attr::Name | Attr::Arn | Attr::Url if is => Named::Resource(*id),
            _ => Named::Outside,
        };
    }
    if kind == Kind::Role {
        return role(app, application, value);
    }
    match app.target(application, value, &[kind]) {
        Some(Target::Resource(id)) => Named::Resource(id),
        Some(Target::Physical(_)) if is_named(app, application, kind) => Named::Outside,
        _ => Named::Unknown,
    }
}

/// Whether all resources of a kind have names that are known.
fn is_named(app: &App, application: ApplicationId, kind: Kind) -> bool {
    let mut all = app.of_kind(kind).filter(|r| r.application == application);
    all.all(|r| r.physical_name().open().is_none())
}

/// The role of that name or ARN.
fn role(app: &App, application: ApplicationId, value: &Value) -> Named {
    let name = match value {
        Value::Str(s) => Value::str(s.rsplit('/').next().unwrap_or(s)),
        Value::Concat(_) => value.clone(),
        _ => return Named::Unknown,
    };
    let mut sure = matches!(name, Value::Str(_));
    for r in app.of_kind(Kind::Role).filter(|r| r.application == application) {
        let own = r.props.get("RoleName").values();
        match own.sole() {
            Some(Some(own)) if *own == name && *own != Value::unknown() => return Named::Resource(r.id),
            // Another constant name, or one that is generated.
            Some(Some(Value::Str(_)) | None) => {}
            _ => sure = false,
        }
    }
    if sure { Named::Outside } else { Named::Unknown }
}

/// Why a list may hold more than what is written.
fn unsure(e: &Evaluated) -> Why {
    Why::new(Reason::Dynamic, format!("`{}` may add to it", e.name))
}
