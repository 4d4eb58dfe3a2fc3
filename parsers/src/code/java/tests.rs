use crate::code::hir::{Lang, Unit};
use crate::code::program::Program;
use crate::code::{Entry, analyze, dump, lower};
use crate::text::SourceText;
use lamlint_model::handler::{FactKind, Handler, Phase};
use lamlint_model::source::FileId;
use std::sync::Arc;

fn unit(text: &str) -> Unit {
    lower(Lang::Java, &SourceText::file(FileId(0), text), "X.java")
}

/// Follow `App.handleRequest` of the first of the files.
fn follow(files: &[&str]) -> Handler {
    let mut program = Program::default();
    let mut first = None;
    for (i, text) in files.iter().enumerate() {
        let path = format!("src/main/java/p/F{i}.java");
        let id = FileId(u32::try_from(i).unwrap());
        let added = program.add(&path, Arc::new(lower(Lang::Java, &SourceText::file(id, text), &path)));
        first = first.or(Some(added));
    }
    let entry =
        Entry { function: None, unit: first.unwrap(), symbol: "App.handleRequest".into(), roots: Vec::new() };
    analyze(&program, &entry).unwrap()
}

/// Clients and calls, one word each: `init:client`, `GetItem(TableName=…)`.
fn facts(h: &Handler) -> Vec<String> {
    h.facts
        .iter()
        .filter_map(|f| {
            let phase = if f.phase == Phase::Init { "init" } else { "invoke" };
            match &f.kind {
                FactKind::NewClient(c) => {
                    let memo = if f.ctx.memo { "memo:" } else { "" };
                    Some(format!("{memo}{phase}:{:?}", c.family))
                }
                FactKind::SdkCall(c) => {
                    let foreign = if c.foreign { "foreign:" } else { "" };
                    let text = |n: &str| c.args.get(n).and_then(|v| v.as_str()).map(str::to_owned);
                    let name =
                        ["Bucket", "TableName", "QueueUrl", "FunctionName"].iter().find_map(|n| text(n));
                    Some(format!("{foreign}{}({})", c.operation, name.unwrap_or_default()))
                }
                FactKind::Http { method, .. } => Some(format!("http:{}", method.clone().unwrap_or_default())),
                _ => None,
            }
        })
        .collect()
}

const HEAD: &str = "package p;\nimport com.amazonaws.services.lambda.runtime.*;\nimport com.amazonaws.services.lambda.runtime.events.SQSEvent;\nimport java.util.*;\nimport software.amazon.awssdk.services.s3.S3Client;\nimport software.amazon.awssdk.services.s3.model.*;\nimport software.amazon.awssdk.services.dynamodb.DynamoDbClient;\n";

fn app(body: &str) -> Handler {
    follow(&[&format!("{HEAD}public class App {{ {body} }}")])
}

#[test]
fn members_are_written_out() {
    let u = unit(
        "package a.b;\nclass X { static int A = 1; int b; void m(String s) { b = A + D.f(s); n(); } void n() {} }\n",
    );
    assert!(u.taints.is_empty());
    assert_eq!(u.package, "a.b");
    let m = u.functions.iter().find(|f| f.name == "m").unwrap();
    let text = format!("{:?}", m.body);
    assert!(text.contains("Name(\"this\")") && text.contains("Name(\"X\")") && text.contains("Name(\"D\")"));
    assert!(dump::unit(&u).contains('X'));
}

#[test]
fn clients_of_fields_constructors_and_methods() {
    let field = "private final S3Client s3 = S3Client.create(); public void handleRequest(SQSEvent e, Context c) { s3.listObjectsV2(r -> r.bucket(\"b\")); }";
    assert_eq!(facts(&app(field)), ["init:Sdk", "ListObjectsV2(b)"]);
    let statics = "static final S3Client S3; static { S3 = S3Client.builder().build(); } public void handleRequest(SQSEvent e, Context c) { S3.deleteBucket(DeleteBucketRequest.builder().bucket(\"b\").build()); }";
    assert_eq!(facts(&app(statics)), ["init:Sdk", "DeleteBucket(b)"]);
    let local = "public void handleRequest(SQSEvent e, Context c) { try (var s3 = S3Client.create()) { s3.listBuckets(); } }";
    assert_eq!(facts(&app(local)), ["invoke:Sdk", "ListBuckets()"]);
    let lazy = "static S3Client s3; static S3Client get() { if (s3 == null) { s3 = S3Client.create(); } return s3; } public void handleRequest(SQSEvent e, Context c) { get().listBuckets(); }";
    assert_eq!(facts(&app(lazy)), ["memo:invoke:Sdk", "ListBuckets()"]);
}

