//! SAM's shorthands.

use super::{dump, one, prop, resource};
use crate::iac::Assembled;
use lamlint_model::app::{Filter, Kind, TriggerKind};

fn sam(rest: &str) -> Assembled {
    one(&format!("Transform: AWS::Serverless-2016-10-31\n{rest}"))
}

/// A function with these properties (indented by six).
fn function(properties: &str) -> Assembled {
    sam(&format!(
        "Resources:
  Q: {{Type: AWS::SQS::Queue}}
  T: {{Type: AWS::SNS::Topic}}
  B: {{Type: AWS::S3::Bucket}}
  P: {{Type: AWS::Cognito::UserPool}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.14
{properties}"
    ))
}

fn event(kind: &str, properties: &str) -> Assembled {
    function(&format!(
        "      Events:\n        E:\n          Type: {kind}\n          Properties: {properties}\n"
    ))
}

#[test]
fn globals_merge_by_kind_of_value() {
    let a = sam("
Globals:
  Function:
    Timeout: 10
    MemorySize: 256
    Layers: [arn:a]
    VpcConfig: !If [C, {SubnetIds: [s]}, !Ref AWS::NoValue]
    Tags: {Team: a}
    Environment:
      Variables: {A: global, B: global}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      MemorySize: 512
      Layers: [arn:b]
      Environment:
        Variables: {B: own, C: own}
      Tags: {Own: b}
  G:
    Type: AWS::Serverless::Function
    Properties:
      Environment: !Ref AWS::NoValue
      VpcConfig: {SubnetIds: [t]}
");
    let f = |p: &[&str]| prop(&a, "F", p);
    assert_eq!(f(&["Environment", "Variables"]), "{A: global, B: own, C: own}");
    assert_eq!(
        (f(&["Timeout"]), f(&["MemorySize"]), f(&["Layers"])),
        ("10".into(), "512".into(), "[arn:a, arn:b]".into())
    );
    assert_eq!(f(&["VpcConfig"]), "{SubnetIds: [s]} when C | - when not C");
    assert_eq!(f(&["Tags"]), "[{Key: Team, Value: a}, {Key: Own, Value: b}]");
    // A function is one value, not a map to merge with.
    assert_eq!(prop(&a, "G", &["Environment"]), "-");
    assert_eq!(prop(&a, "G", &["VpcConfig"]), "{SubnetIds: [t]}");
}

#[test]
fn a_fragment_may_have_globals_elsewhere() {
    let a = one("
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Environment: {Variables: {A: b}}
      Layers: [arn:a]
      Events: {E: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}}
  Q: {Type: AWS::SQS::Queue}
");
    assert_eq!(prop(&a, "F", &["Handler"]), "a.b");
    assert_eq!(prop(&a, "F", &["Environment", "Variables"]), "{A: b…}");
    assert_eq!(prop(&a, "F", &["Layers"]), "[arn:a…]");
    assert_eq!(prop(&a, "FE", &["BatchSize"]), "-");
    assert_eq!(prop(&a, "F", &["Timeout"]), "?");
    assert_eq!(prop(&a, "Q", &["DelaySeconds"]), "-");
    assert!(a.app.templates[0].open.is_some());
}

#[test]
fn an_unknown_macro_opens_everything() {
    let a = one("
Transform: [Mine, AWS::Serverless-2016-10-31]
Resources:
  Q: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {maxReceiveCount: 3}}}
");
    assert_eq!(prop(&a, "Q", &["DelaySeconds"]), "?");
    assert_eq!(prop(&a, "Q", &["RedrivePolicy"]), "{maxReceiveCount: 3…}");
    assert_eq!(a.notices.len(), 1);
}

#[test]
fn a_macro_for_functions_opens_what_it_adds_to() {
    let a = one("
Transform: [AWS::Serverless-2016-10-31, {Name: DatadogServerless, Parameters: {stackName: x}}]
Globals: {Function: {Environment: {Variables: {A: 1}}}}
Resources:
  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}
  F: {Type: AWS::Serverless::Function, Properties: {Runtime: python3.14, Handler: a.b, Timeout: 9}}
");
    assert_eq!(prop(&a, "Q", &["DelaySeconds"]), "-");
    assert_eq!(prop(&a, "F", &["Timeout"]), "9");
    assert_eq!(prop(&a, "F", &["MemorySize"]), "-");
    assert_eq!(prop(&a, "F", &["Environment", "Variables", "A"]), "1");
    assert_eq!(prop(&a, "F", &["Environment", "Variables", "B"]), "?");
    assert_eq!(prop(&a, "F", &["Layers"]), "[…]");
    assert!(a.notices.is_empty());
}

#[test]
fn policies_make_a_role() {
    let a = function(
        "      Tracing: Active
      VpcConfig: {SubnetIds: [s], SecurityGroupIds: [g]}
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Q.Arn}
      Policies:
        - AmazonS3ReadOnlyAccess
        - AWSLambdaRole
        - arn:aws:iam::aws:policy/Own
        - DynamoDBCrudPolicy: {TableName: t}
        - VPCAccessPolicy: {}
        - !If [C, {SQSSendMessagePolicy: {QueueName: q}}, !Ref AWS::NoValue]
        - Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]
",
    );
    let role = |p: &str| prop(&a, "FRole", &[p]);
    assert_eq!(
        role("ManagedPolicyArns"),
        "[arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole, \
         arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess, \
         arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole, \
         arn:${AWS::Partition}:iam::aws:policy/AmazonS3ReadOnlyAccess, \
         arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaRole, arn:aws:iam::aws:policy/Own]"
    );
    assert_eq!(
        role("SamPolicyTemplates"),
        "[{Name: DynamoDBCrudPolicy, Parameters: {TableName: t}}, {Name: VPCAccessPolicy, Parameters: {}}, \
         {Name: SQSSendMessagePolicy, Parameters: {QueueName: q}} when C | - when not C]"
    );
    assert!(role("Policies").contains("Action: [sqs:SendMessage], Resource: Q.arn"), "{}", role("Policies"));
    assert!(role("Policies").contains("Action: s3:*"));
    assert_eq!(prop(&a, "F", &["Role"]), "FRole.arn");
    assert_eq!(prop(&a, "F", &["DeadLetterConfig"]), "{TargetArn: Q.arn}");
    assert_eq!(prop(&a, "F", &["TracingConfig", "Mode"]), "Active");
    assert_eq!(resource(&a, "FRole").anchor.path, "Resources.F.Properties.Policies");
    assert_eq!(resource(&a, "FRole").implied_by, Some(resource(&a, "F").id));
}

