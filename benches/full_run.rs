//! A full run over a generated tree of 200 templates with a handler each, beside the floor: walking, reading and
//! parsing the same tree without drawing any conclusion. `cargo bench`.

use divan::Bencher;
use lamlint::discover::{Found, discover};
use lamlint::engine::{self, Workers};
use lamlint::selection::Selection;
use lamlint_model::finding::Confidence;
use lamlint_model::rule::{Date, Severity};
use lamlint_model::source::FileId;
use lamlint_parsers::{SourceText, code, iac};
use std::fs;
use std::num::NonZeroUsize;
use tempfile::TempDir;

const PROJECTS: usize = 200;
const TODAY: Date = Date { year: 2026, month: 11, day: 24 };

fn main() {
    divan::main();
}

/// The same tree every time: three languages in turn, each function behind a queue, with a table and a helper.
fn tree() -> TempDir {
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

fn walk(dir: &TempDir) -> Found {
    discover(&[dir.path().to_path_buf()], dir.path()).expect("a walk")
}

fn workers(jobs: usize) -> Workers {
    Workers::new(NonZeroUsize::new(jobs)).expect("threads")
}

/// Everything: walk, read, parse, assemble, link, follow, all rules.
#[divan::bench(args = [1, 2])]
fn full_run(bencher: Bencher<'_, '_>, jobs: usize) {
    let (dir, workers) = (tree(), workers(jobs));
    let selection = Selection::new(lamlint_rules::RULES.to_vec(), Severity::Note, Confidence::Low);
    bencher.bench(|| {
        let analysis = engine::analyze(&walk(&dir), &[], &workers);
        engine::check(&analysis, &selection, None, TODAY, &workers).findings.len()
    });
}

/// The floor, on one thread: walk, read and parse.
#[divan::bench]
fn walk_read_parse(bencher: Bencher<'_, '_>) {
    let dir = tree();
    bencher.bench(|| {
        let found = walk(&dir);
        let mut parsed = 0;
        for path in &found.files {
            let text = fs::read_to_string(found.root.join(path)).expect("a text");
            let src = SourceText::file(FileId(0), &text);
            if let Some(lang) = code::language(path) {
                parsed += code::lower(lang, &src, path).functions.len();
            } else if iac::is_candidate(path, &text) {
                parsed += usize::from(matches!(iac::read(&src, path), Ok(Some(_))));
            }
        }
        parsed
    });
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
