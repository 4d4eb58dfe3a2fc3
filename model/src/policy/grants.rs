//! Actions that helpers of a framework allow together: whoever calls one asks for all of them, whatever the code calls.

use super::document::{Pattern, Statement};

/// The sets, each without what only some versions have. Source: <https://github.com/aws/aws-cdk>
/// (`aws-dynamodb/lib/perms.ts`, `aws-s3/lib/perms.ts`, `aws-sqs/lib/queue-base.ts`,
/// `aws-secretsmanager/lib/secret.ts`, `aws-ssm/lib/parameter.ts`, `aws-kinesis/lib/stream.ts`,
/// `aws-kinesisfirehose/lib/delivery-stream.ts`)
const SETS: &[Set] = &[
    Set {
        all: &[
            "dynamodb:BatchGetItem",
            "dynamodb:GetItem",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:Query",
            "dynamodb:Scan",
        ],
        some: &["dynamodb:ConditionCheckItem", "dynamodb:DescribeTable"],
    },
    Set {
        all: &["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"],
        some: &["dynamodb:DescribeTable"],
    },
    Set { all: &["s3:GetBucket*", "s3:GetObject*", "s3:List*"], some: &[] },
    Set {
        all: &["s3:Abort*", "s3:DeleteObject*"],
        some: &[
            "s3:PutObject",
            "s3:PutObject*",
            "s3:PutObjectLegalHold",
            "s3:PutObjectRetention",
            "s3:PutObjectTagging",
            "s3:PutObjectVersionTagging",
        ],
    },
    Set { all: &["sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"], some: &[] },
    Set {
        all: &[
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ReceiveMessage",
        ],
        some: &[],
    },
    Set { all: &["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], some: &[] },
    Set {
        all: &["ssm:DescribeParameters", "ssm:GetParameter", "ssm:GetParameterHistory", "ssm:GetParameters"],
        some: &[],
    },
    Set { all: &["kinesis:ListShards", "kinesis:PutRecord", "kinesis:PutRecords"], some: &[] },
    Set { all: &["firehose:PutRecord", "firehose:PutRecordBatch"], some: &[] },
];

struct Set {
    /// What every version allows.
    all: &'static [&'static str],
    /// What some allow besides.
    some: &'static [&'static str],
}

/// Of the patterns of a statement nothing uses, those that stand there alone. A set of which something is used is
/// wanted as a whole.
pub(super) fn alone<'s>(s: &'s Statement, idle: &[&'s Pattern]) -> Vec<&'s Pattern> {
    let is = |p: &Pattern, name: &str| p.value.as_str().is_some_and(|v| v.eq_ignore_ascii_case(name));
    let listed = |name: &str| s.actions.list.iter().any(|p| is(p, name));
    let used = |name: &str| listed(name) && !idle.iter().any(|p| is(p, name));
    let wanted: Vec<&Set> = SETS
        .iter()
        .filter(|set| set.all.iter().all(|n| listed(n)) && set.all.iter().any(|n| used(n)))
        .collect();
    let in_one = |p: &Pattern| wanted.iter().any(|set| set.all.iter().chain(set.some).any(|n| is(p, n)));
    idle.iter().filter(|p| !in_one(p)).copied().collect()
}
