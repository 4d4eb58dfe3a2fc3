//! Repairs of whole texts.

mod hcl;

use super::{Edit, Editor};
use crate::files::MemoryFiles;
use crate::iac::{self, ConfigFile, Deploy};
use crate::text::SourceText;
use lamlint_model::fix::{Fix, Intent};
use lamlint_model::source::SourceMap;
use lamlint_model::value::Attr;
use lamlint_model::{App, ResourceId, Span, Value};

fn apply(text: &str, edits: &[Edit]) -> String {
    let mut out = text.to_owned();
    for e in edits.iter().rev() {
        out.replace_range(e.span.start as usize..e.span.end as usize, &e.text);
    }
    out
}

fn project(path: &str, text: &str) -> (SourceMap, App) {
    let mut sources = SourceMap::default();
    let id = sources.add(path, text);
    let Ok(Some(facts)) = iac::read(&SourceText::file(id, text), path) else {
        panic!("not a template: {text}")
    };
    let file = ConfigFile { path: path.to_owned(), facts };
    let app = iac::assemble(&[file], &Deploy::default(), &MemoryFiles::default()).app;
    (sources, app)
}

fn named(app: &App, name: &str) -> ResourceId {
    app.resources.iter().find(|r| r.name == name).expect("no such resource").id
}

/// What becomes of a template by an intent about the resource `R`; the reason where it is refused.
fn mend(path: &str, text: &str, intent: impl Fn(&App, ResourceId) -> Intent) -> String {
    let (sources, app) = project(path, text);
    let intent = intent(&app, named(&app, "R"));
    let fix = Fix::safe("x", intent);
    match Editor::new(&app, &sources).edits(&fix) {
        Ok(edits) => apply(text, &edits),
        Err(e) => format!("refused: {}", e.0),
    }
}

fn visibility(path: &str, text: &str) -> String {
    mend(path, text, |_, r| Intent::Set {
        resource: r,
        path: vec!["VisibilityTimeout".into()],
        value: Value::Int(360),
    })
}

const HEAD: &str = "AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n";

#[test]
fn a_property_is_set_where_it_belongs() {
    for (before, after) in [
        // Written: in place, with its comment.
        (
            "  R:\n    Type: AWS::SQS::Queue\n    Properties:\n      VisibilityTimeout: 30 # short\n      DelaySeconds: 1\n",
            "  R:\n    Type: AWS::SQS::Queue\n    Properties:\n      VisibilityTimeout: 360 # short\n      DelaySeconds: 1\n",
        ),
        // Not written: behind the last property, before the next resource and its comment.
        (
            "  R:\n    Type: AWS::SQS::Queue\n    Properties:\n      DelaySeconds: 1 # c\n\n  # next\n  S:\n    Type: AWS::SNS::Topic\n",
            "  R:\n    Type: AWS::SQS::Queue\n    Properties:\n      DelaySeconds: 1 # c\n      VisibilityTimeout: 360\n\n  # next\n  S:\n    Type: AWS::SNS::Topic\n",
        ),
        // No properties at all, in the steps of the file.
        (
            "    R:\n        Type: AWS::SQS::Queue\n        DeletionPolicy: Retain\n",
            "    R:\n        Type: AWS::SQS::Queue\n        Properties:\n            VisibilityTimeout: 360\n        DeletionPolicy: Retain\n",
        ),
        // A key with nothing behind it.
        (
            "  R:\n    Type: AWS::SQS::Queue\n    Properties:\n",
            "  R:\n    Type: AWS::SQS::Queue\n    Properties:\n      VisibilityTimeout: 360\n",
        ),
        // Flow style.
        (
            "  R: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 1}}\n",
            "  R: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 1, VisibilityTimeout: 360}}\n",
        ),
        (
            "  R:\n    Type: AWS::SQS::Queue\n    Properties: {}\n",
            "  R:\n    Type: AWS::SQS::Queue\n    Properties: { VisibilityTimeout: 360 }\n",
        ),
        // Quotes are kept.
        (
            "  R:\n    Type: AWS::SQS::Queue\n    Properties:\n      VisibilityTimeout: \"30\"\n",
            "  R:\n    Type: AWS::SQS::Queue\n    Properties:\n      VisibilityTimeout: \"360\"\n",
        ),
    ] {
        assert_eq!(visibility("t.yaml", &[HEAD, before].concat()), [HEAD, after].concat());
        // The same with the line breaks of Windows.
        let crlf = |s: &str| [HEAD, s].concat().replace('\n', "\r\n");
        assert_eq!(visibility("t.yaml", &crlf(before)), crlf(after));
    }
}

