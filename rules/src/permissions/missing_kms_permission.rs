//! See the page.

use super::missing_destination_permission::settings;
use super::missing_event_source_permission::secrets;
use super::shared;
use lamlint_model::app::{Function, Kind, TriggerKind};
use lamlint_model::aws::encryption::{DECRYPT, use_of};
use lamlint_model::finding::Message;
use lamlint_model::handler::{Handler, SdkCall};
use lamlint_model::policy::{Arn, Ask, Identity, Request, allows_nobody, asks, resource_policy};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::tri::{Guards, Proof};
use lamlint_model::value::Attr;
use lamlint_model::{Cx, Findings, ResourceId, Rule, Tri, Value};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-kms-permission",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-kms-permission.md"),
    check,
};

/// Sources that Lambda reads with the function's role, and what that asks for on the key of the source.
/// Sources: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>,
/// <https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html>
const POLLED: &[(TriggerKind, &[&str])] =
    &[(TriggerKind::Queue, &[DECRYPT]), (TriggerKind::Stream, &[DECRYPT])];

/// What Lambda sends to with the function's role, and the call it makes.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>
const SENT: &[(Kind, &str, &str, &str)] = &[
    (Kind::Queue, "sqs", "SendMessage", "sqs:SendMessage"),
    (Kind::Topic, "sns", "Publish", "sns:Publish"),
    (Kind::Bucket, "s3", "PutObject", "s3:PutObject"),
];

/// How many further uses a finding shows.
const SHOWN: usize = 3;

/// Something encrypted is used with the function's role.
struct Use {
    /// What is encrypted.
    on: ResourceId,
    /// What is asked for on its key.
    on_key: &'static [&'static str],
    /// What happens, for the message: "`Worker` reads queue `Jobs`".
    text: String,
    claim: Tri,
    /// The same, short, beside another use.
    beside: Option<Proof>,
    /// Whether something has to be supposed.
    supposed: bool,
}

/// What a role lacks on one key.
struct Lack {
    key: ResourceId,
    on: ResourceId,
    text: String,
    names: Vec<&'static str>,
    claim: Tri,
    besides: Vec<Proof>,
    all: Vec<&'static str>,
}

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (function, identity) in shared::functions(cx) {
        let mut uses = polled(cx, function);
        if let Some(h) = cx.handler_of(function.resource.id) {
            uses.extend(called(cx, function, h));
        }
        uses.extend(sent(cx, function));
        uses.extend(environment(function));
        uses.sort_by_key(|u| u.supposed);
        let mut lacks: Vec<Lack> = Vec::new();
        for u in uses {
            lacking(cx, function, &identity, &u, &mut lacks);
        }
        for lack in lacks {
            report(cx, function, &identity, lack, out);
        }
    }
}

fn lacking(cx: &Cx<'_>, function: Function<'_>, identity: &Identity, u: &Use, lacks: &mut Vec<Lack>) {
    let app = cx.app;
    for (key, encrypted) in app.keys_of(u.on) {
        // The environment is read with a grant that Lambda makes, unless the key lets nobody make one.
        if u.on == function.resource.id && !nobody_grants(cx, key) {
            continue;
        }
        let both = u.claim.clone().and(encrypted);
        let Tri::Yes(proof) = &both else { continue };
        let Some(given) = proof.guards().and(&function.resource.guards) else { continue };
        let arn = Arn::of(app, key);
        let each = u.on_key.iter().map(|a| (*a, identity.lacks_on(app, a, key, &arn, &given)));
        let Some((names, lack)) = shared::gathered(each) else { continue };
        if let Some(known) = lacks.iter_mut().find(|l| l.key == key) {
            known.besides.extend(u.beside.clone());
            known.all.extend(names.into_iter().filter(|n| !known.all.contains(n)).collect::<Vec<_>>());
            continue;
        }
        let all = names.clone();
        let (claim, text) = (both.and(lack), u.text.clone());
        lacks.push(Lack { key, on: u.on, text, names, claim, besides: Vec::new(), all });
    }
}

