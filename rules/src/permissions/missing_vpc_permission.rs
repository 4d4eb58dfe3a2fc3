//! See the page.

use super::shared;
use lamlint_model::finding::Message;
use lamlint_model::policy::wants::VPC;
use lamlint_model::rule::{Severity, Tier};
use lamlint_model::tree::Node;
use lamlint_model::{Cx, Findings, Rule, Tri, Value};

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-vpc-permission",
    group: "permissions",
    severity: Severity::Error,
    tier: Tier::Default,
    since: "0.1.0",
    doc: include_str!("../../docs/missing-vpc-permission.md"),
    check,
};

fn check(cx: &Cx<'_>, out: &mut Findings) {
    for (function, identity) in shared::functions(cx) {
        let subnets = function.prop("VpcConfig").get("SubnetIds");
        let note = |_: &Node| format!("`{}` runs in these subnets of a VPC", function.name());
        let setting = subnets.some(note, names_something);
        let Tri::Yes(proof) = &setting else { continue };
        let Some((names, lacks)) = shared::lacking(cx, &identity, VPC.besides, proof.guards()) else {
            continue;
        };
        let role = shared::role(cx, &identity);
        // Without the last one alone the function starts, but leaves interfaces behind.
        let severity = if names == VPC.besides[2..] { Severity::Warning } else { Severity::Error };
        out.report_as(severity, setting.and(lacks), function.name(), role, |_| {
            Message::new(format!(
                "`{}` runs in a VPC, but its role `{role}` may not call {}",
                function.name(),
                shared::listed(&names)
            ))
            .help("attach the managed policy `service-role/AWSLambdaVPCAccessExecutionRole` to the role")
            .mended(shared::attach(&identity, "service-role/AWSLambdaVPCAccessExecutionRole"))
        });
    }
}

/// Subnets are named: a list with something in it, or one value that is such a list (a parameter's).
fn names_something(n: &Node) -> bool {
    match n {
        Node::List { items, .. } => items.iter().any(lamlint_model::tree::Tree::is_surely_present),
        Node::Leaf(Value::List(items, _)) => !items.is_empty(),
        Node::Leaf(Value::Str(s)) => !s.is_empty(),
        Node::Leaf(Value::Param(_) | Value::Of(..) | Value::Concat(_)) => true,
        Node::Leaf(_) | Node::Absent | Node::Map { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::testing::{AppBuilder, check};

    const INSIDE: &str =
        r#"{"Role": "${Role.Arn}", "VpcConfig": {"SubnetIds": ["${Subnet}"], "SecurityGroupIds": []}}"#;

    fn found(function: &str, role: &str) -> Vec<String> {
        let app = AppBuilder::new()
            .add("AWS::IAM::Role", "Role", role)
            .add("AWS::Lambda::Function", "Worker", function)
            .build();
        check(&RULE, &app, &[]).iter().map(|f| f.message().text.clone()).collect()
    }

    fn inline(statement: &str) -> String {
        format!(
            r#"{{"Policies": [{{"PolicyName": "P", "PolicyDocument": {{"Statement": [{statement}]}}}}]}}"#
        )
    }

    #[test]
    fn names_what_is_missing() {
        let all = "`Worker` runs in a VPC, but its role `Role` may not call `ec2:CreateNetworkInterface`, \
             `ec2:DescribeNetworkInterfaces` and `ec2:DeleteNetworkInterface`";
        let basic =
            r#"{"ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]}"#;
        assert_eq!(found(INSIDE, basic), [all]);
        let some =
            inline(r#"{"Effect": "Allow", "Action": ["ec2:Create*", "ec2:Describe*"], "Resource": "*"}"#);
        let one = "`Worker` runs in a VPC, but its role `Role` may not call `ec2:DeleteNetworkInterface`";
        assert_eq!(found(INSIDE, &some), [one]);
    }

    #[test]
    fn leaving_interfaces_behind_is_a_warning() {
        let some =
            inline(r#"{"Effect": "Allow", "Action": ["ec2:Create*", "ec2:Describe*"], "Resource": "*"}"#);
        let app = AppBuilder::new()
            .add("AWS::IAM::Role", "Role", &some)
            .add("AWS::Lambda::Function", "Worker", INSIDE)
            .build();
        assert_eq!(check(&RULE, &app, &[])[0].severity(), Severity::Warning);
    }

    #[test]
    fn silent_where_allowed_or_unknown() {
        let vpc = r#"{"ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"]}"#;
        assert_eq!(found(INSIDE, vpc), [""; 0]);
        assert_eq!(found(INSIDE, r#"{"ManagedPolicyArns": ["${Imported}"]}"#), [""; 0]);
        assert_eq!(found(INSIDE, r#"{"PermissionsBoundary": "${Boundary}"}"#), [""; 0]);
        let narrow = inline(r#"{"Effect": "Allow", "Action": "ec2:*", "Resource": "arn:aws:ec2:*:*:*"}"#);
        assert_eq!(found(INSIDE, &narrow), [""; 0]);
        let outside = r#"{"Role": "${Role.Arn}", "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}}"#;
        assert_eq!(found(outside, "{}"), [""; 0]);
        assert_eq!(found(r#"{"Role": "${Role.Arn}"}"#, "{}"), [""; 0]);
        let foreign = r#"{"Role": "${RoleArn}", "VpcConfig": {"SubnetIds": ["${Subnet}"]}}"#;
        assert_eq!(found(foreign, "{}"), [""; 0]);
    }

    #[test]
    fn conditions_of_the_setting_count_for_the_policy() {
        let when = r#"{"Role": "${Role.Arn}", "VpcConfig": {"?InVpc": [{"SubnetIds": ["${Subnet}"]}, "${absent}"]}}"#;
        let arn = |case: &str| {
            format!(
                r#"{{"ManagedPolicyArns": [{{"?InVpc": {}}}]}}"#,
                case.replace(
                    'V',
                    r#""arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole""#
                )
            )
        };
        assert_eq!(found(when, &arn(r#"[V, "${absent}"]"#)), [""; 0]);
        assert_eq!(found(when, &arn(r#"["${absent}", V]"#)).len(), 1);
    }
}
