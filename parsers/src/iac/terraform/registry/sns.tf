# What `terraform-aws-modules/sns/aws` makes of its inputs, as far as it matters.
# https://registry.terraform.io/modules/terraform-aws-modules/sns/aws

variable "create" { default = true }
variable "create_subscription" { default = true }
variable "name" { default = null }
variable "use_name_prefix" { default = false }
variable "fifo_topic" { default = false }
variable "content_based_deduplication" { default = false }
variable "kms_master_key_id" { default = null }
variable "tracing_config" { default = null }
variable "topic_policy" { default = null }
variable "subscriptions" { default = {} }

resource "aws_sns_topic" "this" {
  count                       = var.create ? 1 : 0
  name                        = var.use_name_prefix ? null : (var.fifo_topic ? "${trimsuffix(var.name, ".fifo")}.fifo" : var.name)
  fifo_topic                  = var.fifo_topic
  content_based_deduplication = var.content_based_deduplication
  kms_master_key_id           = var.kms_master_key_id
  tracing_config              = var.tracing_config
}

resource "aws_sns_topic_subscription" "this" {
  for_each                        = var.create && var.create_subscription ? var.subscriptions : {}
  topic_arn                       = aws_sns_topic.this[0].arn
  protocol                        = each.value.protocol
  endpoint                        = each.value.endpoint
  filter_policy                   = try(each.value.filter_policy, null)
  filter_policy_scope             = try(each.value.filter_policy_scope, null)
  raw_message_delivery            = try(each.value.raw_message_delivery, null)
  redrive_policy                  = try(each.value.redrive_policy, null)
  subscription_role_arn           = try(each.value.subscription_role_arn, null)
}

output "topic_arn" { value = one(aws_sns_topic.this[*].arn) }
output "topic_id" { value = one(aws_sns_topic.this[*].arn) }
output "topic_name" { value = one(aws_sns_topic.this[*].name) }
output "sns_topic_arn" { value = one(aws_sns_topic.this[*].arn) }
output "sns_topic_id" { value = one(aws_sns_topic.this[*].arn) }
output "sns_topic_name" { value = one(aws_sns_topic.this[*].name) }
output "this_sns_topic_arn" { value = one(aws_sns_topic.this[*].arn) }