fn report(cx: &Cx<'_>, function: Function<'_>, identity: &Identity, lack: Lack, out: &mut Findings) {
    let app = cx.app;
    let (key, role) = (app.resource(lack.key), shared::role(cx, identity));
    let mut claim = lack.claim;
    for p in lack.besides.into_iter().take(SHOWN) {
        claim = claim.with_context(p);
    }
    let encrypted = if lack.on == function.resource.id { "" } else { ", which is encrypted with" };
    out.report(claim, function.name(), format!("{role} {}", key.name), |_| {
        let text = format!(
            "{}{encrypted} key `{}`, but its role `{role}` may not call {} on that key",
            lack.text,
            key.name,
            shared::listed(&lack.names)
        );
        let all = shared::listed(&lack.all);
        let on = Value::Of(lack.key, Attr::Arn);
        Message::new(text)
            .help(format!("allow {all} on `!GetAtt {}.Arn` in a policy of the role", key.name))
            .mended(shared::allow(app, function, identity, &lack.all, &on))
    });
}

/// What Lambda reads for the function: sources, and the secrets to get at them.
fn polled(cx: &Cx<'_>, function: Function<'_>) -> Vec<Use> {
    let app = cx.app;
    let mut out = Vec::new();
    for t in app.triggers_of(function.resource.id) {
        let mapping = app.resource(t.connection);
        if mapping.kind != Kind::EventSourceMapping {
            continue;
        }
        let mut add = |on: ResourceId, on_key: &'static [&'static str]| {
            let text = format!("`{}` reads {}", function.name(), named(cx, on));
            let claim = t.active(format!("{text} here"));
            let beside = Some(t.evidence("this needs it as well"));
            out.push(Use { on, on_key, text, claim, beside, supposed: false });
        };
        let source = POLLED.iter().find(|(k, _)| *k == t.kind);
        if let (Some((_, on_key)), Some(on)) = (source, t.resource) {
            add(on, on_key);
        }
        for uri in secrets(mapping) {
            if let Some(on) = Arn::named(app, Some(Kind::Secret), &uri, &Value::str("")).resource() {
                add(on, &[DECRYPT]);
            }
        }
    }
    out
}

/// What Lambda sends to for the function: the dead-letter target and the destinations.
fn sent(cx: &Cx<'_>, function: Function<'_>) -> Vec<Use> {
    let mut out = Vec::new();
    for (setting, words) in settings(cx, function) {
        let values = setting.values().present();
        for a in values.alts() {
            let Value::Of(on, Attr::Arn) = a.value else { continue };
            let kind = cx.app.resource(on).kind;
            let Some((_, service, operation, action)) = SENT.iter().find(|(k, ..)| *k == kind) else {
                continue;
            };
            let Some(u) = use_of(service, operation, action) else { continue };
            let text = format!("Lambda sends to {}, the {words} of `{}`", named(cx, on), function.name());
            let claim = values.some(|_| format!("{words} of `{}`", function.name()), |v| *v == a.value);
            out.push(Use { on, on_key: u.on_key, text, claim, beside: None, supposed: false });
        }
    }
    out
}

/// What the code calls.
fn called(cx: &Cx<'_>, function: Function<'_>, handler: &Handler) -> Vec<Use> {
    let app = cx.app;
    let mut out = Vec::new();
    for ask in asks(app, function.resource.id, handler) {
        let (Some(on), [_]) = (ask.target(), ask.on.alts()) else { continue };
        if ask.fact.ctx.maybe || ask.is_unset(app, function.resource.id) {
            continue;
        }
        let uses = ask.one_of.iter().map(|a| use_of(&ask.call.service, &ask.call.operation, a));
        // Where one of several actions is asked for, all of them have to use the key alike.
        let mut uses: Vec<_> = uses.collect();
        uses.dedup();
        let [Some(u)] = uses[..] else { continue };
        if !lacks_all(ask.call, u.unless) {
            continue;
        }
        let text = format!("`{}` calls `{}` on {}", function.name(), ask.call.label, named(cx, on));
        let note = format!("this uses the key of {}", named(cx, on));
        let claim = ask.fact.with(note.clone(), ask.on.some(|_| note.clone(), |_| true));
        let suppositions = suppositions(&ask, u.supposing);
        let supposed = !suppositions.is_empty();
        let claim = suppositions
            .into_iter()
            .fold(claim, |c, what| c.with_context(ask.fact.supposing(note.clone(), what)));
        let beside = Some(ask.fact.evidence(format!("`{}` needs it as well", ask.call.label)));
        out.push(Use { on, on_key: u.on_key, text, claim, beside, supposed });
    }
    out
}

fn suppositions(ask: &Ask<'_>, of_data: Option<&'static str>) -> Vec<&'static str> {
    let branch = ask.fact.ctx.branch.then_some("the branch is taken in some invocation");
    branch.into_iter().chain(of_data).collect()
}

