data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "aws_partition" "current" {}

resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }
  attribute {
    name = "day"
    type = "S"
  }

  global_secondary_index {
    name            = "by-day"
    hash_key        = "day"
    projection_type = "ALL"
  }
}

resource "aws_sqs_queue" "jobs" {
  name                       = "jobs"
  visibility_timeout_seconds = 180
}

resource "aws_sns_topic" "failed" {
  name = "failed"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

# The table but not its index; the queue without its attributes; the topic of failures not at all.
resource "aws_iam_role" "store_role" {
  name               = "store-role"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "store_role_managed" {
  role       = aws_iam_role.store_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy" "store" {
  role = aws_iam_role.store_role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["dynamodb:Query", "dynamodb:PutItem"]
        Resource = aws_dynamodb_table.orders.arn
      },
      {
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage"]
        Resource = aws_sqs_queue.jobs.arn
      },
    ]
  })
}

# Everything the report needs, by other spellings.
resource "aws_iam_role" "report_role" {
  name               = "report-role"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "report_role_managed" {
  role       = aws_iam_role.report_role.name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "report" {
  statement {
    actions = ["DynamoDB:Qu*"]
    resources = [
      "arn:aws:dynamodb:*:*:table/orders",
      join("/", [aws_dynamodb_table.orders.arn, "index", "*"]),
    ]
  }
  statement {
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.failed.arn]
  }
  statement {
    actions = ["sqs:*Message*"]
    resources = [join(":", [
      "arn",
      data.aws_partition.current.partition,
      "sqs",
      data.aws_region.current.region,
      data.aws_caller_identity.current.account_id,
      aws_sqs_queue.jobs.name,
    ])]
  }
}

resource "aws_iam_policy" "report" {
  name   = "report"
  policy = data.aws_iam_policy_document.report.json
}

resource "aws_iam_role_policy_attachment" "report" {
  role       = aws_iam_role.report_role.name
  policy_arn = aws_iam_policy.report.arn
}

data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/build/code.zip"
}

resource "aws_lambda_function" "store" {
  function_name    = "store"
  runtime          = "python3.14"
  handler          = "store.handler"
  role             = aws_iam_role.store_role.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  timeout          = 30

  dead_letter_config {
    target_arn = aws_sns_topic.failed.arn
  }

  environment {
    variables = {
      TABLE = aws_dynamodb_table.orders.name
    }
  }
}

resource "aws_lambda_event_source_mapping" "store_jobs" {
  function_name           = aws_lambda_function.store.arn
  event_source_arn        = aws_sqs_queue.jobs.arn
  function_response_types = ["ReportBatchItemFailures"]
}

resource "aws_lambda_function" "report" {
  function_name    = "report"
  runtime          = "python3.14"
  handler          = "report.handler"
  role             = aws_iam_role.report_role.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  timeout          = 30

  dead_letter_config {
    target_arn = aws_sns_topic.failed.arn
  }

  environment {
    variables = {
      TABLE = "orders"
      QUEUE = aws_sqs_queue.jobs.url
    }
  }
}
