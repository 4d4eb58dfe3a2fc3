# What `DataDog/lambda-datadog/aws` makes of its inputs, as far as it matters: the function with layers, variables and a
# handler of its own around those that are given.
# https://registry.terraform.io/modules/DataDog/lambda-datadog/aws

variable "function_name" { default = null }
variable "filename" { default = null }
variable "handler" { default = null }
variable "runtime" { default = null }
variable "role" { default = null }
variable "timeout" { default = null }
variable "memory_size" { default = null }
variable "package_type" { default = null }
variable "image_uri" { default = null }
variable "s3_bucket" { default = null }
variable "s3_key" { default = null }
variable "publish" { default = null }
variable "architectures" { default = null }
variable "kms_key_arn" { default = null }
variable "reserved_concurrent_executions" { default = null }
variable "environment_variables" { default = {} }
variable "layers" { default = [] }
variable "dead_letter_config_target_arn" { default = null }
variable "vpc_config_subnet_ids" { default = null }
variable "vpc_config_security_group_ids" { default = null }
variable "tracing_config_mode" { default = null }

# Set by the module, differently in each version.
data "datadog_own" "this" {}

resource "aws_lambda_function" "this" {
  function_name                  = var.function_name
  filename                       = var.filename
  handler                        = var.handler
  runtime                        = var.runtime
  role                           = var.role
  timeout                        = var.timeout
  memory_size                    = var.memory_size
  package_type                   = var.package_type
  image_uri                      = var.image_uri
  s3_bucket                      = var.s3_bucket
  s3_key                         = var.s3_key
  publish                        = var.publish
  architectures                  = var.architectures
  kms_key_arn                    = var.kms_key_arn
  reserved_concurrent_executions = var.reserved_concurrent_executions
  layers                         = concat(var.layers, data.datadog_own.this.layers)

  environment {
    variables = merge(data.datadog_own.this.variables, var.environment_variables)
  }

  dynamic "dead_letter_config" {
    for_each = var.dead_letter_config_target_arn == null ? [] : [true]
    content {
      target_arn = var.dead_letter_config_target_arn
    }
  }

  dynamic "vpc_config" {
    for_each = var.vpc_config_subnet_ids == null ? [] : [true]
    content {
      subnet_ids         = var.vpc_config_subnet_ids
      security_group_ids = var.vpc_config_security_group_ids
    }
  }

  dynamic "tracing_config" {
    for_each = var.tracing_config_mode == null ? [] : [true]
    content {
      mode = var.tracing_config_mode
    }
  }
}

output "arn" { value = aws_lambda_function.this.arn }
output "invoke_arn" { value = aws_lambda_function.this.invoke_arn }
output "function_name" { value = aws_lambda_function.this.function_name }
output "qualified_arn" { value = aws_lambda_function.this.qualified_arn }
output "version" { value = aws_lambda_function.this.version }
