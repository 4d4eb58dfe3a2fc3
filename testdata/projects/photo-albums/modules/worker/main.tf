variable "name" {
  type = string
}

variable "code" {
  type = string
}

variable "timeout" {
  type = number
}

variable "environment" {
  type    = map(string)
  default = {}
}

variable "statements" {
  type    = list(object({ actions = list(string), resources = list(string) }))
  default = []
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

data "aws_iam_policy_document" "work" {
  dynamic "statement" {
    for_each = var.statements
    content {
      actions   = statement.value.actions
      resources = statement.value.resources
    }
  }
}

resource "aws_iam_role" "worker" {
  name               = var.name
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.worker.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy" "work" {
  role   = aws_iam_role.worker.id
  policy = data.aws_iam_policy_document.work.json
}

data "archive_file" "code" {
  type        = "zip"
  source_dir  = var.code
  output_path = "${path.module}/${var.name}.zip"
}

resource "aws_lambda_function" "worker" {
  function_name    = var.name
  role             = aws_iam_role.worker.arn
  runtime          = "python3.14"
  handler          = "app.handler"
  filename         = data.archive_file.code.output_path
  source_code_hash = data.archive_file.code.output_base64sha256
  timeout          = var.timeout

  environment {
    variables = var.environment
  }
}

output "arn" {
  value = aws_lambda_function.worker.arn
}

output "name" {
  value = aws_lambda_function.worker.function_name
}

output "invoke_arn" {
  value = aws_lambda_function.worker.invoke_arn
}
