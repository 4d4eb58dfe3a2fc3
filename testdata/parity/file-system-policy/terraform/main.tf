variable "subnet_id" {
  type = string
}

variable "security_group_id" {
  type = string
}

resource "aws_efs_file_system" "files" {}

resource "aws_efs_file_system_policy" "files" {
  file_system_id = aws_efs_file_system.files.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "elasticfilesystem:ClientMount"
    }]
  })
}

resource "aws_efs_mount_target" "target" {
  file_system_id  = aws_efs_file_system.files.id
  subnet_id       = var.subnet_id
  security_groups = [var.security_group_id]
}

resource "aws_efs_access_point" "point" {
  file_system_id = aws_efs_file_system.files.id
}

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

resource "aws_iam_role" "role" {
  name                = "files"
  assume_role_policy  = data.aws_iam_policy_document.trust.json
  managed_policy_arns = ["arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"]

  inline_policy {
    name = "jobs"
    policy = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = "sqs:SendMessage"
        Resource = aws_sqs_queue.jobs.arn
      }]
    })
  }
}

data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/build/code.zip"
}

resource "aws_lambda_function" "reader" {
  function_name    = "reader"
  runtime          = "python3.14"
  handler          = "reader.handler"
  role             = aws_iam_role.role.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  vpc_config {
    subnet_ids         = [var.subnet_id]
    security_group_ids = [var.security_group_id]
  }

  file_system_config {
    arn              = aws_efs_access_point.point.arn
    local_mount_path = "/mnt/data"
  }

  depends_on = [aws_efs_mount_target.target]
}

resource "aws_lambda_function" "writer" {
  function_name    = "writer"
  runtime          = "python3.14"
  handler          = "writer.handler"
  role             = aws_iam_role.role.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  environment {
    variables = {
      JOBS_URL = aws_sqs_queue.jobs.url
    }
  }

  vpc_config {
    subnet_ids         = [var.subnet_id]
    security_group_ids = [var.security_group_id]
  }

  file_system_config {
    arn              = aws_efs_access_point.point.arn
    local_mount_path = "/mnt/data"
  }

  depends_on = [aws_efs_mount_target.target]
}
