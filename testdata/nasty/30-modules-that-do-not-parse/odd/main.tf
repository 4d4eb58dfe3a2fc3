resource "aws_lambda_function" "worker" {
  runtime = python3.14, handler = "app.handler"
}
