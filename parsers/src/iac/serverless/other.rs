//! Layers, and state machines of `serverless-step-functions`.

use super::names;
use super::service::{Service, long_form, spread};
use crate::iac::expr::{Expr, ExprEntry, ExprKind};
use crate::iac::sam::policy::RoleParts;
use crate::iac::sam::{Owner, entry, object, rename};
use lamlint_model::app::Anchor;
use lamlint_model::tri::{Reason, Why};
use smol_str::format_smolstr;

/// `layers` of the service.
/// Source: <https://www.serverless.com/framework/docs/providers/aws/guide/layers>
pub(super) fn layers(e: &ExprEntry, service: &mut Service<'_>) {
    for l in e.value.entries() {
        let mut given = long_form(l, "path");
        let anchor = Anchor { span: l.key_span, path: format_smolstr!("layers.{}", l.key) };
        let mut props = object(l.key_span, Vec::new());
        let artifact = given.take("package").and_then(|p| spread(p.value).entry("artifact").cloned());
        if let Some(path) = artifact.or_else(|| given.take("path")) {
            props.put(ExprEntry { key: "Content".into(), ..path });
        }
        let name = given.take("name").map_or_else(|| Expr::text(l.key_span, l.key.clone()), |e| e.value);
        props.put(entry("LayerName", name));
        rename(&mut given, "compatibleRuntimes", &mut props, "CompatibleRuntimes");
        rename(&mut given, "compatibleArchitectures", &mut props, "CompatibleArchitectures");
        let logical = names::layer(&l.key);
        service.declare(logical, Some(l.key.clone()), "AWS::Lambda::LayerVersion", anchor, props);
    }
}

/// `stepFunctions`.
/// Source: <https://github.com/serverless-operations/serverless-step-functions>
pub(super) fn state_machines(e: &ExprEntry, service: &mut Service<'_>) {
    if !service.plugins.has("serverless-step-functions") {
        return;
    }
    let Some(machines) = e.value.get("stateMachines").cloned().map(spread) else { return };
    if let ExprKind::Opaque(why) | ExprKind::Map(_, Some(why)) = &machines.kind {
        service.out.facts.more.get_or_insert_with(|| why.clone());
    }
    for m in machines.entries() {
        let mut given = long_form(m, "definition");
        let open = match &given.kind {
            ExprKind::Map(_, open) => open.clone(),
            _ => None,
        };
        let span = m.key_span;
        let path = format_smolstr!("stepFunctions.stateMachines.{}", m.key);
        let mut props = Expr::new(span, ExprKind::Map(Vec::new(), open));
        for (from, to) in [
            ("name", "StateMachineName"),
            ("definition", "Definition"),
            ("type", "StateMachineType"),
            ("role", "RoleArn"),
        ] {
            rename(&mut given, from, &mut props, to);
        }
        let logical = format_smolstr!("{}StepFunctionsStateMachine", names::normalized(&m.key));
        let makes_role = props.get("RoleArn").is_none();
        let role = format_smolstr!("{logical}Role");
        if makes_role {
            props.put(entry("RoleArn", Expr::get_att(span, &role, "Arn")));
        }
        let anchor = Anchor { span, path };
        let index = service.declare(
            logical.clone(),
            Some(m.key.clone()),
            "AWS::StepFunctions::StateMachine",
            anchor.clone(),
            props,
        );
        if makes_role {
            // The plugin looks through the definition for what its states call.
            let why =
                Why::new(Reason::Macro, "`serverless-step-functions` makes the role of the state machine");
            let parts = RoleParts { open: Some(why), ..RoleParts::default() };
            let owner = Owner { index, name: logical, condition: None };
            let props = parts.properties(span, "states.amazonaws.com", None);
            service.out.imply(&owner, role, "AWS::IAM::Role", anchor, props);
        }
    }
}
