data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"
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

# All of a service on everything, and a call's name in place of the action.
resource "aws_iam_role" "wide_role" {
  name               = "wide"
  assume_role_policy = data.aws_iam_policy_document.trust.json

  inline_policy {
    name = "wide"
    policy = jsonencode({
      Version = "2012-10-17"
      Statement = [
        { Effect = "Allow", Action = ["dynamodb:GetItem", "sqs:*"], Resource = ["*"] },
        {
          Effect   = "Allow"
          Action   = "lambda:Invoke"
          Resource = "arn:aws:lambda:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:function:other"
        },
      ]
    })
  }
}

resource "aws_iam_role_policy_attachment" "wide_logs" {
  role       = aws_iam_role.wide_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

# Wide only where it denies, under a condition, or where the action takes no resource.
resource "aws_iam_role" "narrow_role" {
  name               = "narrow-role"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "narrow_role_managed" {
  role       = aws_iam_role.narrow_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

data "aws_iam_policy_document" "narrow" {
  statement {
    sid       = "Own"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.jobs.arn]
  }
  statement {
    sid       = "NoDeletion"
    effect    = "Deny"
    actions   = ["dynamodb:Delete*"]
    resources = ["*"]
  }
  statement {
    sid       = "Describe"
    actions   = ["ec2:DescribeInstances"]
    resources = ["*"]
  }
  statement {
    sid       = "Home"
    actions   = ["s3:*"]
    resources = ["*"]
    condition {
      test     = "StringEquals"
      variable = "aws:ResourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_iam_role_policy" "narrow" {
  role   = aws_iam_role.narrow_role.id
  policy = data.aws_iam_policy_document.narrow.json
}

data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/build/code.zip"
}

resource "aws_lambda_function" "wide" {
  function_name    = "wide"
  runtime          = "python3.14"
  handler          = "wide.handler"
  role             = aws_iam_role.wide_role.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  environment {
    variables = {
      QUEUE = aws_sqs_queue.jobs.url
    }
  }
}

resource "aws_lambda_function" "narrow" {
  function_name    = "narrow"
  runtime          = "python3.14"
  handler          = "narrow.handler"
  role             = aws_iam_role.narrow_role.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  environment {
    variables = {
      QUEUE = aws_sqs_queue.jobs.url
    }
  }
}
