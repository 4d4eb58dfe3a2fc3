//! Least policies as users ask for them.

mod support;

use support::command::lamlint;
use tempfile::TempDir;

fn project(files: &[(&str, &[u8])]) -> TempDir {
    support::command::project(files)
}

#[test]
fn the_least_policy_in_every_form() {
    let template = br#"AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Jobs:
    Type: AWS::SQS::Queue
  Pictures:
    Type: AWS::S3::Bucket
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.14
      Environment:
        Variables:
          QUEUE: !Ref Jobs
          BUCKET: !Ref Pictures
      Policies:
        - S3WritePolicy:
            BucketName: !Ref Pictures
"#;
    let code = br#"import os
import boto3

s3 = boto3.client("s3")
sqs = boto3.client("sqs")


def handler(event, context):
    s3.put_object(Bucket=os.environ["BUCKET"], Key=event["key"], Body=b"")
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody="done")
"#;
    let dir = project(&[("template.yaml", template), ("src/app.py", code)]);
    let out = |args: &[&str]| {
        let a = lamlint(dir.path(), args);
        assert_eq!(a.status, 0, "{}{}", a.out, a.err);
        a.out
    };
    let text = out(&["iam"]);
    let line = |action: &str, rest: &str| format!("    {action:<36} {rest}\n");
    for part in [
        line("s3:PutObject", "allowed  src/app.py:9 s3.put_object"),
        line("sqs:SendMessage", "missing  src/app.py:10 sqs.send_message"),
        line("logs:PutLogEvents", "allowed  template.yaml:8 its logs"),
        "  missing\n    sqs:SendMessage on !GetAtt Jobs.Arn\n".to_owned(),
        "  granted, but not used\n    s3:PutLifecycleConfiguration on ".to_owned(),
        "(the SAM policy template `S3WritePolicy`, template.yaml:19)\n".to_owned(),
    ] {
        assert!(text.contains(&part), "{part}{text}");
    }
    assert!(!text.contains("wider than needed"), "{text}");
    assert_eq!(out(&["iam", "Worker"]), text);
    assert_eq!(out(&["iam", "."]), text);
    assert_eq!(out(&["iam", "Worker", ".", "--jobs", "1"]), text);

    let json: serde_json::Value = serde_json::from_str(&out(&["iam", "--format", "json"])).unwrap();
    let policy = &json["functions"][0]["policy"];
    assert_eq!(policy["Version"], "2012-10-17");
    assert_eq!(policy["Statement"][0]["Resource"]["Fn::GetAtt"][0], "Jobs");
    assert_eq!(policy["Statement"][1]["Resource"]["Fn::Sub"], "${Pictures.Arn}/*");
    let missing = &json["functions"][0]["missing"][0];
    assert_eq!(missing["actions"][0], "sqs:SendMessage");
    assert_eq!(missing["sites"][0]["call"], "sqs.send_message");
    assert_eq!(policy["Statement"][2]["Action"][0], "logs:CreateLogStream");

    let sam = out(&["iam", "--format", "sam"]);
    assert_eq!(
        sam,
        "Resources:\n  Worker:\n    Properties:\n      Policies:\n        - SQSSendMessagePolicy: # src/app.py:10\n            QueueName: !GetAtt Jobs.QueueName\n        - Version: \"2012-10-17\"\n          Statement:\n            - Effect: Allow # src/app.py:9\n              Action:\n                - s3:PutObject\n              Resource: !Sub \"${Pictures.Arn}/*\"\n"
    );
    let cfn = out(&["iam", "--format", "cfn"]);
    assert!(cfn.contains("  WorkerLeastPolicy:\n    Type: AWS::IAM::Policy\n"), "{cfn}");
    assert!(cfn.contains("        - !Ref WorkerRole\n"), "{cfn}");
    assert!(cfn.contains("            Resource: !GetAtt Jobs.Arn\n"), "{cfn}");
    let a = lamlint(dir.path(), &["iam", "Nobody"]);
    assert_eq!((a.status, a.err.as_str()), (2, "error: there is no function `Nobody`\n"));
}

#[test]
fn the_least_policy_beside_what_is_granted() {
    let template = br#"AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
  Stream:
    Type: AWS::Kinesis::Stream
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: lambda.amazonaws.com}
            Action: sts:AssumeRole
      ManagedPolicyArns:
        - !Sub arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
        - !Sub arn:${AWS::Partition}:iam::aws:policy/AmazonSQSFullAccess
      Policies:
        - PolicyName: Tables
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: dynamodb:*
                Resource: "*"
              - Effect: Allow
                Action:
                  - kinesis:GetRecords
                  - kinesis:GetShardIterator
                  - kinesis:DescribeStream
                  - s3:GetObject
                Resource: "*"
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Handler: app.handler
      Runtime: python3.14
      Role: !GetAtt Role.Arn
      Code: src/
      Environment:
        Variables:
          TABLE: !Ref Orders
      TracingConfig: {Mode: Active}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Worker
      EventSourceArn: !GetAtt Stream.Arn
