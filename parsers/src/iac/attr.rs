//! What `Ref` and `Fn::GetAtt` return, by resource type.
//!
//! Source: "Return values" of each page under
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>

use lamlint_model::value::Attr;

/// Types whose `Ref` is not a name or id.
const REF: &[(&str, Attr)] = &[
    ("AWS::SQS::Queue", Attr::Url),
    ("AWS::SNS::Topic", Attr::Arn),
    ("AWS::SNS::Subscription", Attr::Arn),
    ("AWS::Lambda::Alias", Attr::Arn),
    ("AWS::Lambda::Version", Attr::Arn),
    ("AWS::Lambda::LayerVersion", Attr::Arn),
    ("AWS::Lambda::CodeSigningConfig", Attr::Arn),
    ("AWS::Lambda::CapacityProvider", Attr::Arn),
    ("AWS::StepFunctions::StateMachine", Attr::Arn),
    ("AWS::StepFunctions::StateMachineAlias", Attr::Arn),
    ("AWS::StepFunctions::StateMachineVersion", Attr::Arn),
    ("AWS::StepFunctions::Activity", Attr::Arn),
    ("AWS::SecretsManager::Secret", Attr::Arn),
    ("AWS::IAM::ManagedPolicy", Attr::Arn),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", Attr::Arn),
    ("AWS::ElasticLoadBalancingV2::TargetGroup", Attr::Arn),
    ("AWS::ElasticLoadBalancingV2::Listener", Attr::Arn),
    ("AWS::ElasticLoadBalancingV2::ListenerRule", Attr::Arn),
    ("AWS::CertificateManager::Certificate", Attr::Arn),
    ("AWS::MSK::Cluster", Attr::Arn),
    ("AWS::MSK::ServerlessCluster", Attr::Arn),
    ("AWS::Kinesis::StreamConsumer", Attr::Arn),
    ("AWS::ECS::TaskDefinition", Attr::Arn),
    ("AWS::ECS::Service", Attr::Arn),
    ("AWS::AppSync::GraphQLApi", Attr::Arn),
    ("AWS::CloudFormation::Stack", Attr::Arn),
    ("Nested", Attr::Arn),
];

/// Attributes that are one of the common identities, for any type.
const ATTRIBUTES: &[(&str, Attr)] = &[
    ("Arn", Attr::Arn),
    ("TopicArn", Attr::Arn),
    ("AliasArn", Attr::Arn),
    ("FunctionArn", Attr::Arn),
    ("LayerVersionArn", Attr::Arn),
    ("PolicyArn", Attr::Arn),
    ("QueueUrl", Attr::Url),
    ("FunctionUrl", Attr::Url),
    ("ApiEndpoint", Attr::Url),
    ("QueueName", Attr::Name),
    ("TopicName", Attr::Name),
    ("Name", Attr::Name),
    ("KeyId", Attr::Name),
    ("RestApiId", Attr::Name),
    ("ApiId", Attr::Name),
    ("UserPoolId", Attr::Name),
];

/// What `Ref` of a resource of that type is.
pub(crate) fn of_ref(type_name: &str) -> Attr {
    REF.iter().find(|(t, _)| *t == type_name).map_or(Attr::Name, |(_, a)| a.clone())
}

/// What an attribute of a resource of that type is.
pub(crate) fn of_attribute(type_name: &str, attribute: &str) -> Attr {
    match (type_name, attribute) {
        // The ARN of the function behind the URL, not of the URL.
        ("AWS::Lambda::Url", "FunctionArn") => Attr::Other(attribute.into()),
        ("AWS::SecretsManager::Secret", "Id") => Attr::Arn,
        _ => ATTRIBUTES
            .iter()
            .find(|(a, _)| *a == attribute)
            .map_or_else(|| Attr::Other(attribute.into()), |(_, a)| a.clone()),
    }
}
