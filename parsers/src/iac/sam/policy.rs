//! SAM's `Policies` to the implicit role.
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html>

use super::{entry, managed, named_policy, object, trust};
use crate::iac::expr::{Expr, ExprEntry, ExprKind};
use lamlint_model::source::Span;
use lamlint_model::tri::Why;
use smol_str::SmolStr;

/// Managed policies whose ARN has `service-role/` before the name.
/// Source: <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>
const SERVICE_ROLES: &[&str] = &[
    "AWSLambdaBasicDurableExecutionRolePolicy",
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaDynamoDBExecutionRole",
    "AWSLambdaENIManagementAccess",
    "AWSLambdaKinesisExecutionRole",
    "AWSLambdaMSKExecutionRole",
    "AWSLambdaRole",
    "AWSLambdaSQSQueueExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
];

/// The parts of a role under construction.
#[derive(Debug, Default)]
pub(in crate::iac) struct RoleParts {
    pub(in crate::iac) managed: Vec<Expr>,
    pub(in crate::iac) inline: Vec<Expr>,
    pub(in crate::iac) templates: Vec<Expr>,
    pub(in crate::iac) open: Option<Why>,
}

impl RoleParts {
    /// Attach a policy AWS manages, once.
    pub(in crate::iac) fn attach(&mut self, span: Span, name: &str) {
        let wanted = format!("/{name}");
        let has = self.managed.iter().any(|e| {
            matches!(&e.kind, ExprKind::Sub(s) if s.text.ends_with(&wanted))
                || e.as_text().is_some_and(|t| t.ends_with(&wanted))
        });
        if !has {
            self.managed.push(managed(span, name));
        }
    }

    /// Read `Policies`.
    pub(in crate::iac) fn read(&mut self, policies: Expr, owner: &str) {
        self.read_under(policies, owner, &mut Vec::new());
    }

    fn read_under(&mut self, e: Expr, owner: &str, conditions: &mut Vec<(SmolStr, bool)>) {
        let span = e.span;
        match e.kind {
            ExprKind::If(c, both) => {
                let (yes, no) = *both;
                conditions.push((c.clone(), true));
                self.read_under(yes, owner, conditions);
                conditions.pop();
                conditions.push((c, false));
                self.read_under(no, owner, conditions);
                conditions.pop();
            }
            ExprKind::List(items, open) => {
                self.open = self.open.take().or(open);
                for i in items {
                    self.read_under(i, owner, conditions);
                }
            }
            ExprKind::NoValue => {}
            ExprKind::Map(entries, open) => {
                self.open = self.open.take().or(open);
                self.map(span, entries, owner, conditions);
            }
            ExprKind::Opaque(why) => self.open = self.open.take().or(Some(why)),
            ExprKind::Scalar(_) | ExprKind::Text(_) => {
                let e = Expr { span, kind: e.kind };
                if e.is_null() {
                    return;
                }
                let item = match e.as_text() {
                    // SAM knows managed policies by name.
                    Some(name) if SERVICE_ROLES.contains(&name) => {
                        managed(span, &format!("service-role/{name}"))
                    }
                    Some(name) if !name.contains(':') => managed(span, name),
                    _ => e,
                };
                self.managed.push(under(item, conditions));
            }
            kind => self.managed.push(under(Expr { span, kind }, conditions)),
        }
    }

    fn map(&mut self, span: Span, entries: Vec<ExprEntry>, owner: &str, conditions: &[(SmolStr, bool)]) {
        if entries.iter().any(|e| e.key == "Statement") {
            let name = format!("{owner}Policy{}", self.inline.len());
            let policy = named_policy(span, &name, object(span, entries));
            self.inline.push(under(policy, conditions));
            return;
        }
        if let Some(doc) = entries.iter().find(|e| e.key == "PolicyDocument") {
            let name = format!("{owner}Policy{}", self.inline.len());
            self.inline.push(under(named_policy(span, &name, doc.value.clone()), conditions));
            return;
        }
        for e in entries {
            let parameters = if e.value.is_null() { object(e.value.span, Vec::new()) } else { e.value };
            let item = object(
                e.key_span,
                vec![entry("Name", Expr::text(e.key_span, e.key)), entry("Parameters", parameters)],
            );
            self.templates.push(under(item, conditions));
        }
    }

    /// The properties of the role.
    pub(in crate::iac) fn properties(self, span: Span, service: &str, assume: Option<ExprEntry>) -> Expr {
        let open = self.open;
        let list = |items| Expr::new(span, ExprKind::List(items, open.clone()));
        object(
            span,
            vec![
                assume.unwrap_or_else(|| entry("AssumeRolePolicyDocument", trust(span, service))),
                entry("ManagedPolicyArns", list(self.managed)),
                entry("Policies", list(self.inline)),
                entry("SamPolicyTemplates", list(self.templates)),
            ],
        )
    }
}

/// An element that is there only under these conditions.
fn under(item: Expr, conditions: &[(SmolStr, bool)]) -> Expr {
    conditions.iter().rev().fold(item, |item, (c, outcome)| {
        let span = item.span;
        let nothing = Expr::no_value(span);
        if *outcome { Expr::when(span, c, item, nothing) } else { Expr::when(span, c, nothing, item) }
    })
}