"#;
    let code = br#"import os
import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(event, context):
    if os.environ.get("BACKUP_BUCKET"):
        boto3.client("s3").put_object(Bucket=os.environ["BACKUP_BUCKET"], Key="k", Body=b"")
    table.query(KeyConditionExpression="id = :id")
    return table.get_item(Key={"id": event["id"]})
"#;
    let dir = project(&[("template.yaml", template), ("src/app.py", code)]);
    let out = |args: &[&str]| {
        let a = lamlint(dir.path(), args);
        assert_eq!(a.status, 0, "{}{}", a.out, a.err);
        a.out
    };
    let text = out(&["iam"]);
    for part in [
        "    kinesis:GetRecords                   allowed  template.yaml:43 a Kinesis stream\n",
        "    xray:PutTraceSegments                missing  template.yaml:42 tracing\n",
        "  missing\n    xray:PutTelemetryRecords, xray:PutTraceSegments on \"*\"\n",
        "    s3:GetObject on \"*\" (the inline policy `Tables`, template.yaml:25)\n",
        "    sqs:* on \"*\" (the managed policy `AmazonSQSFullAccess`, template.yaml:17)\n",
        "    dynamodb:* on \"*\" (the inline policy `Tables`, template.yaml:22)\n      enough: dynamodb:GetItem, dynamodb:Query on !GetAtt Orders.Arn (src/app.py:10, src/app.py:11)\n      perhaps also: dynamodb:DescribeTable\n",
        "    kinesis:GetRecords, kinesis:GetShardIterator, kinesis:DescribeStream on \"*\" (the inline policy `Tables`, template.yaml:25)\n      enough: kinesis:DescribeStream, kinesis:GetRecords, kinesis:GetShardIterator on !GetAtt Stream.Arn (template.yaml:43)\n",
    ] {
        assert!(text.contains(part), "{part}{text}");
    }
    // Without the variable the branch is never taken, and the basic policy is as it should be.
    assert!(!text.contains("PutObject") && !text.contains("`AWSLambdaBasicExecutionRole`"), "{text}");
    // The role is not SAM's, so its `Policies` would be ignored.
    let sam = out(&["iam", "--format", "sam"]);
    assert!(sam.starts_with("Resources: {}\n") && sam.contains("see `--format cfn`"), "{sam}");
    let json: serde_json::Value = serde_json::from_str(&out(&["iam", "--format", "json"])).unwrap();
    let broad = &json["functions"][0]["broad"][0];
    assert_eq!(broad["instead"][0]["resource"]["Fn::GetAtt"][0], "Orders");
    assert_eq!(broad["instead"][0]["sites"][0]["call"], "table.query");

    // Another value of a parameter may be given: the branch is part of what is needed, and not of what is missing.
    let parameter = String::from_utf8_lossy(template)
        .replace("\nResources:", "\nParameters:\n  Backup: {Type: String, Default: \"\"}\nResources:")
        .replace("TABLE: !Ref Orders", "TABLE: !Ref Orders\n          BACKUP_BUCKET: !Ref Backup");
    let dir = project(&[("template.yaml", parameter.as_bytes()), ("src/app.py", code)]);
    let a = lamlint(dir.path(), &["iam"]);
    assert!(a.out.contains("s3:PutObject"), "{}", a.out);
    let a = lamlint(dir.path(), &["--select", "missing-iam-permission"]);
    assert_eq!(a.status, 0, "{}", a.out);

    // What can't be told is not listed.
    let unknown = String::from_utf8_lossy(code).replace("table.query(", "helpers.of(table)(");
    let dir = project(&[("template.yaml", template), ("src/app.py", unknown.as_bytes())]);
    let a = lamlint(dir.path(), &["iam"]);
    assert!(a.out.contains("not all of its calls are known"), "{}", a.out);
    assert!(!a.out.contains("granted, but") && !a.out.contains("wider than"), "{}", a.out);
    let acting = String::from_utf8_lossy(code).replace(
        "    table.query(",
        "    boto3.client(\"cloudformation\").update_stack(StackName=\"s\")\n    table.query(",
    );
    let dir = project(&[("template.yaml", template), ("src/app.py", acting.as_bytes())]);
    let a = lamlint(dir.path(), &["iam"]);
    assert!(a.out.contains("update_stack` lets another service act"), "{}", a.out);
    assert!(!a.out.contains("granted, but") && !a.out.contains("wider than"), "{}", a.out);
    let managed = String::from_utf8_lossy(template).replace("AmazonSQSFullAccess", "AWSLambdaReadOnlyAccess");
    let dir = project(&[("template.yaml", managed.as_bytes()), ("src/app.py", code)]);
    let a = lamlint(dir.path(), &["iam"]);
    assert!(a.out.contains("`AWSLambdaReadOnlyAccess` is not in the tables"), "{}", a.out);
    assert!(!a.out.contains("missing"), "{}", a.out);
}

