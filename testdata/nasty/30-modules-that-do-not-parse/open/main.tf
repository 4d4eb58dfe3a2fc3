resource "aws_lambda_function" "worker" {
  runtime = "python3.14"
