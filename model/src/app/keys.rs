//! Which key of the project encrypts a resource.

use super::{App, ApplicationId, Kind, ResourceId};
use crate::aws::encryption::{self, Setting};
use crate::tree::Tree;
use crate::tri::Tri;
use crate::value::{Attr, Value};

/// Bound on aliases of aliases, which AWS does not have.
const MAX_DEPTH: u32 = 4;

impl App {
    /// The keys of the project that certainly encrypt a resource in some deployment, each with the proof. Keys of AWS
    /// (`alias/aws/sqs`) and keys that are not in the project are not among them.
    pub fn keys_of(&self, id: ResourceId) -> Vec<(ResourceId, Tri)> {
        let r = self.resource(id);
        let Some(setting) = encryption::setting_of(r.kind) else { return Vec::new() };
        let mut out: Vec<(ResourceId, Tri)> = Vec::new();
        for tree in at(&r.props, setting.key) {
            let values = tree.values().present();
            for a in values.alts() {
                let Some(key) = self.key_named(r.application, &a.value, 0) else { continue };
                if out.iter().any(|(k, _)| *k == key) {
                    continue;
                }
                let note =
                    |_: &Value| format!("`{}` is encrypted with `{}`", r.name, self.resource(key).name);
                let named = values.some(note, |v| *v == a.value);
                out.push((key, switched_on(&r.props, setting, named)));
            }
        }
        out
    }

    /// The key of the project a value names: by reference, by ARN, or by an alias of the project.
    fn key_named(&self, application: ApplicationId, value: &Value, depth: u32) -> Option<ResourceId> {
        if depth > MAX_DEPTH {
            return None;
        }
        let aliased = |alias: ResourceId| {
            let target = self.resource(alias).props.get("TargetKeyId").values();
            self.key_named(application, target.sole()?.as_ref()?, depth + 1)
        };
        match value {
            Value::Of(id, attr) => match self.resource(*id) {
                r if r.kind == Kind::Key => Some(*id),
                r if r.type_name == "AWS::KMS::Alias" && matches!(attr, Attr::Name | Attr::Arn) => {
                    aliased(*id)
                }
                _ => None,
            },
            // `arn:aws:kms:…:key/${Key}`, `arn:aws:kms:…:alias/…`
            Value::Concat(parts) if value.prefix().starts_with("arn:") => match parts.last() {
                Some(Value::Of(id, Attr::Name)) if self.resource(*id).kind == Kind::Key => Some(*id),
                _ => None,
            },
            Value::Str(_) | Value::Concat(_) => {
                let mut aliases = self.resources.iter().filter(|r| {
                    r.application == application
                        && r.type_name == "AWS::KMS::Alias"
                        && r.props.get("AliasName").values().sole() == Some(&Some(value.clone()))
                });
                aliased(aliases.next()?.id)
            }
            _ => None,
        }
    }
}

/// What stands at a path, without elements that depend on a condition of their own.
fn at(tree: &Tree, path: &[&str]) -> Vec<Tree> {
    match path.split_first() {
        None => vec![tree.clone()],
        Some((&"*", rest)) => {
            let (items, _) = tree.items();
            items.iter().filter(|(_, guards)| guards.is_empty()).flat_map(|(t, _)| at(t, rest)).collect()
        }
        Some((key, rest)) => at(&tree.get(key), rest),
    }
}

fn switched_on(props: &Tree, setting: &Setting, named: Tri) -> Tri {
    let Some(path) = setting.switch else { return named };
    let on = props.path(path).bools();
    named.and(on.some(|_| "encryption is on".to_owned(), |v| *v == Some(true)))
}

#[cfg(test)]
mod tests {
    use crate::testing::{AppBuilder, id_of};
    use crate::tri::Tri;

    fn key(type_name: &str, props: &str) -> Option<String> {
        let app = AppBuilder::new()
            .add("AWS::KMS::Key", "Key", "{}")
            .add("AWS::KMS::Alias", "Alias", r#"{"AliasName": "alias/mine", "TargetKeyId": "${Key}"}"#)
            .add(type_name, "It", props)
            .build();
        let keys = app.keys_of(id_of(&app, "It"));
        let mut sure = keys.into_iter().filter(|(_, t)| matches!(t, Tri::Yes(_)));
        sure.next().map(|(k, _)| app.resource(k).name.to_string())
    }

    #[test]
    fn however_the_key_is_named() {
        let bucket = |key: &str| {
            format!(
                r#"{{"BucketEncryption": {{"ServerSideEncryptionConfiguration": [
                    {{"ServerSideEncryptionByDefault": {{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "{key}"}}}}]}}}}"#
            )
        };
        for named in [
            "${Key}",
            "${Key.Arn}",
            "${Alias}",
            "alias/mine",
            "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${Key}",
        ] {
            assert_eq!(key("AWS::S3::Bucket", &bucket(named)).as_deref(), Some("Key"), "{named}");
            let queue = format!(r#"{{"KmsMasterKeyId": "{named}"}}"#);
            assert_eq!(key("AWS::SQS::Queue", &queue).as_deref(), Some("Key"), "{named}");
        }
        for other in ["alias/aws/s3", "alias/other", "${KeyArn}", "arn:aws:kms:eu-west-1:123456789012:key/1"]
        {
            assert_eq!(key("AWS::S3::Bucket", &bucket(other)), None, "{other}");
        }
    }

    #[test]
    fn only_with_encryption_on() {
        let table = |on: &str| {
            format!(r#"{{"SSESpecification": {{"SSEEnabled": {on}, "KMSMasterKeyId": "${{Key}}"}}}}"#)
        };
        assert_eq!(key("AWS::DynamoDB::Table", &table("true")).as_deref(), Some("Key"));
        assert_eq!(key("AWS::DynamoDB::Table", &table("false")), None);
        assert_eq!(key("AWS::DynamoDB::Table", &table("\"${On}\"")), None);
        assert_eq!(key("AWS::Logs::LogGroup", r#"{"KmsKeyId": "${Key.Arn}"}"#), None);
    }
}
