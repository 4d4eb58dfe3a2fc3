# What `terraform-aws-modules/s3-bucket/aws//modules/notification` makes of its inputs, as far as it matters.
# https://registry.terraform.io/modules/terraform-aws-modules/s3-bucket/aws/latest/submodules/notification

variable "create" { default = true }
variable "create_lambda_permission" { default = true }
variable "bucket" { default = "" }
variable "bucket_arn" { default = null }
variable "eventbridge" { default = null }
variable "create_sqs_policy" { default = true }
variable "create_sns_policy" { default = true }
variable "lambda_notifications" { default = {} }
variable "sqs_notifications" { default = {} }
variable "sns_notifications" { default = {} }

resource "aws_s3_bucket_notification" "this" {
  count       = var.create ? 1 : 0
  bucket      = var.bucket
  eventbridge = var.eventbridge

  dynamic "lambda_function" {
    for_each = var.lambda_notifications
    content {
      id                  = try(lambda_function.value.id, lambda_function.key)
      lambda_function_arn = lambda_function.value.function_arn
      events              = lambda_function.value.events
      filter_prefix       = try(lambda_function.value.filter_prefix, null)
      filter_suffix       = try(lambda_function.value.filter_suffix, null)
    }
  }

  dynamic "queue" {
    for_each = var.sqs_notifications
    content {
      id            = try(queue.value.id, queue.key)
      queue_arn     = queue.value.queue_arn
      events        = queue.value.events
      filter_prefix = try(queue.value.filter_prefix, null)
      filter_suffix = try(queue.value.filter_suffix, null)
    }
  }

  dynamic "topic" {
    for_each = var.sns_notifications
    content {
      id            = try(topic.value.id, topic.key)
      topic_arn     = topic.value.topic_arn
      events        = topic.value.events
      filter_prefix = try(topic.value.filter_prefix, null)
      filter_suffix = try(topic.value.filter_suffix, null)
    }
  }
}

resource "aws_lambda_permission" "allow" {
  for_each       = var.create && var.create_lambda_permission ? var.lambda_notifications : {}
  action         = "lambda:InvokeFunction"
  function_name  = try(each.value.function_name, each.value.function_arn)
  principal      = "s3.amazonaws.com"
  source_arn     = coalesce(var.bucket_arn, "arn:aws:s3:::${var.bucket}")
  source_account = try(each.value.source_account, null)
}

data "aws_iam_policy_document" "queue" {
  for_each = var.create && var.create_sqs_policy ? var.sqs_notifications : {}
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [each.value.queue_arn]
    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [coalesce(var.bucket_arn, "arn:aws:s3:::${var.bucket}")]
    }
  }
}

resource "aws_sqs_queue_policy" "allow" {
  for_each  = var.create && var.create_sqs_policy ? var.sqs_notifications : {}
  queue_url = try(each.value.queue_id, each.value.queue_arn)
  policy    = data.aws_iam_policy_document.queue[each.key].json
}

data "aws_iam_policy_document" "topic" {
  for_each = var.create && var.create_sns_policy ? var.sns_notifications : {}
  statement {
    actions   = ["sns:Publish"]
    resources = [each.value.topic_arn]
    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [coalesce(var.bucket_arn, "arn:aws:s3:::${var.bucket}")]
    }
  }
}

resource "aws_sns_topic_policy" "allow" {
  for_each = var.create && var.create_sns_policy ? var.sns_notifications : {}
  arn      = each.value.topic_arn
  policy   = data.aws_iam_policy_document.topic[each.key].json
}