/// Writes to a table, an index of it, a queue, and a bucket whose name is given when it is deployed.
const NEEDY: &[u8] = br#"import os
import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
s3 = boto3.client("s3")
sqs = boto3.client("sqs")


def handler(event, context):
    table.query(IndexName="by-day")
    s3.put_object(Bucket=os.environ["BUCKET"], Key="today.txt", Body=b"")
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody="done")
"#;

/// The findings about permissions, one a line.
fn missing(dir: &tempfile::TempDir) -> String {
    let a = lamlint(
        dir.path(),
        &[
            "--format",
            "concise",
            "-q",
            "--select",
            "missing-iam-permission,missing-logs-permission,invalid-policy,malformed-template",
        ],
    );
    a.out
}

#[test]
fn what_is_written_for_terraform_is_enough() {
    let module = r#"variable "bucket" {}

resource "aws_dynamodb_table" "jobs" {
  name     = "jobs"
  hash_key = "id"
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}

resource "aws_iam_role" "worker" {
  name = "worker"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  role          = aws_iam_role.worker.arn
  handler       = "app.handler"
  runtime       = "python3.14"
  filename      = data.archive_file.code.output_path
  environment {
    variables = {
      TABLE  = aws_dynamodb_table.jobs.name
      QUEUE  = aws_sqs_queue.jobs.url
      BUCKET = var.bucket
    }
  }
}

data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "code.zip"
}
"#;
    let dir = project(&[("main.tf", module.as_bytes()), ("src/app.py", NEEDY)]);
    let before = missing(&dir);
    assert_eq!(before.lines().count(), 4, "{before}");
    let written = lamlint(dir.path(), &["iam", "--format", "terraform"]);
    for part in [
        "data \"aws_region\" \"current\" {}\n",
        "    resources = [aws_sqs_queue.jobs.arn]\n",
        "    resources = [\"${aws_dynamodb_table.jobs.arn}/index/by-day\"]\n",
        "    resources = [\"arn:aws:s3:::*/today.txt\"]\n",
        "  role   = aws_iam_role.worker.name\n",
    ] {
        assert!(written.out.contains(part), "{part}{}", written.out);
    }
    std::fs::write(dir.path().join("least.tf"), &written.out).unwrap();
    assert_eq!(missing(&dir), "");
    // What is there already is not written twice.
    assert!(!lamlint(dir.path(), &["iam", "--format", "terraform"]).out.contains("data \"aws_region\""));
}

#[test]
fn what_is_written_for_the_serverless_framework_is_enough() {
    let head = "service: shop\nprovider:\n  name: aws\n  runtime: python3.14\n";
    let rest = "functions:\n  worker:\n    handler: src/app.handler\n    environment:\n      TABLE: !Ref Jobs\n      BUCKET: shop-${sls:stage}-days\n      QUEUE: ${construct:mails.queueUrl}\nplugins: [serverless-lift]\nconstructs:\n  mails: {type: queue, worker: {handler: src/mails.handler}}\nresources:\n  Resources:\n    Jobs:\n      Type: AWS::DynamoDB::Table\n      Properties:\n        BillingMode: PAY_PER_REQUEST\n";
    let dir = project(&[
        ("serverless.yml", format!("{head}{rest}").as_bytes()),
        ("src/app.py", NEEDY),
        ("src/mails.py", b"def handler(event, context):\n    return 1\n"),
    ]);
    assert_eq!(missing(&dir).lines().count(), 2);
    let written = lamlint(dir.path(), &["iam", "--format", "serverless"]).out;
    for part in [
        "          Resource: !Sub \"${Jobs.Arn}/index/by-day\"\n",
        "          Resource: !Sub \"arn:${AWS::Partition}:s3:::shop-${sls:stage}-days/today.txt\"\n",
        "          Resource: \"${construct:mails.queueArn}\"\n",
    ] {
        assert!(written.contains(part), "{part}{written}");
    }
    // What the framework gives its role anyway is left out.
    assert!(!written.contains("logs:"), "{written}");
    let statements = written.strip_prefix("provider:\n").unwrap();
    std::fs::write(dir.path().join("serverless.yml"), format!("{head}{statements}{rest}")).unwrap();
    assert_eq!(missing(&dir), "");
    // Functions of another format are named.
    assert!(
        lamlint(dir.path(), &["iam", "--format", "terraform"])
            .out
            .starts_with("# mailsWorker: is described by Serverless")
    );
}