#[test]
fn a_given_role_is_all_there_is() {
    let a =
        function("      Role: arn:aws:iam::123456789012:role/r\n      Policies: [AmazonS3ReadOnlyAccess]\n");
    assert_eq!(a.app.of_kind(Kind::Role).count(), 0);
    let a = function("      Role: !If [C, !ImportValue r, !Ref AWS::NoValue]\n");
    assert_eq!(prop(&a, "F", &["Role"]), "FRole.arn when not C | ?");
}

#[test]
fn polled_events_are_mappings() {
    let a = event(
        "SQS",
        "{Queue: !GetAtt Q.Arn, BatchSize: 5, Enabled: false, FunctionResponseTypes: [ReportBatchItemFailures]}",
    );
    assert_eq!(
        prop(&a, "FE", &[]),
        "{BatchSize: 5, Enabled: false, FunctionResponseTypes: [ReportBatchItemFailures], EventSourceArn: Q.arn, FunctionName: F.arn, SourceService: sqs}"
    );
    assert_eq!(resource(&a, "FE").kind, Kind::EventSourceMapping);
    assert_eq!(resource(&a, "FE").anchor.path, "Resources.F.Properties.Events.E");
    assert!(prop(&a, "FRole", &["ManagedPolicyArns"]).contains("AWSLambdaSQSQueueExecutionRole"));
    let a = event(
        "Kinesis",
        "{Stream: arn:s, StartingPosition: LATEST, DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Q.Arn}}}",
    );
    assert_eq!(prop(&a, "FE", &["DestinationConfig"]), "{OnFailure: {Destination: Q.arn}}");
    assert!(prop(&a, "FRole", &["Policies"]).contains("sqs:SendMessage"));
    let a = event("MSK", "{Stream: arn:s, Topics: [t], ConsumerGroupId: g}");
    assert_eq!(prop(&a, "FE", &["AmazonManagedKafkaEventSourceConfig"]), "{ConsumerGroupId: g}");
    // A source of which nothing is known is of the kind all the same.
    for (kind, properties, expected) in [
        ("SQS", "{Queue: !ImportValue q}", TriggerKind::Queue),
        ("DynamoDB", "{Stream: '{{resolve:ssm:/s}}'}", TriggerKind::TableStream),
        ("SNS", "{Topic: !ImportValue t}", TriggerKind::Topic),
    ] {
        let a = event(kind, properties);
        let found: Vec<_> = a.app.triggers.iter().map(|t| (t.kind, t.resource)).collect();
        assert!(found.contains(&(expected, None)), "{kind}: {found:?}");
    }
    let a = event("SelfManagedKafka", "{KafkaBootstrapServers: [b], Topics: [t]}");
    assert_eq!(prop(&a, "FE", &["SelfManagedEventSource"]), "{Endpoints: {KafkaBootstrapServers: [b]}}");
}

