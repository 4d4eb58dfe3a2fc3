//! Where services find the functions they invoke in their own name.

use crate::app::Kind;

/// What the service says its source is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    /// The resource that stands there: its ARN, which starts like this behind `arn:partition:`.
    Own(&'static str),
    /// A resource of that kind, named by a property.
    Property(&'static str, Kind),
    /// A REST API, named by a property; of a method, its verb and path.
    Api(&'static str),
    /// An authorizer of the API named by a property.
    Authorizer(&'static str),
    /// Nothing but the start is known, behind `arn:partition:`.
    Starts(&'static str),
}

/// Where a service finds the functions it invokes in its own name.
pub(super) struct Place {
    pub(super) type_name: &'static str,
    /// The way to what names the function: keys, `*` for the elements of a list, `%` for the entries of a map.
    pub(super) holder: &'static [&'static str],
    /// The property there; nothing for the holder itself.
    pub(super) function: &'static str,
    /// The property beside it by which the service takes a role and needs no permission.
    pub(super) role: &'static str,
    /// A property of the holder that must have this value.
    pub(super) only: Option<(&'static str, &'static str)>,
    /// It does nothing until a resource of one of these types names it in this property.
    pub(super) used: Option<(&'static [&'static str], &'static str)>,
    pub(super) principal: &'static str,
    pub(super) source: Source,
}

const PLAIN: Place = Place {
    type_name: "",
    holder: &[],
    function: "",
    role: "",
    only: None,
    used: None,
    principal: "",
    source: Source::Starts(""),
};

const API: &str = "apigateway.amazonaws.com";
pub(super) const AUTHORIZERS: &[&str] = &["AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"];
const ROUTES: &[&str] = &["AWS::ApiGateway::Method", "AWS::ApiGatewayV2::Route"];
const IN_BODY: &[&str] = &["Body", "paths", "%", "%", "x-amazon-apigateway-integration"];
pub(super) const REST: &str = "AWS::ApiGateway::RestApi";
const HTTP: &str = "AWS::ApiGatewayV2::Api";

/// Sources: "Granting permissions" of each service's page, all below
/// <https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html>; for API Gateway
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html>
pub(super) const PLACES: &[Place] = &[
    Place {
        type_name: "AWS::S3::Bucket",
        holder: &["NotificationConfiguration", "LambdaConfigurations", "*"],
        function: "Function",
        principal: "s3.amazonaws.com",
        source: Source::Own("s3:::"),
        ..PLAIN
    },
    Place {
        type_name: "BucketNotification",
        holder: &["NotificationConfiguration", "LambdaConfigurations", "*"],
        function: "Function",
        principal: "s3.amazonaws.com",
        source: Source::Property("Bucket", Kind::Bucket),
        ..PLAIN
    },
    Place {
        type_name: "AWS::SNS::Subscription",
        function: "Endpoint",
        only: Some(("Protocol", "lambda")),
        principal: "sns.amazonaws.com",
        source: Source::Property("TopicArn", Kind::Topic),
        ..PLAIN
    },
    Place {
        type_name: "AWS::SNS::Topic",
        holder: &["Subscription", "*"],
        function: "Endpoint",
        only: Some(("Protocol", "lambda")),
        principal: "sns.amazonaws.com",
        source: Source::Own("sns:"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::Events::Rule",
        holder: &["Targets", "*"],
        function: "Arn",
        role: "RoleArn",
        principal: "events.amazonaws.com",
        source: Source::Own("events:${AWS::Region}:${AWS::AccountId}:rule/"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::Logs::SubscriptionFilter",
        function: "DestinationArn",
        role: "RoleArn",
        principal: "logs.amazonaws.com",
        source: Source::Property("LogGroupName", Kind::LogGroup),
        ..PLAIN
    },
    Place {
        type_name: "AWS::IoT::TopicRule",
        holder: &["TopicRulePayload", "Actions", "*", "Lambda"],
        function: "FunctionArn",
        principal: "iot.amazonaws.com",
        source: Source::Own("iot:${AWS::Region}:${AWS::AccountId}:rule/"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::IoT::TopicRule",
        holder: &["TopicRulePayload", "ErrorAction", "Lambda"],
        function: "FunctionArn",
        principal: "iot.amazonaws.com",
        source: Source::Own("iot:${AWS::Region}:${AWS::AccountId}:rule/"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::SES::ReceiptRule",
        holder: &["Rule", "Actions", "*", "LambdaAction"],
        function: "FunctionArn",
        principal: "ses.amazonaws.com",
        source: Source::Starts("ses:"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::ElasticLoadBalancingV2::TargetGroup",
        holder: &["Targets", "*"],
        function: "Id",
        principal: "elasticloadbalancing.amazonaws.com",
        source: Source::Own("elasticloadbalancing:${AWS::Region}:${AWS::AccountId}:targetgroup/"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::Cognito::UserPool",
        holder: &["LambdaConfig", "%"],
        principal: "cognito-idp.amazonaws.com",
        source: Source::Own("cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::Cognito::UserPool",
        holder: &["LambdaConfig", "%"],
        function: "LambdaArn",
        principal: "cognito-idp.amazonaws.com",
        source: Source::Own("cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::Config::ConfigRule",
        holder: &["Source"],
        function: "SourceIdentifier",
        only: Some(("Owner", "CUSTOM_LAMBDA")),
        principal: "config.amazonaws.com",
        source: Source::Starts("config:"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::CodeCommit::Repository",
        holder: &["Triggers", "*"],
        function: "DestinationArn",
        principal: "codecommit.amazonaws.com",
        source: Source::Own("codecommit:${AWS::Region}:${AWS::AccountId}:"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::SecretsManager::RotationSchedule",
        function: "RotationLambdaARN",
        principal: "secretsmanager.amazonaws.com",
        source: Source::Property("SecretId", Kind::Secret),
        ..PLAIN
    },
    Place {
        type_name: "AWS::CloudWatch::Alarm",
        holder: &["AlarmActions", "*"],
        principal: "lambda.alarms.cloudwatch.amazonaws.com",
        source: Source::Own("cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::AppSync::GraphQLApi",
        holder: &["LambdaAuthorizerConfig"],
        function: "AuthorizerUri",
        principal: "appsync.amazonaws.com",
        source: Source::Own("appsync:"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::Bedrock::Agent",
        holder: &["ActionGroups", "*", "ActionGroupExecutor"],
        function: "Lambda",
        principal: "bedrock.amazonaws.com",
        source: Source::Starts("bedrock:"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::ApiGateway::Method",
        holder: &["Integration"],
        function: "Uri",
        role: "Credentials",
        principal: API,
        source: Source::Api("RestApiId"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::ApiGateway::Authorizer",
        function: "AuthorizerUri",
        role: "AuthorizerCredentials",
        used: Some((ROUTES, "AuthorizerId")),
        principal: API,
        source: Source::Authorizer("RestApiId"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::ApiGatewayV2::Integration",
        function: "IntegrationUri",
        role: "CredentialsArn",
        used: Some((ROUTES, "Target")),
        principal: API,
        source: Source::Api("ApiId"),
        ..PLAIN
    },
    Place {
        type_name: "AWS::ApiGatewayV2::Authorizer",
        function: "AuthorizerUri",
        role: "AuthorizerCredentialsArn",
        used: Some((ROUTES, "AuthorizerId")),
        principal: API,
        source: Source::Authorizer("ApiId"),
        ..PLAIN
    },
    Place {
        type_name: REST,
        holder: IN_BODY,
        function: "uri",
        role: "credentials",
        principal: API,
        ..IN_API
    },
    Place {
        type_name: HTTP,
        holder: IN_BODY,
        function: "uri",
        role: "credentials",
        principal: API,
        ..IN_API
    },
    Place { type_name: HTTP, function: "Target", role: "CredentialsArn", principal: API, ..IN_API },
];

const IN_API: Place = Place { source: Source::Api(""), ..PLAIN };
