//! Files of the tree that templates include by `Fn::Transform` (`AWS::Include`) or name for upload: definitions of APIs and
//! state machines, most often.
//!
//! What is included counts as written at the place that names it: a text of another format has no places of its own.
//! Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html>

use super::expr::{self, Expr, ExprEntry, ExprKind, SubPart};
use super::facts::RawResource;
use super::{TemplateFile, detect};
use crate::files::{Files, join, parent};
use crate::text::{PosMap, SourceText};
use lamlint_model::source::{FileId, Span};
use std::sync::Arc;

/// Bound on the depth of what is looked through.
const MAX_DEPTH: usize = 96;

/// Properties that name a file, which the tools upload as it is: type, property, the property that holds the same text
/// inside the template.
/// Source: <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html>
const UPLOADED: &[(&str, &str, &str)] = &[
    ("AWS::ApiGateway::RestApi", "BodyS3Location", "Body"),
    ("AWS::ApiGatewayV2::Api", "BodyS3Location", "Body"),
    ("AWS::StepFunctions::StateMachine", "DefinitionS3Location", "Definition"),
];

/// Put the texts in the place of their names.
pub(super) fn expand(templates: &mut [TemplateFile], files: &dyn Files) {
    for t in templates {
        let uploads = |r: &RawResource| UPLOADED.iter().any(|(t, from, _)| local(r, t, from).is_some());
        if !t.facts.resources.iter().any(|r| uploads(r) || names_file(&r.props, 0)) {
            continue;
        }
        let dir = parent(&t.path).to_owned();
        let facts = Arc::make_mut(&mut t.facts);
        let file = facts.file;
        for r in &mut facts.resources {
            let read = |path: &str| read(files, file, &join(&dir, path)?);
            put_in(&mut r.props, &read, 0);
            for (type_name, from, to) in UPLOADED {
                let found = local(r, type_name, from).and_then(|(path, span)| Some((read(path)?, span)));
                if let Some((mut value, span)) = found.filter(|_| r.props.get(to).is_none()) {
                    place(&mut value, span, 0);
                    r.props.put(ExprEntry { key: (*to).into(), key_span: span, value });
                }
            }
        }
    }
}

/// The file of the tree a property of a resource of that type names.
fn local<'r>(r: &'r RawResource, type_name: &str, property: &str) -> Option<(&'r str, Span)> {
    let e = r.props.get(property).filter(|_| r.type_name == type_name)?;
    e.as_text().map(str::trim).filter(|t| !t.contains(':')).map(|t| (t, e.span))
}

fn names_file(e: &Expr, depth: usize) -> bool {
    depth < MAX_DEPTH
        && match &e.kind {
            ExprKind::Include(_) => true,
            ExprKind::Map(entries, _) => entries.iter().any(|e| names_file(&e.value, depth + 1)),
            ExprKind::List(items, _) => items.iter().any(|i| names_file(i, depth + 1)),
            ExprKind::If(_, both) => names_file(&both.0, depth + 1) || names_file(&both.1, depth + 1),
            _ => false,
        }
}

fn put_in(e: &mut Expr, read: &impl Fn(&str) -> Option<Expr>, depth: usize) {
    if depth >= MAX_DEPTH {
        return;
    }
    match &mut e.kind {
        ExprKind::Include(path) => {
            if let Some(mut found) = read(path) {
                place(&mut found, e.span, 0);
                *e = found;
            }
        }
        ExprKind::Map(entries, _) => {
            for e in entries {
                put_in(&mut e.value, read, depth + 1);
            }
        }
        ExprKind::List(items, _) => {
            for i in items {
                put_in(i, read, depth + 1);
            }
        }
        ExprKind::If(_, both) => {
            put_in(&mut both.0, read, depth + 1);
            put_in(&mut both.1, read, depth + 1);
        }
        _ => {}
    }
}

fn read(files: &dyn Files, file: FileId, path: &str) -> Option<Expr> {
    let text = files.read(path)?;
    let doc = detect::parse(&SourceText::file(file, &text), path).ok()?;
    Some(expr::lower(doc.root))
}