#[test]
fn credentials_of_others_are_foreign() {
    let with = |c: &str| {
        facts(&app(&format!(
            "S3Client s3 = S3Client.builder().credentialsProvider({c}).build(); public void handleRequest(SQSEvent e, Context c) {{ s3.listBuckets(); }}"
        )))
    };
    let own = "software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider.create()";
    assert_eq!(with(own), ["init:Sdk", "ListBuckets()"]);
    assert_eq!(with("other()"), ["init:Sdk", "foreign:ListBuckets()"]);
    let endpoint = "S3Client s3 = S3Client.builder().endpointOverride(java.net.URI.create(\"http://x\")).build(); public void handleRequest(SQSEvent e, Context c) { s3.listBuckets(); }";
    assert_eq!(facts(&app(endpoint))[1], "foreign:ListBuckets()");
    // A client from outside may have any.
    let given = "private final S3Client s3; public App(S3Client s3) { this.s3 = s3; } public void handleRequest(SQSEvent e, Context c) { s3.listBuckets(); }";
    let h = app(given);
    assert_eq!(facts(&h), ["foreign:ListBuckets()"]);
    assert!(h.complete.is_err());
}

#[test]
fn overloads_by_number_and_type() {
    let h = app(
        "S3Client s3 = S3Client.create(); void put(String b) { put(b, \"k\"); } void put(String b, String k) { s3.putObject(r -> r.bucket(b).key(k), x()); } void put(int n) { s3.deleteBucket(r -> r.bucket(\"never\")); } Object x() { return null; } public void handleRequest(SQSEvent e, Context c) { put(\"b\"); }",
    );
    assert_eq!(facts(&h), ["init:Sdk", "PutObject(b)"]);
}

#[test]
fn injected_objects_are_unknown() {
    let h =
        app("@Inject Service service; public void handleRequest(SQSEvent e, Context c) { service.run(e); }");
    assert!(h.complete.is_err(), "{h:?}");
    let h = app("Service service; public void handleRequest(SQSEvent e, Context c) { service.run(e); }");
    assert!(h.complete.is_err());
    let h = app("Service s = null; public void handleRequest(SQSEvent e, Context c) { s.run(e); }");
    assert!(h.complete.is_err());
    let guice = format!(
        "{HEAD}import com.google.inject.Guice;\npublic class App {{ public void handleRequest(SQSEvent e, Context c) {{ Guice.createInjector().getInstance(App.class).go(); }} void go() {{}} }}"
    );
    assert!(follow(&[&guice]).complete.is_err());
    let h = app(
        "public void handleRequest(SQSEvent e, Context c) { Guice.createInjector(new M()).getInstance(App.class).go(); }",
    );
    assert!(h.complete.is_err(), "{h:?}");
}

#[test]
fn classes_of_the_package_and_of_imports() {
    let main = format!(
        "{HEAD}import q.Base;\nimport static q.Names.TABLE;\npublic class App extends Base {{ public void handleRequest(SQSEvent e, Context c) {{ new Store(db()).read(TABLE); }} }}"
    );
    let base = "package q; import software.amazon.awssdk.services.dynamodb.DynamoDbClient; public abstract class Base { private final DynamoDbClient db = DynamoDbClient.create(); protected DynamoDbClient db() { return db; } }";
    let names = "package q; public final class Names { public static final String TABLE = \"orders\"; }";
    let store = "package p; import software.amazon.awssdk.services.dynamodb.DynamoDbClient; record Store(DynamoDbClient db) { void read(String t) { db.getItem(r -> r.tableName(t)); } }";
    let h = follow(&[&main, base, names, store]);
    assert_eq!(facts(&h), ["init:Sdk", "GetItem(orders)"]);
    assert!(h.complete.is_ok(), "{:?}", h.complete);
}

