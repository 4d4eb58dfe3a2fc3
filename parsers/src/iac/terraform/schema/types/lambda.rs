//! Lambda.

use super::{Type, named, of};
use crate::iac::terraform::schema::map::Arg;
use crate::iac::terraform::schema::map::How::{Block, Blocks, Json, Keep, Text, Unless};

/// Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function>; its defaults
/// (`timeout` 3, `memory_size` 128) are those of the service.
const FUNCTION: &[Arg] = &[
    ("function_name", "FunctionName", Text),
    ("description", "Description", Text),
    ("role", "Role", Text),
    ("handler", "Handler", Text),
    ("runtime", "Runtime", Text),
    ("package_type", "PackageType", Text),
    ("architectures", "Architectures", Keep),
    ("timeout", "Timeout", Text),
    ("memory_size", "MemorySize", Text),
    ("layers", "Layers", Keep),
    ("kms_key_arn", "KmsKeyArn", Text),
    ("code_signing_config_arn", "CodeSigningConfigArn", Text),
    ("reserved_concurrent_executions", "ReservedConcurrentExecutions", Unless("-1")),
    ("environment", "Environment", Block(&[("variables", "Variables", Keep)])),
    (
        "vpc_config",
        "VpcConfig",
        Block(&[
            ("subnet_ids", "SubnetIds", Keep),
            ("security_group_ids", "SecurityGroupIds", Keep),
            ("ipv6_allowed_for_dual_stack", "Ipv6AllowedForDualStack", Text),
        ]),
    ),
    ("dead_letter_config", "DeadLetterConfig", Block(&[("target_arn", "TargetArn", Text)])),
    ("tracing_config", "TracingConfig", Block(&[("mode", "Mode", Text)])),
    ("ephemeral_storage", "EphemeralStorage", Block(&[("size", "Size", Text)])),
    ("snap_start", "SnapStart", Block(&[("apply_on", "ApplyOn", Text)])),
    (
        "image_config",
        "ImageConfig",
        Block(&[
            ("command", "Command", Keep),
            ("entry_point", "EntryPoint", Keep),
            ("working_directory", "WorkingDirectory", Text),
        ]),
    ),
    (
        "logging_config",
        "LoggingConfig",
        Block(&[
            ("log_format", "LogFormat", Text),
            ("log_group", "LogGroup", Text),
            ("application_log_level", "ApplicationLogLevel", Text),
            ("system_log_level", "SystemLogLevel", Text),
        ]),
    ),
    (
        "file_system_config",
        "FileSystemConfigs",
        Blocks(&[("arn", "Arn", Text), ("local_mount_path", "LocalMountPath", Text)]),
    ),
    (
        "durable_config",
        "DurableConfig",
        Block(&[
            ("execution_timeout", "ExecutionTimeout", Text),
            ("retention_period", "RetentionPeriodInDays", Text),
        ]),
    ),
    ("capacity_provider_config", "CapacityProviderConfig", Block(&[])),
];

/// Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_event_source_mapping>;
/// the default of `batch_size` depends on the source, as the service's does.
const MAPPING: &[Arg] = &[
    ("event_source_arn", "EventSourceArn", Text),
    ("function_name", "FunctionName", Text),
    ("enabled", "Enabled", Text),
    ("batch_size", "BatchSize", Text),
    ("maximum_batching_window_in_seconds", "MaximumBatchingWindowInSeconds", Text),
    ("starting_position", "StartingPosition", Text),
    ("maximum_record_age_in_seconds", "MaximumRecordAgeInSeconds", Text),
    ("maximum_retry_attempts", "MaximumRetryAttempts", Text),
    ("bisect_batch_on_function_error", "BisectBatchOnFunctionError", Text),
    ("parallelization_factor", "ParallelizationFactor", Text),
    ("tumbling_window_in_seconds", "TumblingWindowInSeconds", Text),
    ("function_response_types", "FunctionResponseTypes", Keep),
    ("kms_key_arn", "KmsKeyArn", Text),
    ("topics", "Topics", Keep),
    ("queues", "Queues", Keep),
    ("scaling_config", "ScalingConfig", Block(&[("maximum_concurrency", "MaximumConcurrency", Text)])),
    ("filter_criteria", "FilterCriteria", Block(FILTERS)),
    (
        "destination_config",
        "DestinationConfig",
        Block(&[("on_failure", "OnFailure", Block(&[("destination_arn", "Destination", Text)]))]),
    ),
    (
        "source_access_configuration",
        "SourceAccessConfigurations",
        Blocks(&[("type", "Type", Text), ("uri", "URI", Text)]),
    ),
    ("self_managed_event_source", "SelfManagedEventSource", Block(&[("endpoints", "Endpoints", Keep)])),
    (
        "self_managed_kafka_event_source_config",
        "SelfManagedKafkaEventSourceConfig",
        Block(&[("consumer_group_id", "ConsumerGroupId", Text)]),
    ),
    (
        "amazon_managed_kafka_event_source_config",
        "AmazonManagedKafkaEventSourceConfig",
        Block(&[("consumer_group_id", "ConsumerGroupId", Text)]),
    ),
    (
        "document_db_event_source_config",
        "DocumentDBEventSourceConfig",
        Block(&[
            ("collection_name", "CollectionName", Text),
            ("database_name", "DatabaseName", Text),
            ("full_document", "FullDocument", Text),
        ]),
    ),
];

