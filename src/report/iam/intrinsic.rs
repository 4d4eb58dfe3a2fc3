//! ARNs as templates write them: intrinsic functions, in JSON and in YAML.

use lamlint_model::app::{App, Kind, Resource};
use lamlint_model::value::{Attr, Value};
use serde_json::json;

/// Text in YAML.
pub(super) fn quoted(s: &str) -> String {
    serde_json::Value::from(s).to_string()
}

/// A string or intrinsic in YAML.
pub(super) fn yaml(v: &serde_json::Value) -> String {
    if let Some(s) = v.get("Ref").and_then(|s| s.as_str()) {
        return format!("!Ref {s}");
    }
    if let Some(s) = v.get("Fn::Sub").and_then(|s| s.as_str()) {
        return format!("!Sub {}", quoted(s));
    }
    match v.get("Fn::GetAtt").and_then(|l| l.as_array()).map(Vec::as_slice) {
        Some([name, attr]) => {
            format!("!GetAtt {}.{}", name.as_str().unwrap_or_default(), attr.as_str().unwrap_or_default())
        }
        _ => v.to_string(),
    }
}

/// An ARN as a template writes it; what is not known is `*`.
pub(super) fn intrinsic(app: &App, near: &Resource, v: &Value) -> serde_json::Value {
    if let Value::Of(id, Attr::Arn) = v {
        let r = app.resource(*id);
        if r.id == near.id {
            return json!({ "Fn::Sub": own(app, near) });
        }
        let by_ref = matches!(r.kind, Kind::Topic | Kind::StateMachine | Kind::Secret);
        if r.template == near.template && r.kind != Kind::Parameter {
            let name = r.name.as_str();
            return if by_ref { json!({ "Ref": name }) } else { json!({ "Fn::GetAtt": [name, "Arn"] }) };
        }
    }
    let mut text = String::new();
    let parts = match v {
        Value::Concat(parts) => &parts[..],
        v => std::slice::from_ref(v),
    };
    for p in parts {
        let part = substituted(app, near, p);
        // What stands below a resource that can't be named may be anything.
        if !(part == "*" && text.ends_with('*')) {
            text.push_str(&part);
        }
    }
    if text.starts_with('*') && text != "*" {
        // Objects of any bucket; anything else below what is not known is anything.
        text = match text.strip_prefix("*/") {
            Some(key) => format!("arn:${{AWS::Partition}}:s3:::*/{key}"),
            None => "*".to_owned(),
        };
    }
    if text.contains("${") { json!({ "Fn::Sub": text }) } else { json!(text) }
}

/// The ARN of a function by its name: a policy of its role that refers to it would be a circle.
fn own(app: &App, f: &Resource) -> String {
    let head = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:";
    format!("{head}{}", own_name(app, f))
}

/// The name of a function, as far as it is known without a reference to it.
fn own_name(app: &App, f: &Resource) -> String {
    match f.props.get("FunctionName").values().only() {
        Some(Some(name)) => {
            let parts = match name {
                Value::Concat(parts) => &parts[..],
                v => std::slice::from_ref(v),
            };
            let part = |p: &Value| match p {
                Value::Of(id, _) if *id == f.id => "*".to_owned(),
                p => substituted(app, f, p),
            };
            parts.iter().map(part).collect()
        }
        _ => format!("${{AWS::StackName}}-{}-*", f.name),
    }
}

fn substituted(app: &App, near: &Resource, v: &Value) -> String {
    match v {
        Value::Str(s) => s.replace("${", "${!"),
        Value::Pseudo(n) | Value::Param(n) => format!("${{{n}}}"),
        Value::Of(id, attr) if app.resource(*id).template == near.template => {
            let r = app.resource(*id);
            match (attr, r.kind) {
                (Attr::Name, Kind::Function) if r.id == near.id => own_name(app, near),
                (Attr::Arn, Kind::Function) if r.id == near.id => own(app, near),
                (Attr::Arn, Kind::Parameter) => {
                    let own = r.props.get("Name").strings();
                    let slash = match own.only() {
                        Some(Some(n)) if !n.starts_with('/') => "/",
                        Some(Some(_)) => "",
                        _ => "*",
                    };
                    let head = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter";
                    format!("{head}{slash}${{{}}}", r.name)
                }
                (Attr::Arn, Kind::Topic | Kind::StateMachine | Kind::Secret) | (Attr::Name, _) => {
                    format!("${{{}}}", r.name)
                }
                (Attr::Arn, _) => format!("${{{}.Arn}}", r.name),
                (Attr::Other(a), _) => format!("${{{}.{a}}}", r.name),
                (Attr::Url, _) => "*".to_owned(),
            }
        }
        _ => "*".to_owned(),
    }
}
