//! Policies AWS and its tools keep: managed policies, SAM's policy templates and connectors.
//! Sources: <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>,
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html>,
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/reference-sam-connector.html>

use crate::app::Kind;
use crate::policy::{Effect, glob};
use std::sync::LazyLock;

/// A statement of such a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it does.
    pub effect: Effect,
    /// Holds under a condition.
    pub conditional: bool,
    /// All actions but these.
    pub not_actions: bool,
    /// The action patterns.
    pub actions: Vec<String>,
    /// All resources but these.
    pub not_resources: bool,
    /// The resource patterns, with `${Name}` for parameters.
    pub resources: Vec<&'static str>,
}

fn lines(table: &'static str) -> Vec<&'static str> {
    table.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).collect()
}

static MANAGED: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| lines(include_str!("data/managed_policies.tsv")));
static TEMPLATES: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| lines(include_str!("data/sam_policies.tsv")));
static CONNECTORS: LazyLock<Vec<&'static str>> = LazyLock::new(|| lines(include_str!("data/connectors.tsv")));

/// The statements of a managed policy, by its path or name (`service-role/AWSLambdaRole`, `AWSLambdaRole`).
pub fn managed(path: &str) -> Option<Vec<Row>> {
    let name = last(path);
    let start = MANAGED.partition_point(|l| last(column(l, 0)) < name);
    let rows = MANAGED.get(start..)?.iter().take_while(|l| last(column(l, 0)) == name);
    let rows: Vec<Row> = rows.filter_map(|l| row(l, 1)).collect();
    (!rows.is_empty()).then_some(rows)
}

/// The parameters and statements of a policy template of SAM.
pub fn sam_template(name: &str) -> Option<(Vec<&'static str>, Vec<Row>)> {
    let start = TEMPLATES.partition_point(|l| column(l, 0) < name);
    let of: Vec<&'static str> =
        TEMPLATES.get(start..)?.iter().copied().take_while(|l| column(l, 0) == name).collect();
    let parameters = column(of.first()?, 1).split(',').filter(|p| !p.is_empty()).collect();
    Some((parameters, of.into_iter().filter_map(|l| row(l, 2)).collect()))
}

/// SAM's policy templates for work with a resource of a kind, the narrowest first, and the parameter that names it.
const OF_KIND: &[(Kind, &str, &[&str])] = &[
    (Kind::Bucket, "BucketName", &["S3WritePolicy", "S3ReadPolicy", "S3CrudPolicy"]),
    (Kind::EventBus, "EventBusName", &["EventBridgePutEventsPolicy"]),
    (Kind::Function, "FunctionName", &["LambdaInvokePolicy"]),
    (Kind::Queue, "QueueName", &["SQSSendMessagePolicy", "SQSPollerPolicy"]),
    (
        Kind::StateMachine,
        "StateMachineName",
        &["StepFunctionsExecutionPolicy", "StepFunctionsExecutionPolicy_v2"],
    ),
    (Kind::Stream, "StreamName", &["KinesisStreamReadPolicy", "KinesisCrudPolicy"]),
    (Kind::Table, "TableName", &["DynamoDBWritePolicy", "DynamoDBReadPolicy", "DynamoDBCrudPolicy"]),
    (Kind::Topic, "TopicName", &["SNSPublishMessagePolicy"]),
];

/// The narrowest policy template that allows an action on a resource of a kind, or on what is `below` it (objects,
/// indexes), and the parameter that takes its name.
pub fn template_for(kind: Kind, action: &str, below: bool) -> Option<(&'static str, &'static str)> {
    let (_, parameter, names) = OF_KIND.iter().find(|(k, ..)| *k == kind)?;
    let hole = format!("${{{parameter}}}");
    let (deep, flat) = (format!("{hole}/"), [hole.clone(), format!("{hole}*")]);
    let on = |x: &&str| if below { x.contains(&deep) } else { flat.iter().any(|f| x.ends_with(f)) };
    let allows =
        |r: &Row| !r.conditional && r.actions.iter().any(|a| glob(a, action)) && r.resources.iter().any(on);
    let fits = |name: &&&'static str| sam_template(name).is_some_and(|(_, rows)| rows.iter().any(allows));
    names.iter().find(fits).map(|name| (*name, *parameter))
}

/// The names of SAM's policy templates, sorted.
pub fn sam_templates() -> impl Iterator<Item = &'static str> {
    let mut last = "";
    TEMPLATES.iter().map(|l| column(l, 0)).filter(move |n| {
        let new = *n != last;
        last = n;
        new
    })
}

/// What a connector between resources of these types gives the role of its source (`of_source`) or of its destination,
/// for one access (`Read`, `Write`).
pub fn connector(source: &str, destination: &str, of_source: bool, access: &str) -> Vec<Row> {
    let side = if of_source { "source" } else { "destination" };
    let key = [source, destination, side, access];
    CONNECTORS
        .iter()
        .filter(|l| key.iter().enumerate().all(|(i, k)| column(l, i) == *k))
        .filter_map(|l| row(l, 4))
        .collect()
}