#[test]
fn what_is_shared_or_computed_is_refused() {
    for (before, why) in [
        (
            "  Q:\n    Type: AWS::SQS::Queue\n    Properties: &p\n      DelaySeconds: 1\n  R:\n    Type: AWS::SQS::Queue\n    Properties: *p\n",
            "the value is used through an alias",
        ),
        (
            "  R:\n    Type: AWS::SQS::Queue\n    Properties: &p\n      DelaySeconds: 1\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: *p\n",
            "the value is used elsewhere through an alias",
        ),
        (
            "  Q:\n    Type: AWS::SQS::Queue\n    Properties: &p\n      VisibilityTimeout: 30\n  R:\n    Type: AWS::SQS::Queue\n    Properties:\n      <<: *p\n      DelaySeconds: 1\n",
            "the value comes from elsewhere by a merge key",
        ),
        (
            "  R:\n    Type: AWS::SQS::Queue\n    Properties:\n      VisibilityTimeout: !Ref AWS::NoValue\n",
            "the value is computed",
        ),
        (
            "  R:\n    Type: AWS::SQS::Queue\n    Properties:\n      Fn::If: [A, {}, {}]\n",
            "the value is computed",
        ),
    ] {
        assert_eq!(visibility("t.yaml", &[HEAD, before].concat()), format!("refused: {why}"));
    }
}

#[test]
fn json_keeps_its_form() {
    let head = "{\n  \"AWSTemplateFormatVersion\": \"2010-09-09\",\n  \"Resources\": {\n    \"R\": ";
    for (before, after) in [
        (
            "{\n      \"Type\": \"AWS::SQS::Queue\",\n      \"Properties\": {\n        \"DelaySeconds\": 1\n      }\n    }\n  }\n}\n",
            "{\n      \"Type\": \"AWS::SQS::Queue\",\n      \"Properties\": {\n        \"DelaySeconds\": 1,\n        \"VisibilityTimeout\": 360\n      }\n    }\n  }\n}\n",
        ),
        (
            "{\n      \"Type\": \"AWS::SQS::Queue\"\n    }\n  }\n}\n",
            "{\n      \"Type\": \"AWS::SQS::Queue\",\n      \"Properties\": {\n        \"VisibilityTimeout\": 360\n      }\n    }\n  }\n}\n",
        ),
        (
            "{ \"Type\": \"AWS::SQS::Queue\", \"Properties\": { \"VisibilityTimeout\": 30 } }\n  }\n}\n",
            "{ \"Type\": \"AWS::SQS::Queue\", \"Properties\": { \"VisibilityTimeout\": 360 } }\n  }\n}\n",
        ),
        (
            "{ \"Type\": \"AWS::SQS::Queue\", \"Properties\": { \"DelaySeconds\": 1 } }\n  }\n}\n",
            "{ \"Type\": \"AWS::SQS::Queue\", \"Properties\": { \"DelaySeconds\": 1, \"VisibilityTimeout\": 360 } }\n  }\n}\n",
        ),
    ] {
        let got = visibility("t.json", &[head, before].concat());
        assert_eq!(got, [head, after].concat());
        serde_json::from_str::<serde_json::Value>(&got).expect("still JSON");
    }
}

