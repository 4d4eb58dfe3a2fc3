//! Configurations of the Serverless Framework: variables, functions, roles, events, plugins.

use super::{assembled, dump, prop, resource, show};
use crate::iac::{Assembled, Deploy, not_run};
use lamlint_model::tree::Node;
use lamlint_model::value::Value;

fn service(text: &str) -> Assembled {
    assembled(&[("serverless.yml", text)], &Deploy::default())
}

/// A service with these lines behind its provider.
fn with(provider: &str, rest: &str) -> Assembled {
    service(&format!("service: shop\nprovider:\n  name: aws\n{provider}\n{rest}"))
}

const HELLO: &str = "functions:\n  hello:\n    handler: src/a.handler\n";

#[test]
fn defaults_of_the_framework_and_of_the_provider() {
    let a = with("  runtime: python3.13\n  memorySize: 512", HELLO);
    assert_eq!(prop(&a, "hello", &["Runtime"]), "python3.13");
    assert_eq!(prop(&a, "hello", &["MemorySize"]), "512");
    assert_eq!(prop(&a, "hello", &["Timeout"]), "6<default>");
    assert_eq!(prop(&a, "hello", &["FunctionName"]), "shop-${stage}-hello");
    assert_eq!(prop(&a, "hello", &["Role"]), "IamRoleLambdaExecution.arn");
    assert_eq!(resource(&a, "hello").anchor.path, "functions.hello");
}

#[test]
fn variables_keep_types_subtrees_and_fallbacks() {
    let text = "\
service: shop
custom:
  timeouts: { dev: 10, prod: 30 }
  env: { A: one, B: '${self:custom.word}' }
  word: two
  flag: ${strToBool('true')}
provider:
  name: aws
  stage: ${opt:stage, 'dev'}
  environment: ${self:custom.env}
functions:
  hello:
    handler: ${self:custom.folder, 'src'}/a.handler
    timeout: ${self:custom.timeouts.${opt:stage, 'dev'}, 99}
    memorySize: ${env:MEMORY, 256}
    description: ${ssm:/x/y}
    environment:
      B: three-${self:provider.stage}-${aws:region}
      C: ${cf:other.Name}
";
    let a = service(text);
    assert_eq!(prop(&a, "hello", &["Handler"]), "src/a.handler");
    assert_eq!(prop(&a, "hello", &["Timeout"]), "10<stage> | ?");
    assert_eq!(prop(&a, "hello", &["MemorySize"]), "256<env:MEMORY> | ?");
    assert_eq!(prop(&a, "hello", &["Description"]), "ssm:/x/y");
    let vars = ["Environment", "Variables"];
    assert_eq!(prop(&a, "hello", &vars), "{A: one, B: three-${stage}-${AWS::Region}, C: cf:other.Name}");
    let deploy = Deploy { stage: Some("prod".into()), ..Deploy::default() };
    let a = assembled(&[("serverless.yml", text)], &deploy);
    assert_eq!(prop(&a, "hello", &["Timeout"]), "30");
    assert_eq!(prop(&a, "hello", &["FunctionName"]), "shop-prod-hello");
    let other = Deploy { stage: Some("test".into()), ..Deploy::default() };
    assert_eq!(prop(&assembled(&[("serverless.yml", text)], &other), "hello", &["Timeout"]), "99");
}

#[test]
fn circles_and_bombs_end() {
    let a = with(
        "  stage: ${self:custom.a}",
        "custom:\n  a: ${self:custom.b}\n  b: ${self:custom.a}x${self:custom.a}\n  c: ['${self:custom}', '${self:custom}']\nfunctions:\n  hello:\n    handler: a.b\n    timeout: ${self:custom.c}\n    environment: ${self:custom}\n",
    );
    assert_eq!(prop(&a, "hello", &["Handler"]), "a.b");
    // Each doubles the one before.
    let double = |i: usize| format!("  a{}: ${{self:custom.a{i}}}${{self:custom.a{i}}}\n", i + 1);
    let doubling = (0..60).map(double).collect::<Vec<_>>().concat();
    let text = format!(
        "custom:\n  a0: x\n{doubling}functions:\n  hello:\n    handler: a.b\n    description: ${{self:custom.a60}}\n"
    );
    assert_eq!(prop(&with("", &text), "hello", &["Handler"]), "a.b");
}

