variable "downloader" {
  type    = bool
  default = true
}

variable "archiver" {
  type    = bool
  default = false
}

variable "replay" {
  type = bool
}

locals {
  functions = {
    create = { folder = "src/create", timeout = 60, queue = true }
    remove = { folder = "src/remove", timeout = 20, queue = false }
  }
  queued = { for name, f in local.functions : name => f if f.queue }
}

data "archive_file" "code" {
  for_each    = local.functions
  type        = "zip"
  source_dir  = each.value.folder
  output_path = "${each.key}.zip"
}

resource "aws_lambda_function" "of" {
  for_each      = local.functions
  function_name = each.key
  runtime       = "python3.14"
  handler       = "app.handler"
  timeout       = each.value.timeout
  filename      = data.archive_file.code[each.key].output_path
  role          = "arn:aws:iam::123456789012:role/shop"
}

resource "aws_lambda_event_source_mapping" "of" {
  for_each         = local.queued
  function_name    = aws_lambda_function.of[each.key].arn
  event_source_arn = aws_sqs_queue.jobs.arn
}

resource "aws_sqs_queue" "jobs" {
  visibility_timeout_seconds = 30
}

resource "aws_lambda_function" "downloader" {
  count         = var.downloader ? 1 : 0
  function_name = "downloader"
  runtime       = "python3.14"
  handler       = "app.handler"
  timeout       = 90
  filename      = "downloader.zip"
  role          = "arn:aws:iam::123456789012:role/shop"
}

resource "aws_lambda_event_source_mapping" "downloader" {
  count            = var.downloader ? 1 : 0
  function_name    = aws_lambda_function.downloader[0].arn
  event_source_arn = aws_sqs_queue.jobs.arn
}

resource "aws_lambda_function" "archiver" {
  count         = var.archiver ? 1 : 0
  function_name = "archiver"
  runtime       = "python2.7"
  handler       = "app.handler"
  filename      = "archiver.zip"
  role          = "arn:aws:iam::123456789012:role/shop"
}

resource "aws_lambda_function" "replay" {
  count         = var.replay ? 1 : 0
  function_name = "replay"
  runtime       = "python3.14"
  handler       = "app.handler"
  timeout       = 120
  filename      = "replay.zip"
  role          = "arn:aws:iam::123456789012:role/shop"
}

resource "aws_lambda_event_source_mapping" "replay" {
  function_name    = one(aws_lambda_function.replay[*].arn)
  event_source_arn = aws_sqs_queue.jobs.arn
}
