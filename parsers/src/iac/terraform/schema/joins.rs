//! Resources that say something about another one: canonically it stands in that one.

use super::map::{appended, guarded, opened, properties, values, with};
use super::types::{ENCRYPTION, TARGET};
use super::{Evaluated, Named, named, unsure};
use lamlint_model::ResourceId;
use lamlint_model::app::{App, Kind};
use lamlint_model::source::Span;
use lamlint_model::tree::Tree;
use lamlint_model::tri::{Guards, Why};
use lamlint_model::value::Value;

/// What is put into the other resource.
#[derive(Debug, Clone, Copy)]
enum What {
    /// One argument.
    Argument(&'static str),
    /// Each element of an argument.
    Elements(&'static str),
    /// Something that is not written as a property: what is there is not all.
    More,
    /// The arguments, by a table.
    All(&'static [super::map::Arg]),
}

/// A resource that says something about another one.
struct Join {
    type_name: &'static str,
    /// The argument that names the other one, or several.
    names: &'static str,
    kind: Kind,
    /// The property there, and whether it is a list to add to.
    property: &'static str,
    list: bool,
    what: What,
}

/// Source: each type's page under <https://registry.terraform.io/providers/hashicorp/aws/latest/docs>
const JOINS: &[Join] = &[
    Join {
        type_name: "aws_iam_role_policy_attachment",
        names: "role",
        kind: Kind::Role,
        property: "ManagedPolicyArns",
        list: true,
        what: What::Argument("policy_arn"),
    },
    Join {
        type_name: "aws_iam_policy_attachment",
        names: "roles",
        kind: Kind::Role,
        property: "ManagedPolicyArns",
        list: true,
        what: What::Argument("policy_arn"),
    },
    // It attaches what is not attached yet.
    Join {
        type_name: "aws_iam_role_policy_attachments_exclusive",
        names: "role_name",
        kind: Kind::Role,
        property: "ManagedPolicyArns",
        list: true,
        what: What::Elements("policy_arns"),
    },
    // A grant lets somebody use a key beside what its policy says.
    Join {
        type_name: "aws_kms_grant",
        names: "key_id",
        kind: Kind::Key,
        property: "KeyPolicy",
        list: false,
        what: What::More,
    },
    Join {
        type_name: "aws_cloudwatch_event_target",
        names: "rule",
        kind: Kind::Rule,
        property: "Targets",
        list: true,
        what: What::All(TARGET),
    },
    Join {
        type_name: "aws_sqs_queue_redrive_policy",
        names: "queue_url",
        kind: Kind::Queue,
        property: "RedrivePolicy",
        list: false,
        what: What::Argument("redrive_policy"),
    },
    Join {
        type_name: "aws_s3_bucket_server_side_encryption_configuration",
        names: "bucket",
        kind: Kind::Bucket,
        property: "BucketEncryption",
        list: false,
        what: What::All(ENCRYPTION),
    },
    Join {
        type_name: "aws_kms_key_policy",
        names: "key_id",
        kind: Kind::Key,
        property: "KeyPolicy",
        list: false,
        what: What::Argument("policy"),
    },
    Join {
        type_name: "aws_efs_file_system_policy",
        names: "file_system_id",
        kind: Kind::FileSystem,
        property: "FileSystemPolicy",
        list: false,
        what: What::Argument("policy"),
    },
    Join {
        type_name: "aws_dynamodb_resource_policy",
        names: "resource_arn",
        kind: Kind::Table,
        property: "ResourcePolicy.PolicyDocument",
        list: false,
        what: What::Argument("policy"),
    },
    Join {
        type_name: "aws_lambda_function_recursion_config",
        names: "function_name",
        kind: Kind::Function,
        property: "RecursiveLoop",
        list: false,
        what: What::Argument("recursive_loop"),
    },
];

/// The type that puts an element into a list of resources of a kind, with the arguments that name the resource and
/// give the element.
pub(super) fn joiner(kind: Kind, property: &str) -> Option<(&'static str, &'static str, &'static str)> {
    JOINS.iter().filter(|j| j.list && j.kind == kind && j.property == property).find_map(|j| match j.what {
        What::Argument(argument) => Some((j.type_name, j.names, argument)),
        _ => None,
    })
}

/// Types that say nothing beside what others say already.
const SILENT: &[&str] = &["aws_iam_role_policies_exclusive"];

/// Whether all a resource says stands in others, so that it names nothing on its own account. A policy that users or
/// groups get as well is named by what attaches it.
pub(super) fn is_joined(e: &Evaluated) -> bool {
    let own = ["users", "groups"].iter().all(|a| e.props.get(a).items().0.is_empty());
    let open = ["users", "groups"].iter().any(|a| e.props.get(a).open().is_some());
    let known = JOINS.iter().any(|j| j.type_name == e.type_name) || SILENT.contains(&e.type_name.as_str());
    known && own && !open
}

/// The argument of a target, and the property of a group of targets.
const GROUP: &[super::map::Arg] = &[("target_id", "Id", super::map::How::Text)];

/// Put what resources say about others into these.
pub(super) fn join(evaluated: &[Evaluated], app: &mut App) {
    for e in evaluated.iter().filter(|e| !e.data) {
        if let Some(j) = JOINS.iter().find(|j| j.type_name == e.type_name) {
            one(e, j, app);
        }
        if ["aws_lb_target_group_attachment", "aws_alb_target_group_attachment"]
            .contains(&e.type_name.as_str())
        {
            grouped(e, app);
        }
    }
}

fn one(e: &Evaluated, j: &Join, app: &mut App) {
    let mut incomplete = None;
    let put: Vec<(Tree, Guards)> = match j.what {
        What::Argument(a) => vec![(e.props.get(a), Guards::none())],
        What::Elements(a) => {
            let (items, open) = e.props.get(a).items();
            incomplete = open.map(|_| unsure(e));
            items
        }
        What::More => {
            incomplete = Some(unsure(e));
            Vec::new()
        }
        // An element stands where its resource stands.
        What::All(args) => vec![(placed(&properties(&e.props, args), e.anchor.span), Guards::none())],
    };
    let (items, more) = e.props.get(j.names).items();
    let mut unknown = more.is_some();
    for (item, outer) in items {
        let (found, unsure) = values(&item);
        unknown |= unsure;
        for (v, guards, _) in found {
            // A list that is one value.
            let each = match v {
                Value::List(items, unsure) => {
                    unknown |= unsure;
                    items
                }
                v => vec![v],
            };
            for v in each {
                match named(app, e.application, &v, j.kind) {
                    Named::Resource(id) => {
                        let Some(guards) = outer.and(&guards).and_then(|g| g.and(&e.guards)) else {
                            continue;
                        };
                        for (value, own) in &put {
                            if let Some(guards) = guards.and(own) {
                                add(app, id, j, value, &guards, e);
                            }
                        }
                        if let Some(why) = &incomplete {
                            open(app, id, j, why);
                        }
                    }
                    Named::Outside => {}
                    Named::Unknown => unknown = true,
                }
            }
        }
    }
    if unknown {
        let why = unsure(e);
        let may_be: Vec<ResourceId> =
            app.of_kind(j.kind).filter(|r| r.application == e.application).map(|r| r.id).collect();
        for id in may_be {
            open(app, id, j, &why);
        }
    }
}

fn add(app: &mut App, id: ResourceId, j: &Join, value: &Tree, guards: &Guards, e: &Evaluated) {
    let Some(r) = app.resources.get_mut(id.0 as usize) else { return };
    let Some(value) = beyond(value, guards, &r.guards, e.anchor.span) else { return };
    let value = &value;
    r.props = if j.list {
        appended(&r.props, j.property, e.anchor.span, value)
    } else {
        with(&r.props, j.property, e.anchor.span, value)
    };
}

fn open(app: &mut App, id: ResourceId, j: &Join, why: &Why) {
    let Some(r) = app.resources.get_mut(id.0 as usize) else { return };
    let key = j.property.split('.').next().unwrap_or(j.property);
    r.props = opened(&r.props, key, why);
}

/// A value where these conditions hold, with absence where they don't; those of the holder are its own. `None` where they
/// never hold together.
fn beyond(value: &Tree, guards: &Guards, holder: &Guards, span: Span) -> Option<Tree> {
    holder.and(guards)?;
    let own = guards.iter().filter(|g| !holder.iter().any(|h| h == *g));
    let rest = own.fold(Guards::none(), |all, g| all.with(g.subject.clone(), g.value.clone()).unwrap_or(all));
    Some(guarded(value, &rest, span))
}

fn placed(tree: &Tree, span: Span) -> Tree {
    Tree::new(tree.alts().to_vec(), tree.open().cloned(), span)
}

/// A function behind a load balancer.
fn grouped(e: &Evaluated, app: &mut App) {
    for (v, guards, _) in values(&e.props.get("target_group_arn")).0 {
        let Value::Of(id, _) = v else { continue };
        let Some(guards) = guards.and(&e.guards) else { continue };
        let item = placed(&properties(&e.props, GROUP), e.anchor.span);
        let Some(r) = app.resources.get_mut(id.0 as usize) else { continue };
        let Some(item) = beyond(&item, &guards, &r.guards, e.anchor.span) else { continue };
        if r.type_name == "AWS::ElasticLoadBalancingV2::TargetGroup" {
            r.props = appended(&r.props, "Targets", e.anchor.span, &item);
        }
    }
}