/// A statement that lets a role put items into the table `T`.
fn statement(app: &App) -> Value {
    Value::Map(
        vec![
            ("Effect".into(), Value::str("Allow")),
            ("Action".into(), Value::List(vec![Value::str("dynamodb:PutItem")], false)),
            ("Resource".into(), Value::Of(named(app, "T"), Attr::Arn)),
        ],
        false,
    )
}

#[test]
fn an_element_is_added_to_a_list() {
    let table = "  T:\n    Type: AWS::DynamoDB::Table\n";
    let role = "  R:\n    Type: AWS::IAM::Role\n    Properties:\n      Policies:\n        - PolicyName: p\n          PolicyDocument:\n            Statement:\n              - Effect: Allow\n                Action: [s3:GetObject]\n                Resource: \"*\"\n";
    let path = ["Policies", "0", "PolicyDocument", "Statement"].map(Into::into).to_vec();
    let got = mend("t.yaml", &[HEAD, role, table].concat(), |app, r| Intent::Append {
        resource: r,
        path: path.clone(),
        value: statement(app),
    });
    let added = "              - Effect: Allow\n                Action:\n                  - dynamodb:PutItem\n                Resource: !GetAtt T.Arn\n";
    assert_eq!(got, [HEAD, role, added, table].concat());

    let sam = |policies: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  R:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: a.b{policies}\n  T:\n    Type: AWS::DynamoDB::Table\n"
        )
    };
    for (before, after) in [
        ("", "\n      Policies:\n        - DynamoDBReadPolicy:\n            TableName: !Ref T"),
        (
            "\n      Policies: AWSLambdaBasicExecutionRole",
            "\n      Policies:\n        - AWSLambdaBasicExecutionRole\n        - DynamoDBReadPolicy:\n            TableName: !Ref T",
        ),
        (
            "\n      Policies:\n      - AWSLambdaBasicExecutionRole\n      MemorySize: 128",
            "\n      Policies:\n      - AWSLambdaBasicExecutionRole\n      - DynamoDBReadPolicy:\n          TableName: !Ref T\n      MemorySize: 128",
        ),
        (
            "\n      Policies: [AWSLambdaBasicExecutionRole]",
            "\n      Policies: [AWSLambdaBasicExecutionRole, {DynamoDBReadPolicy: {TableName: !Ref T}}]",
        ),
    ] {
        let got = mend("t.yaml", &sam(before), |app, r| Intent::Append {
            resource: r,
            path: vec!["Policies".into()],
            value: Value::Map(
                vec![(
                    "DynamoDBReadPolicy".into(),
                    Value::Map(vec![("TableName".into(), Value::Of(named(app, "T"), Attr::Name))], false),
                )],
                false,
            ),
        });
        assert_eq!(got, sam(after));
    }
}

/// What becomes of code when the statement with `what` is moved to the level of its module.
fn hoisted(path: &str, text: &str, what: &str) -> String {
    let mut sources = SourceMap::default();
    let id = sources.add(path, text);
    let start = text.find(what).expect("not in the text");
    let fix = Fix::suggested("x", Intent::Hoist { at: Span::new(id, start, start + what.len()) });
    match Editor::new(&App::default(), &sources).edits(&fix) {
        Ok(edits) => apply(text, &edits),
        Err(e) => format!("refused: {}", e.0),
    }
}

