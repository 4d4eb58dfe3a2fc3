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
  name               = "role"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "role_managed" {
  role       = aws_iam_role.role.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_s3_bucket" "pictures" {}

data "aws_iam_policy_document" "work" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.pictures.arn}/*"]
  }
  statement {
    actions   = ["s3:GetObject", "s3:GetObjectTagging"]
    resources = [aws_s3_bucket.pictures.arn]
  }
}

resource "aws_iam_role_policy" "work" {
  role   = aws_iam_role.role.name
  policy = data.aws_iam_policy_document.work.json
}

data "archive_file" "code" {
  type        = "zip"
  source_dir  = "${path.module}/src"
  output_path = "${path.module}/build/code.zip"
}

resource "aws_lambda_function" "worker" {
  function_name    = "worker"
  runtime          = "python3.14"
  handler          = "app.handler"
  role             = aws_iam_role.role.arn
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  timeout          = 30
}
