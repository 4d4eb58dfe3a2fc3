resource "aws_apigatewayv2_api" "albums" {
  name          = local.prefix
  protocol_type = "HTTP"
}

resource "aws_apigatewayv2_integration" "albums" { # ~ missing-invoke-permission
  api_id                 = aws_apigatewayv2_api.albums.id
  integration_type       = "AWS_PROXY"
  integration_uri        = module.api.invoke_arn
  payload_format_version = "2.0"
}

resource "aws_apigatewayv2_route" "get" {
  api_id    = aws_apigatewayv2_api.albums.id
  route_key = "GET /albums/{id}"
  target    = "integrations/${aws_apigatewayv2_integration.albums.id}"
}

# For the function of another name.
resource "aws_lambda_permission" "albums" {
  action        = "lambda:InvokeFunction"
  function_name = module.index.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.albums.execution_arn}/*/*"
}

module "api" {
  source = "./modules/worker"

  name    = "${local.prefix}-api"
  code    = "${path.module}/src/api"
  timeout = 10
  environment = {
    TABLE = aws_dynamodb_table.albums.name
  }
  # The code writes as well.
  statements = [
    { actions = ["dynamodb:GetItem"], resources = [aws_dynamodb_table.albums.arn] },
  ]
}