#[test]
fn closures_streams_and_switches() {
    let h = app(
        "S3Client s3 = S3Client.create(); public void handleRequest(SQSEvent e, Context c) { e.getRecords().stream().map(SQSEvent.SQSMessage::getBody).forEach(this::work); String kind = switch (e.getRecords().size()) { case 0 -> \"none\"; default -> { s3.listBuckets(); yield \"some\"; } }; } void work(String body) { Runnable r = new Runnable() { public void run() { s3.deleteBucket(x -> x.bucket(\"b\")); } }; r.run(); }",
    );
    let mut found = facts(&h);
    found.sort();
    assert_eq!(found, ["DeleteBucket(b)", "ListBuckets()", "init:Sdk"]);
    let call =
        h.facts.iter().find(|f| matches!(&f.kind, FactKind::SdkCall(c) if c.operation == "DeleteBucket"));
    assert!(call.unwrap().ctx.in_loop);
}

#[test]
fn requests_of_clients() {
    let h = app(
        "java.net.http.HttpClient http = java.net.http.HttpClient.newHttpClient(); public void handleRequest(SQSEvent e, Context c) { var r = java.net.http.HttpRequest.newBuilder(java.net.URI.create(\"https://x\")).POST(null).build(); http.send(r, null); }",
    );
    assert_eq!(facts(&h), ["init:Http", "http:POST"]);
}

#[test]
fn bad_input_is_bounded() {
    for text in [
        "class",
        "class X { void f( { }",
        "public class App { public void handleRequest(String s, Context c) { if ( } }",
        "class Ä { String ü = \"\\uD800\"; void ß() { ü.ß(); } }",
        "class X { String s = \"\"\"\n unclosed",
        "\u{feff}package p; class X {}",
        "package a..b; import ; class X extends { }",
        "class X { X x = new X() { X y = new X() { }; }; }",
    ] {
        let _ = unit(text);
    }
    let deep = format!("class X {{ int x = {}1{}; }}", "(".repeat(5000), ")".repeat(5000));
    assert!(!unit(&deep).taints.is_empty());
    let nested = format!("{}{}", "class A { ".repeat(2000), "}".repeat(2000));
    let _ = unit(&nested);
    let chain = format!("class X {{ Object f() {{ return b(){}; }} }}", ".x(1)".repeat(5000));
    let _ = unit(&chain);
    let sum = format!("class X {{ String s = \"a\"{}; }}", " + \"b\"".repeat(5000));
    assert!(unit(&sum).taints.is_empty());
    let blocks = format!("class X {{ void f() {{ {}{} }} }}", "if (a) { ".repeat(3000), "}".repeat(3000));
    assert!(!unit(&blocks).taints.is_empty());
}

#[test]
fn what_extends_itself_ends() {
    let h = follow(&[
        "package p; public class App extends B { S s = new S(); public void handleRequest(String e, String c) { s.go(); go(); } }",
        "package p; class B extends App { void go() { handleRequest(null, null); go(); } static B b = new B(); }",
        "package p; class S { static S one = new S(); T t = T.make(); void go() { t.go(); } }",
        "package p; class T { static T make() { return new T(); } S s = S.one; void go() { s.go(); } }",
    ]);
    assert!(facts(&h).is_empty());
}

#[test]
fn powertools() {
    let idempotent = |h: &Handler| {
        let call = h.facts.iter().find(|f| matches!(&f.kind, FactKind::SdkCall(_)));
        call.map(|f| (f.ctx.idempotent.is_some(), f.ctx.in_loop))
    };
    let pt = "software.amazon.lambda.powertools";
    let annotated = format!(
        "{HEAD}import {pt}.idempotency.Idempotent;\npublic class App {{ S3Client s3 = S3Client.create(); @Idempotent public void handleRequest(SQSEvent e, Context c) {{ s3.listBuckets(); }} }}"
    );
    assert_eq!(idempotent(&follow(&[&annotated])), Some((true, false)));
    let called = format!(
        "{HEAD}import {pt}.idempotency.Idempotency;\npublic class App {{ S3Client s3 = S3Client.create(); public Object handleRequest(SQSEvent e, Context c) {{ return Idempotency.makeIdempotent(this::work, e, Object.class); }} Object work(SQSEvent e) {{ return s3.listBuckets(); }} }}"
    );
    assert_eq!(idempotent(&follow(&[&called])), Some((true, false)));
    let batch = format!(
        "{HEAD}import {pt}.batch.BatchMessageHandlerBuilder;\npublic class App {{ S3Client s3 = S3Client.create(); public Object handleRequest(SQSEvent e, Context c) {{ return new BatchMessageHandlerBuilder().withSqsBatchHandler().buildWithMessageHandler(this::work).processBatch(e, c); }} void work(Object o) {{ s3.listBuckets(); }} }}"
    );
    assert_eq!(idempotent(&follow(&[&batch])), Some((false, true)));
    let plain = app(
        "S3Client s3 = S3Client.create(); public void handleRequest(SQSEvent e, Context c) { s3.listBuckets(); }",
    );
    assert_eq!(idempotent(&plain), Some((false, false)));
}

