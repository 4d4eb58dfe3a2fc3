//! Parameters, conditions, intrinsic functions.

use super::{assembled, one, prop, resource};
use crate::iac::Deploy;
use lamlint_model::Tri;

fn queue(head: &str, properties: &str) -> super::Assembled {
    one(&format!(
        "{head}\nResources:\n  Other:\n    Type: AWS::SNS::Topic\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n{properties}\n"
    ))
}

fn delay(head: &str, value: &str) -> String {
    prop(&queue(head, &format!("      DelaySeconds: {value}")), "Q", &["DelaySeconds"])
}

#[test]
fn parameters_keep_what_they_rest_on() {
    let p = |p: &str| format!("Parameters:\n  P: {p}");
    assert_eq!(delay(&p("{Type: Number, Default: 5}"), "!Ref P"), "5<P> | ?");
    assert_eq!(
        delay(&p("{Type: Number, AllowedValues: [5, 6], Default: 5}"), "!Ref P"),
        "5<P> when parameter P = 5 | 6<P?> when parameter P = 6"
    );
    assert_eq!(delay(&p("{Type: Number}"), "!Ref P"), "P");
    // What stands under the path is not known, and the path is not the value.
    assert_eq!(delay(&p("{Type: 'AWS::SSM::Parameter::Value<String>', Default: /a/b}"), "!Ref P"), "P");
    assert_eq!(delay(&p("{Type: CommaDelimitedList, Default: 'a, b'}"), "!Select [1, !Ref P]"), "b<P> | ?");
    assert_eq!(delay(&p("{Type: CommaDelimitedList}"), "!Join [',', !Ref P]"), "?");
    // Inside text a parameter is a symbol.
    assert_eq!(delay(&p("{Type: String, Default: x}"), "!Sub 'a-${P}'"), "a-${P}");
    assert_eq!(delay(&p("{Type: String, Default: 'x/y'}"), "!Select [1, !Split ['/', !Ref P]]"), "y<P> | ?");
}

#[test]
fn given_parameters_are_written() {
    let text = "
Parameters:
  Delay: {Type: Number, Default: 5}
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
  Extra:
    Type: AWS::SQS::Queue
    Condition: IsProd
";
    let deploy = Deploy {
        parameters: vec![("Delay".into(), "9".into()), ("Stage".into(), "dev".into())],
        ..Deploy::default()
    };
    let a = assembled(&[("t.yaml", text)], &deploy);
    assert_eq!(prop(&a, "Q", &["DelaySeconds"]), "9");
    assert_eq!(prop(&a, "Q", &["QueueName"]), "dev-jobs");
    assert_eq!(prop(&a, "Q", &["MaximumMessageSize"]), "2048");
    assert!(!a.app.resources.iter().any(|r| r.name == "Extra"));
}

