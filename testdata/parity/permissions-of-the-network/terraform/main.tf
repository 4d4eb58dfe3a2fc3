variable "stage" {
  type    = string
  default = "dev"
}

locals {
  is_prod = var.stage == "prod"
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

# Neither network interfaces nor traces.
resource "aws_iam_role" "plain_role" {
  name               = "plain-role"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "plain_role_managed" {
  role       = aws_iam_role.plain_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

# Traces in text as JSON; the network by a managed policy that a condition adds with the network.
resource "aws_iam_role" "full_role" {
  name               = "full-role"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "full_role_managed" {
  role       = aws_iam_role.full_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy_attachment" "full_network" {
  count = local.is_prod ? 1 : 0

  role       = aws_iam_role.full_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
}

resource "aws_iam_role_policy" "full_traces" {
  role   = aws_iam_role.full_role.id
  policy = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"xray:Put*\", \"Resource\": \"*\"}]}"
}

# No logs, but traces.
resource "aws_iam_role" "silent_role" {
  name               = "silent-role"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "silent_role_managed" {
  role       = aws_iam_role.silent_role.name
  policy_arn = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"
}

# Everything by patterns.
resource "aws_iam_role" "odd_role" {
  name               = "odd-role"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "odd" {
  role = aws_iam_role.odd_role.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["logs:Create*", "logs:Put*", "xray:Put*"], Resource = "*" },
      { Effect = "Allow", Action = ["ec2:*NetworkInterface*", "ec2:Describe*"], Resource = "*" },
    ]
  })
}

data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/build/code.zip"
}

resource "aws_lambda_function" "plain" {
  function_name    = "plain"
  runtime          = "python3.14"
  handler          = "app.handler"
  role             = aws_iam_role.plain_role.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  tracing_config {
    mode = "Active"
  }

  vpc_config {
    subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]
    security_group_ids = ["sg-0123456789abcdef0"]
  }
}

resource "aws_lambda_function" "full" {
  function_name    = "full"
  runtime          = "python3.14"
  handler          = "app.handler"
  role             = aws_iam_role.full_role.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  tracing_config {
    mode = "Active"
  }

  dynamic "vpc_config" {
    for_each = local.is_prod ? [1] : []
    content {
      subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]
      security_group_ids = ["sg-0123456789abcdef0"]
    }
  }
}

resource "aws_lambda_function" "silent" {
  function_name    = "silent"
  runtime          = "python3.14"
  handler          = "app.handler"
  role             = aws_iam_role.silent_role.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  tracing_config {
    mode = "Active"
  }
}

resource "aws_lambda_function" "odd" {
  function_name    = "odd"
  runtime          = "python3.14"
  handler          = "app.handler"
  role             = aws_iam_role.odd_role.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  tracing_config {
    mode = "Active"
  }

  vpc_config {
    subnet_ids         = ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]
    security_group_ids = ["sg-0123456789abcdef0"]
  }
}
