terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "stage" {
  type = string
}

variable "visibility" {
  type        = number
  description = "How long a message stays hidden, in seconds."
}

locals {
  prefix  = "albums-${var.stage}"
  is_prod = var.stage == "prod"
}

resource "aws_s3_bucket" "photos" {
  bucket = "${local.prefix}-photos"
}

resource "aws_s3_bucket_notification" "photos" {
  bucket = aws_s3_bucket.photos.id

  lambda_function {
    lambda_function_arn = module.resize.arn
    events              = ["s3:ObjectCreated:*"]
    filter_prefix       = "in/"
  }

  queue {
    queue_arn     = aws_sqs_queue.uploads.arn
    events        = ["s3:ObjectCreated:*"]
    filter_prefix = "done/"
  }

  depends_on = [aws_lambda_permission.photos, aws_sqs_queue_policy.uploads]
}

resource "aws_lambda_permission" "photos" {
  action        = "lambda:InvokeFunction"
  function_name = module.resize.name
  principal     = "s3.amazonaws.com"
  source_arn    = aws_s3_bucket.photos.arn
}

resource "aws_sqs_queue" "failed" {
  name = "${local.prefix}-failed"
}

resource "aws_sqs_queue" "uploads" {
  name                       = "${local.prefix}-uploads"
  visibility_timeout_seconds = var.visibility # ~ sqs-visibility-timeout

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.failed.arn
    maxReceiveCount     = 5
  })
}

data "aws_iam_policy_document" "uploads" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.uploads.arn]

    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_s3_bucket.photos.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "uploads" {
  queue_url = aws_sqs_queue.uploads.id
  policy    = data.aws_iam_policy_document.uploads.json
}

resource "aws_dynamodb_table" "albums" {
  name         = "${local.prefix}-albums"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
}

module "resize" {
  source = "./modules/worker"

  name    = "${local.prefix}-resize"
  code    = "${path.module}/src/resize"
  timeout = 30
  environment = {
    BUCKET = aws_s3_bucket.photos.bucket
  }
  statements = [
    { actions = ["s3:GetObject", "s3:PutObject"], resources = ["${aws_s3_bucket.photos.arn}/*"] },
  ]
}

module "index" {
  source = "./modules/worker"

  name    = "${local.prefix}-index"
  code    = "${path.module}/src/index"
  timeout = 60
  environment = {
    TABLE = aws_dynamodb_table.albums.name
  }
  statements = [
    { actions = ["dynamodb:PutItem"], resources = [aws_dynamodb_table.albums.arn] },
    {
      actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
      resources = [aws_sqs_queue.uploads.arn]
    },
  ]
}

resource "aws_lambda_event_source_mapping" "uploads" {
  event_source_arn = aws_sqs_queue.uploads.arn
  function_name    = module.index.arn
}