/// Whether a call certainly has none of these arguments.
fn lacks_all(call: &SdkCall, arguments: &[&str]) -> bool {
    arguments.is_empty()
        || matches!(&call.args, Value::Map(entries, false)
            if !entries.iter().any(|(k, _)| arguments.contains(&k.as_str())))
}

/// The environment variables, when there are any.
fn environment(function: Function<'_>) -> Option<Use> {
    let (entries, _) = function.environment().entries();
    entries.iter().find(|(_, guards)| guards.is_empty())?;
    let text = format!("the environment of `{}` is encrypted with", function.name());
    Some(Use {
        on: function.resource.id,
        on_key: &[DECRYPT],
        claim: Tri::Yes(function.resource.anchor.evidence("Lambda reads its environment with its role")),
        text,
        beside: None,
        supposed: false,
    })
}

/// Whether the policy of a key certainly lets nobody make a grant.
fn nobody_grants(cx: &Cx<'_>, key: ResourceId) -> bool {
    let (statements, open) = resource_policy(cx.app, key);
    let (resource, given) = (Arn::of(cx.app, key), Guards::none());
    let request = Request { action: "kms:CreateGrant", resource: &resource, who: None, given: &given };
    allows_nobody(cx.app, &statements, open.as_ref(), &request)
}