#[test]
fn a_client_moves_to_its_module() {
    let before = "import boto3\n\n\n# The entry.\n@tracer\ndef handler(event, context):\n    s3 = boto3.client(\n        \"s3\",\n    )\n    return s3.list_buckets()\n";
    let after = "import boto3\n\n\ns3 = boto3.client(\n    \"s3\",\n)\n\n\n# The entry.\n@tracer\ndef handler(event, context):\n    return s3.list_buckets()\n";
    assert_eq!(hoisted("a.py", before, "boto3.client(\n        \"s3\",\n    )"), after);

    // Of the empty lines around it one is left.
    let spaced = "import boto3\n\n\ndef handler(event, context):\n    check(event)\n\n    s3 = boto3.client(1)\n\n    return s3\n";
    let got = hoisted("a.py", spaced, "boto3.client(1)");
    assert!(got.ends_with("    check(event)\n\n    return s3\n"), "{got}");

    // The table of a resource moves as a whole.
    let before = "import os\nimport boto3\n\ndef handler(event, context):\n    t = boto3.resource(\"dynamodb\").Table(os.environ[\"T\"])\n    return t.scan()\n";
    let got = hoisted("a.py", before, "boto3.resource(\"dynamodb\")");
    assert!(
        got.contains("\nt = boto3.resource(\"dynamodb\").Table(os.environ[\"T\"])\n\n\ndef handler"),
        "{got}"
    );

    let before = "import { S3Client } from \"@aws-sdk/client-s3\";\n\nexport const handler = async (event) => {\n  const s3 = new S3Client({});\n  return s3.send(event);\n};\n";
    let after = "import { S3Client } from \"@aws-sdk/client-s3\";\n\nconst s3 = new S3Client({});\n\nexport const handler = async (event) => {\n  return s3.send(event);\n};\n";
    assert_eq!(hoisted("a.mjs", before, "new S3Client({})"), after);
    assert_eq!(hoisted("a.ts", before, "new S3Client({})"), after);
}

#[test]
fn comments_about_a_statement_move_with_it() {
    let js =
        |body: &str| format!("const x = require('x');\n\nexports.handler = async (event) => {{\n{body}}};\n");
    for (body, moved, left) in [
        // It speaks of it, or stands above nothing else.
        (
            "  log(event);\n\n  // create AWS SDK clients\n  const s3 = new x.S3();\n\n  // go\n  go(s3);\n",
            "// create AWS SDK clients\nconst s3 = new x.S3();\n\n",
            "  log(event);\n\n  // go\n  go(s3);\n",
        ),
        (
            "  log(event);\n  // Create AWS SDK clients,\n  /* one */\n  const s3 = new x.S3(); // here\n  go(s3);\n",
            "// Create AWS SDK clients,\n/* one */\nconst s3 = new x.S3(); // here\n\n",
            "  log(event);\n  go(s3);\n",
        ),
        (
            "  log(event);\n  // the bucket\n  const s3 = new x.S3();\n\n  go(s3);\n",
            "// the bucket\nconst s3 = new x.S3();\n\n",
            "  log(event);\n\n  go(s3);\n",
        ),
        (
            "  // s3 is shared\n  const s3 = new x.S3();\n\n  go(s3);\n",
            "// s3 is shared\nconst s3 = new x.S3();\n\n",
            "  go(s3);\n",
        ),
        // It is about more.
        (
            "  log(event);\n  // all of it\n  const s3 = new x.S3();\n  go(s3);\n",
            "const s3 = new x.S3();\n\n",
            "  log(event);\n  // all of it\n  go(s3);\n",
        ),
        (
            "  // The entry.\n  const s3 = new x.S3();\n\n  go(s3);\n",
            "const s3 = new x.S3();\n\n",
            "  // The entry.\n\n  go(s3);\n",
        ),
        (
            "  log(event); // a client\n  const s3 = new x.S3();\n  go(s3);\n",
            "const s3 = new x.S3();\n\n",
            "  log(event); // a client\n  go(s3);\n",
        ),
        ("  const s3 = new x.S3();\n\n  go(s3);\n", "const s3 = new x.S3();\n\n", "  go(s3);\n"),
    ] {
        let expected = js(left).replace("exports", &format!("{moved}exports"));
        assert_eq!(hoisted("a.js", &js(body), "new x.S3()"), expected, "{body}");
    }
    let py = "import boto3\n\n\ndef handler(event, context):\n    # The S3 client.\n    s3 = boto3.client(1)  # one\n\n    return s3\n";
    let moved = "import boto3\n\n\n# The S3 client.\ns3 = boto3.client(1)  # one\n\n\ndef handler(event, context):\n    return s3\n";
    assert_eq!(hoisted("a.py", py, "boto3.client(1)"), moved);
    let crlf = |s: &str| s.replace('\n', "\r\n");
    assert_eq!(hoisted("a.py", &crlf(py), "boto3.client(1)"), crlf(moved));
}