#[test]
fn files_bring_functions_and_resources() {
    let a = assembled(
        &[
            (
                "app/serverless.yml",
                "service: shop\nprovider: { name: aws, runtime: nodejs22.x }\nfunctions:\n  - ${file(fns/a.yml)}\n  - { b: { handler: b.handler, timeout: '${file(numbers.json):slow}' } }\nresources:\n  - ${file(res/queue.yml)}\n  - Resources:\n      T: { Type: AWS::SNS::Topic }\n",
            ),
            ("app/fns/a.yml", "a:\n  handler: a.handler\n  events:\n    - sqs: !GetAtt Jobs.Arn\n"),
            (
                "app/res/queue.yml",
                "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n    Properties:\n      VisibilityTimeout: 5\n      QueueName: ${self:service}-jobs\n",
            ),
            ("app/numbers.json", "{\"slow\": 40}"),
        ],
        &Deploy::default(),
    );
    assert_eq!(a.app.templates.len(), 1, "the file of resources is no template of its own");
    assert_eq!(prop(&a, "b", &["Timeout"]), "40");
    assert_eq!(prop(&a, "Jobs", &["QueueName"]), "shop-jobs");
    // Places are those of the file that says it.
    assert_eq!(resource(&a, "Jobs").anchor.span.file.0, 2);
    assert_eq!(resource(&a, "a").anchor.span.file.0, 1);
    assert_eq!(prop(&a, "ASqs1", &["EventSourceArn"]), "Jobs.arn");
    assert_eq!(a.notices, []);
}

#[test]
fn what_code_computes_is_not_known() {
    let a = with(
        "  environment: ${file(env.js):vars}\n  iam:\n    role:\n      statements: ${file(./iam.js)}",
        "functions:\n  hello: ${file(hello.js)}\n  other:\n    handler: x.y\n    vpc: ${file(vpc.js)}\n",
    );
    assert_eq!(prop(&a, "hello", &["Handler"]), "?");
    assert_eq!(prop(&a, "hello", &["Timeout"]), "?");
    assert_eq!(prop(&a, "other", &["Timeout"]), "6<default>");
    assert_eq!(prop(&a, "other", &["Environment", "Variables"]), "{…}");
    assert!(prop(&a, "other", &["VpcConfig"]).contains('…'), "{}", prop(&a, "other", &["VpcConfig"]));
    let a = with("", "functions: ${file(fns.js)}\n");
    assert!(a.app.functions().next().is_none() && a.app.templates[0].more.is_some());
    assert_eq!(a.notices.len(), 1);
}

#[test]
fn cloudformation_keeps_its_own_braces() {
    let a = with(
        "",
        "functions:\n  hello:\n    handler: a.b\n    environment:\n      ARN: !Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${self:service}-${Jobs}-${env:X}'\n      PLAIN: '${AWS::Region}'\nresources:\n  Resources:\n    Jobs: { Type: AWS::SQS::Queue }\n    Out:\n      Type: AWS::SSM::Parameter\n      Properties:\n        Value: !GetAtt HelloLambdaFunction.Arn\n",
    );
    let var = |k| prop(&a, "hello", &["Environment", "Variables", k]);
    assert_eq!(var("ARN"), "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:shop-${Jobs.url}-${env:X}");
    assert_eq!(var("PLAIN"), "${AWS::Region}");
    let b = with(
        "",
        &format!(
            "{HELLO}    environment: {{ A: 'arn:aws:sqs:#{{AWS::Region}}:${{self:service}}:x-${{env:B}}' }}\n"
        ),
    );
    let Some(Node::Leaf(Value::Concat(parts))) =
        resource(&b, "hello").props.path(&["Environment", "Variables", "A"]).only().cloned()
    else {
        panic!("no parts")
    };
    assert!(parts.contains(&Value::Pseudo("AWS::Region".into())), "{parts:?}");
    assert!(parts.contains(&Value::Param("env:B".into())), "{parts:?}");
    assert_eq!(prop(&a, "Out", &["Value"]), "hello.arn");
}

