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
        ("import boto3, functools, lib", "return functools.partial(lib.load, boto3.client('s3'))()", "s3"),
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

/// Whether everything of a handler in JavaScript was followed, and its calls.
fn followed(text: &str) -> (bool, Vec<String>, Vec<String>) {
    let h = super::follow(&[("index.js", text)]).unwrap();
    let mut calls: Vec<String> = h.sdk_calls().map(|(_, c)| c.operation.to_string()).collect();
    calls.sort();
    let services = h.beyond.iter().map(|b| b.service.as_deref().unwrap_or("any").to_owned()).collect();
    (h.complete.is_ok(), calls, services)
}

const CLIENT: &str = "const AWS = require('aws-sdk'); const db = new AWS.DynamoDB.DocumentClient(); const lib = require('graphql');";

#[test]
fn closures_deep_in_what_a_library_is_given() {
    for (setup, want) in [
        // The fields of a schema, resolved while a request is answered.
        (
            "const schema = new lib.Schema({ query: new lib.Type({ name: 'Q', fields: { a: { resolve: (p, args) => db.get({ TableName: 't', Key: args }).promise() } } }) });
             exports.handler = async (event) => lib.run({ schema, source: event.q });",
            "GetItem",
        ),
        // What such a function gives is the library's as well.
        (
            "const server = new lib.Server({ routes: [{ make: () => ({ run: () => db.put({ TableName: 't', Item: {} }).promise() }) }] });
             exports.handler = async (event) => server.handle(event);",
            "PutItem",
        ),
        (
            "const app = lib.app(); app.locals.load = () => db.scan({ TableName: 't' }).promise();
             exports.handler = async (event) => app.run(event);",
            "Scan",
        ),
    ] {
        let (_, calls, _) = followed(&format!("{CLIENT}\n{setup}"));
        assert_eq!(calls, [want], "{setup}");
    }
}

#[test]
fn clients_that_are_kept_out_of_sight() {
    for setup in [
        "const app = lib.app(); app.locals.db = db; exports.handler = async (event) => app.run(event);",
        "global.db = db; exports.handler = async (event) => lib.run(event);",
        "const made = {}; exports.handler = async (event) => { made[event.region] = db; return made[event.region].get({ TableName: 't', Key: {} }).promise(); };",
        "exports.handler = async (event, context) => { context.db = db; return lib.run(event, context); };",
        "exports.handler = async (event) => lib.run(event, { stores: [{ of: { db } }] });",
        "Object.assign(global, { db }); exports.handler = async (event) => lib.run(event);",
        "class Store { constructor(db) { this.db = db; } }\nexports.handler = async (event) => lib.run(event, { stores: [new Store(db)] });",
        "const server = new lib.Server({ context: () => ({ db }) }); exports.handler = async (event) => server.handle(event);",
    ] {
        let (_, _, services) = followed(&format!("{CLIENT}\n{setup}"));
        assert!(services.contains(&"dynamodb".to_owned()), "{setup}: {services:?}");
    }
    // An object with methods may call anything in the project.
    let (complete, ..) = followed(&format!(
        "{CLIENT}\nclass Store {{ load() {{ return db.get({{ TableName: 't', Key: {{}} }}).promise(); }} }}\n\
         const server = new lib.Server({{ sources: () => ({{ store: new Store() }}) }});\n\
         exports.handler = async (event) => server.handle(event);"
    ));
    assert!(!complete);
    // What stays in the project is followed.
    let (complete, calls, services) = followed(&format!(
        "{CLIENT}\nconst made = {{}}; made.db = db;\n\
         exports.handler = async (event) => made.db.get({{ TableName: 't', Key: {{}} }}).promise();"
    ));
    assert_eq!((complete, &calls[..], &services[..]), (true, &["GetItem".to_owned()][..], &[][..]));
}

/// What the arguments of the one client depend on that is made on invocations: whether they are always the same.
fn fixed(path: &str, text: &str) -> bool {
    use lamlint_model::handler::{FactKind, Phase};
    use lamlint_model::value::Deps;
    let h = super::follow(&[(path, text)]).unwrap();
    let made = h.facts.iter().filter(|f| f.phase == Phase::Invoke).find_map(|f| match &f.kind {
        FactKind::NewClient(c) => Some(c.args),
        _ => None,
    });
    !made.unwrap_or_else(|| panic!("no client in {text}")).any(Deps::EVENT.or(Deps::CALL).or(Deps::OTHER))
}

#[test]
fn what_a_condition_chooses_depends_on_it() {
    let js = |body: &str| {
        fixed(
            "index.js",
            &format!(
                "const AWS = require('aws-sdk');\nconst ZONES = {{ a: 'eu-west-1', b: 'eu-west-2' }};\n\
                 function zone(e) {{ if (e.test) {{ return 'eu-west-1'; }} return 'eu-west-2'; }}\n\
                 function stage(e) {{ const s = e.x ? e.x.y : 'test'; return s === 'test' ? 'k1' : 'k2'; }}\n\
                 exports.handler = async (event) => {{ {body} }};"
            ),
        )
    };
    for body in [
        "const r = event.test ? 'eu-west-1' : 'eu-west-2'; new AWS.S3({ region: r });",
        "const s = event.x ? event.x.y : 'test'; const r = s === 'test' ? 'eu-west-1' : 'eu-west-2'; new AWS.S3({ region: r });",
        "let r = 'eu-west-1'; if (event.test) { r = 'eu-west-2'; } new AWS.S3({ region: r });",
        "let o; switch (event.kind) { case 'a': o = { region: 'x' }; break; default: o = { region: 'y' }; } new AWS.S3(o);",
        "new AWS.S3({ region: ZONES[event.zone] });",
        "new AWS.S3({ region: zone(event) });",
        "new AWS.S3({ region: stage(event) });",
        "new AWS.S3({ region: event.test && 'eu-west-1' || 'eu-west-2' });",
    ] {
        assert!(!js(body), "{body}");
    }
    for body in [
        "const r = process.env.TEST ? 'eu-west-1' : 'eu-west-2'; new AWS.S3({ region: r });",
        "let r = 'eu-west-1'; if (event.test) { console.log(r); } new AWS.S3({ region: r });",
        "const r = event.test ? 'eu-west-1' : 'eu-west-1'; new AWS.S3({ region: r });",
        "if (!event.body) { return; } new AWS.S3({ region: ZONES.a });",
    ] {
        assert!(js(body), "{body}");
    }
    let python = |body: &str| {
        fixed("app.py", &format!("import boto3\ndef lambda_handler(event, context):\n    {body}\n"))
    };
    assert!(!python("r = 'a' if event.get('x') else 'b'\n    boto3.client('s3', region_name=r)"));
    assert!(!python(
        "if event['x']:\n        r = 'a'\n    else:\n        r = 'b'\n    boto3.client('s3', region_name=r)"
    ));
    assert!(!python("boto3.client('s3', region_name={'a': 'x', 'b': 'y'}[event['x']])"));
    assert!(!python("boto3.client('s3', region_name={'a': 'x', 'b': 'y'}.get(event['x']))"));
    assert!(python("boto3.client('s3', region_name={'a': 'x', 'b': 'y'}['a'])"));
}