#[test]
fn what_belongs_to_its_function_stays() {
    let py = |body: &str| format!("import boto3\n\ndef handler(event, context):\n{body}    return s3\n");
    for (body, why) in [
        (
            "    region = event[\"r\"]\n    s3 = boto3.client(region)\n",
            "the expression needs what only its function has",
        ),
        ("    s3 = boto3.client(event)\n", "the expression needs what only its function has"),
        ("    s3 = boto3.client(later)\n", "the expression needs what the module does not have yet"),
        ("    s3 = boto3.client(1)\n    s3 = wrap(s3)\n", "the name is bound more than once"),
        ("    global s3\n    s3 = boto3.client(1)\n", "the name is bound more than once"),
        ("    s3, x = boto3.client(1), 2\n", "the value is not bound to a plain name"),
        ("    use(boto3.client(1))\n", "the value is not bound to a name"),
        ("    s3 = boto3.client(1); print(s3)\n", "something else stands on its line"),
        ("    with boto3.client(1) as s3:\n        pass\n", "the value is not bound to a name"),
        ("    if event:\n        s3 = boto3.client(1)\n", "nothing would be left of the block"),
        (
            "    boto3 = other()\n    s3 = boto3.client(1)\n",
            "the expression needs what only its function has",
        ),
    ] {
        let text = py(body);
        let start = text.find("boto3.client(").unwrap();
        let end = start + text[start..].find(')').unwrap() + 1;
        let what = text[start..end].to_owned();
        assert_eq!(hoisted("a.py", &text, &what), format!("refused: {why}"), "{body}");
    }
    let taken = "import boto3\ns3 = 1\ndef handler(e, c):\n    s3 = boto3.client(1)\n    return s3\n";
    assert_eq!(hoisted("a.py", taken, "boto3.client(1)"), "refused: the module has the name already");
    let broken = "import boto3\ndef handler(e, c):\n    s3 = boto3.client(1)\n    return (\n";
    assert_eq!(hoisted("a.py", broken, "boto3.client(1)"), "refused: the file does not parse");
}

#[test]
fn an_attribute_becomes_an_entry() {
    let mut sources = SourceMap::default();
    let text = "def handler(event, context):\n    return event.detail\n";
    let id = sources.add("a.py", text);
    let start = text.find("event.detail").unwrap();
    let at = Span::new(id, start, start + "event.detail".len());
    let edits =
        Editor::new(&App::default(), &sources).edits(&Fix::safe("x", Intent::AttributeToEntry { at }));
    assert_eq!(apply(text, &edits.unwrap()), text.replace("event.detail", "event[\"detail\"]"));
}

