//! Event sources Lambda can't read in the name of a function.

use super::arn::Arn;
use super::identity::Identity;
use super::wants;
use crate::app::{App, Kind, ResourceId};
use crate::tri::Tri;

/// The actions on its event sources that the role of a function certainly lacks.
pub fn unpolled(app: &App, function: ResourceId, who: &Identity) -> Vec<&'static str> {
    let mut out = Vec::new();
    for t in app.triggers_of(function) {
        let is_read = app.resource(t.connection).kind == Kind::EventSourceMapping
            && matches!(t.active("it is read here"), Tri::Yes(_));
        let Some(needed) = wants::polling(t.kind).filter(|_| is_read) else { continue };
        let arn = Arn::of_value(app, &t.source);
        for action in needed.on {
            let lacks = match t.resource {
                Some(id) => who.lacks_on(app, action, id, &arn, &t.guards),
                None => who.lacks(app, &[action], &arn, &t.guards),
            };
            if matches!(lacks, Tri::Yes(_)) {
                out.push(*action);
            }
        }
    }
    out
}
