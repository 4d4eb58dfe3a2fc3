//! A generated tree, for benchmarks.

use std::fs;
use tempfile::TempDir;

const PROJECTS: usize = 200;

/// The same tree every time: three languages in turn, each function behind a queue, with a table and a helper.
pub(crate) fn tree() -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for i in 0..PROJECTS {
        let at = dir.path().join(format!("service{i:03}"));
        let (runtime, files) = match i % 3 {
            0 => ("python3.14", [("app.py", PYTHON), ("store.py", PYTHON_STORE)]),
            1 => ("nodejs24.x", [("app.mjs", JAVASCRIPT), ("store.mjs", JAVASCRIPT_STORE)]),
            _ => ("nodejs24.x", [("app.ts", JAVASCRIPT), ("store.ts", JAVASCRIPT_STORE)]),
        };
        fs::create_dir_all(at.join("src")).expect("a folder");
        let template = TEMPLATE.replace("RUNTIME", runtime).replace("TIMEOUT", &(10 + i % 60).to_string());
        fs::write(at.join("template.yaml"), template).expect("a file");
        for (name, text) in files {
            fs::write(at.join("src").join(name), text.replace("COUNT", &i.to_string())).expect("a file");
        }
    }
    dir
}

const TEMPLATE: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: { Type: String, AllowedValues: [dev, prod], Default: dev }
Globals:
  Function:
    Runtime: RUNTIME
    Environment:
      Variables: { LOG_LEVEL: INFO, STAGE: !Ref Stage }
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: 60 }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Timeout: TIMEOUT
      Environment:
        Variables: { TABLE: !Ref Table }
      Policies: [{ DynamoDBCrudPolicy: { TableName: !Ref Table } }]
      Events:
        Job:
          Type: SQS
          Properties: { Queue: !GetAtt Jobs.Arn, BatchSize: 10 }
"#;

const PYTHON: &str = r#"
import json
from store import save

VERSION = COUNT

def handler(event, context):
    for record in event["Records"]:
        job = json.loads(record["body"])
        if job.get("skip"):
            continue
        save(job["id"], job)
    return {"version": VERSION}
"#;

const PYTHON_STORE: &str = r#"
import os
import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])

def save(key, job):
    table.put_item(Item={"id": key, "job": job})
"#;

const JAVASCRIPT: &str = r#"
import { save } from "./store";

const version = COUNT;

export const handler = async (event) => {
  for (const record of event.Records) {
    const job = JSON.parse(record.body);
    if (!job.skip) await save(job.id, job);
  }
  return { version };
};
"#;

const JAVASCRIPT_STORE: &str = r#"
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

export async function save(id, job) {
  await table.send(new PutCommand({ TableName: process.env.TABLE, Item: { id, job } }));
}
"#;
