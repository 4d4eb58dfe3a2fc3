variable "name" { type = string }
variable "handler" { type = string }
variable "archive" { type = string }
variable "role" { type = string }
variable "snap" { type = bool }

resource "aws_lambda_function" "this" {
  function_name = var.name
  handler       = var.handler
  runtime       = "python3.14"
  timeout       = 30
  filename      = var.archive
  role          = var.role

  dynamic "snap_start" {
    for_each = var.snap ? [1] : []
    content {
      apply_on = "PublishedVersions"
    }
  }
}

output "arn" {
  value = aws_lambda_function.this.arn
}
