module "registry" {
  source        = "terraform-aws-modules/lambda/aws"
  version       = "8.1.0"
  function_name = "registry"
  handler       = "app.handler"
  runtime       = "python3.14"
  timeout       = 60
  source_path   = "${path.module}/src/registry"
}

module "own" {
  source  = "./modules/endpoint"
  name    = "own"
  handler = "app.handler"
  archive = data.archive_file.own.output_path
  role    = aws_iam_role.own.arn
  snap    = false
}

module "foreign" {
  source  = "example.com/shop/endpoint/aws"
  handler = "nowhere.handler"
  runtime = "python2.7"
}

data "archive_file" "own" {
  type        = "zip"
  source_dir  = "src/own"
  output_path = "own.zip"
}

resource "aws_iam_role" "own" {
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
  managed_policy_arns = ["arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"]
}

resource "aws_sqs_queue" "jobs" {
  visibility_timeout_seconds = 10
}

resource "aws_lambda_event_source_mapping" "registry" {
  function_name    = module.registry.lambda_function_arn
  event_source_arn = aws_sqs_queue.jobs.arn
}

resource "aws_lambda_event_source_mapping" "own" {
  function_name    = module.own.arn
  event_source_arn = aws_sqs_queue.jobs.arn
}

resource "aws_lambda_event_source_mapping" "foreign" {
  function_name    = module.foreign.arn
  event_source_arn = aws_sqs_queue.jobs.arn
}
