//! The same template in short tags, long forms and JSON is the same model.

use super::{assembled, dump};
use crate::iac::Deploy;

const SHORT: &str = "
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod], Default: dev}
Mappings:
  Sizes:
    dev: {Memory: 128}
    prod: {Memory: 1024}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  Both: !And [!Condition IsProd, !Not [!Equals [!Ref AWS::Region, us-east-1]]]
Resources:
  Jobs:
    Type: AWS::SQS::Queue
  Worker:
    Type: AWS::Serverless::Function
    Condition: Both
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.14
      MemorySize: !FindInMap [Sizes, !Ref Stage, Memory]
      Timeout: !If [IsProd, 60, !Ref AWS::NoValue]
      Environment:
        Variables:
          QUEUE: !Ref Jobs
          ARN: !GetAtt Jobs.Arn
          NAME: !Sub '${Jobs.QueueName}-${Stage}-${!x}'
          JOINED: !Join ['-', [a, !Ref Stage, b]]
          PART: !Select [1, !Split [':', 'a:b:c']]
      Events:
        Queue:
          Type: SQS
          Properties: {Queue: !GetAtt [Jobs, Arn], BatchSize: 5}
";

const LONG: &str = "
Transform: [AWS::Serverless-2016-10-31]
Parameters:
  Stage:
    Type: String
    AllowedValues:
      - dev
      - prod
    Default: dev
Mappings:
  Sizes:
    dev:
      Memory: 128
    prod:
      Memory: 1024
Conditions:
  IsProd:
    Fn::Equals: [{Ref: Stage}, prod]
  Both:
    Fn::And:
      - Condition: IsProd
      - Fn::Not:
          - Fn::Equals: [{Ref: 'AWS::Region'}, us-east-1]
Resources:
  Jobs:
    Type: 'AWS::SQS::Queue'
  Worker:
    Type: 'AWS::Serverless::Function'
    Condition: Both
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.14
      MemorySize:
        Fn::FindInMap: [Sizes, {Ref: Stage}, Memory]
      Timeout:
        Fn::If: [IsProd, 60, {Ref: 'AWS::NoValue'}]
      Environment:
        Variables:
          QUEUE:
            Ref: Jobs
          ARN:
            Fn::GetAtt: Jobs.Arn
          NAME:
            Fn::Sub:
              - '${Name}-${Stage}-${!x}'
              - Name:
                  Fn::GetAtt: [Jobs, QueueName]
          JOINED:
            Fn::Join: ['-', [a, {Ref: Stage}, b]]
          PART:
            Fn::Select: [1, {Fn::Split: [':', 'a:b:c']}]
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue:
              Fn::GetAtt: [Jobs, Arn]
            BatchSize: 5
";

const JSON: &str = r#"{
  "Transform": "AWS::Serverless-2016-10-31",
  "Parameters": {"Stage": {"Type": "String", "AllowedValues": ["dev", "prod"], "Default": "dev"}},
  "Mappings": {"Sizes": {"dev": {"Memory": 128}, "prod": {"Memory": 1024}}},
  "Conditions": {
    "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
    "Both": {"Fn::And": [
      {"Condition": "IsProd"},
      {"Fn::Not": [{"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}]}
    ]}
  },
  "Resources": {
    "Jobs": {"Type": "AWS::SQS::Queue"},
    "Worker": {
      "Type": "AWS::Serverless::Function",
      "Condition": "Both",
      "Properties": {
        "CodeUri": "src/",
        "Handler": "app.handler",
        "Runtime": "python3.14",
        "MemorySize": {"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Memory"]},
        "Timeout": {"Fn::If": ["IsProd", 60, {"Ref": "AWS::NoValue"}]},
        "Environment": {"Variables": {
          "QUEUE": {"Ref": "Jobs"},
          "ARN": {"Fn::GetAtt": ["Jobs", "Arn"]},
          "NAME": {"Fn::Sub": "${Jobs.QueueName}-${Stage}-${!x}"},
          "JOINED": {"Fn::Join": ["-", ["a", {"Ref": "Stage"}, "b"]]},
          "PART": {"Fn::Select": [1, {"Fn::Split": [":", "a:b:c"]}]}
        }},
        "Events": {"Queue": {"Type": "SQS", "Properties": {
          "Queue": {"Fn::GetAtt": "Jobs.Arn"}, "BatchSize": 5
        }}}
      }
    }
  }
}"#;

#[test]
fn short_long_and_json_are_one_model() {
    let short = dump(&assembled(&[("template.yaml", SHORT)], &Deploy::default()));
    assert!(short.contains("NAME: ${Jobs.name}-${Stage}-${x}"), "{short}");
    assert!(short.contains("JOINED: a-${Stage}-b"), "{short}");
    assert!(short.contains("PART: b"), "{short}");
    assert!(short.contains("when Both and IsProd and parameter Stage = prod"), "{short}");
    assert_eq!(short, dump(&assembled(&[("template.yaml", LONG)], &Deploy::default())));
    assert_eq!(short, dump(&assembled(&[("template.json", JSON)], &Deploy::default())));
}
