//! Several templates: nested stacks, applications, fragments, copies.

use super::{assembled, prop, resource};
use crate::iac::{Assembled, Deploy};
use lamlint_model::app::Kind;

fn files(files: &[(&str, &str)]) -> Assembled {
    assembled(files, &Deploy::default())
}

const CHILD: &str = "
Parameters:
  Topic: {Type: String}
  Delay: {Type: Number, Default: 1}
  Stage: {Type: String, Default: dev}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: !Ref Delay
      QueueName: !Sub '${Stage}-jobs'
      MaximumMessageSize: !If [IsProd, 1024, 2048]
      Topic: !Ref Topic
Outputs:
  Arn: {Value: !GetAtt Q.Arn}
";

#[test]
fn a_nested_stack_joins_its_parent() {
    let parent = "
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: dev}
Resources:
  T: {Type: AWS::SNS::Topic}
  Orders:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: stacks/child.yaml
      Parameters: {Topic: !Ref T, Delay: 7, Stage: !Ref Stage}
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Environment: {Variables: {QUEUE: !GetAtt Orders.Outputs.Arn, NONE: !GetAtt Orders.Outputs.No}}
      Events: {E: {Type: SQS, Properties: {Queue: !GetAtt Orders.Outputs.Arn}}}
";
    let a = files(&[("stacks/child.yaml", CHILD), ("template.yaml", parent)]);
    assert!(a.app.resources.iter().all(|r| r.application == a.app.resources[0].application));
    assert_eq!(a.app.templates.len(), 2);
    assert_eq!(prop(&a, "F", &["Environment", "Variables"]), "{QUEUE: Q.arn, NONE: ?}");
    assert_eq!(prop(&a, "FE", &["EventSourceArn"]), "Q.arn");
    assert_eq!(prop(&a, "Q", &["Topic"]), "T.arn");
    assert_eq!(prop(&a, "Q", &["DelaySeconds"]), "7");
    // The child's name for a parameter is the parent's parameter.
    assert_eq!(prop(&a, "Q", &["QueueName"]), "${Stage}-jobs");
    assert_eq!(
        prop(&a, "Q", &["MaximumMessageSize"]),
        "1024 when Orders.IsProd | 2048 when not Orders.IsProd"
    );
    assert!(a.notices.is_empty());
}

#[test]
fn two_uses_of_a_stack_are_two_sets_of_resources() {
    let parent = "
Resources:
  A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./child.yaml, Parameters: {Delay: 1, Stage: prod}}}
  B: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml, Parameters: {Delay: 2}}}
  T: {Type: AWS::SNS::Topic, Properties: {A: !GetAtt A.Outputs.Arn, B: !GetAtt B.Outputs.Arn}}
";
    let a = files(&[("child.yaml", CHILD), ("root.yaml", parent)]);
    let queues: Vec<_> = a.app.of_kind(Kind::Queue).collect();
    assert_eq!(queues.len(), 2);
    assert_eq!(queues[0].props.get("DelaySeconds").ints().only(), Some(&Some(1)));
    assert_eq!(queues[0].props.get("MaximumMessageSize").ints().only(), Some(&Some(1024)));
    assert_eq!(queues[1].props.get("DelaySeconds").ints().only(), Some(&Some(2)));
    // Findings are made once.
    assert_eq!(queues.iter().map(|q| q.generated).collect::<Vec<_>>(), [false, true]);
    assert_ne!(prop(&a, "T", &["A"]), "");
    let t = resource(&a, "T");
    assert_ne!(t.props.get("A").values().only(), t.props.get("B").values().only());
}

#[test]
fn a_missing_stack_is_said_once() {
    let a = files(&[(
        "t.yaml",
        "
Resources:
  N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: gone.yaml}}
  S: {Type: AWS::Serverless::Application, Properties: {Location: {ApplicationId: arn:x, SemanticVersion: 1.0.0}}}
  T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !GetAtt N.Outputs.X}}
",
    )]);
    assert_eq!(a.app.of_kind(Kind::Nested).count(), 2);
    assert_eq!(a.notices.len(), 2, "{:?}", a.notices);
    assert_eq!(prop(&a, "T", &["DisplayName"]), "N.Outputs.X");
}

#[test]
fn stacks_in_a_circle_end() {
    let t = |other: &str| {
        format!(
            "Resources:\n  Q: {{Type: AWS::SQS::Queue, Properties: {{A: !GetAtt N.Outputs.A}}}}\n  N: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {other}, Parameters: {{A: !GetAtt N.Outputs.A}}}}}}\nOutputs:\n  A: {{Value: !GetAtt N.Outputs.A}}\n"
        )
    };
    let a = files(&[("a.yaml", &t("b.yaml")), ("b.yaml", &t("a.yaml")), ("c.yaml", &t("c.yaml"))]);
    assert!(a.app.of_kind(Kind::Queue).count() >= 3);
}

#[test]
fn each_root_is_an_application() {
    let t = "Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {A: !Ref Other}}\n";
    let a = files(&[("a/t.yaml", t), ("b/t.yaml", t)]);
    assert_ne!(a.app.resources[0].application, a.app.resources[1].application);
}

#[test]
fn a_packaged_copy_is_dropped() {
    let t = |code: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: {code}}}}}\n"
        )
    };
    let (source, packaged) = (t("src/"), t("s3://bucket/key"));
    let a = files(&[("output.yaml", &packaged), ("template.yaml", &source)]);
    assert_eq!(a.app.templates.len(), 1);
    // Elsewhere, or alone, it is all there is.
    assert_eq!(files(&[("dist/output.yaml", &packaged), ("template.yaml", &source)]).app.templates.len(), 2);
    assert_eq!(files(&[("output.yaml", &packaged)]).app.templates.len(), 1);
    let objects = t("{Bucket: b, Key: k}");
    assert_eq!(files(&[("output.yaml", &objects), ("template.yaml", &source)]).app.templates.len(), 1);
    // No tool computes the object it has just uploaded.
    let own = t("{Bucket: !Ref Builds, Key: !Sub '${Version}.zip'}");
    assert_eq!(files(&[("release.yaml", &own), ("template.yaml", &source)]).app.templates.len(), 2);
    // The same names for other things.
    let other = packaged.replace("Resources:", "Resources:\n  B: {Type: AWS::S3::Bucket}");
    let topic = source.replace("Resources:", "Resources:\n  B: {Type: AWS::SNS::Topic}");
    assert_eq!(files(&[("output.yaml", &other), ("template.yaml", &topic)]).app.templates.len(), 2);
}
