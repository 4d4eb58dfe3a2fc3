//! What arguments of a resource imply: policies written inside of what they are about, the permissions the provider
//! adds to a public function URL, and scripts.

use super::map::{entry, text};
use super::odd::bus_statement;
use super::{Evaluated, Made};
use lamlint_model::tree::{Node, Tree};
use lamlint_model::value::{Attr, Value};

/// Types whose argument `policy` is a resource of its own in canonical form: type, canonical type, the property that
/// names what it is about, whether that is a list, the identity there, the property with the document.
type Inner = (&'static str, &'static str, &'static str, bool, Attr, &'static str);

const INNER: &[Inner] = &[
    ("aws_sqs_queue", "AWS::SQS::QueuePolicy", "Queues", true, Attr::Url, "PolicyDocument"),
    ("aws_sns_topic", "AWS::SNS::TopicPolicy", "Topics", true, Attr::Arn, "PolicyDocument"),
    ("aws_s3_bucket", "AWS::S3::BucketPolicy", "Bucket", false, Attr::Name, "PolicyDocument"),
    (
        "aws_secretsmanager_secret",
        "AWS::SecretsManager::ResourcePolicy",
        "SecretId",
        false,
        Attr::Arn,
        "ResourcePolicy",
    ),
];

/// What the provider adds for a URL without authorization.
/// Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function_url>
const PUBLIC: &[(&str, &str, &str, &str)] = &[
    ("lambda:InvokeFunctionUrl", "FunctionUrlAuthType", "NONE", "_public_permission"),
    ("lambda:InvokeFunction", "InvokedViaFunctionUrl", "true", "_invoke_permission"),
];

/// The resources that others imply.
pub(super) fn of(evaluated: &[Evaluated]) -> Vec<Made<'_>> {
    let mut out = Vec::new();
    for e in evaluated.iter().filter(|e| !e.data) {
        policy(e, &mut out);
        script(e, &mut out);
        if e.type_name == "aws_lambda_function_url" {
            public(e, &mut out);
        }
        if e.type_name == "aws_cloudwatch_event_permission" {
            let mut entries = vec![entry("Statement", e.anchor.span, bus_statement(e))];
            let bus = e.props.get("event_bus_name");
            if !bus.is_surely_absent() {
                entries.push(entry("EventBusName", e.anchor.span, bus));
            }
            out.push(Made {
                by: e,
                suffix: "_statement",
                type_name: "AWS::Events::EventBusPolicy",
                props: Tree::map(entries, e.anchor.span),
            });
        }
    }
    out
}

/// What runs when a resource is made may do anything with what it names.
fn script<'e>(e: &'e Evaluated, out: &mut Vec<Made<'e>>) {
    let runs = e.props.get("provisioner");
    if runs.is_surely_absent() {
        return;
    }
    let span = e.anchor.span;
    let own = Tree::leaf(Value::Of(e.id, Attr::Arn), span);
    let entries = vec![entry("Runs", span, runs), entry("For", span, own)];
    out.push(Made { by: e, suffix: "_script", type_name: "Custom::Script", props: Tree::map(entries, span) });
}

fn policy<'e>(e: &'e Evaluated, out: &mut Vec<Made<'e>>) {
    let Some((_, type_name, names, list, attr, document)) = INNER.iter().find(|(t, ..)| *t == e.type_name)
    else {
        return;
    };
    let policy = e.props.get("policy");
    let empty = matches!(policy.values().sole(), Some(Some(Value::Str(s))) if s.is_empty());
    if policy.is_surely_absent() || empty {
        return;
    }
    let span = policy.span();
    let mut about = Tree::leaf(Value::Of(e.id, attr.clone()), span);
    if *list {
        about = Tree::known(Node::List { items: vec![about], open: None }, span);
    }
    let entries = vec![entry(names, span, about), entry(document, span, policy)];
    out.push(Made { by: e, suffix: "_policy", type_name, props: Tree::map(entries, span) });
}

fn public<'e>(e: &'e Evaluated, out: &mut Vec<Made<'e>>) {
    let auth = e.props.get("authorization_type").strings();
    if !auth.alts().iter().any(|a| a.value.as_deref() == Some("NONE")) {
        return;
    }
    let span = e.anchor.span;
    for (action, property, value, suffix) in PUBLIC {
        let entries = vec![
            entry("Action", span, text(*action, span)),
            entry("FunctionName", span, e.props.get("function_name")),
            entry("Principal", span, text("*", span)),
            entry(property, span, text(*value, span)),
        ];
        out.push(Made {
            by: e,
            suffix,
            type_name: "AWS::Lambda::Permission",
            props: Tree::map(entries, span),
        });
    }
}
