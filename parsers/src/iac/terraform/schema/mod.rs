//! Resource types of Terraform to canonical ones.

use super::Evaluated;
use crate::files::Files;
use crate::iac::Assembled;
use lamlint_model::app::{Kind, Resource};
use lamlint_model::tree::Tree;
use lamlint_model::value::Attr;

/// Which identity of a resource a computed attribute is.
pub(super) fn identity(_type_name: &str, attribute: &str) -> Option<Attr> {
    Some(match attribute {
        "arn" => Attr::Arn,
        "id" | "name" | "function_name" => Attr::Name,
        "url" => Attr::Url,
        _ => return None,
    })
}

/// Add what was evaluated to the application.
pub(super) fn add(evaluated: Vec<Evaluated>, _vfs: &dyn Files, out: &mut Assembled) {
    for e in evaluated {
        let metadata = Tree::absent_at(e.anchor.span);
        out.app.resources.push(Resource {
            id: e.id,
            kind: Kind::Other,
            type_name: e.type_name,
            name: e.name,
            anchor: e.anchor,
            guards: e.guards,
            props: e.props,
            metadata,
            application: e.application,
            template: e.template,
            implied_by: None,
            generated: e.repeated,
            code: None,
        });
    }
}
