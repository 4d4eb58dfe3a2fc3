# What `terraform-aws-modules/s3-bucket/aws` makes of its inputs, as far as it matters.
# https://registry.terraform.io/modules/terraform-aws-modules/s3-bucket/aws

variable "create_bucket" { default = true }
variable "bucket" { default = null }
variable "bucket_prefix" { default = null }
variable "attach_policy" { default = false }
variable "policy" { default = null }

resource "aws_s3_bucket" "this" {
  count         = var.create_bucket ? 1 : 0
  bucket        = var.bucket
  bucket_prefix = var.bucket_prefix

  # Versions, encryption and life cycle are resources of their own and not looked at.
  lifecycle {
    ignore_changes = [versioning, server_side_encryption_configuration, lifecycle_rule, logging, acl]
  }
}

resource "aws_s3_bucket_policy" "this" {
  count  = var.create_bucket && var.attach_policy ? 1 : 0
  bucket = aws_s3_bucket.this[0].id
  policy = var.policy
}

output "s3_bucket_id" { value = one(aws_s3_bucket.this[*].id) }
output "s3_bucket_arn" { value = one(aws_s3_bucket.this[*].arn) }
output "s3_bucket_bucket_domain_name" { value = one(aws_s3_bucket.this[*].bucket_domain_name) }
output "s3_bucket_bucket_regional_domain_name" { value = one(aws_s3_bucket.this[*].bucket_regional_domain_name) }
output "s3_bucket_region" { value = one(aws_s3_bucket.this[*].region) }
output "this_s3_bucket_id" { value = one(aws_s3_bucket.this[*].id) }
output "this_s3_bucket_arn" { value = one(aws_s3_bucket.this[*].arn) }