fn named(cx: &Cx<'_>, id: ResourceId) -> String {
    let r = cx.app.resource(id);
    format!("{} `{}`", r.kind.word(), r.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::finding::Confidence;
    use lamlint_model::handler::FactKind;
    use lamlint_model::testing::{AppBuilder, check, handler, sdk_call};
    use lamlint_model::{App, Finding};

    const ROOT: &str = r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::${AWS::AccountId}:root"},
        "Action": "kms:*", "Resource": "*"}"#;
    const SERVICES: &str =
        r#"{"Effect": "Allow", "Action": ["sqs:*", "s3:*", "dynamodb:*"], "Resource": "*"}"#;
    const FUNCTION: &str =
        r#"{"Role": "${Role.Arn}", "Environment": {"Variables": {"QUEUE": "${Jobs.Url}"}}}"#;

    fn app_of(statement: &str, key_statement: &str, function: &str, queue_key: &str) -> App {
        let role = format!(
            r#"{{"Policies": [{{"PolicyName": "P", "PolicyDocument": {{"Statement": [{SERVICES}, {statement}]}}}}]}}"#
        );
        let key = format!(r#"{{"KeyPolicy": {{"Statement": [{key_statement}]}}}}"#);
        let bucket = r#"{"BucketEncryption": {"ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "${Key}"}}]}}"#;
        AppBuilder::new()
            .add("AWS::IAM::Role", "Role", &role)
            .add("AWS::Lambda::Function", "Worker", function)
            .add("AWS::KMS::Key", "Key", &key)
            .add("AWS::KMS::Key", "Other", &key)
            .add("AWS::SQS::Queue", "Jobs", &format!(r#"{{"KmsMasterKeyId": "{queue_key}"}}"#))
            .add("AWS::S3::Bucket", "Files", bucket)
            .add(
                "AWS::DynamoDB::Table",
                "Items",
                r#"{"SSESpecification": {"SSEEnabled": true, "KMSMasterKeyId": "${Key.Arn}"}}"#,
            )
            .build()
    }

    fn app(statement: &str) -> App {
        app_of(statement, ROOT, FUNCTION, "${Key.Arn}")
    }

    const NOTHING: &str = r#"{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}"#;

    fn send(app: &App) -> FactKind {
        sdk_call(app, "sqs", "SendMessage", r#"{"QueueUrl": "${env.QUEUE}", "MessageBody": "x"}"#)
    }

    fn found(app: &App, facts: Vec<FactKind>) -> Vec<Finding> {
        check(&RULE, app, &[handler(app, "Worker", facts)])
    }

    #[test]
    fn one_finding_for_a_key() {
        let app = app(NOTHING);
        let put = sdk_call(&app, "dynamodb", "PutItem", r#"{"TableName": "${Items}"}"#);
        let all = found(&app, vec![send(&app), send(&app), put]);
        assert_eq!(all.len(), 1);
        assert_eq!(
            all[0].message().text,
            "`Worker` calls `sqs.SendMessage` on queue `Jobs`, which is encrypted with key `Key`, but its role `Role` \
             may not call `kms:GenerateDataKey` and `kms:Decrypt` on that key"
        );
        assert_eq!(all[0].confidence(), Confidence::High);
        assert_eq!(all[0].evidence().iter().filter(|e| e.note().contains("as well")).count(), 2);
    }

    #[test]
    fn half_of_it_or_another_key() {
        for (statement, n, words) in [
            (
                r#"{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "${Key.Arn}"}"#,
                1,
                "may not call `kms:GenerateDataKey` on that key",
            ),
            (r#"{"Effect": "Allow", "Action": "kms:*", "Resource": "${Other.Arn}"}"#, 1, "and `kms:Decrypt`"),
            // An alias in a policy is no key.
            (
                r#"{"Effect": "Allow", "Action": "kms:*", "Resource": "arn:aws:kms:*:*:alias/mine"}"#,
                1,
                "and `kms:Decrypt`",
            ),
            (
                r#"{"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "${Key.Arn}"}"#,
                0,
                "",
            ),
            (r#"{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}"#, 0, ""),
            (
                r#"{"Effect": "Allow", "Action": "kms:*", "Resource":
                    "arn:aws:kms:${AWS::Region}:${AWS::AccountId}:key/${Key}"}"#,
                0,
                "",
            ),
            (r#"{"Effect": "Allow", "Action": "kms:*", "Resource": "${KeyArn}"}"#, 0, ""),
            (
                r#"{"Effect": "Allow", "Action": "kms:*", "Resource": "*",
                    "Condition": {"StringLike": {"kms:RequestAlias": "alias/x"}}}"#,
                0,
                "",
            ),
        ] {
            let app = app(statement);
            let all = found(&app, vec![send(&app)]);
            assert_eq!(all.len(), n, "{statement}");
            assert!(all.iter().all(|f| f.message().text.contains(words)), "{statement}");
        }
    }

    #[test]
    fn the_policy_of_the_key_may_allow_it() {
        let allow = |principal: &str, more: &str| {
            format!(
                r#"{{"Effect": "Allow", "Principal": {principal}, "Action": "kms:*", "Resource": "*"{more}}}"#
            )
        };
        let via = r#", "Condition": {"StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}}"#;
        for (statement, n) in [
            (ROOT.to_owned(), 1),
            (allow(r#"{"Service": "sqs.amazonaws.com"}"#, ""), 1),
            (allow(r#"{"AWS": "${Role.Arn}"}"#, ""), 0),
            (allow(r#""*""#, ""), 0),
            (allow(r#"{"AWS": "*"}"#, via), 0),
            (allow(r#"{"AWS": "${Somebody}"}"#, ""), 0),
        ] {
            let app = app_of(NOTHING, &statement, FUNCTION, "${Key.Arn}");
            assert_eq!(found(&app, vec![send(&app)]).len(), n, "{statement}");
        }
    }

    #[test]
    fn keys_of_aws_and_of_others_are_silent() {
        for key in ["alias/aws/sqs", "alias/shared", "${KeyArn}", "arn:aws:kms:eu-west-1:123456789012:key/1"]
        {
            let app = app_of(NOTHING, ROOT, FUNCTION, key);
            assert_eq!(found(&app, vec![send(&app)]).len(), 0, "{key}");
        }
    }

    #[test]
    fn objects() {
        let app = app(NOTHING);
        let call = |op: &str, more: &str| {
            sdk_call(&app, "s3", op, &format!(r#"{{"Bucket": "${{Files}}", "Key": "a"{more}}}"#))
        };
        let got = found(&app, vec![call("GetObject", "")]);
        assert_eq!(got.len(), 1);
        assert_eq!(got[0].confidence(), Confidence::Medium);
        assert_eq!(found(&app, vec![call("PutObject", "")])[0].confidence(), Confidence::High);
        for quiet in [
            call("PutObject", r#", "ServerSideEncryption": "AES256""#),
            call("PutObject", r#", "..": true"#),
            call("HeadObject", ""),
            call("DeleteObject", ""),
        ] {
            assert_eq!(found(&app, vec![quiet]).len(), 0);
        }
    }

    #[test]
    fn what_lambda_polls() {
        let mapping = r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Worker}"}"#;
        let with = |mapping: &str, statement: &str| {
            let role = format!(
                r#"{{"Policies": [{{"PolicyName": "P", "PolicyDocument": {{"Statement": [{statement}]}}}}]}}"#
            );
            let app = AppBuilder::new()
                .add("AWS::IAM::Role", "Role", &role)
                .add("AWS::Lambda::Function", "Worker", r#"{"Role": "${Role.Arn}"}"#)
                .add("AWS::KMS::Key", "Key", "{}")
                .add("AWS::SQS::Queue", "Jobs", r#"{"KmsMasterKeyId": "${Key}"}"#)
                .add("AWS::Lambda::EventSourceMapping", "M", mapping)
                .build();
            check(&RULE, &app, &[]).iter().map(|f| f.message().text.clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            with(mapping, NOTHING),
            [
                "`Worker` reads queue `Jobs`, which is encrypted with key `Key`, but its role `Role` may not call \
              `kms:Decrypt` on that key"
            ]
        );
        let decrypt = r#"{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "${Key.Arn}"}"#;
        assert_eq!(with(mapping, decrypt), [""; 0]);
        let off = r#"{"EventSourceArn": "${Jobs.Arn}", "FunctionName": "${Worker}", "Enabled": false}"#;
        assert_eq!(with(off, NOTHING), [""; 0]);
    }

    #[test]
    fn dead_letters_and_secrets_of_sources() {
        let count = |function: &str, secret: &str, statement: &str| {
            let role = format!(
                r#"{{"Policies": [{{"PolicyName": "P", "PolicyDocument": {{"Statement": [{statement}]}}}}]}}"#
            );
            let app = AppBuilder::new()
                .add("AWS::IAM::Role", "Role", &role)
                .add("AWS::Lambda::Function", "Worker", function)
                .add("AWS::KMS::Key", "Key", "{}")
                .add("AWS::SQS::Queue", "Failed", r#"{"KmsMasterKeyId": "${Key}"}"#)
                .add("AWS::SecretsManager::Secret", "Login", secret)
                .add(
                    "AWS::Lambda::EventSourceMapping",
                    "M",
                    r#"{"FunctionName": "${Worker}", "Topics": ["t"],
                        "SelfManagedEventSource": {"Endpoints": {"KafkaBootstrapServers": ["a:1"]}},
                        "SourceAccessConfigurations": [{"Type": "BASIC_AUTH", "URI": "${Login.Arn}"}]}"#,
                )
                .build();
            let all = check(&RULE, &app, &[]);
            all.iter().map(|f| f.message().text.clone()).collect::<Vec<_>>()
        };
        let dead = r#"{"Role": "${Role.Arn}", "DeadLetterConfig": {"TargetArn": "${Failed.Arn}"}}"#;
        let plain = r#"{"Role": "${Role.Arn}"}"#;
        assert_eq!(
            count(dead, "{}", NOTHING),
            [
                "Lambda sends to queue `Failed`, the dead-letter target of `Worker`, which is encrypted with key `Key`, \
              but its role `Role` may not call `kms:GenerateDataKey` and `kms:Decrypt` on that key"
            ]
        );
        assert_eq!(count(plain, "{}", NOTHING), [""; 0]);
        assert_eq!(count(dead, "{}", r#"{"Effect": "Allow", "Action": "kms:*", "Resource": "*"}"#), [""; 0]);
        let secret = r#"{"KmsKeyId": "${Key.Arn}"}"#;
        let got = count(plain, secret, NOTHING);
        assert!(got.len() == 1 && got[0].starts_with("`Worker` reads secret `Login`"), "{got:?}");
        let decrypt = r#"{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "${Key.Arn}"}"#;
        assert_eq!(count(plain, secret, decrypt), [""; 0]);
    }

    #[test]
    fn the_environment_only_where_no_grant_can_be_made() {
        let function =
            r#"{"Role": "${Role.Arn}", "KmsKeyArn": "${Key.Arn}", "Environment": {"Variables": {"A": "b"}}}"#;
        let no_grants = ROOT.replace("kms:*", "kms:Put*");
        let count = |key: &str, function: &str| {
            check(&RULE, &app_of(NOTHING, key, function, "alias/aws/sqs"), &[]).len()
        };
        assert_eq!(count(&no_grants, function), 1);
        assert_eq!(count(ROOT, function), 0);
        assert_eq!(count(&ROOT.replace("kms:*", "kms:Create*"), function), 0);
        assert_eq!(count(&no_grants, r#"{"Role": "${Role.Arn}", "KmsKeyArn": "${Key.Arn}"}"#), 0);
    }
}