#[test]
fn schedules_and_rules() {
    let a = event("Schedule", "{Schedule: rate(1 hour), Enabled: !Ref On, Input: '{}'}");
    assert_eq!(prop(&a, "FE", &["ScheduleExpression"]), "rate(1 hour)");
    assert_eq!(prop(&a, "FE", &["State"]), "?");
    assert_eq!(prop(&a, "FE", &["Targets"]), "[{Arn: F.arn, Id: LambdaTarget, Input: {}}]");
    assert_eq!(prop(&a, "FEPermission", &["SourceArn"]), "FE.arn");
    let a = event("Schedule", "{Schedule: rate(1 hour), Enabled: False}");
    assert_eq!(prop(&a, "FE", &["State"]), "DISABLED");
    let a = event(
        "EventBridgeRule",
        "{Pattern: {source: [x]}, EventBusName: bus, DeadLetterConfig: {Type: SQS}}",
    );
    assert_eq!(prop(&a, "FE", &["EventPattern"]), "{source: [x]}");
    assert_eq!(
        prop(&a, "FE", &["Targets"]),
        "[{Arn: F.arn, Id: LambdaTarget, DeadLetterConfig: {Arn: FEQueue.arn}}]"
    );
    assert_eq!(resource(&a, "FEQueue").kind, Kind::Queue);
    let a = event("ScheduleV2", "{ScheduleExpression: rate(1 hour)}");
    assert_eq!(resource(&a, "FE").kind, Kind::Schedule);
    assert_eq!(prop(&a, "FE", &["Target"]), "{Arn: F.arn, RoleArn: FERole.arn}");
    assert!(prop(&a, "FERole", &["Policies"]).contains("Action: [lambda:InvokeFunction], Resource: F.arn"));
}

#[test]
fn buckets_topics_logs_and_things() {
    let a = event(
        "S3",
        "{Bucket: !Ref B, Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'], Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}]}}}",
    );
    assert_eq!(
        prop(&a, "FE", &[]),
        "{Bucket: B.name, NotificationConfiguration: {LambdaConfigurations: [\
         {Event: s3:ObjectCreated:*, Function: F.arn, Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}]}}}, \
         {Event: s3:ObjectRemoved:*, Function: F.arn, Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}]}}}]}}"
    );
    let a = event("SNS", "{Topic: !Ref T, FilterPolicy: {a: [b]}}");
    assert_eq!(
        prop(&a, "FE", &[]),
        "{TopicArn: T.arn, FilterPolicy: {a: [b]}, Protocol: lambda, Endpoint: F.arn}"
    );
    let a = event("SNS", "{Topic: !Ref T, SqsSubscription: true}");
    assert_eq!(prop(&a, "FE", &["Endpoint"]), "FEQueue.arn");
    assert_eq!(prop(&a, "FEEventSourceMapping", &["EventSourceArn"]), "FEQueue.arn");
    assert_eq!(prop(&a, "FEQueuePolicy", &["Queues"]), "[FEQueue.url]");
    let a = event(
        "SNS",
        "{Topic: !Ref T, SqsSubscription: {QueueArn: !GetAtt Q.Arn, QueueUrl: !Ref Q, BatchSize: 3}}",
    );
    assert_eq!(
        prop(&a, "FEEventSourceMapping", &[]),
        "{BatchSize: 3, EventSourceArn: Q.arn, FunctionName: F.arn, SourceService: sqs}"
    );
    let a = event("CloudWatchLogs", "{LogGroupName: g, FilterPattern: ''}");
    assert_eq!(prop(&a, "FE", &[]), "{LogGroupName: g, FilterPattern: , DestinationArn: F.arn}");
    let a = event("IoTRule", "{Sql: select 1}");
    assert!(prop(&a, "FE", &["TopicRulePayload"]).contains("[{Lambda: {FunctionArn: F.arn}}]"));
    let a = event("Cognito", "{UserPool: !Ref P, Trigger: [PreSignUp, PostConfirmation]}");
    assert_eq!(prop(&a, "P", &["LambdaConfig"]), "{PreSignUp: F.arn, PostConfirmation: F.arn}");
    let a = event("AlexaSkill", "{}");
    assert_eq!(prop(&a, "FEPermission", &["Principal"]), "alexa-appkit.amazon.com");
    assert_eq!(event("NewThing", "{}").notices.len(), 1);
}