/// Whether connectors join these types at all, with a policy of a role.
pub fn is_connected(source: &str, destination: &str) -> bool {
    CONNECTORS.iter().any(|l| column(l, 0) == source && column(l, 1) == destination)
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn column(line: &'static str, n: usize) -> &'static str {
    line.split('\t').nth(n).unwrap_or_default()
}

fn row(line: &'static str, at: usize) -> Option<Row> {
    let effect = column(line, at);
    let (actions, resources) = (column(line, at + 1), column(line, at + 2));
    let bare = |s: &'static str| s.strip_prefix('!').unwrap_or(s);
    Some(Row {
        effect: match effect.trim_end_matches('?') {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            _ => return None,
        },
        conditional: effect.ends_with('?'),
        not_actions: actions.starts_with('!'),
        actions: unpacked(bare(actions)),
        not_resources: resources.starts_with('!'),
        resources: bare(resources).split(' ').collect(),
    })
}

/// `s3:Get*,List*`: a prefix stands until the next one.
fn unpacked(list: &str) -> Vec<String> {
    let mut prefix = "";
    list.split(',')
        .map(|a| match a.split_once(':') {
            Some((p, _)) => {
                prefix = p;
                a.to_owned()
            }
            None if prefix.is_empty() => a.to_owned(),
            None => format!("{prefix}:{a}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_sorted() {
        assert!(MANAGED.is_sorted_by(|a, b| last(column(a, 0)) <= last(column(b, 0))));
        assert!(TEMPLATES.is_sorted_by(|a, b| column(a, 0) <= column(b, 0)));
        let all = MANAGED.iter().map(|l| (l, row(l, 1)));
        let all = all.chain(TEMPLATES.iter().map(|l| (l, row(l, 2))));
        for (line, r) in all.chain(CONNECTORS.iter().map(|l| (l, row(l, 4)))) {
            let r = r.unwrap_or_else(|| panic!("{line}"));
            assert!(!r.actions.is_empty() && r.resources.iter().all(|r| !r.is_empty()), "{line}");
            assert!(r.actions.iter().all(|a| a == "*" || a.contains(':')), "{line}");
        }
        assert_eq!(sam_templates().count(), 81);
    }

    #[test]
    fn known_traps() {
        let actions =
            |n| -> Vec<String> { sam_template(n).unwrap().1.into_iter().flat_map(|r| r.actions).collect() };
        assert!(!actions("DynamoDBWritePolicy").contains(&"dynamodb:DeleteItem".to_owned()));
        assert!(actions("DynamoDBCrudPolicy").contains(&"dynamodb:DeleteItem".to_owned()));
        assert_eq!(actions("SQSSendMessagePolicy"), ["sqs:SendMessage*"]);
        assert_eq!(sam_template("S3ReadPolicy").unwrap().0, ["BucketName"]);
        assert_eq!(sam_template("NoSuchPolicy"), None);
    }

    #[test]
    fn the_narrowest_template_that_allows_it() {
        let named = |action: &str, kind| template_for(kind, action, false).map(|t| t.0);
        assert_eq!(named("dynamodb:PutItem", Kind::Table), Some("DynamoDBWritePolicy"));
        assert_eq!(named("dynamodb:DeleteItem", Kind::Table), Some("DynamoDBCrudPolicy"));
        assert_eq!(named("dynamodb:GetItem", Kind::Table), Some("DynamoDBReadPolicy"));
        assert_eq!(named("dynamodb:PartiQLSelect", Kind::Table), None);
        assert_eq!(named("kinesis:GetRecords", Kind::Stream), Some("KinesisStreamReadPolicy"));
        assert_eq!(named("sns:Publish", Kind::Topic), Some("SNSPublishMessagePolicy"));
        // Of a bucket or what stands in it.
        assert_eq!(template_for(Kind::Bucket, "s3:PutObject", true), Some(("S3WritePolicy", "BucketName")));
        for (_, parameter, names) in OF_KIND {
            for name in *names {
                assert_eq!(sam_template(name).unwrap().0, [*parameter], "{name}");
            }
        }
    }

    #[test]
    fn managed_policies_by_name_and_path() {
        let basic = managed("service-role/AWSLambdaBasicExecutionRole").unwrap();
        assert_eq!(basic[0].actions, ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]);
        assert_eq!(managed("AWSLambdaBasicExecutionRole"), Some(basic));
        assert!(managed("PowerUserAccess").unwrap().iter().any(|r| r.not_actions));
        assert_eq!(managed("NoSuchPolicy"), None);
        assert!(managed("AmazonSQSFullAccess").unwrap()[0].actions == ["sqs:*"]);
        let write = connector("AWS::Lambda::Function", "AWS::S3::Bucket", true, "Write");
        assert!(write[0].actions.contains(&"s3:PutObject".to_owned()));
        assert!(is_connected("AWS::Lambda::Function", "AWS::S3::Bucket"));
    }
}
