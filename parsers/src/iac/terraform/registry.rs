//! Modules of the public registry that are understood without being in the tree: what they make of their inputs is
//! written down here, in their own language and much shorter, and stands at the call.

use super::expr::Body;
use super::hcl;
use crate::text::SourceText;
use lamlint_model::source::FileId;

/// The file of what is written here; no place in it is ever shown.
pub(super) const FILE: FileId = FileId(u32::MAX);

/// Known modules: whose they are, their name, the path within, and what they make.
const KNOWN: &[(&str, &str, &str, &str)] = &[
    ("DataDog", "lambda-datadog", "", include_str!("registry/datadog.tf")),
    (COMMUNITY, "apigateway-v2", "", include_str!("registry/http.tf")),
    (COMMUNITY, "dynamodb-table", "", include_str!("registry/dynamodb.tf")),
    (COMMUNITY, "eventbridge", "", include_str!("registry/eventbridge.tf")),
    (COMMUNITY, "lambda", "", include_str!("registry/lambda.tf")),
    (COMMUNITY, "s3-bucket", "", include_str!("registry/bucket.tf")),
    (COMMUNITY, "s3-bucket", "modules/notification", include_str!("registry/notification.tf")),
    (COMMUNITY, "sns", "", include_str!("registry/sns.tf")),
    (COMMUNITY, "sqs", "", include_str!("registry/sqs.tf")),
];

const COMMUNITY: &str = "terraform-aws-modules";

/// The known module a source names: `terraform-aws-modules/lambda/aws`, or its repository.
/// Source: <https://developer.hashicorp.com/terraform/language/modules/sources>
pub(super) fn find(source: &str) -> Option<usize> {
    let source = source.split('?').next().unwrap_or(source);
    KNOWN.iter().position(|(owner, name, path, _)| {
        let Some((before, rest)) = source.split_once(&format!("{owner}/")) else { return false };
        let module = rest
            .strip_prefix(&format!("terraform-aws-{name}"))
            .map(|r| r.strip_prefix(".git").unwrap_or(r))
            .or_else(|| rest.strip_prefix(&format!("{name}/aws")));
        let within = match module {
            Some("") => Some(""),
            Some(r) => r.strip_prefix("//"),
            None => None,
        };
        !before.starts_with('.') && within == Some(*path)
    })
}

/// The module at an index.
pub(super) fn read(index: usize) -> Option<Body> {
    let (.., text) = KNOWN.get(index)?;
    hcl::parse(&SourceText::file(FILE, text)).ok().map(|(body, _)| body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parse_and_are_found_by_their_sources() {
        for (i, (_, name, ..)) in KNOWN.iter().enumerate() {
            assert!(read(i).is_some(), "{name}");
        }
        let at = |s: &str| find(s).map(|i| (KNOWN[i].1, KNOWN[i].2));
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
        assert_eq!(at("DataDog/lambda-datadog/aws"), Some(("lambda-datadog", "")));
        assert_eq!(at("cloudposse/lambda-function/aws"), None);
        assert_eq!(at("./terraform-aws-modules/lambda"), None);
    }
}
