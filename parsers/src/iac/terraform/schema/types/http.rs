//! APIs, load balancers and distributions.

use super::{Type, named, of};
use crate::iac::terraform::schema::map::Arg;
use crate::iac::terraform::schema::map::How::{Block, Blocks, Json, Text};

/// A cache behaviour of a distribution.
const BEHAVIOUR: &[Arg] = &[
    ("target_origin_id", "TargetOriginId", Text),
    (
        "lambda_function_association",
        "LambdaFunctionAssociations",
        Blocks(&[
            ("event_type", "EventType", Text),
            ("lambda_arn", "LambdaFunctionARN", Text),
            ("include_body", "IncludeBody", Text),
        ]),
    ),
];

const TARGET_GROUP: &[Arg] = &[("name", "Name", Text), ("target_type", "TargetType", Text)];

pub(super) const TYPES: &[Type] = &[
    of(
        "aws_api_gateway_rest_api",
        "AWS::ApiGateway::RestApi",
        &[("name", "Name", Text), ("body", "Body", Json)],
    ),
    of(
        "aws_api_gateway_resource",
        "AWS::ApiGateway::Resource",
        &[
            ("rest_api_id", "RestApiId", Text),
            ("parent_id", "ParentId", Text),
            ("path_part", "PathPart", Text),
        ],
    ),
    of(
        "aws_api_gateway_method",
        "AWS::ApiGateway::Method",
        &[
            ("rest_api_id", "RestApiId", Text),
            ("resource_id", "ResourceId", Text),
            ("http_method", "HttpMethod", Text),
            ("authorization", "AuthorizationType", Text),
            ("authorizer_id", "AuthorizerId", Text),
        ],
    ),
    // What stands inside a method.
    of(
        "aws_api_gateway_integration",
        "AWS::ApiGateway::Method",
        &[
            ("rest_api_id", "RestApiId", Text),
            ("resource_id", "ResourceId", Text),
            ("http_method", "HttpMethod", Text),
            ("type", "Integration.Type", Text),
            ("uri", "Integration.Uri", Text),
            ("credentials", "Integration.Credentials", Text),
            ("integration_http_method", "Integration.IntegrationHttpMethod", Text),
            ("timeout_milliseconds", "Integration.TimeoutInMillis", Text),
        ],
    ),
    of(
        "aws_api_gateway_authorizer",
        "AWS::ApiGateway::Authorizer",
        &[
            ("name", "Name", Text),
            ("rest_api_id", "RestApiId", Text),
            ("authorizer_uri", "AuthorizerUri", Text),
            ("authorizer_credentials", "AuthorizerCredentials", Text),
            ("type", "Type", Text),
        ],
    ),
    of(
        "aws_apigatewayv2_api",
        "AWS::ApiGatewayV2::Api",
        &[
            ("name", "Name", Text),
            ("protocol_type", "ProtocolType", Text),
            ("body", "Body", Json),
            ("target", "Target", Text),
            ("credentials_arn", "CredentialsArn", Text),
            ("route_key", "RouteKey", Text),
        ],
    ),
    Type {
        // Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/apigatewayv2_integration>
        defaults: &[("PayloadFormatVersion", "1.0")],
        ..of(
            "aws_apigatewayv2_integration",
            "AWS::ApiGatewayV2::Integration",
            &[
                ("api_id", "ApiId", Text),
                ("integration_type", "IntegrationType", Text),
                ("integration_uri", "IntegrationUri", Text),
                ("credentials_arn", "CredentialsArn", Text),
                ("payload_format_version", "PayloadFormatVersion", Text),
                ("timeout_milliseconds", "TimeoutInMillis", Text),
            ],
        )
    },
    of(
        "aws_apigatewayv2_route",
        "AWS::ApiGatewayV2::Route",
        &[
            ("api_id", "ApiId", Text),
            ("route_key", "RouteKey", Text),
            ("target", "Target", Text),
            ("authorizer_id", "AuthorizerId", Text),
            ("authorization_type", "AuthorizationType", Text),
        ],
    ),
    of(
        "aws_apigatewayv2_authorizer",
        "AWS::ApiGatewayV2::Authorizer",
        &[
            ("name", "Name", Text),
            ("api_id", "ApiId", Text),
            ("authorizer_type", "AuthorizerType", Text),
            ("authorizer_uri", "AuthorizerUri", Text),
            ("authorizer_credentials_arn", "AuthorizerCredentialsArn", Text),
        ],
    ),
    named(
        "aws_lb_target_group",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        ("name_prefix", "Name"),
        TARGET_GROUP,
    ),
    named(
        "aws_alb_target_group",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        ("name_prefix", "Name"),
        TARGET_GROUP,
    ),
    of(
        "aws_appsync_graphql_api",
        "AWS::AppSync::GraphQLApi",
        &[
            ("name", "Name", Text),
            (
                "lambda_authorizer_config",
                "LambdaAuthorizerConfig",
                Block(&[("authorizer_uri", "AuthorizerUri", Text)]),
            ),
        ],
    ),
    of(
        "aws_cloudfront_distribution",
        "AWS::CloudFront::Distribution",
        &[
            ("enabled", "DistributionConfig.Enabled", Text),
            ("default_cache_behavior", "DistributionConfig.DefaultCacheBehavior", Block(BEHAVIOUR)),
            ("ordered_cache_behavior", "DistributionConfig.CacheBehaviors", Blocks(BEHAVIOUR)),
        ],
    ),
];