#[test]
fn routes_and_implicit_apis() {
    let a = event("Api", "{Method: post, Path: '/orders/{id}'}");
    assert_eq!(
        prop(&a, "FE", &[]),
        "{Api: ServerlessRestApi.name, ApiType: rest, Function: F.arn, Method: post, Path: /orders/{id}}"
    );
    assert_eq!(
        prop(&a, "FEPermission", &["SourceArn"]),
        "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ServerlessRestApi.name}/*/POST/orders/*"
    );
    assert_eq!(resource(&a, "ServerlessRestApi").kind, Kind::RestApi);
    let a = event("HttpApi", "{PayloadFormatVersion: '1.0', ApiId: !Ref Nowhere}");
    assert_eq!(prop(&a, "FE", &["PayloadFormatVersion"]), "1.0");
    assert_eq!(prop(&a, "FE", &["Api"]), "?");
}

#[test]
fn an_alias_takes_the_triggers() {
    let a = function(
        "      AutoPublishAlias: live
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 2}
      FunctionUrlConfig: {AuthType: NONE}
      EventInvokeConfig:
        MaximumRetryAttempts: 1
        DestinationConfig:
          OnSuccess: {Type: SQS}
          OnFailure: {Type: SNS, Destination: !Ref T}
      Events:
        E: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}
      Environment: {Variables: {ALIAS: !Ref F.Alias, VERSION: !Ref F.Version, DONE: !Sub '${F.DestinationQueue.Arn}'}}
",
    );
    assert_eq!(prop(&a, "FE", &["FunctionName"]), "FAliaslive.arn");
    assert_eq!(prop(&a, "FAliaslive", &["FunctionName"]), "F.name");
    assert_eq!(prop(&a, "FAliaslive", &["FunctionVersion"]), "FVersion.Version");
    assert_eq!(
        prop(&a, "FAliaslive", &["ProvisionedConcurrencyConfig"]),
        "{ProvisionedConcurrentExecutions: 2}"
    );
    assert_eq!(prop(&a, "FUrl", &[]), "{AuthType: NONE, TargetFunctionArn: FAliaslive.arn}");
    assert_eq!(prop(&a, "FEventInvokeConfig", &["Qualifier"]), "live");
    assert_eq!(
        prop(&a, "FEventInvokeConfig", &["DestinationConfig"]),
        "{OnSuccess: {Destination: FEventInvokeConfigOnSuccessQueue.arn}, OnFailure: {Destination: T.arn}}"
    );
    assert_eq!(prop(&a, "F", &["Environment", "Variables", "ALIAS"]), "FAliaslive.arn");
    assert_eq!(prop(&a, "F", &["Environment", "Variables", "VERSION"]), "FVersion.arn");
    let policies = prop(&a, "FRole", &["Policies"]);
    assert!(policies.contains("sns:publish") && policies.contains("sqs:SendMessage"), "{policies}");
}