#[test]
fn the_shared_role_allows_what_is_configured() {
    let a = with(
        "  tracing: { lambda: true }\n  iamRoleStatements:\n    - { Effect: Allow, Action: 's3:GetObject', Resource: '*' }",
        "functions:\n  my-fn_x:\n    handler: a.b\n    vpc: { subnetIds: [s-1], securityGroupIds: [g-1] }\n    onError: arn:aws:sns:eu-west-1:123456789012:failed\n    events:\n      - stream: { type: dynamodb, arn: !GetAtt T.StreamArn }\n  own:\n    handler: a.b\n    role: OwnRole\n",
    );
    let role = show(&a, &resource(&a, "IamRoleLambdaExecution").props);
    for part in [
        "service-role/AWSLambdaVPCAccessExecutionRole",
        "logs:PutLogEvents",
        "xray:PutTraceSegments",
        "s3:GetObject",
        "sns:Publish",
        "dynamodb:GetShardIterator",
    ] {
        assert!(role.contains(part), "{part} in {role}");
    }
    assert!(!role.contains("shop-${stage}-own"), "{role}");
    assert!(dump(&a).contains("MyDashfnUnderscorexStream1"), "{}", dump(&a));
    assert!(prop(&a, "own", &["Role"]).contains('?'), "a role that is not here");
}

#[test]
fn destinations_by_function_arn_and_reference() {
    let a = with(
        "",
        "functions:\n  a:\n    handler: a.b\n    maximumRetryAttempts: 1\n    destinations: { onSuccess: b, onFailure: !GetAtt Q.Arn }\n  b:\n    handler: a.b\n    destinations:\n      onFailure: { type: sns, arn: !Ref T }\n      onSuccess: !ImportValue x\nresources:\n  Resources:\n    Q: { Type: AWS::SQS::Queue }\n    T: { Type: AWS::SNS::Topic }\n",
    );
    let config = |f: &str| prop(&a, &format!("{f}LambdaFunctionEventInvokeConfig"), &["DestinationConfig"]);
    assert_eq!(config("A"), "{OnSuccess: {Destination: b.arn}, OnFailure: {Destination: Q.arn}}");
    let role = show(&a, &resource(&a, "IamRoleLambdaExecution").props);
    for part in ["lambda:InvokeFunction", "sqs:SendMessage", "sns:publish"] {
        assert!(role.contains(part), "{part} in {role}");
    }
    assert!(role.contains('…'), "what an import is nobody knows: {role}");
    assert_eq!(prop(&a, "ALambdaFunctionEventInvokeConfig", &["MaximumRetryAttempts"]), "1");
}

#[test]
fn roles_of_single_functions() {
    let text = "plugins: [serverless-iam-roles-per-function]\nfunctions:\n  a:\n    handler: a.b\n    iamRoleStatements:\n      - { Effect: Allow, Action: 'sqs:SendMessage', Resource: '*' }\n  b: { handler: a.b }\n";
    let provider = "  iamRoleStatements:\n    - { Effect: Allow, Action: 's3:GetObject', Resource: '*' }";
    let a = with(provider, text);
    let role = |f: &str| match resource(&a, f).props.get("Role").only() {
        Some(Node::Leaf(Value::Of(id, _))) => a.app.resource(*id),
        other => panic!("{other:?}"),
    };
    assert_ne!(role("a").id, role("b").id);
    let own = show(&a, &role("a").props);
    assert!(own.contains("sqs:SendMessage") && !own.contains("s3:GetObject"), "{own}");
    assert!(show(&a, &role("b").props).contains("s3:GetObject"));
    // Without the plugin the framework takes no notice of it.
    let a = with(provider, &text.replace("serverless-iam-roles-per-function", "serverless-offline"));
    assert_eq!(prop(&a, "a", &["Role"]), "IamRoleLambdaExecution.arn");
}

