//! What depends on the arguments of a call.

use super::resources::{Found, find};
use crate::value::Value;
use smol_str::SmolStr;

/// Where statements of `PartiQL` stand.
/// Source: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html>
const STATEMENTS: &[(&str, &str)] = &[
    ("BatchExecuteStatement", "Statements.*.Statement"),
    ("ExecuteStatement", "Statement"),
    ("ExecuteTransaction", "TransactStatements.*.Statement"),
];

/// The action of a statement, by its first word.
const WORDS: &[(&str, &str)] = &[
    ("select", "dynamodb:PartiQLSelect"),
    ("insert", "dynamodb:PartiQLInsert"),
    ("update", "dynamodb:PartiQLUpdate"),
    ("delete", "dynamodb:PartiQLDelete"),
];

/// The action of a part of a transaction.
/// Source: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>
const TRANSACTION: &[(&str, &str)] = &[
    ("Put", "dynamodb:PutItem"),
    ("Update", "dynamodb:UpdateItem"),
    ("Delete", "dynamodb:DeleteItem"),
    ("ConditionCheck", "dynamodb:ConditionCheckItem"),
];

/// The action that takes the place of another one when a version is named: client, operation, argument, from, to.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html> and the pages of the others.
const VERSIONED: &[(&str, &str, &str, &str)] = &[
    ("DeleteObject", "VersionId", "s3:DeleteObject", "s3:DeleteObjectVersion"),
    ("DeleteObjectTagging", "VersionId", "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
    ("DeleteObjects", "Delete.Objects.*.VersionId", "s3:DeleteObject", "s3:DeleteObjectVersion"),
    ("GetObject", "VersionId", "s3:GetObject", "s3:GetObjectVersion"),
    ("GetObjectAcl", "VersionId", "s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    ("GetObjectAttributes", "VersionId", "s3:GetObject", "s3:GetObjectVersion"),
    ("GetObjectAttributes", "VersionId", "s3:GetObjectAttributes", "s3:GetObjectVersionAttributes"),
    ("GetObjectTagging", "VersionId", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
    ("HeadObject", "VersionId", "s3:GetObject", "s3:GetObjectVersion"),
    ("PutObjectAcl", "VersionId", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
    ("PutObjectTagging", "VersionId", "s3:PutObjectTagging", "s3:PutObjectVersionTagging"),
];

/// What may be asked for besides: client, operation (`*`: all), actions.
/// Sources: the API pages of the operations; for keys
/// <https://docs.aws.amazon.com/kms/latest/developerguide/service-integration.html>.
const BESIDES: &[(&str, &str, &[&str])] = &[
    ("s3", "*", &["kms:Decrypt", "kms:GenerateDataKey", "s3:GetBucketLocation", "s3:ListBucket"]),
    ("s3", "PutObject", UPLOAD),
    ("s3", "CreateMultipartUpload", UPLOAD),
    ("s3", "CopyObject", UPLOAD),
    ("s3", "CopyObject", &["s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"]),
    ("s3", "UploadPartCopy", &["s3:GetObjectVersion"]),
    ("s3", "DeleteObjects", &["s3:BypassGovernanceRetention", "s3:DeleteObjectVersion"]),
    ("s3", "DeleteObject", &["s3:BypassGovernanceRetention", "s3:DeleteObjectVersion"]),
    ("s3", "GetObject", &["s3:GetObjectTagging", "s3:GetObjectVersion"]),
    ("sqs", "*", &["kms:Decrypt", "kms:GenerateDataKey", "sqs:GetQueueUrl"]),
    ("sns", "*", &["kms:Decrypt", "kms:GenerateDataKey"]),
    ("dynamodb", "*", &["dynamodb:DescribeTable", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]),
    ("dynamodb", "DeleteItem", &["dynamodb:ConditionCheckItem"]),
    ("kinesis", "*", &["kinesis:DescribeStream", "kms:Decrypt", "kms:GenerateDataKey"]),
    ("firehose", "*", &["kms:Decrypt", "kms:GenerateDataKey"]),
    ("ssm", "*", &["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]),
    ("secretsmanager", "*", &["kms:Decrypt", "kms:GenerateDataKey"]),
    ("secretsmanager", "BatchGetSecretValue", &["secretsmanager:ListSecrets"]),
    ("logs", "*", &["kms:Decrypt", "kms:GenerateDataKey"]),
    ("events", "PutEvents", &["kms:Decrypt", "kms:GenerateDataKey"]),
    ("events", "PutTargets", &["iam:PassRole"]),
    ("stepfunctions", "*", &["iam:PassRole", "kms:Decrypt", "kms:GenerateDataKey"]),
    ("scheduler", "CreateSchedule", &["iam:PassRole"]),
    ("scheduler", "UpdateSchedule", &["iam:PassRole"]),
    ("lambda", "*", &["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "iam:PassRole", "s3:GetObject"]),
    ("ecs", "*", &["iam:PassRole"]),
    ("batch", "*", &["iam:PassRole"]),
    ("glue", "*", &["iam:PassRole"]),
    ("sagemaker", "*", &["iam:PassRole"]),
    ("ec2", "*", &["iam:PassRole"]),
    ("ec2", "RunInstances", &["ec2:CreateTags"]),
    ("rds-data", "*", &["secretsmanager:GetSecretValue"]),
    ("redshift-data", "*", REDSHIFT),
    ("athena", "*", ATHENA),
    ("timestream-query", "*", &["timestream:DescribeEndpoints"]),
    ("timestream-write", "*", &["timestream:DescribeEndpoints"]),
    ("rekognition", "*", &["s3:GetObject"]),
    ("textract", "*", &["iam:PassRole", "s3:GetObject", "s3:PutObject"]),
    ("transcribe", "*", &["iam:PassRole", "s3:GetObject", "s3:ListBucket", "s3:PutObject"]),
    ("comprehend", "*", &["iam:PassRole"]),
    ("polly", "*", &["s3:PutObject", "sns:Publish"]),
    (
        "bedrock-runtime",
        "*",
        &["bedrock:ApplyGuardrail", "bedrock:GetInferenceProfile", "s3:GetObject", "s3:PutObject"],
    ),
    (
        "bedrock-agent-runtime",
        "*",
        &["bedrock:GetInferenceProfile", "bedrock:InvokeModel", "bedrock:Retrieve"],
    ),
    ("cloudformation", "*", &["iam:PassRole"]),
    (
        "ses",
        "*",
        &["ses:SendBulkTemplatedEmail", "ses:SendEmail", "ses:SendRawEmail", "ses:SendTemplatedEmail"],
    ),
    (
        "sesv2",
        "*",
        &["ses:SendBulkTemplatedEmail", "ses:SendEmail", "ses:SendRawEmail", "ses:SendTemplatedEmail"],
    ),
    ("sts", "AssumeRole", &["sts:SetSourceIdentity", "sts:TagSession"]),
];

const UPLOAD: &[&str] = &[
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    "s3:PutObjectAcl",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
    "s3:PutObjectTagging",
];

const REDSHIFT: &[&str] = &[
    "redshift-serverless:GetCredentials",
    "redshift:GetClusterCredentials",
    "redshift:GetClusterCredentialsWithIAM",
    "secretsmanager:GetSecretValue",
];

/// Source: <https://docs.aws.amazon.com/athena/latest/ug/security-iam-awsmanpol.html>
const ATHENA: &[&str] = &[
    "glue:GetDatabase",
    "glue:GetDatabases",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:GetTable",
    "glue:GetTables",
    "lakeformation:GetDataAccess",
    "s3:AbortMultipartUpload",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
];

/// Whether the call is guarded in another way than most of its operation: buckets of another kind.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-security-iam.html>
pub(super) fn is_unusual(service: &str, args: &Value) -> bool {
    let bucket = || args.get("Bucket").map_or("", Value::suffix);
    service == "s3"
        && (bucket().ends_with("--x-s3")
            || args.get("Bucket").is_some_and(|b| b.prefix().starts_with("arn:")))
}

/// Groups of which one action each is certainly needed, where the arguments choose among several; `None` when they
/// do not.
pub(super) fn chosen(service: &str, operation: &str, args: &Value) -> Option<Vec<Vec<SmolStr>>> {
    match (service, operation) {
        ("dynamodb", "TransactWriteItems") => {
            let Found { values, .. } = find(args, "TransactItems.*");
            let used = |key: &str| values.iter().any(|v| v.get(key).is_some_and(|v| *v != Value::Null));
            let some: Vec<Vec<SmolStr>> =
                TRANSACTION.iter().filter(|(key, _)| used(key)).map(|(_, a)| vec![(*a).into()]).collect();
            (!some.is_empty()).then_some(some)
        }
        ("dynamodb", _) => {
            let (_, path) = STATEMENTS.iter().find(|(o, _)| *o == operation)?;
            let mut out: Vec<Vec<SmolStr>> = Vec::new();
            for v in find(args, path).values {
                let first = v.prefix().trim_start();
                // The word must end within the constant text.
                let word = first.split_once(char::is_whitespace).map(|(w, _)| w.to_ascii_lowercase());
                let action =
                    WORDS.iter().find(|(w, _)| word.as_deref() == Some(w)).map(|(_, a)| vec![(*a).into()]);
                if let Some(action) = action
                    && !out.contains(&action)
                {
                    out.push(action);
                }
            }
            (!out.is_empty()).then_some(out)
        }
        ("sesv2", "SendEmail") => {
            let content = args.get("Content")?;
            match content {
                Value::Map(entries, false) if entries.iter().any(|(k, _)| k == "Simple") => {
                    Some(vec![vec!["ses:SendEmail".into()]])
                }
                Value::Map(entries, false) if entries.iter().any(|(k, _)| k == "Template") => {
                    Some(vec![vec!["ses:SendEmail".into(), "ses:SendTemplatedEmail".into()]])
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// The actions with those on versions in their place, or beside them when it is not known whether one is named.
pub(super) fn by_version(service: &str, operation: &str, args: &Value, one_of: Vec<SmolStr>) -> Vec<SmolStr> {
    if service != "s3" {
        return one_of;
    }
    if matches!(operation, "CopyObject" | "UploadPartCopy") && one_of.iter().any(|a| a == "s3:GetObject") {
        return copied(args, one_of);
    }
    let Some((_, path, _, to)) =
        VERSIONED.iter().find(|(o, _, from, _)| *o == operation && one_of.iter().any(|a| a == from))
    else {
        return one_of;
    };
    let found = find(args, path);
    let given = found.values.iter().any(|v| *v != Value::Null);
    let many = path.contains('*');
    if given && !found.open && !many && found.values.iter().all(is_text) {
        return vec![(*to).into()];
    }
    if given || found.open { one_of.into_iter().chain([(*to).into()]).collect() } else { one_of }
}

/// A value that is certainly text, not a null of the language.
fn is_text(v: &Value) -> bool {
    matches!(v, Value::Str(_) | Value::Concat(_))
}

fn copied(args: &Value, one_of: Vec<SmolStr>) -> Vec<SmolStr> {
    let version = "s3:GetObjectVersion";
    match args.get("CopySource") {
        Some(Value::Str(s)) if !s.contains("?versionId=") => one_of,
        Some(Value::Str(_)) => vec![version.into()],
        Some(Value::Map(entries, false)) if entries.iter().all(|(k, _)| k != "VersionId") => one_of,
        _ => one_of.into_iter().chain([version.into()]).collect(),
    }
}

/// What calls of a service may ask for besides.
pub(super) fn of_service(service: &str) -> impl Iterator<Item = &'static str> {
    BESIDES.iter().filter(move |(s, ..)| *s == service).flat_map(|(_, _, actions)| actions.iter().copied())
}

/// What may be asked for besides.
pub(super) fn besides<'a>(service: &'a str, operation: &'a str) -> impl Iterator<Item = &'static str> {
    BESIDES
        .iter()
        .filter(move |(s, o, _)| *s == service && (*o == "*" || *o == operation))
        .flat_map(|(_, _, actions)| actions.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::super::{actions, needs, operations};
    use super::*;
    use crate::json;

    fn must(service: &str, operation: &str, args: &str) -> Vec<String> {
        let n = needs(service, operation, &json::parse(&Value::str(args)).unwrap());
        assert!(n.known);
        n.must.iter().map(|n| n.one_of.join("/")).collect()
    }

    #[test]
    fn tables_name_real_actions_and_operations() {
        let all = WORDS.iter().chain(TRANSACTION).map(|(_, a)| *a);
        let all = all.chain(VERSIONED.iter().flat_map(|(_, _, from, to)| [*from, *to]));
        for a in all.chain(BESIDES.iter().flat_map(|(_, _, a)| a.iter().copied())) {
            assert_eq!(actions::find(a).map(|x| x.name()).as_deref(), Some(a));
        }
        for (s, o, _) in BESIDES {
            assert!(operations::prefix(s).is_some(), "{s}");
            assert!(*o == "*" || operations::guarded(s, o).is_some(), "{s}.{o}");
        }
        for (o, ..) in VERSIONED {
            assert!(operations::guarded("s3", o).is_some(), "{o}");
        }
    }

    #[test]
    fn statements_by_their_first_word() {
        let run = |s: &str| must("dynamodb", "ExecuteStatement", s);
        assert_eq!(run(r#"{"Statement": " Select * from T"}"#), ["dynamodb:PartiQLSelect"]);
        assert_eq!(run(r#"{"Statement": "INSERT\ninto T"}"#), ["dynamodb:PartiQLInsert"]);
        // The word may go on in what is not known.
        assert_eq!(run(r#"{"Statement": "select"}"#).len(), 1);
        assert!(run("{}")[0].contains('/'));
        let batch = r#"{"Statements": [{"Statement": "delete from T"}, {"Statement": "update T set a=1"}]}"#;
        assert_eq!(
            must("dynamodb", "BatchExecuteStatement", batch),
            ["dynamodb:PartiQLDelete", "dynamodb:PartiQLUpdate"]
        );
    }

    #[test]
    fn transactions_by_their_parts() {
        let args =
            r#"{"TransactItems": [{"Put": {"TableName": "a"}}, {"ConditionCheck": {"TableName": "b"}}]}"#;
        assert_eq!(
            must("dynamodb", "TransactWriteItems", args),
            ["dynamodb:PutItem", "dynamodb:ConditionCheckItem"]
        );
        assert_eq!(must("dynamodb", "TransactWriteItems", "{}").len(), 1);
    }

    #[test]
    fn versions_and_copies() {
        assert_eq!(must("s3", "GetObject", r#"{"Bucket": "b", "Key": "k"}"#), ["s3:GetObject"]);
        assert_eq!(must("s3", "GetObject", r#"{"VersionId": "1"}"#), ["s3:GetObjectVersion"]);
        let open = needs("s3", "GetObject", &Value::Map(Vec::new(), true));
        assert_eq!(open.must[0].one_of, ["s3:GetObject", "s3:GetObjectVersion"]);
        assert_eq!(
            must("s3", "CopyObject", r#"{"CopySource": "a/b", "Bucket": "c", "Key": "d"}"#),
            ["s3:GetObject", "s3:PutObject"]
        );
        assert!(
            !needs("s3", "GetObject", &Value::Map(vec![("Bucket".into(), Value::str("b--x-s3"))], false))
                .known
        );
    }
}
