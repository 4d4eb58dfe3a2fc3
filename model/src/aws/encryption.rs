//! Encryption with keys of the customer's own: where resources name them, and what their use asks for on the key.
//!
//! Only services that use the key with the permissions of the caller are listed. Log groups (the service uses the key
//! itself) and parameters (templates can't make encrypted ones) are not among them.

use crate::app::Kind;

/// What reads the plain text.
pub const DECRYPT: &str = "kms:Decrypt";
/// What makes the key that encrypts new data.
pub const GENERATE: &str = "kms:GenerateDataKey";

/// Where a kind of resource names its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The kind.
    pub kind: Kind,
    /// The path to the key; `*` is every element of a list.
    pub key: &'static [&'static str],
    /// The path to what has to be `true` for the key to count.
    pub switch: Option<&'static [&'static str]>,
}

const fn setting(kind: Kind, key: &'static [&'static str]) -> Setting {
    Setting { kind, key, switch: None }
}

/// Source: the types' pages in
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>
pub const SETTINGS: &[Setting] = &[
    setting(Kind::Function, &["KmsKeyArn"]),
    setting(Kind::Queue, &["KmsMasterKeyId"]),
    setting(Kind::Topic, &["KmsMasterKeyId"]),
    setting(
        Kind::Bucket,
        &[
            "BucketEncryption",
            "ServerSideEncryptionConfiguration",
            "*",
            "ServerSideEncryptionByDefault",
            "KMSMasterKeyID",
        ],
    ),
    setting(Kind::Stream, &["StreamEncryption", "KeyId"]),
    setting(Kind::Secret, &["KmsKeyId"]),
    Setting {
        kind: Kind::Table,
        key: &["SSESpecification", "KMSMasterKeyId"],
        switch: Some(&["SSESpecification", "SSEEnabled"]),
    },
];

/// What operations ask for on the key of the resource they work on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUse {
    /// The service, by its client name.
    pub service: &'static str,
    /// The operations.
    pub operations: &'static [&'static str],
    /// The permission on the resource that goes with it (a copy reads one object and writes another).
    pub action: Option<&'static str>,
    /// What is asked for on the key.
    pub on_key: &'static [&'static str],
    /// Arguments that choose another encryption for this call.
    pub unless: &'static [&'static str],
    /// What has to be supposed of the data for the key to be used.
    pub supposing: Option<&'static str>,
}

const fn key_use(
    service: &'static str,
    operations: &'static [&'static str],
    on_key: &'static [&'static str],
) -> KeyUse {
    KeyUse { service, operations, action: None, on_key, unless: &[], supposing: None }
}

/// Arguments of S3 that choose the encryption of an object.
const OF_OBJECT: &[&str] = &["SSECustomerAlgorithm", "SSECustomerKey", "SSEKMSKeyId", "ServerSideEncryption"];

/// Sources:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html>,
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>,
/// <https://docs.aws.amazon.com/streams/latest/dev/permissions-user-key-KMS.html>,
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html>,
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html> (the table's key is used
/// with the permissions of the caller, and kept for five minutes).
pub const USES: &[KeyUse] = &[
    key_use("sqs", &["SendMessage", "SendMessageBatch"], &[GENERATE, DECRYPT]),
    key_use("sqs", &["ReceiveMessage"], &[DECRYPT]),
    key_use("sns", &["Publish", "PublishBatch"], &[GENERATE, DECRYPT]),
    key_use("kinesis", &["PutRecord", "PutRecords"], &[GENERATE]),
    key_use("kinesis", &["GetRecords"], &[DECRYPT]),
    key_use("secretsmanager", &["GetSecretValue"], &[DECRYPT]),
    key_use("secretsmanager", &["PutSecretValue"], &[GENERATE, DECRYPT]),
    key_use(
        "dynamodb",
        &[
            "BatchGetItem",
            "BatchWriteItem",
            "DeleteItem",
            "GetItem",
            "PutItem",
            "Query",
            "Scan",
            "UpdateItem",
        ],
        &[DECRYPT],
    ),
    KeyUse {
        action: Some("s3:GetObject"),
        supposing: Some("the object has the bucket's default encryption"),
        ..key_use("s3", &["CopyObject", "GetObject"], &[DECRYPT])
    },
    KeyUse {
        action: Some("s3:PutObject"),
        unless: OF_OBJECT,
        ..key_use("s3", &["CopyObject", "PutObject"], &[GENERATE])
    },
    KeyUse { unless: OF_OBJECT, ..key_use("s3", &["CreateMultipartUpload"], &[GENERATE, DECRYPT]) },
];

/// Where a kind of resource names its key; `None` when the key is not the caller's business.
pub fn setting_of(kind: Kind) -> Option<&'static Setting> {
    SETTINGS.iter().find(|s| s.kind == kind)
}

/// What an operation asks for on the key, as far as it asks for `action` on the resource.
pub fn use_of(service: &str, operation: &str, action: &str) -> Option<&'static KeyUse> {
    USES.iter().find(|u| {
        u.service == service && u.operations.contains(&operation) && u.action.is_none_or(|a| a == action)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::iam;
    use crate::value::Value;

    #[test]
    fn every_operation_and_action_exists() {
        for u in USES {
            for o in u.operations {
                assert!(iam::needs(u.service, o, &Value::unknown()).known, "{} {o}", u.service);
            }
            for a in u.on_key.iter().chain(&u.action) {
                assert!(iam::actions::find(a).is_some(), "{a}");
            }
        }
    }

    #[test]
    fn a_copy_uses_both_keys() {
        let on_key = |action| use_of("s3", "CopyObject", action).map(|u| u.on_key);
        assert_eq!(on_key("s3:GetObject"), Some(&[DECRYPT][..]));
        assert_eq!(on_key("s3:PutObject"), Some(&[GENERATE][..]));
        // Its metadata is not encrypted.
        assert_eq!(use_of("s3", "HeadObject", "s3:GetObject"), None);
    }
}
