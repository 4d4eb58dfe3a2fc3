# What `terraform-aws-modules/sqs/aws` makes of its inputs, as far as it matters.
# https://registry.terraform.io/modules/terraform-aws-modules/sqs/aws

variable "create" { default = true }
variable "name" { default = null }
variable "use_name_prefix" { default = false }
variable "fifo_queue" { default = false }
variable "content_based_deduplication" { default = null }
variable "delay_seconds" { default = null }
variable "max_message_size" { default = null }
variable "message_retention_seconds" { default = null }
variable "receive_wait_time_seconds" { default = null }
variable "visibility_timeout_seconds" { default = null }
variable "kms_master_key_id" { default = null }
variable "sqs_managed_sse_enabled" { default = true }
variable "redrive_policy" { default = {} }
variable "redrive_allow_policy" { default = {} }
variable "create_dlq" { default = false }
variable "dlq_name" { default = null }
variable "dlq_message_retention_seconds" { default = null }
variable "dlq_visibility_timeout_seconds" { default = null }
variable "dlq_kms_master_key_id" { default = null }
variable "create_queue_policy" { default = false }
variable "queue_policy_statements" { default = {} }
variable "policy" { default = null }

locals {
  ending    = var.fifo_queue ? ".fifo" : ""
  base      = trimsuffix(var.name, ".fifo")
  statement = try(values(var.queue_policy_statements), var.queue_policy_statements)
}

resource "aws_sqs_queue" "this" {
  count                       = var.create ? 1 : 0
  name                        = var.use_name_prefix ? null : "${local.base}${local.ending}"
  fifo_queue                  = var.fifo_queue
  content_based_deduplication = var.content_based_deduplication
  delay_seconds               = var.delay_seconds
  max_message_size            = var.max_message_size
  message_retention_seconds   = var.message_retention_seconds
  receive_wait_time_seconds   = var.receive_wait_time_seconds
  visibility_timeout_seconds  = var.visibility_timeout_seconds
  kms_master_key_id           = var.kms_master_key_id
  sqs_managed_sse_enabled     = var.kms_master_key_id != null ? null : var.sqs_managed_sse_enabled
  policy                      = var.policy
  redrive_policy              = var.create_dlq ? jsonencode(merge({ deadLetterTargetArn = aws_sqs_queue.dlq[0].arn, maxReceiveCount = 5 }, var.redrive_policy)) : (var.redrive_policy == {} ? null : var.redrive_policy)
}

resource "aws_sqs_queue" "dlq" {
  count                      = var.create && var.create_dlq ? 1 : 0
  name                       = "${trimsuffix(coalesce(var.dlq_name, "${local.base}-dlq"), ".fifo")}${local.ending}"
  fifo_queue                 = var.fifo_queue
  message_retention_seconds  = try(coalesce(var.dlq_message_retention_seconds, var.message_retention_seconds), null)
  visibility_timeout_seconds = try(coalesce(var.dlq_visibility_timeout_seconds, var.visibility_timeout_seconds), null)
  kms_master_key_id          = try(coalesce(var.dlq_kms_master_key_id, var.kms_master_key_id), null)
}

data "aws_iam_policy_document" "this" {
  dynamic "statement" {
    for_each = local.statement
    content {
      sid           = try(statement.value.sid, null)
      effect        = try(statement.value.effect, null)
      actions       = try(statement.value.actions, null)
      not_actions   = try(statement.value.not_actions, null)
      resources     = try(statement.value.resources, [aws_sqs_queue.this[0].arn])
      not_resources = try(statement.value.not_resources, null)

      dynamic "principals" {
        for_each = try(statement.value.principals, [])
        content {
          type        = principals.value.type
          identifiers = principals.value.identifiers
        }
      }
      dynamic "condition" {
        for_each = try(statement.value.conditions, statement.value.condition, [])
        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}

resource "aws_sqs_queue_policy" "this" {
  count     = var.create && var.create_queue_policy ? 1 : 0
  queue_url = aws_sqs_queue.this[0].url
  policy    = data.aws_iam_policy_document.this.json
}

output "queue_id" { value = one(aws_sqs_queue.this[*].url) }
output "queue_url" { value = one(aws_sqs_queue.this[*].url) }
output "queue_arn" { value = one(aws_sqs_queue.this[*].arn) }
output "queue_arn_static" { value = one(aws_sqs_queue.this[*].arn) }
output "queue_name" { value = one(aws_sqs_queue.this[*].name) }
output "dead_letter_queue_id" { value = one(aws_sqs_queue.dlq[*].url) }
output "dead_letter_queue_url" { value = one(aws_sqs_queue.dlq[*].url) }
output "dead_letter_queue_arn" { value = one(aws_sqs_queue.dlq[*].arn) }
output "dead_letter_queue_arn_static" { value = one(aws_sqs_queue.dlq[*].arn) }
output "dead_letter_queue_name" { value = one(aws_sqs_queue.dlq[*].name) }
output "sqs_queue_id" { value = one(aws_sqs_queue.this[*].url) }
output "sqs_queue_arn" { value = one(aws_sqs_queue.this[*].arn) }
output "sqs_queue_name" { value = one(aws_sqs_queue.this[*].name) }
output "this_sqs_queue_id" { value = one(aws_sqs_queue.this[*].url) }
output "this_sqs_queue_arn" { value = one(aws_sqs_queue.this[*].arn) }
output "this_sqs_queue_name" { value = one(aws_sqs_queue.this[*].name) }
