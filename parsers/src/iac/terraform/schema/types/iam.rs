//! Identities, keys and secrets.

use super::{Type, named, of};
use crate::iac::terraform::schema::map::How::{Blocks, Keep, Text};

/// A permission document stays as it is written: as text or as a value.
pub(super) const TYPES: &[Type] = &[
    named(
        "aws_iam_role",
        "AWS::IAM::Role",
        ("name_prefix", "RoleName"),
        &[
            ("name", "RoleName", Text),
            ("path", "Path", Text),
            ("assume_role_policy", "AssumeRolePolicyDocument", Text),
            ("permissions_boundary", "PermissionsBoundary", Text),
            ("managed_policy_arns", "ManagedPolicyArns", Keep),
            (
                "inline_policy",
                "Policies",
                Blocks(&[("name", "PolicyName", Text), ("policy", "PolicyDocument", Text)]),
            ),
        ],
    ),
    named(
        "aws_iam_role_policy",
        "AWS::IAM::RolePolicy",
        ("name_prefix", "PolicyName"),
        &[("name", "PolicyName", Text), ("role", "RoleName", Text), ("policy", "PolicyDocument", Text)],
    ),
    named(
        "aws_iam_policy",
        "AWS::IAM::ManagedPolicy",
        ("name_prefix", "ManagedPolicyName"),
        &[("name", "ManagedPolicyName", Text), ("path", "Path", Text), ("policy", "PolicyDocument", Text)],
    ),
    of(
        "aws_iam_user_policy",
        "AWS::IAM::UserPolicy",
        &[("name", "PolicyName", Text), ("user", "UserName", Text), ("policy", "PolicyDocument", Text)],
    ),
    of(
        "aws_iam_group_policy",
        "AWS::IAM::GroupPolicy",
        &[("name", "PolicyName", Text), ("group", "GroupName", Text), ("policy", "PolicyDocument", Text)],
    ),
    of("aws_kms_key", "AWS::KMS::Key", &[("policy", "KeyPolicy", Text)]),
    named(
        "aws_kms_alias",
        "AWS::KMS::Alias",
        ("name_prefix", "AliasName"),
        &[("name", "AliasName", Text), ("target_key_id", "TargetKeyId", Text)],
    ),
    named(
        "aws_secretsmanager_secret",
        "AWS::SecretsManager::Secret",
        ("name_prefix", "Name"),
        &[("name", "Name", Text), ("kms_key_id", "KmsKeyId", Text)],
    ),
    of(
        "aws_secretsmanager_secret_policy",
        "AWS::SecretsManager::ResourcePolicy",
        &[("secret_arn", "SecretId", Text), ("policy", "ResourcePolicy", Text)],
    ),
    of(
        "aws_secretsmanager_secret_rotation",
        "AWS::SecretsManager::RotationSchedule",
        &[("secret_id", "SecretId", Text), ("rotation_lambda_arn", "RotationLambdaARN", Text)],
    ),
    of(
        "aws_ssm_parameter",
        "AWS::SSM::Parameter",
        &[("name", "Name", Text), ("type", "Type", Text), ("value", "Value", Keep)],
    ),
];
