//! Modules of the public registry that are understood without being in the tree: what they make of their inputs is
//! written down here, in their own language and much shorter, and stands at the call.

use super::expr::Body;
use super::hcl;
use crate::text::SourceText;
use lamlint_model::source::FileId;

/// The file of what is written here; no place in it is ever shown.
pub(super) const FILE: FileId = FileId(u32::MAX);

/// Modules of `terraform-aws-modules`, by name and path within.
const KNOWN: &[(&str, &str, &str)] = &[
    ("apigateway-v2", "", include_str!("registry/http.tf")),
    ("dynamodb-table", "", include_str!("registry/dynamodb.tf")),
    ("eventbridge", "", include_str!("registry/eventbridge.tf")),
    ("lambda", "", include_str!("registry/lambda.tf")),
    ("s3-bucket", "", include_str!("registry/bucket.tf")),
    ("s3-bucket", "modules/notification", include_str!("registry/notification.tf")),
    ("sns", "", include_str!("registry/sns.tf")),
    ("sqs", "", include_str!("registry/sqs.tf")),
];

/// The known module a source names: `terraform-aws-modules/lambda/aws`, or its repository.
/// Source: <https://developer.hashicorp.com/terraform/language/modules/sources>
pub(super) fn find(source: &str) -> Option<usize> {
    let source = source.split('?').next().unwrap_or(source);
    let rest = source.split_once("terraform-aws-modules/").map(|(_, rest)| rest)?;
    let (name, path) = if let Some(rest) = rest.strip_prefix("terraform-aws-") {
        let (name, path) = rest.split_once("//").unwrap_or((rest, ""));
        (name.strip_suffix(".git").unwrap_or(name), path)
    } else {
        let (name, rest) = rest.split_once('/')?;
        let path = rest.strip_prefix("aws")?;
        (name, path.strip_prefix("//").unwrap_or(path))
    };
    KNOWN.iter().position(|(n, p, _)| *n == name && *p == path)
}

/// The module at an index.
pub(super) fn read(index: usize) -> Option<Body> {
    let (_, _, text) = KNOWN.get(index)?;
    hcl::parse(&SourceText::file(FILE, text)).ok().map(|(body, _)| body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parse_and_are_found_by_their_sources() {
        for (i, (name, ..)) in KNOWN.iter().enumerate() {
            assert!(read(i).is_some(), "{name}");
        }
        let at = |s: &str| find(s).map(|i| (KNOWN[i].0, KNOWN[i].1));
        assert_eq!(at("terraform-aws-modules/lambda/aws"), Some(("lambda", "")));
        assert_eq!(at("registry.terraform.io/terraform-aws-modules/sqs/aws"), Some(("sqs", "")));
        assert_eq!(
            at("terraform-aws-modules/s3-bucket/aws//modules/notification"),
            Some(("s3-bucket", "modules/notification"))
        );
        assert_eq!(
            at("git::https://github.com/terraform-aws-modules/terraform-aws-lambda.git?ref=v7.0.0"),
            Some(("lambda", ""))
        );
        assert_eq!(at("terraform-aws-modules/lambda/aws//modules/alias"), None);
        assert_eq!(at("cloudposse/lambda-function/aws"), None);
        assert_eq!(at("./terraform-aws-modules/lambda"), None);
    }
}
