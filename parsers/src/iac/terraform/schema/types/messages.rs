//! Queues, topics and streams.

use super::{Type, named, of};
use crate::iac::terraform::schema::map::How::{Json, Listed, Text};

pub(super) const TYPES: &[Type] = &[
    named(
        // Its defaults (`visibility_timeout_seconds` 30) are those of the service.
        "aws_sqs_queue",
        "AWS::SQS::Queue",
        ("name_prefix", "QueueName"),
        &[
            ("name", "QueueName", Text),
            ("visibility_timeout_seconds", "VisibilityTimeout", Text),
            ("message_retention_seconds", "MessageRetentionPeriod", Text),
            ("max_message_size", "MaximumMessageSize", Text),
            ("delay_seconds", "DelaySeconds", Text),
            ("receive_wait_time_seconds", "ReceiveMessageWaitTimeSeconds", Text),
            ("redrive_policy", "RedrivePolicy", Json),
            ("redrive_allow_policy", "RedriveAllowPolicy", Json),
            ("fifo_queue", "FifoQueue", Text),
            ("content_based_deduplication", "ContentBasedDeduplication", Text),
            ("deduplication_scope", "DeduplicationScope", Text),
            ("fifo_throughput_limit", "FifoThroughputLimit", Text),
            ("sqs_managed_sse_enabled", "SqsManagedSseEnabled", Text),
            ("kms_master_key_id", "KmsMasterKeyId", Text),
            ("kms_data_key_reuse_period_seconds", "KmsDataKeyReusePeriodSeconds", Text),
        ],
    ),
    of(
        "aws_sqs_queue_policy",
        "AWS::SQS::QueuePolicy",
        &[("queue_url", "Queues", Listed), ("policy", "PolicyDocument", Text)],
    ),
    named(
        "aws_sns_topic",
        "AWS::SNS::Topic",
        ("name_prefix", "TopicName"),
        &[
            ("name", "TopicName", Text),
            ("display_name", "DisplayName", Text),
            ("fifo_topic", "FifoTopic", Text),
            ("content_based_deduplication", "ContentBasedDeduplication", Text),
            ("kms_master_key_id", "KmsMasterKeyId", Text),
        ],
    ),
    of(
        "aws_sns_topic_policy",
        "AWS::SNS::TopicPolicy",
        &[("arn", "Topics", Listed), ("policy", "PolicyDocument", Text)],
    ),
    of(
        "aws_sns_topic_subscription",
        "AWS::SNS::Subscription",
        &[
            ("topic_arn", "TopicArn", Text),
            ("protocol", "Protocol", Text),
            ("endpoint", "Endpoint", Text),
            ("filter_policy", "FilterPolicy", Json),
            ("filter_policy_scope", "FilterPolicyScope", Text),
            ("raw_message_delivery", "RawMessageDelivery", Text),
            ("redrive_policy", "RedrivePolicy", Json),
            ("subscription_role_arn", "SubscriptionRoleArn", Text),
        ],
    ),
    of(
        "aws_kinesis_stream",
        "AWS::Kinesis::Stream",
        &[
            ("name", "Name", Text),
            ("shard_count", "ShardCount", Text),
            ("retention_period", "RetentionPeriodHours", Text),
            ("encryption_type", "StreamEncryption.EncryptionType", Text),
            ("kms_key_id", "StreamEncryption.KeyId", Text),
        ],
    ),
    of(
        "aws_kinesis_resource_policy",
        "AWS::Kinesis::ResourcePolicy",
        &[("resource_arn", "ResourceArn", Text), ("policy", "ResourcePolicy", Text)],
    ),
    of(
        "aws_kinesis_stream_consumer",
        "AWS::Kinesis::StreamConsumer",
        &[("name", "ConsumerName", Text), ("stream_arn", "StreamARN", Text)],
    ),
    of(
        "aws_kinesis_firehose_delivery_stream",
        "AWS::KinesisFirehose::DeliveryStream",
        &[("name", "DeliveryStreamName", Text)],
    ),
    of("aws_msk_cluster", "AWS::MSK::Cluster", &[("cluster_name", "ClusterName", Text)]),
    of("aws_msk_serverless_cluster", "AWS::MSK::ServerlessCluster", &[("cluster_name", "ClusterName", Text)]),
    of(
        "aws_mq_broker",
        "AWS::AmazonMQ::Broker",
        &[
            ("broker_name", "BrokerName", Text),
            ("engine_type", "EngineType", Text),
            ("publicly_accessible", "PubliclyAccessible", Text),
        ],
    ),
    of("aws_docdb_cluster", "AWS::DocDB::DBCluster", &[("cluster_identifier", "DBClusterIdentifier", Text)]),
];
