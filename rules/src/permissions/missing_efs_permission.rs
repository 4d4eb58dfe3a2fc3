//! See the page.

use super::shared;
use lamlint_model::app::{Function, Kind, Resource, Target};
use lamlint_model::finding::Message;
use lamlint_model::handler::{Fact, FactKind};
use lamlint_model::policy::{Arn, Identity};
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::tree::{Node, Tree};
use lamlint_model::{Cx, Findings, Rule, Tri, Value};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-efs-permission",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-efs-permission.md"),
    check,
};

/// What mounting takes, once the file system has a policy of its own. Without one, EFS lets in whoever reaches a mount
/// target, whatever the role.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-filesystem-efs.html#configuration-filesystem-efs-permissions>
const MOUNT: &str = "elasticfilesystem:ClientMount";
/// What writing takes.
const WRITE: &str = "elasticfilesystem:ClientWrite";

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (function, identity) in shared::functions(cx) {
        let (configs, _) = function.prop("FileSystemConfigs").items();
        for (config, outer) in configs {
            mount(cx, function, &identity, &config.under(&outer), out);
        }
    }
}

fn mount(cx: &Cx<'_>, function: Function<'_>, identity: &Identity, config: &Tree, out: &mut Findings) {
    let arn = config.get("Arn").values().present();
    for value in arn.alts().iter().map(|a| &a.value) {
        let Some(system) = file_system(cx, function, value) else { continue };
        let name = &system.name;
        let set = arn
            .some(|_| format!("`{}` mounts the file system `{name}`", function.name()), |v| v == value)
            .and(policed(system));
        let Tri::Yes(proof) = &set else { continue };
        let Some(given) = proof.guards().and(&function.resource.guards) else { continue };
        let on = Arn::of(cx.app, system.id);
        let lacks = |action| identity.lacks_on(cx.app, action, system.id, &on, &given);
        let written = write_below(cx, function, config);
        let (mut names, mut claim) = (Vec::new(), Tri::No);
        let needed = [Some(MOUNT), written.map(|_| WRITE)];
        for action in needed.into_iter().flatten() {
            let lack = lacks(action);
            if matches!(lack, Tri::Yes(_)) {
                names.push(action);
                claim = claim.or(lack);
            }
        }
        let mut claim = set.and(claim);
        if let Some(fact) = written {
            claim = claim.with_context(fact.evidence("the code writes below the mount path"));
        }
        let role = shared::role(cx, identity);
        out.report(claim, function.name(), format!("{role} {name}"), |_| {
            Message::new(format!(
                "`{}` mounts the file system `{name}`, but neither its role `{role}` nor the policy of the file system allows {}",
                function.name(),
                shared::listed(&names)
            ))
            .help("attach the managed policy `AmazonElasticFileSystemClientReadWriteAccess` to the role")
            .mended(shared::attach(identity, "AmazonElasticFileSystemClientReadWriteAccess"))
        });
    }
}

/// The file system of the project that a configuration mounts: that of the access point it names.
fn file_system<'a>(cx: &Cx<'a>, function: Function<'_>, arn: &Value) -> Option<&'a Resource> {
    let application = function.resource.application;
    let Target::Resource(point) = cx.app.target(application, arn, &[Kind::AccessPoint])? else { return None };
    let of = cx.app.resource(point).props.get("FileSystemId").values();
    let Value::Of(id, _) = of.sole()?.as_ref()? else { return None };
    let system = cx.app.resource(*id);
    (system.kind == Kind::FileSystem).then_some(system)
}

/// Does the file system have a policy, so that the default one does not hold?
fn policed(system: &Resource) -> Tri {
    let note =
        |_: &Node| "with a policy of its own, the file system lets in only whom a policy allows".to_owned();
    system.props.get("FileSystemPolicy").some(note, |n| *n != Node::Absent)
}