#[test]
fn other_clients() {
    let body = "java.sql.Connection db = java.sql.DriverManager.getConnection(System.getenv(\"DB\")); public void handleRequest(SQSEvent e, Context c) { new redis.clients.jedis.Jedis(\"h\").get(\"k\"); new com.zaxxer.hikari.HikariDataSource(null); var k = new org.apache.kafka.clients.producer.KafkaProducer<String, String>(p()); var s = db.prepareStatement(\"SELECT 1\"); s.executeQuery(); } Properties p() { return new Properties(); }";
    let h = app(body);
    let mut found = facts(&h);
    found.sort();
    assert_eq!(found, ["init:Database", "invoke:Broker", "invoke:Cache", "invoke:Database"]);
    assert!(h.facts.iter().any(|f| matches!(f.kind, FactKind::Statement { .. })));
    assert!(
        h.facts
            .iter()
            .any(|f| matches!(&f.kind, FactKind::EnvRead { name, .. } if name.as_str() == Some("DB")))
    );
}

#[test]
fn old_requests() {
    let h = follow(&[
        "package p;\nimport com.amazonaws.services.s3.*;\nimport com.amazonaws.services.s3.model.*;\nimport com.amazonaws.services.sqs.*;\nimport com.amazonaws.services.sqs.model.SendMessageRequest;\npublic class App { static final AmazonS3 S3 = AmazonS3ClientBuilder.standard().build(); AmazonSQS sqs = AmazonSQSClientBuilder.defaultClient(); public void handleRequest(String in) { S3.getObject(\"a\", \"k\"); S3.putObject(new PutObjectRequest(\"b\", \"k\", file())); var r = new SendMessageRequest(); r.setQueueUrl(\"q\"); sqs.sendMessage(r); } java.io.File file() { return null; } }",
    ]);
    let mut found = facts(&h);
    found.sort();
    assert_eq!(found, ["GetObject(a)", "PutObject(b)", "SendMessage(q)", "init:Sdk", "init:Sdk"]);
}

#[test]
fn tasks_run_that_are_handed_over() {
    let head = "S3Client s3 = S3Client.create();";
    for work in [
        "new Thread(() -> s3.listBuckets()).start();",
        "new Thread(new Task(s3)).start();",
        "java.util.concurrent.Executors.newFixedThreadPool(2).submit(new Task(s3));",
        "new Worker(s3).start();",
        "java.util.concurrent.CompletableFuture.runAsync(new Task(s3)).join();",
    ] {
        let h = app(&format!(
            "{head} public void handleRequest(SQSEvent e, Context c) {{ {work} }} record Task(S3Client s) implements Runnable {{ public void run() {{ s.listBuckets(); }} }} static class Worker extends Thread {{ S3Client s; Worker(S3Client s) {{ this.s = s; }} public void run() {{ s.listBuckets(); }} }}"
        ));
        assert!(facts(&h).contains(&"ListBuckets()".to_owned()), "{work}: {:?}", facts(&h));
    }
}

#[test]
fn what_is_kept_is_made_once() {
    for kept in [
        "static final Map<String, S3Client> ALL = new HashMap<>(); S3Client get() { return ALL.computeIfAbsent(\"x\", k -> S3Client.create()); }",
        "static final com.google.common.base.Supplier<S3Client> ONE = com.google.common.base.Suppliers.memoize(() -> S3Client.create()); S3Client get() { return ONE.get(); }",
        "private S3Client late; S3Client get() { if (late != null) { return late; } late = S3Client.create(); return late; }",
    ] {
        let h = app(&format!(
            "{kept} public void handleRequest(SQSEvent e, Context c) {{ get().listBuckets(); }}"
        ));
        assert_eq!(facts(&h), ["memo:invoke:Sdk", "ListBuckets()"], "{kept}");
    }
    let again = "S3Client get() { return S3Client.create(); } public void handleRequest(SQSEvent e, Context c) { get().listBuckets(); }";
    assert_eq!(facts(&app(again)), ["invoke:Sdk", "ListBuckets()"]);
}