/// Let an expression and all in it stand at one place.
fn place(e: &mut Expr, at: Span, depth: usize) {
    e.span = at;
    if depth >= MAX_DEPTH {
        e.kind = ExprKind::NoValue;
        return;
    }
    let next = depth + 1;
    match &mut e.kind {
        ExprKind::Scalar(s) => s.map = PosMap::default(),
        ExprKind::List(items, _) => {
            for i in items {
                place(i, at, next);
            }
        }
        ExprKind::Map(entries, _) => {
            for e in entries {
                e.key_span = at;
                place(&mut e.value, at, next);
            }
        }
        ExprKind::Sub(s) => {
            s.map = PosMap::default();
            for p in &mut s.parts {
                if let SubPart::Hole { value, .. } = p {
                    place(value, at, next);
                }
            }
        }
        ExprKind::Join(both) | ExprKind::Select(both) | ExprKind::Split(both) | ExprKind::If(_, both) => {
            place(&mut both.0, at, next);
            place(&mut both.1, at, next);
        }
        ExprKind::Find(all) => {
            place(&mut all.0, at, next);
            place(&mut all.1, at, next);
            place(&mut all.2, at, next);
            if let Some(d) = &mut all.3 {
                place(d, at, next);
            }
        }
        ExprKind::Import(e) | ExprKind::State(e) => place(e, at, next),
        ExprKind::Taken(t) => {
            if let Some(v) = &mut t.value {
                place(v, at, next);
            }
        }
        ExprKind::Text(_)
        | ExprKind::NoValue
        | ExprKind::Ref(_)
        | ExprKind::GetAtt(..)
        | ExprKind::Include(_)
        | ExprKind::Opaque(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::files::MemoryFiles;
    use crate::iac::{ConfigFile, Deploy, assemble, read};
    use crate::text::SourceText;
    use lamlint_model::app::TriggerKind;
    use lamlint_model::source::FileId;

    const API: &str = "openapi: 3.0.1\npaths:\n  /orders:\n    get:\n      x-amazon-apigateway-integration:\n        type: aws_proxy\n        uri:\n          Fn::Sub: arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Orders.Arn}/invocations\n";
    const FLOW: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:orders", "End": true}}}"#;

    /// The triggers of the function.
    fn triggers(resource: &str, files: &[(&str, &str)]) -> Vec<TriggerKind> {
        let text = format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  Orders:\n    Type: AWS::Lambda::Function\n    Properties: {{FunctionName: orders, Code: {{ZipFile: x}}}}\n  It:\n{resource}"
        );
        let src = SourceText::file(FileId(0), &text);
        let facts = read(&src, "svc/template.yaml").unwrap().unwrap();
        let config = ConfigFile { path: "svc/template.yaml".into(), facts };
        let a = assemble(&[config], &Deploy::default(), &MemoryFiles::new(files.iter().copied()));
        a.app.triggers.iter().map(|t| t.kind).collect()
    }

    #[test]
    fn definitions_of_apis_lead_to_functions() {
        let include = "    Type: AWS::Serverless::Api\n    Properties:\n      StageName: x\n      DefinitionBody:\n        Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./api/orders.yaml}}\n";
        let found = triggers(include, &[("svc/api/orders.yaml", API)]);
        assert_eq!(found, [TriggerKind::RestApi]);
        assert_eq!(triggers(include, &[]), []);
        // Not a file of the tree, not in the tree, no text that can be read.
        for (from, to) in [("./api", "s3://b"), ("./api", "../.."), ("AWS::Include", "Other")] {
            assert_eq!(triggers(&include.replace(from, to), &[("svc/api/orders.yaml", API)]), [], "{to}");
        }
        assert_eq!(triggers(include, &[("svc/api/orders.yaml", "a: [")]), []);
    }

    #[test]
    fn definitions_that_are_uploaded_lead_to_functions() {
        let flow =
            "    Type: AWS::Serverless::StateMachine\n    Properties: {DefinitionUri: flow.asl.json}\n";
        let found = triggers(flow, &[("svc/flow.asl.json", FLOW)]);
        assert_eq!(found, [TriggerKind::StateMachine]);
        assert_eq!(triggers(&flow.replace("flow.", "s3://b/flow."), &[("svc/flow.asl.json", FLOW)]), []);
    }
}
