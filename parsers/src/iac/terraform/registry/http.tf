# What `terraform-aws-modules/apigateway-v2/aws` makes of its inputs, as far as it matters.
# https://registry.terraform.io/modules/terraform-aws-modules/apigateway-v2/aws

variable "create" { default = true }
variable "create_api_gateway" { default = true }
variable "create_routes_and_integrations" { default = true }
variable "name" { default = "" }
variable "protocol_type" { default = "HTTP" }
variable "cors_configuration" { default = null }
variable "body" { default = null }
variable "routes" { default = {} }
variable "integrations" { default = {} }

locals {
  is_api = var.create && var.create_api_gateway
  # Older versions have all of a route in `integrations`.
  all = merge(
    { for k, v in var.integrations : k => merge(v, { uri = try(v.lambda_arn, v.integration_uri, null), type = try(v.integration_type, null) }) },
    { for k, v in var.routes : k => merge(v, v.integration) },
  )
}

resource "aws_apigatewayv2_api" "this" {
  count         = local.is_api ? 1 : 0
  name          = var.name
  protocol_type = var.protocol_type
  body          = var.body
}

resource "aws_apigatewayv2_integration" "this" {
  for_each               = local.is_api && var.create_routes_and_integrations ? local.all : {}
  api_id                 = aws_apigatewayv2_api.this[0].id
  integration_type       = try(coalesce(each.value.type), "AWS_PROXY")
  integration_uri        = each.value.uri
  integration_method     = try(each.value.method, each.value.integration_method, null)
  integration_subtype    = try(each.value.subtype, each.value.integration_subtype, null)
  payload_format_version = try(each.value.payload_format_version, null)
  timeout_milliseconds   = try(each.value.timeout_milliseconds, null)
  credentials_arn        = try(each.value.credentials_arn, null)
}

resource "aws_apigatewayv2_route" "this" {
  for_each           = local.is_api && var.create_routes_and_integrations ? local.all : {}
  api_id             = aws_apigatewayv2_api.this[0].id
  route_key          = each.key
  authorization_type = try(each.value.authorization_type, null)
  target             = "integrations/${aws_apigatewayv2_integration.this[each.key].id}"
}

output "api_id" { value = one(aws_apigatewayv2_api.this[*].id) }
output "api_arn" { value = one(aws_apigatewayv2_api.this[*].arn) }
output "api_endpoint" { value = one(aws_apigatewayv2_api.this[*].api_endpoint) }
output "api_execution_arn" { value = one(aws_apigatewayv2_api.this[*].execution_arn) }
output "apigatewayv2_api_id" { value = one(aws_apigatewayv2_api.this[*].id) }
output "apigatewayv2_api_arn" { value = one(aws_apigatewayv2_api.this[*].arn) }
output "apigatewayv2_api_api_endpoint" { value = one(aws_apigatewayv2_api.this[*].api_endpoint) }
output "apigatewayv2_api_execution_arn" { value = one(aws_apigatewayv2_api.this[*].execution_arn) }
output "default_apigatewayv2_stage_execution_arn" { value = one(aws_apigatewayv2_api.this[*].execution_arn) }