/// Where the code certainly writes below the mount path.
fn write_below<'a>(cx: &Cx<'a>, function: Function<'_>, config: &Tree) -> Option<&'a Fact> {
    let path = config.get("LocalMountPath").strings();
    let path = path.sole()?.as_ref()?;
    let below = |v: &Value| {
        v.prefix().strip_prefix(path.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
    };
    let handler = cx.handler_of(function.resource.id)?;
    handler.facts.iter().filter(|f| !f.ctx.maybe).find(|f| match &f.kind {
        FactKind::FileWrite { path } => {
            let paths = cx.app.resolve(function.resource.id, path, f.span, None);
            paths.only().is_some_and(below)
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::handler::Ctx;
    use lamlint_model::testing::{AppBuilder, check, handler, handler_in};

    const OPEN: &str =
        r#"{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["elasticfilesystem:ClientMount"]}"#;
    const TLS: &str = r#"{"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#;
    const BASIC: &str =
        r#"{"ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"]}"#;
    const CLIENT: &str =
        r#"{"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonElasticFileSystemClientReadWriteAccess"]}"#;
    const POINT: &str = "${Point.Arn}";

    fn app(policy: &str, role: &str, arn: &str) -> lamlint_model::App {
        let system = match policy {
            "" => "{}".to_owned(),
            statement => format!(r#"{{"FileSystemPolicy": {{"Statement": [{statement}]}}}}"#),
        };
        let function = format!(
            r#"{{"Role": "${{Role.Arn}}", "Environment": {{"Variables": {{"DIR": "/mnt/data/in"}}}},
                "FileSystemConfigs": [{{"Arn": "{arn}", "LocalMountPath": "/mnt/data"}}]}}"#
        );
        AppBuilder::new()
            .add("AWS::EFS::FileSystem", "Files", &system)
            .add("AWS::EFS::AccessPoint", "Point", r#"{"FileSystemId": "${Files}"}"#)
            .add("AWS::IAM::Role", "Role", role)
            .add("AWS::Lambda::Function", "Worker", &function)
            .build()
    }

    fn found(policy: &str, role: &str, arn: &str, writes: Option<&str>) -> Vec<String> {
        let app = app(policy, role, arn);
        let write =
            |p| FactKind::FileWrite { path: lamlint_model::testing::value(&app, &format!("\"{p}\"")) };
        let h = handler(&app, "Worker", writes.map(write).into_iter().collect());
        check(&RULE, &app, &[h]).iter().map(|f| f.message().text.clone()).collect()
    }

    #[test]
    fn a_policy_that_leaves_the_role_out() {
        let text = "`Worker` mounts the file system `Files`, but neither its role `Role` nor the policy of the file system allows \
             `elasticfilesystem:ClientMount`";
        assert_eq!(found(TLS, BASIC, POINT, None), [text]);
        let symbolic =
            "arn:${AWS::Partition}:elasticfilesystem:${AWS::Region}:${AWS::AccountId}:access-point/${Point}";
        assert_eq!(found(TLS, BASIC, symbolic, None), [text]);
        let other = r#"{"Policies": [{"PolicyName": "P", "PolicyDocument": {"Statement": {"Effect": "Allow",
            "Action": "elasticfilesystem:*", "Resource": "arn:aws:elasticfilesystem:*:*:file-system/fs-1"}}}]}"#;
        assert_eq!(found(TLS, &other.replace("fs-1", "${Other}"), POINT, None), [""; 0]);
        let both = "`Worker` mounts the file system `Files`, but neither its role `Role` nor the policy of the file system allows \
             `elasticfilesystem:ClientMount` and `elasticfilesystem:ClientWrite`";
        assert_eq!(found(TLS, BASIC, POINT, Some("/mnt/data/x")), [both]);
    }

    #[test]
    fn writing_takes_more() {
        let text = "`Worker` mounts the file system `Files`, but neither its role `Role` nor the policy of the file system allows \
             `elasticfilesystem:ClientWrite`";
        assert_eq!(found(OPEN, BASIC, POINT, Some("/mnt/data/a/${event.name}")), [text]);
        assert_eq!(found(OPEN, BASIC, POINT, Some("${env.DIR}/x")), [text]);
        for elsewhere in ["/tmp/x", "/mnt/database/x", "${event.path}", "${env.OTHER}/x"] {
            assert_eq!(found(OPEN, BASIC, POINT, Some(elsewhere)), [""; 0], "{elsewhere}");
        }
        assert_eq!(found(OPEN, CLIENT, POINT, Some("/mnt/data/x")), [""; 0]);
        let app = app(OPEN, BASIC, POINT);
        let write = FactKind::FileWrite { path: Value::str("/mnt/data/x") };
        let h = handler_in(&app, "Worker", vec![write], &Ctx { maybe: true, ..Ctx::default() });
        assert_eq!(check(&RULE, &app, &[h]).len(), 0);
    }

    #[test]
    fn silent_where_access_works_or_is_unknown() {
        // Without a policy of its own the file system lets everybody in.
        assert_eq!(found("", BASIC, POINT, Some("/mnt/data/x")), [""; 0]);
        assert_eq!(found(OPEN, BASIC, POINT, None), [""; 0]);
        assert_eq!(found(TLS, CLIENT, POINT, None), [""; 0]);
        let through_mount_target = r#"{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "elasticfilesystem:*",
            "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}}"#;
        assert_eq!(found(through_mount_target, BASIC, POINT, Some("/mnt/data/x")), [""; 0]);
        let named = r#"{"Effect": "Allow", "Principal": {"AWS": "${Role.Arn}"}, "Action": "elasticfilesystem:Client*"}"#;
        assert_eq!(found(named, BASIC, POINT, Some("/mnt/data/x")), [""; 0]);
        assert_eq!(found(TLS, r#"{"ManagedPolicyArns": ["${Imported}"]}"#, POINT, None), [""; 0]);
        assert_eq!(found(TLS, BASIC, "${AccessPointArn}", None), [""; 0]);
        let outside = "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-1";
        assert_eq!(found(TLS, BASIC, outside, None), [""; 0]);
    }

    #[test]
    fn a_policy_in_one_case_only() {
        let system =
            format!(r#"{{"FileSystemPolicy": {{"?Locked": [{{"Statement": [{TLS}]}}, "${{absent}}"]}}}}"#);
        let function = |case: &str| {
            format!(r#"{{"Role": "${{Role.Arn}}", "FileSystemConfigs": [{{"?Locked": {case}}}]}}"#)
        };
        let config = r#"{"Arn": "${Point.Arn}", "LocalMountPath": "/mnt/data"}"#;
        for (case, count) in
            [(format!(r#"[{config}, "${{absent}}"]"#), 1), (format!(r#"["${{absent}}", {config}]"#), 0)]
        {
            let app = AppBuilder::new()
                .add("AWS::EFS::FileSystem", "Files", &system)
                .add("AWS::EFS::AccessPoint", "Point", r#"{"FileSystemId": "${Files}"}"#)
                .add("AWS::IAM::Role", "Role", BASIC)
                .add("AWS::Lambda::Function", "Worker", &function(&case))
                .build();
            assert_eq!(check(&RULE, &app, &[]).len(), count, "{case}");
        }
    }
}