#[test]
fn a_resource_is_added_behind_another_one() {
    let add = |path: &str, text: &str, name: &'static str| {
        mend(path, text, |app, r| Intent::Add {
            behind: r,
            name: name.into(),
            type_name: "AWS::Lambda::Permission".into(),
            properties: Value::Map(
                vec![
                    ("Principal".into(), Value::str("sns.amazonaws.com")),
                    ("SourceArn".into(), Value::Of(named(app, "R"), Attr::Arn)),
                ],
                false,
            ),
        })
    };
    let new = "  P:\n    Type: AWS::Lambda::Permission\n    Properties:\n      Principal: sns.amazonaws.com\n      SourceArn: !Ref R\n";
    let (r, s) = ("  R: # the topic\n    Type: AWS::SNS::Topic # t\n", "  S:\n    Type: AWS::SNS::Topic\n");
    for (before, after) in [
        ([HEAD, r].concat(), [HEAD, r, new].concat()),
        ([HEAD, r, s].concat(), [HEAD, r, new, s].concat()),
        // Blank lines and comments between resources are kept as they are used.
        ([HEAD, r, "\n  # next\n", s].concat(), [HEAD, r, "\n", new, "\n  # next\n", s].concat()),
        ([HEAD, s, "\n", r, "Outputs: {}\n"].concat(), [HEAD, s, "\n", r, "\n", new, "Outputs: {}\n"].concat()),
        (
            "Resources: {R: {Type: AWS::SNS::Topic}, S: {Type: AWS::SNS::Topic}}\n".to_owned(),
            "Resources: {R: {Type: AWS::SNS::Topic}, P: {Type: \"AWS::Lambda::Permission\", Properties: {Principal: \"sns.amazonaws.com\", SourceArn: !Ref R}}, S: {Type: AWS::SNS::Topic}}\n".to_owned(),
        ),
    ] {
        assert_eq!(add("t.yaml", &before, "P"), after);
        let crlf = |s: &str| s.replace('\n', "\r\n");
        assert_eq!(add("t.yaml", &crlf(&before), "P"), crlf(&after));
    }
    let before = [HEAD, r, s].concat();
    assert_eq!(add("t.yaml", &before, "S"), "refused: a resource has this name already");
    let json = "{\n  \"Resources\": {\n    \"R\": {\n      \"Type\": \"AWS::SNS::Topic\"\n    },\n    \"S\": { \"Type\": \"AWS::SNS::Topic\" }\n  }\n}\n";
    let new = ",\n    \"P\": {\n      \"Type\": \"AWS::Lambda::Permission\",\n      \"Properties\": {\n        \"Principal\": \"sns.amazonaws.com\",\n        \"SourceArn\": { \"Ref\": \"R\" }\n      }\n    },\n    \"S\"";
    assert_eq!(add("t.json", json, "P"), json.replace(",\n    \"S\"", new));
}

/// What becomes of a configuration of the Serverless Framework.
fn configured(functions: &str, resources: &str, path: &[&str], value: &Value) -> String {
    let head = "service: x\nprovider:\n  name: aws\n  timeout: 5\n";
    let text = format!("{head}{functions}{resources}");
    let out = mend("serverless.yml", &text, |_, r| Intent::Set {
        resource: r,
        path: path.iter().map(|p| (*p).into()).collect(),
        value: value.clone(),
    });
    out.strip_prefix(head).map_or(out.clone(), str::to_owned)
}

#[test]
fn properties_have_other_names_in_configurations_of_functions() {
    let (timeout, int) = (&["Timeout"], Value::Int(9));
    let of = |text: &str| configured(text, "", timeout, &int);
    assert_eq!(
        of("functions:\n  R:\n    handler: a.b\n"),
        "functions:\n  R:\n    handler: a.b\n    timeout: 9\n"
    );
    assert_eq!(
        of("functions:\n  - R:\n      timeout: 3 # short\n      handler: a.b\n"),
        "functions:\n  - R:\n      timeout: 9 # short\n      handler: a.b\n"
    );
    assert_eq!(
        of("functions:\n  R:\n    handler: a.b\n    timeout: ${self:custom.t}\n"),
        "refused: the value is computed"
    );
    let function = "functions:\n  R:\n    handler: a.b\n";
    let variable = ["Environment", "Variables", "TABLE"];
    assert_eq!(
        configured(function, "", &variable, &Value::str("")),
        format!("{function}    environment:\n      TABLE: \"\"\n")
    );
    assert_eq!(configured(function, "", &["VpcConfig"], &int), "refused: the property has another form here");
    assert_eq!(configured(function, "", &["Policies"], &int), "refused: the property has another form here");
}

#[test]
fn resources_of_configurations_are_templates() {
    let queue = "resources:\n  - Resources:\n      R:\n        Type: AWS::SQS::Queue\n";
    let path = &["VisibilityTimeout"];
    assert_eq!(
        configured("", queue, path, &Value::Int(9)),
        format!("{queue}        Properties:\n          VisibilityTimeout: 9\n")
    );
}
