//! What attributes of resources are: names, ARNs, URLs, and texts made of these.
//!
//! Source: "Attribute Reference" of each page under
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs>

use lamlint_model::ResourceId;
use lamlint_model::value::{Attr, Value};

/// Which identity an attribute is.
#[derive(Debug, Clone, Copy)]
enum Id {
    Name,
    Arn,
    Url,
    /// By its name in `CloudFormation`, or one of this table's own.
    Other(&'static str),
}
use Id::{Arn, Name, Other, Url};

type Row = (&'static str, &'static [(&'static str, Id)]);

const NAMED: &[(&str, Id)] = &[("name", Name), ("id", Name), ("arn", Arn)];
const BY_ID: &[(&str, Id)] = &[("id", Name), ("arn", Arn)];
const BY_ARN: &[(&str, Id)] = &[("name", Name), ("id", Arn), ("arn", Arn)];

const IDENTITIES: &[Row] = &[
    (
        "aws_lambda_function",
        &[
            ("function_name", Name),
            ("id", Name),
            ("arn", Arn),
            ("invoke_arn", Other("InvokeArn")),
            ("qualified_arn", Other("QualifiedArn")),
            ("qualified_invoke_arn", Other("QualifiedInvokeArn")),
            ("version", Other("Version")),
        ],
    ),
    ("aws_lambda_alias", &[("arn", Arn), ("id", Arn), ("invoke_arn", Other("InvokeArn"))]),
    ("aws_lambda_layer_version", &[("arn", Arn), ("id", Arn), ("layer_arn", Other("LayerArn"))]),
    ("aws_lambda_function_url", &[("function_url", Url), ("function_arn", Other("FunctionArn"))]),
    ("aws_lambda_event_source_mapping", &[("uuid", Name), ("id", Name), ("arn", Arn)]),
    ("aws_iam_role", &[("name", Name), ("id", Name), ("arn", Arn), ("unique_id", Other("RoleId"))]),
    ("aws_iam_policy", &[("name", Name), ("id", Arn), ("arn", Arn)]),
    ("aws_iam_user", NAMED),
    ("aws_iam_group", NAMED),
    ("aws_sqs_queue", &[("name", Name), ("id", Url), ("url", Url), ("arn", Arn)]),
    ("aws_sns_topic", BY_ARN),
    ("aws_sns_topic_subscription", &[("id", Arn), ("arn", Arn)]),
    (
        "aws_s3_bucket",
        &[
            ("bucket", Name),
            ("id", Name),
            ("arn", Arn),
            ("bucket_domain_name", Other("DomainName")),
            ("bucket_regional_domain_name", Other("RegionalDomainName")),
            ("website_endpoint", Other("WebsiteURL")),
        ],
    ),
    (
        "aws_dynamodb_table",
        &[
            ("name", Name),
            ("id", Name),
            ("arn", Arn),
            ("stream_arn", Other("StreamArn")),
            ("stream_label", Other("StreamLabel")),
        ],
    ),
    ("aws_kinesis_stream", &[("name", Name), ("id", Arn), ("arn", Arn)]),
    ("aws_kinesis_stream_consumer", BY_ARN),
    ("aws_kinesis_firehose_delivery_stream", BY_ARN),
    ("aws_cloudwatch_event_bus", NAMED),
    // The id of a rule on another bus has the bus's name before it.
    ("aws_cloudwatch_event_rule", &[("name", Name), ("id", Name), ("arn", Arn)]),
    ("aws_scheduler_schedule", &[("name", Name), ("arn", Arn)]),
    ("aws_scheduler_schedule_group", NAMED),
    ("aws_pipes_pipe", NAMED),
    (
        "aws_api_gateway_rest_api",
        &[
            ("id", Name),
            ("arn", Other("RestApiArn")),
            ("execution_arn", Other("ExecutionArn")),
            ("root_resource_id", Other("RootResourceId")),
        ],
    ),
    ("aws_api_gateway_resource", &[("id", Name)]),
    ("aws_api_gateway_method", &[("id", Name)]),
    ("aws_api_gateway_integration", &[("id", Name)]),
    ("aws_api_gateway_authorizer", BY_ID),
    ("aws_api_gateway_deployment", &[("id", Name), ("execution_arn", Other("ExecutionArn"))]),
    ("aws_api_gateway_stage", &[("id", Name), ("invoke_url", Url), ("execution_arn", Other("ExecutionArn"))]),
    (
        "aws_apigatewayv2_api",
        &[("id", Name), ("api_endpoint", Url), ("execution_arn", Other("ExecutionArn"))],
    ),
    ("aws_apigatewayv2_integration", &[("id", Name)]),
    ("aws_apigatewayv2_route", &[("id", Name)]),
    ("aws_apigatewayv2_authorizer", &[("id", Name)]),
    (
        "aws_apigatewayv2_stage",
        &[("id", Name), ("invoke_url", Url), ("execution_arn", Other("ExecutionArn"))],
    ),
    ("aws_lb_target_group", BY_ARN),
    ("aws_alb_target_group", BY_ARN),
    ("aws_lb", BY_ARN),
    ("aws_alb", BY_ARN),
    // Without the `:*` that the ARN of CloudFormation ends with.
    ("aws_cloudwatch_log_group", &[("name", Name), ("id", Name), ("arn", Other("LogGroupArn"))]),
    ("aws_sfn_state_machine", BY_ARN),
    ("aws_sfn_activity", BY_ARN),
    ("aws_cognito_user_pool", BY_ID),
    ("aws_iot_topic_rule", NAMED),
    ("aws_kms_key", &[("key_id", Name), ("id", Name), ("arn", Arn)]),
    ("aws_kms_alias", &[("name", Name), ("id", Name), ("arn", Arn), ("target_key_arn", Other("KeyArn"))]),
    ("aws_secretsmanager_secret", &[("name", Name), ("id", Arn), ("arn", Arn)]),
    ("aws_secretsmanager_secret_version", &[("arn", Arn)]),
    ("aws_ssm_parameter", NAMED),
    ("aws_efs_file_system", BY_ID),
    ("aws_efs_access_point", BY_ID),
    ("aws_efs_mount_target", &[("id", Name)]),
    ("aws_codeguruprofiler_profiling_group", NAMED),
    ("aws_msk_cluster", &[("id", Arn), ("arn", Arn)]),
    ("aws_msk_serverless_cluster", &[("id", Arn), ("arn", Arn)]),
    ("aws_mq_broker", BY_ID),
    ("aws_docdb_cluster", BY_ID),
    ("aws_cloudwatch_metric_alarm", &[("alarm_name", Name), ("id", Name), ("arn", Arn)]),
    ("aws_appsync_graphql_api", BY_ID),
    ("aws_cloudfront_distribution", BY_ID),
    ("aws_codecommit_repository", &[("repository_name", Name), ("arn", Arn)]),
    ("aws_security_group", BY_ID),
    ("aws_subnet", BY_ID),
    ("aws_vpc", BY_ID),
    ("archive_file", &[("output_path", Other("output_path"))]),
];

/// Attributes that are texts around an identity: type, attribute, text with `${Name}` and `${Arn}` of the resource.
const TEXTS: &[(&str, &str, &str)] = &[
    ("aws_lambda_function", "InvokeArn", INVOKE_ARN),
    ("aws_lambda_alias", "InvokeArn", INVOKE_ARN),
    ("aws_api_gateway_rest_api", "ExecutionArn", EXECUTION_ARN),
    ("aws_apigatewayv2_api", "ExecutionArn", EXECUTION_ARN),
    (
        "aws_cloudwatch_log_group",
        "LogGroupArn",
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Name}",
    ),
];

const INVOKE_ARN: &str =
    "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Arn}/invocations";
const EXECUTION_ARN: &str = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Name}";

/// Which identity of a resource of a type an attribute is; `None` for attributes that are none.
pub(in crate::iac::terraform) fn identity(type_name: &str, attribute: &str) -> Option<Attr> {
    let (_, attributes) = IDENTITIES.iter().find(|(t, _)| *t == type_name)?;
    let (_, id) = attributes.iter().find(|(a, _)| *a == attribute)?;
    Some(match id {
        Name => Attr::Name,
        Arn => Attr::Arn,
        Url => Attr::Url,
        Other(name) => Attr::Other((*name).into()),
    })
}

/// The attribute of a type that is an identity, by the clearest of its names.
pub(super) fn attribute(type_name: &str, id: &Attr) -> Option<&'static str> {
    let (_, all) = IDENTITIES.iter().find(|(t, _)| *t == type_name)?;
    let fits = |a: &&'static str| identity(type_name, a).as_ref() == Some(id);
    let mut names = all.iter().map(|(a, _)| *a).filter(fits);
    let first = names.next()?;
    Some(if first == "id" { names.next().unwrap_or(first) } else { first })
}

/// The attribute that is a text of which `parts` are the start, and how many of them it is.
pub(super) fn text_at(id: ResourceId, type_name: &str, parts: &[Value]) -> Option<(&'static str, usize)> {
    TEXTS.iter().filter(|(t, ..)| *t == type_name).find_map(|(_, name, _)| {
        match text_of(id, type_name, name)? {
            Value::Concat(text) if parts.starts_with(&text) => {
                Some((attribute(type_name, &Attr::Other((*name).into()))?, text.len()))
            }
            _ => None,
        }
    })
}

/// The text an attribute is, where it is one around another identity.
pub(super) fn text_of(id: ResourceId, type_name: &str, attribute: &str) -> Option<Value> {
    let (.., text) = TEXTS.iter().find(|(t, a, _)| *t == type_name && *a == attribute)?;
    let mut parts = Vec::new();
    let mut rest = *text;
    while let Some((before, (name, after))) =
        rest.split_once("${").and_then(|(b, h)| Some((b, h.split_once('}')?)))
    {
        parts.push(Value::str(before));
        parts.push(match name {
            "Name" => Value::Of(id, Attr::Name),
            "Arn" => Value::Of(id, Attr::Arn),
            pseudo => Value::Pseudo(pseudo.into()),
        });
        rest = after;
    }
    parts.push(Value::str(rest));
    Some(Value::concat(parts))
}