/// Patterns of events, of mappings and of pipes.
pub(super) const FILTERS: &[Arg] = &[("filter", "Filters", Blocks(&[("pattern", "Pattern", Json)]))];

const DESTINATION: &[Arg] = &[("destination", "Destination", Text)];

pub(super) const TYPES: &[Type] = &[
    of("aws_lambda_function", "AWS::Lambda::Function", FUNCTION),
    of(
        "aws_lambda_alias",
        "AWS::Lambda::Alias",
        &[
            ("name", "Name", Text),
            ("function_name", "FunctionName", Text),
            ("function_version", "FunctionVersion", Text),
        ],
    ),
    named(
        "aws_lambda_permission",
        "AWS::Lambda::Permission",
        ("statement_id_prefix", "StatementId"),
        &[
            ("statement_id", "StatementId", Text),
            ("action", "Action", Text),
            ("function_name", "FunctionName", Text),
            ("principal", "Principal", Text),
            ("source_arn", "SourceArn", Text),
            ("source_account", "SourceAccount", Text),
            ("event_source_token", "EventSourceToken", Text),
            ("function_url_auth_type", "FunctionUrlAuthType", Text),
            ("invoked_via_function_url", "InvokedViaFunctionUrl", Text),
            ("principal_org_id", "PrincipalOrgID", Text),
        ],
    ),
    of("aws_lambda_event_source_mapping", "AWS::Lambda::EventSourceMapping", MAPPING),
    of(
        "aws_lambda_function_url",
        "AWS::Lambda::Url",
        &[
            ("function_name", "TargetFunctionArn", Text),
            ("qualifier", "Qualifier", Text),
            ("authorization_type", "AuthType", Text),
            ("invoke_mode", "InvokeMode", Text),
        ],
    ),
    Type {
        // Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lambda_function_event_invoke_config>
        defaults: &[("Qualifier", "$LATEST")],
        ..of(
            "aws_lambda_function_event_invoke_config",
            "AWS::Lambda::EventInvokeConfig",
            &[
                ("function_name", "FunctionName", Text),
                ("qualifier", "Qualifier", Text),
                ("maximum_event_age_in_seconds", "MaximumEventAgeInSeconds", Text),
                ("maximum_retry_attempts", "MaximumRetryAttempts", Text),
                (
                    "destination_config",
                    "DestinationConfig",
                    Block(&[
                        ("on_failure", "OnFailure", Block(DESTINATION)),
                        ("on_success", "OnSuccess", Block(DESTINATION)),
                    ]),
                ),
            ],
        )
    },
    of(
        "aws_lambda_layer_version",
        "AWS::Lambda::LayerVersion",
        &[
            ("layer_name", "LayerName", Text),
            ("compatible_runtimes", "CompatibleRuntimes", Keep),
            ("compatible_architectures", "CompatibleArchitectures", Keep),
        ],
    ),
    of(
        "aws_lambda_layer_version_permission",
        "AWS::Lambda::LayerVersionPermission",
        &[
            ("action", "Action", Text),
            ("layer_name", "LayerVersionArn", Text),
            ("organization_id", "OrganizationId", Text),
            ("principal", "Principal", Text),
        ],
    ),
];