#[test]
fn other_types() {
    let a = sam("
Resources:
  F:
    Type: AWS::Serverless::Function
    Connectors:
      Read: {Properties: {Destination: {Id: Table}, Permissions: [Read]}}
  Table:
    Type: AWS::Serverless::SimpleTable
    Properties: {PrimaryKey: {Name: pk, Type: String}}
  Link:
    Type: AWS::Serverless::Connector
    Properties: {Source: {Id: F}, Destination: [{Id: Table}], Permissions: [Write]}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      Auth: {Authorizers: {Mine: {FunctionArn: !GetAtt F.Arn}}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition: {StartAt: A}
      Policies: [LambdaInvokePolicy: {FunctionName: !Ref F}]
      Events: {Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layer/}
  Remote:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: {Bucket: b, Key: k}}
  Url:
    Type: AWS::CloudFormation::WaitCondition
    Properties: {Stage: !Ref Api.Stage}
");
    assert_eq!(prop(&a, "Table", &["KeySchema"]), "[{AttributeName: pk, KeyType: HASH}]");
    assert_eq!(prop(&a, "FRead", &[]), "{Permissions: [Read], Destination: Table.name, Source: F.name}");
    assert_eq!(prop(&a, "Link", &[]), "{Permissions: [Write], Source: F.name, Destination: [Table.name]}");
    assert_eq!(prop(&a, "ApiprodStage", &["RestApiId"]), "Api.name");
    assert_eq!(prop(&a, "ApiMineAuthorizer", &["AuthorizerUri"]), "F.arn");
    assert_eq!(
        prop(&a, "MachineDaily", &["Targets"]),
        "[{Arn: Machine.arn, Id: LambdaTarget, RoleArn: MachineDailyRole.arn}]"
    );
    assert!(prop(&a, "MachineRole", &["SamPolicyTemplates"]).contains("LambdaInvokePolicy"));
    assert_eq!(prop(&a, "Layer", &["Content"]), "layer/");
    assert_eq!(prop(&a, "Remote", &["Content"]), "{S3Bucket: b, S3Key: k}");
    assert!(!dump(&a).contains("AWS::Serverless"), "{}", dump(&a));
    assert_eq!(resource(&a, "Machine").kind, Kind::StateMachine);
}

#[test]
fn triggers_of_a_conditional_function() {
    let a = sam("
Conditions:
  C: !Equals [!Ref AWS::Region, us-east-1]
Resources:
  F:
    Type: AWS::Serverless::Function
    Condition: C
    Properties:
      Events:
        Get: {Type: Api, Properties: {Path: /, Method: get}}
        Rule: {Type: EventBridgeRule, Properties: {Pattern: {source: [x]}}}
        Bus: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}
  Q: {Type: AWS::SQS::Queue, Condition: C}
");
    let triggers: Vec<(TriggerKind, String, bool)> = a
        .app
        .triggers
        .iter()
        .map(|t| (t.kind, t.guards.to_string(), matches!(t.filter, Filter::Patterns(_))))
        .collect();
    let c = || "C".to_owned();
    assert_eq!(
        triggers,
        [
            (TriggerKind::RestApi, c(), false),
            (TriggerKind::Rule, c(), true),
            (TriggerKind::Queue, c(), false)
        ]
    );
}

#[test]
fn routes_of_plain_cloudformation() {
    let a = one("
Resources:
  F: {Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: x}}}
  Api: {Type: AWS::ApiGateway::RestApi}
  Orders: {Type: AWS::ApiGateway::Resource, Properties: {ParentId: !GetAtt Api.RootResourceId, PathPart: orders}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !Ref Orders
      HttpMethod: GET
      Integration: {Type: AWS_PROXY, Uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations'}
  Http: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP}}
  Int: {Type: AWS::ApiGatewayV2::Integration, Properties: {IntegrationUri: !GetAtt F.Arn, PayloadFormatVersion: '2.0'}}
  Post: {Type: AWS::ApiGatewayV2::Route, Properties: {ApiId: !Ref Http, RouteKey: 'POST /x', Target: !Sub 'integrations/${Int}'}}
  Group: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {TargetType: lambda, Targets: [{Id: !GetAtt F.Arn}]}}
");
    assert_eq!(prop(&a, "GetRoute", &["Path"]), "/orders");
    assert!(prop(&a, "GetRoute", &["Function"]).contains("/functions/${F.arn}/invocations"));
    assert_eq!(
        prop(&a, "PostRoute", &[]),
        "{Api: Http.name, ApiType: http, Function: F.arn, Method: POST, Path: /x, PayloadFormatVersion: 2.0}"
    );
    assert_eq!(prop(&a, "GroupRoute", &["Function"]), "F.arn");
}
