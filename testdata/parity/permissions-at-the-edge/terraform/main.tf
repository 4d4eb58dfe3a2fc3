data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "files" {}

# Another service, and one that only looks like one.
resource "aws_iam_role" "wrong_role" {
  name = "wrong"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["ec2.amazonaws.com", "lambda.amazon.com"] }
      Action    = "sts:AssumeRole"
    }]
  })
}

# Trusted by regions, accounts and services.
resource "aws_iam_role" "right_role" {
  name = "right"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "states.${data.aws_region.current.region}.amazonaws.com" }
        Action    = "sts:AssumeRole"
      },
      {
        Effect = "Allow"
        Principal = {
          AWS     = [data.aws_caller_identity.current.account_id, "123456789012"]
          Service = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]
        }
        Action = ["sts:AssumeRole", "sts:TagSession"]
      },
    ]
  })
}

# Lambda, but not at the edge.
resource "aws_iam_role" "edge_role" {
  name = "edge"

  assume_role_policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
      ]
    }
  EOT
}

resource "aws_iam_role_policy_attachment" "wrong_logs" {
  role       = aws_iam_role.wrong_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy_attachment" "right_logs" {
  role       = aws_iam_role.right_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy_attachment" "edge_logs" {
  role       = aws_iam_role.edge_role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

# A name in place of an ARN.
resource "aws_s3_bucket_policy" "files_policy" {
  bucket = aws_s3_bucket.files.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "${aws_s3_bucket.files.id}/*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_cloudfront_distribution" "site" {
  enabled = true

  origin {
    origin_id   = "site"
    domain_name = "site.example.com"
  }

  default_cache_behavior {
    target_origin_id       = "site"
    viewer_protocol_policy = "https-only"

    lambda_function_association {
      event_type = "viewer-request"
      lambda_arn = aws_lambda_function.request.qualified_arn
    }
    lambda_function_association {
      event_type = "viewer-response"
      lambda_arn = aws_lambda_function.response.qualified_arn
    }
  }
}

data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/build/code.zip"
}

resource "aws_lambda_function" "wrong" {
  function_name    = "wrong"
  runtime          = "python3.14"
  handler          = "app.handler"
  role             = aws_iam_role.wrong_role.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
}

resource "aws_lambda_function" "request" {
  function_name    = "request"
  runtime          = "python3.14"
  handler          = "app.handler"
  role             = aws_iam_role.edge_role.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  publish          = true
}

resource "aws_lambda_function" "response" {
  function_name    = "response"
  runtime          = "python3.14"
  handler          = "app.handler"
  role             = aws_iam_role.right_role.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  publish          = true
}