#[test]
fn several_deployments_are_alternatives() {
    let text = "
Parameters:
  Delay: {Type: Number, Default: 5}
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: !Ref Delay
      MaximumMessageSize: !If [IsProd, 1024, 2048]
";
    let config = "
version = 0.1
[default.deploy.parameters]
parameter_overrides = \"Stage=dev\"
[prod.deploy.parameters]
parameter_overrides = [\"Stage=prod\", \"Delay=7\"]
";
    let deploy = Deploy { samconfigs: vec![("samconfig.toml".into(), config.into())], ..Deploy::default() };
    let a = assembled(&[("template.yaml", text)], &deploy);
    assert_eq!(
        prop(&a, "Q", &["DelaySeconds"]),
        "5<Delay> when deployment = default | 7 when deployment = prod"
    );
    assert_eq!(
        prop(&a, "Q", &["MaximumMessageSize"]),
        "1024 when IsProd and deployment = prod | 2048 when not IsProd and deployment = default"
    );
}

#[test]
fn conditions_become_guards() {
    let head = "
Parameters:
  Name: {Type: String, Default: ''}
  Stage: {Type: String, AllowedValues: [dev, test, prod]}
Conditions:
  HasName: !Not [!Equals [!Ref Name, '']]
  IsProd: !Equals [!Ref Stage, prod]
  IsOther: !Equals [!Ref Stage, other]
  Always: !Equals [a, a]";
    assert_eq!(
        delay(head, "!If [IsProd, 1, 2]"),
        "1 when IsProd and parameter Stage = prod | 2 when not IsProd"
    );
    assert_eq!(delay(head, "!If [IsOther, 1, 2]"), "2");
    assert_eq!(delay(head, "!If [Always, 1, 2]"), "1");
    assert_eq!(delay(head, "!If [Nowhere, 1, !Ref AWS::NoValue]"), "1 when Nowhere | - when not Nowhere");
    // The default is no name, so it is not the name where there is one.
    assert_eq!(delay(head, "!If [HasName, !Ref Name, x]"), "x when not HasName | ?");
    assert_eq!(
        delay(head, "!If [IsProd, !Ref Stage, x]"),
        "prod<Stage?> when IsProd and parameter Stage = prod | x when not IsProd"
    );
}

#[test]
fn a_conditional_resource_guards_its_facts_and_references() {
    let a = one("
Conditions:
  C: !Equals [!Ref AWS::Region, us-east-1]
Resources:
  Q:
    Type: AWS::SQS::Queue
    Condition: C
    Properties: {DelaySeconds: 5}
  T:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !GetAtt Q.QueueName}
");
    assert_eq!(prop(&a, "Q", &["DelaySeconds"]), "5 when C");
    assert_eq!(prop(&a, "Q", &["QueueName"]), "- when C");
    assert_eq!(prop(&a, "T", &["DisplayName"]), "Q.name when C");
}

#[test]
fn circles_end() {
    let a = one("
Conditions:
  A: !Condition B
  B: !Not [!Condition A]
Resources:
  Q:
    Type: AWS::SQS::Queue
    Condition: A
    Properties: {DelaySeconds: !If [B, 1, 2]}
");
    assert_ne!(prop(&a, "Q", &["DelaySeconds"]), "");
}

#[test]
fn references_are_identities() {
    let a = one("
Resources:
  Q: {Type: AWS::SQS::Queue}
  T: {Type: AWS::SNS::Topic}
  B: {Type: AWS::S3::Bucket}
  D: {Type: AWS::DynamoDB::Table}
  M: {Type: AWS::StepFunctions::StateMachine}
  X:
    Type: Custom::Thing
    Properties:
      Refs: [!Ref Q, !Ref T, !Ref B, !Ref D, !Ref M, !Ref X]
      Atts: [!GetAtt Q.Arn, !GetAtt Q.QueueName, !GetAtt Q.QueueUrl, !GetAtt T.TopicName, !GetAtt D.StreamArn, !GetAtt X.Out.Put]
      Sub: !Sub 'arn:${AWS::Partition}:s3:::${B}/*'
");
    assert_eq!(prop(&a, "X", &["Refs"]), "[Q.url, T.arn, B.name, D.name, M.arn, X.name]");
    assert_eq!(prop(&a, "X", &["Atts"]), "[Q.arn, Q.name, Q.url, T.name, D.StreamArn, X.Out.Put]");
    assert_eq!(prop(&a, "X", &["Sub"]), "arn:${AWS::Partition}:s3:::${B.name}/*");
}

#[test]
fn unknown_stays_unknown() {
    for v in [
        "!ImportValue other-stack",
        "!Ref Nowhere",
        "!GetAtt Nowhere.Arn",
        "'{{resolve:ssm:/a/b:1}}'",
        "!Cidr [a, 1, 2]",
        "!Sub 'x${Nowhere.Arn}'",
        "!Select [7, [a]]",
        "!FindInMap [No, a, b]",
        "{Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}}",
        "!? $import('x')",
    ] {
        assert_eq!(delay("Description: d", v), "?", "{v}");
    }
    assert_eq!(delay("Description: d", "'a{{resolve:ssm:/b}}c'"), "a${{{resolve:ssm:/b}}}c");
    assert_eq!(delay("Description: d", "!Sub 'arn:${Q}'"), "arn:${Q.url}");
    assert_eq!(delay("Description: d", "!Join ['', [a, !ImportValue x]]"), "a${import \"x\"}");
}

#[test]
fn numbers_are_typed_only_when_unmistakable() {
    let text = |v: &str| delay("Description: d", v);
    assert_eq!(
        (text("012345678901"), text("3.10"), text("'5'"), text("5")),
        ("012345678901".into(), "3.10".into(), "5".into(), "5".into())
    );
    let a = queue("Description: d", "      DelaySeconds: '007'");
    assert_eq!(resource(&a, "Q").props.get("DelaySeconds").ints().only(), Some(&Some(7)));
}

#[test]
fn mappings_by_possible_keys() {
    let head = "
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod]}
  Open: {Type: String, Default: dev}
Mappings:
  M:
    dev: {Same: 1, Differs: 1}
    prod: {Same: 1, Differs: 2}";
    assert_eq!(
        delay(head, "!FindInMap [M, !Ref Stage, Differs]"),
        "1<Stage?> when parameter Stage = dev | 2<Stage?> when parameter Stage = prod"
    );
    assert_eq!(delay(head, "!FindInMap [M, !Ref AWS::Region, Same]"), "1");
    assert_eq!(delay(head, "!FindInMap [M, !Ref AWS::Region, Differs]"), "?");
    assert_eq!(delay(head, "!FindInMap [M, !Ref Open, Differs]"), "1<Open> | ?");
    assert_eq!(delay(head, "!FindInMap [M, test, Same, {DefaultValue: 3}]"), "3");
}

#[test]
fn what_includes_more_is_open() {
    let a = one("
Resources:
  Q:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: 5
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://b/k}}
  N:
    Type: AWS::SQS::Queue
    Properties: !Ref AWS::NoValue
  Fn::ForEach::More: [x, [a, b], {}]
  Text: just text
");
    assert_eq!(prop(&a, "Q", &["DelaySeconds"]), "5");
    assert_eq!(prop(&a, "Q", &["QueueName"]), "?");
    assert_eq!(prop(&a, "N", &["QueueName"]), "?");
    assert_eq!(a.notices.len(), 2, "{:?}", a.notices);
    let more = |a: &crate::iac::Assembled| a.app.templates.iter().any(|t| t.more.is_some());
    assert!(more(&a) && !more(&queue("Description: d", "      DelaySeconds: 1")));
}

#[test]
fn the_last_of_equal_keys_counts() {
    let a = queue("Description: d", "      DelaySeconds: 1\n      DelaySeconds: 2");
    assert_eq!(prop(&a, "Q", &["DelaySeconds"]), "2");
}

#[test]
fn hostile_templates_end() {
    // Each level doubles the text.
    let mut nested = "x".to_owned();
    for _ in 0..40 {
        nested = format!("{{Fn::Sub: ['${{a}}${{a}}', {{a: {nested}}}]}}");
    }
    assert_eq!(delay("Description: d", &nested), "?");
    let mut deep = "x".to_owned();
    for _ in 0..60 {
        deep = format!("{{Fn::Join: ['', [{deep}]]}}");
    }
    queue("Description: d", &format!("      DelaySeconds: {deep}"));
    // A mapping is literal: it can't name itself.
    let twice = "!Join ['', [!FindInMap [M, a, b], !FindInMap [M, a, b]]]";
    assert_eq!(delay(&format!("Mappings: {{M: {{a: {{b: {twice}}}}}}}"), "!FindInMap [M, a, b]"), "?");
}

#[test]
fn pairs_agree_on_the_parameter() {
    let a = one("
Parameters:
  Stage: {Type: String, AllowedValues: [dev, prod], Default: dev}
Mappings:
  M:
    dev: {Visibility: 60, Timeout: 10}
    prod: {Visibility: 600, Timeout: 100}
Resources:
  Q: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !FindInMap [M, !Ref Stage, Visibility]}}
  F:
    Type: AWS::Lambda::Function
    Properties: {Timeout: !FindInMap [M, !Ref Stage, Timeout], Code: {ZipFile: x}}
");
    let (q, f) = (resource(&a, "Q").props.get("VisibilityTimeout").ints(), a.app.functions().next().unwrap());
    // 60 and 100 never meet.
    let shorter = q.present().some_pair(
        &f.timeout(),
        (&|_| "visible".to_owned(), &|_| "runs".to_owned()),
        |visible, runs| visible < runs,
    );
    assert_eq!(shorter, Tri::No);
}

#[test]
fn a_value_the_condition_excludes_is_no_fact() {
    let a = one("
Parameters:
  Arn: {Type: String, Default: ''}
  Stage: {Type: String, AllowedValues: [dev, test, prod]}
Conditions:
  HasArn: !Not [!Equals [!Ref Arn, '']]
  IsLive: !Not [!Equals [!Ref Stage, dev]]
Resources:
  Q:
    Type: AWS::SQS::Queue
    Condition: HasArn
    Properties: {KmsMasterKeyId: !Ref Arn, QueueName: !If [IsLive, !Ref Stage, x]}
");
    assert_eq!(prop(&a, "Q", &["KmsMasterKeyId"]), "?");
    let name = prop(&a, "Q", &["QueueName"]);
    assert!(name.contains("test<Stage?>") && !name.contains("dev<"), "{name}");
}