#[test]
fn every_kind_of_event() {
    let events = "
      - http: GET /a/{id}
      - http: { path: b, method: post, authorizer: guard }
      - httpApi: '*'
      - httpApi: { path: /c, method: get }
      - s3: pictures
      - s3: { bucket: old, existing: true, event: 's3:ObjectRemoved:*', rules: [{ prefix: a/ }, { suffix: .jpg }] }
      - schedule: rate(1 day)
      - schedule: { rate: ['rate(1 hour)', 'rate(2 hours)'], enabled: false, method: scheduler }
      - sns: jobs
      - sns: { arn: !Ref T, filterPolicy: { a: [b] } }
      - sqs: { arn: !GetAtt Q.Arn, filterPatterns: [{ a: [1, true] }], maximumConcurrency: 5 }
      - stream: arn:aws:kinesis:eu-west-1:123456789012:stream/s
      - msk: { arn: 'arn:aws:kafka:eu-west-1:123456789012:cluster/c/1', topic: t }
      - kafka: { bootstrapServers: ['a:9092'], topic: t, accessConfigurations: { saslScram512Auth: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x' } }
      - activemq: { arn: 'arn:aws:mq:eu-west-1:123456789012:broker:b:1', queue: q, basicAuthArn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:y' }
      - alexaSkill
      - alexaSmartHome: amzn1.ask.skill.x
      - iot: { sql: SELECT * }
      - cloudwatchEvent: { event: { source: [a] } }
      - eventBridge: { pattern: { source: [b] }, eventBus: default }
      - cloudwatchLog: /aws/lambda/x
      - cognitoUserPool: { pool: people, trigger: PreSignUp }
      - alb: { listenerArn: x, priority: 1, conditions: { path: / } }
      - websocket: $connect
      - cloudFront: { eventType: viewer-request, origin: 's3://x' }
";
    let a = with(
        "",
        &format!(
            "functions:\n  guard: {{ handler: g.h }}\n  hello:\n    handler: a.b\n    url: true\n    events:{events}resources:\n  Resources:\n    T: {{ Type: AWS::SNS::Topic }}\n    Q: {{ Type: AWS::SQS::Queue }}\n"
        ),
    );
    assert_eq!(a.notices, []);
    let hello = resource(&a, "hello").id;
    let mut kinds: Vec<String> = a.app.triggers_of(hello).map(|t| format!("{:?}", t.kind)).collect();
    kinds.sort();
    kinds.dedup();
    let expected = [
        "Bucket",
        "Dynamo",
        "Http",
        "Kafka",
        "Kinesis",
        "LoadBalancer",
        "Logs",
        "Mq",
        "Queue",
        "Rest",
        "Rule",
        "Schedule",
        "Topic",
        "Url",
    ];
    assert!(kinds.len() >= 14, "{kinds:?} {expected:?}");
    assert_eq!(prop(&a, "HelloSqs1", &["FilterCriteria"]), "{Filters: [{Pattern: {\"a\":[1,true]}}]}");
    assert_eq!(prop(&a, "HelloSqs1", &["BatchSize"]), "10<default>");
    assert_eq!(
        prop(&a, "HelloS32", &["NotificationConfiguration", "LambdaConfigurations"]).matches("Rules").count(),
        1
    );
    assert_eq!(prop(&a, "HelloHttp1", &["Path"]), "/a/{id}");
    assert_eq!(prop(&a, "HelloHttp2", &["Path"]), "/b");
    let guard = resource(&a, "guard").id;
    assert!(a.app.resources.iter().any(|r| r.name == "GuardApiGatewayAuthorizerPermission"));
    assert_ne!(guard, hello);
}

#[test]
fn an_event_nobody_knows_leaves_the_rest_open() {
    let a = with("", &format!("{HELLO}    events:\n      - kappa: x\n"));
    assert!(a.app.templates[0].more.is_some());
    assert_eq!(a.notices.len(), 1);
}

#[test]
fn other_clouds_and_other_files_are_not_read() {
    let azure = "service: x\nprovider: { name: azure }\nfunctions:\n  a: { handler: a.b }\n";
    let a = service(azure);
    assert!(a.app.resources.is_empty());
    assert!(a.notices[0].1.contains("`azure`"), "{:?}", a.notices);
    // A component has the same name of file.
    assert!(service("name: site\ncomponent: website\ninputs: { src: ./ }\n").app.templates.is_empty());
    let part = assembled(&[("conf/fns.yml", "a:\n  handler: a.b\n")], &Deploy::default());
    assert!(part.app.templates.is_empty() && part.notices.is_empty());
}

#[test]
fn what_plugins_may_change_is_open() {
    let text = "plugins: [serverless-plugin-datadog, serverless-dotenv-plugin]\nfunctions:\n  hello:\n    handler: a.b\n    environment: { A: b }\n";
    let a = with("", text);
    assert_eq!(prop(&a, "hello", &["Handler"]), "a.b");
    assert_eq!(prop(&a, "hello", &["Timeout"]), "?");
    assert_eq!(prop(&a, "hello", &["Environment", "Variables"]), "{A: b…}");
    let harmless = text.replace("datadog", "scripts").replace("-dotenv-plugin", "-offline");
    assert_eq!(prop(&with("", &harmless), "hello", &["Timeout"]), "6<default>");
    let local = text.replace("serverless-plugin-datadog", "./mine");
    assert_eq!(prop(&with("", &local), "hello", &["Timeout"]), "?");
}

#[test]
fn what_packages_leave_out_is_marked() {
    let metadata = |rest: &str| {
        let a = with("", &format!("{HELLO}{rest}"));
        let r = resource(&a, "hello");
        r.metadata.get("PackageFilter").is_surely_absent()
    };
    assert!(metadata("package: { individually: true }\n"));
    assert!(!metadata("package: { patterns: ['!node_modules/**'] }\n"));
    assert!(!metadata("    package: { exclude: [x] }\n"));
    let a = with("", &format!("{HELLO}    package: {{ artifact: build/a.zip }}\n"));
    assert_eq!(prop(&a, "hello", &["Code"]), "build/a.zip");
}

#[test]
fn configurations_that_are_code_are_told_of() {
    let text = "const c = { service: 'x', provider: { name: 'aws' } };\nmodule.exports = c;\n";
    assert!(not_run("app/serverless.ts", text).is_some());
    assert!(not_run("app/serverless.js", "export const x = 1;").is_none());
    assert!(not_run("app/server.js", text).is_none());
}

#[test]
fn queues_of_constructs_have_their_worker() {
    let a = with(
        "",
        "plugins: [serverless-lift]\nconstructs:\n  jobs:\n    type: queue\n    worker: { handler: w.h, timeout: 10 }\nfunctions:\n  send:\n    handler: s.h\n    environment: { URL: '${construct:jobs.queueUrl}' }\n",
    );
    assert_eq!(prop(&a, "jobs", &["VisibilityTimeout"]), "60<default>");
    assert_eq!(prop(&a, "send", &["Environment", "Variables", "URL"]), "jobs.url");
    assert_eq!(a.app.triggers_of(resource(&a, "jobsWorker").id).count(), 1);
}

#[test]
fn what_resources_say_of_generated_ones_is_not_lost() {
    let a = with(
        "",
        &format!(
            "{HELLO}resources:\n  extensions:\n    HelloLambdaFunction:\n      Properties:\n        Timeout: 20\n        Environment: {{ Variables: {{ X: y }} }}\n  Resources:\n    HelloLogGroup: {{ Properties: {{ RetentionInDays: 3 }} }}\n"
        ),
    );
    assert_eq!(prop(&a, "hello", &["Timeout"]), "20");
    assert_eq!(prop(&a, "HelloLogGroup", &["RetentionInDays"]), "3");
}

#[test]
fn odd_shapes_do_no_harm() {
    for rest in [
        "functions:\n",
        "functions: []\n",
        "functions: text\n",
        "functions:\n  a:\n",
        "functions:\n  a: [x]\n",
        "functions:\n  a: { handler: [x], events: { sqs: x }, environment: text, vpc: text, layers: text, tags: 5 }\n",
        "functions:\n  a: { events: [[x], {}, null, { http: null }, { sqs: null }, { s3: }, { schedule: }, { sns: }] }\n",
        "resources: text\n",
        "resources:\n  - null\n  - Resources: text\n  - Resources: { A: text, B: { Type: [x] } }\n",
        "plugins: text\ncustom: text\nlayers: text\nconstructs: text\nstepFunctions: text\n",
        "plugins: { modules: [serverless-lift] }\nconstructs:\n  a: { type: queue }\n  b: text\n  c: { type: storage }\n",
        "functions: ${self:functions}\n",
        "functions:\n  a: { image: x, url: { cors: true }, destinations: { onSuccess: b }, provisionedConcurrency: x }\n",
    ] {
        let a = with("", rest);
        assert_eq!(a.app.templates.len(), 1, "{rest}");
    }
}
