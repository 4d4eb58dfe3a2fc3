//! Buckets, tables, file systems and log groups.

use super::{Type, named, of};
use crate::iac::terraform::schema::map::Arg;
use crate::iac::terraform::schema::map::How::{Block, Blocks, Keep, Text};

/// Notifications of one sort; `Prefix` and `Suffix` become the rules of a filter.
const fn notices(target: Arg) -> [Arg; 5] {
    [
        ("id", "Id", Text),
        target,
        ("events", "Event", Keep),
        ("filter_prefix", "Prefix", Text),
        ("filter_suffix", "Suffix", Text),
    ]
}

const TO_FUNCTION: &[Arg] = &notices(("lambda_function_arn", "Function", Text));
const TO_QUEUE: &[Arg] = &notices(("queue_arn", "Queue", Text));
const TO_TOPIC: &[Arg] = &notices(("topic_arn", "Topic", Text));

// What becomes `KeySchema`.
const HASH: Arg = ("hash_key", "hash_key", Text);
const RANGE: Arg = ("range_key", "range_key", Text);

/// Rules of encryption, inside a bucket or beside it.
pub(in crate::iac::terraform::schema) const ENCRYPTION: &[Arg] = &[(
    "rule",
    "ServerSideEncryptionConfiguration",
    Blocks(&[
        (
            "apply_server_side_encryption_by_default",
            "ServerSideEncryptionByDefault",
            Block(&[("sse_algorithm", "SSEAlgorithm", Text), ("kms_master_key_id", "KMSMasterKeyID", Text)]),
        ),
        ("bucket_key_enabled", "BucketKeyEnabled", Text),
    ]),
)];

pub(super) const TYPES: &[Type] = &[
    named(
        "aws_s3_bucket",
        "AWS::S3::Bucket",
        ("bucket_prefix", "BucketName"),
        &[
            ("bucket", "BucketName", Text),
            ("server_side_encryption_configuration", "BucketEncryption", Block(ENCRYPTION)),
        ],
    ),
    of(
        "aws_s3_bucket_notification",
        "BucketNotification",
        &[
            ("bucket", "Bucket", Text),
            ("lambda_function", "NotificationConfiguration.LambdaConfigurations", Blocks(TO_FUNCTION)),
            ("queue", "NotificationConfiguration.QueueConfigurations", Blocks(TO_QUEUE)),
            ("topic", "NotificationConfiguration.TopicConfigurations", Blocks(TO_TOPIC)),
            ("eventbridge", "NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled", Text),
        ],
    ),
    of(
        "aws_s3_bucket_policy",
        "AWS::S3::BucketPolicy",
        &[("bucket", "Bucket", Text), ("policy", "PolicyDocument", Text)],
    ),
    of(
        "aws_dynamodb_table",
        "AWS::DynamoDB::Table",
        &[
            ("name", "TableName", Text),
            ("billing_mode", "BillingMode", Text),
            HASH,
            RANGE,
            (
                "attribute",
                "AttributeDefinitions",
                Blocks(&[("name", "AttributeName", Text), ("type", "AttributeType", Text)]),
            ),
            (
                "global_secondary_index",
                "GlobalSecondaryIndexes",
                Blocks(&[
                    ("name", "IndexName", Text),
                    HASH,
                    RANGE,
                    ("projection_type", "Projection.ProjectionType", Text),
                    ("non_key_attributes", "Projection.NonKeyAttributes", Keep),
                ]),
            ),
            (
                "local_secondary_index",
                "LocalSecondaryIndexes",
                Blocks(&[
                    ("name", "IndexName", Text),
                    RANGE,
                    ("projection_type", "Projection.ProjectionType", Text),
                    ("non_key_attributes", "Projection.NonKeyAttributes", Keep),
                ]),
            ),
            ("stream_view_type", "StreamSpecification.StreamViewType", Text),
            (
                "server_side_encryption",
                "SSESpecification",
                Block(&[("enabled", "SSEEnabled", Text), ("kms_key_arn", "KMSMasterKeyId", Text)]),
            ),
            (
                "ttl",
                "TimeToLiveSpecification",
                Block(&[("attribute_name", "AttributeName", Text), ("enabled", "Enabled", Text)]),
            ),
        ],
    ),
    of("aws_efs_file_system", "AWS::EFS::FileSystem", &[("kms_key_id", "KmsKeyId", Text)]),
    of("aws_efs_access_point", "AWS::EFS::AccessPoint", &[("file_system_id", "FileSystemId", Text)]),
    of(
        "aws_efs_mount_target",
        "AWS::EFS::MountTarget",
        &[
            ("file_system_id", "FileSystemId", Text),
            ("subnet_id", "SubnetId", Text),
            ("security_groups", "SecurityGroups", Keep),
        ],
    ),
    named(
        "aws_cloudwatch_log_group",
        "AWS::Logs::LogGroup",
        ("name_prefix", "LogGroupName"),
        &[
            ("name", "LogGroupName", Text),
            ("retention_in_days", "RetentionInDays", Text),
            ("kms_key_id", "KmsKeyId", Text),
        ],
    ),
    of(
        "aws_cloudwatch_log_subscription_filter",
        "AWS::Logs::SubscriptionFilter",
        &[
            ("name", "FilterName", Text),
            ("destination_arn", "DestinationArn", Text),
            ("log_group_name", "LogGroupName", Text),
            ("filter_pattern", "FilterPattern", Keep),
            ("role_arn", "RoleArn", Text),
        ],
    ),
    of(
        "aws_codeguruprofiler_profiling_group",
        "AWS::CodeGuruProfiler::ProfilingGroup",
        &[("name", "ProfilingGroupName", Text), ("compute_platform", "ComputePlatform", Text)],
    ),
];
