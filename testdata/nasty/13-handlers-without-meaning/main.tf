resource "aws_lambda_function" "api" {
  function_name = "api"
  runtime       = "provided.al2023"
  handler       = "bootstrap.handler"
  filename      = "api.zip"
  role          = "arn:aws:iam::123456789012:role/api"
}

resource "aws_lambda_function" "mail" {
  function_name = "mail"
  runtime       = "provided.al2023"
  handler       = "doesnt.matter"
  filename      = "target/lambda/mail/bootstrap.zip"
  role          = "arn:aws:iam::123456789012:role/mail"
}
