//! Calls that may be made and are no facts.

use crate::code::program::Program;
use crate::code::{Entry, analyze, language, lower};
use crate::text::SourceText;
use lamlint_model::source::FileId;
use std::sync::Arc;

/// The services that may be called besides, `any` for all.
fn beyond(path: &str, text: &str, symbol: &str) -> Vec<String> {
    let mut program = Program::default();
    let unit = lower(language(path).unwrap(), &SourceText::file(FileId(0), text), path);
    let unit = program.add(path, Arc::new(unit));
    let entry = Entry { function: None, unit, symbol: symbol.into(), roots: vec![String::new()] };
    let h = analyze(&program, &entry).unwrap();
    let mut out: Vec<String> =
        h.beyond.iter().map(|b| b.service.as_deref().unwrap_or("any").to_owned()).collect();
    out.sort();
    out
}

fn python(head: &str, body: &str) -> Vec<String> {
    let body = body.replace('\n', "\n    ");
    beyond("app.py", &format!("{head}\ndef handler(event, context):\n    {body}\n"), "handler")
}

fn js(head: &str, body: &str) -> Vec<String> {
    beyond("index.js", &format!("{head}\nexports.handler = async (event) => {{ {body} }};\n"), "handler")
}

fn ruby(head: &str, body: &str) -> Vec<String> {
    beyond("app.rb", &format!("{head}\ndef handler(event:, context:)\n{body}\nend\n"), "handler")
}

const NONE: [&str; 0] = [];

#[test]
fn ruby_calls_that_are_not_known() {
    let s3 = "require 'aws-sdk-s3'\nS3 = Aws::S3::Client.new";
    assert_eq!(ruby(s3, "S3.get_object(bucket: 'b', key: 'k').body.read"), NONE);
    assert_eq!(ruby(s3, "S3.send(event['m'])"), ["s3"]);
    assert_eq!(ruby(s3, "Thread.current[:c] = S3"), ["s3"]);
    assert_eq!(ruby(s3, "`aws s3 ls`"), ["any"]);
    assert_eq!(ruby("require 'some_gem'", "1"), ["any"]);
    assert_eq!(ruby("require 'json'", "JSON.parse(event['body'])"), NONE);
}

#[test]
fn python_calls_that_are_all_known() {
    for (head, body) in [
        (
            "import os, json, logging\nimport boto3",
            "boto3.client('s3').get_object(Bucket=os.environ['B'], Key='k')",
        ),
        (
            "import boto3\nfrom botocore.config import Config\nfrom botocore.exceptions import ClientError",
            "try:\n    boto3.client('s3', config=Config()).get_object(Bucket='b', Key='k')\nexcept ClientError as e:\n    print(e.response)",
        ),
        (
            "import boto3\nfrom boto3.dynamodb.conditions import Key",
            "boto3.resource('dynamodb').Table('t').query(KeyConditionExpression=Key('a').eq(1))",
        ),
        (
            "import boto3",
            "t = boto3.resource('dynamodb').Table('t')\nwith t.batch_writer() as b:\n    b.put_item(Item={})",
        ),
        (
            "import boto3\nfrom aws_lambda_powertools import Logger\nlogger = Logger()",
            "logger.info(event)\nfor p in boto3.client('s3').get_paginator('list_objects_v2').paginate(Bucket='b'):\n    print(p)",
        ),
    ] {
        assert_eq!(python(head, body), NONE, "{body}");
    }
}

#[test]
fn python_calls_that_are_hidden() {
    for (head, body, services) in [
        ("import subprocess", "subprocess.run(['aws', 's3', 'ls'])", "any"),
        ("import os", "os.system('aws s3 ls')", "any"),
        ("", "exec(event['code'])", "any"),
        ("import awswrangler as wr", "wr.s3.read_csv('s3://b/k')", "any"),
        ("from aws_lambda_powertools.utilities import parameters", "parameters.get_secret('x')", "any"),
        ("import os", "os.environ['AWS_SECRET_ACCESS_KEY']", "any"),
        ("import boto3", "boto3.Session().get_credentials()", "any"),
        (
            "import boto3\nfrom botocore.auth import SigV4Auth",
            "SigV4Auth(None, 'es', 'r').add_auth(event)",
            "any",
        ),
        ("import boto3", "boto3.client('rds').generate_db_auth_token(event['h'], 1, 'u')", "rds"),
        ("import boto3", "for o in boto3.resource('s3').Bucket('b').objects.all():\n    o.delete()", "s3"),
        ("import boto3", "return boto3.resource('s3').Object('b', 'k').content_length", "s3"),
        ("import boto3, functools", "return getattr(boto3.client('s3'), event['operation'])()", "any"),
    ] {
        assert!(python(head, body).contains(&services.to_owned()), "{body}");
    }
}

#[test]
fn javascript_calls() {
    for (head, body) in [
        (
            "const { S3Client, GetObjectCommand } = require('@aws-sdk/client-s3');",
            "await new S3Client({}).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })); console.log(process.env.X);",
        ),
        (
            "const AWS = require('aws-sdk'); AWS.config.update({ region: 'x' });",
            "return new AWS.DynamoDB.DocumentClient().get({ TableName: 't', Key: {} }).promise();",
        ),
        // What is signed or waited for is known by name.
        ("const AWS = require('aws-sdk');", "new AWS.S3().createPresignedPost({});"),
        (
            "const { S3Client, GetObjectCommand } = require('@aws-sdk/client-s3'); const { getSignedUrl } = require('@aws-sdk/s3-request-presigner');",
            "return getSignedUrl(new S3Client({}), new GetObjectCommand({}));",
        ),
        (
            "const { DynamoDBClient, waitUntilTableExists } = require('@aws-sdk/client-dynamodb');",
            "await waitUntilTableExists({ client: new DynamoDBClient({}) }, {});",
        ),
        ("const fs = require('node:fs/promises'); const _ = require('lodash');", "return _.get(event, 'a');"),
    ] {
        assert_eq!(js(head, body), NONE, "{body}");
    }
    for (head, body, services) in [
        ("const { exec } = require('child_process');", "exec('aws s3 ls');", "any"),
        ("const dynamoose = require('dynamoose');", "dynamoose.model('x');", "any"),
        ("const { fromIni } = require('@aws-sdk/credential-providers');", "fromIni();", "any"),
        ("const AWS = require('aws-sdk');", "new AWS.Signers.V4(event, 'es').addAuthorization();", "any"),
    ] {
        assert!(js(head, body).contains(&services.to_owned()), "{body}");
    }
}
