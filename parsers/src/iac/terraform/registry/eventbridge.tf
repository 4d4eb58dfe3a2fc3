# What `terraform-aws-modules/eventbridge/aws` makes of its inputs, as far as it matters.
# https://registry.terraform.io/modules/terraform-aws-modules/eventbridge/aws

variable "create" { default = true }
variable "create_bus" { default = true }
variable "create_rules" { default = true }
variable "create_targets" { default = true }
variable "create_schedules" { default = true }
variable "bus_name" { default = "default" }
variable "append_rule_postfix" { default = true }
variable "append_schedule_postfix" { default = true }
variable "rules" { default = {} }
variable "targets" { default = {} }
variable "schedules" { default = {} }

locals {
  bus     = var.create_bus ? one(aws_cloudwatch_event_bus.this[*].name) : var.bus_name
  targets = flatten([for rule, targets in var.targets : [for target in targets : merge(target, { rule = rule })] if var.create && var.create_targets])
}

resource "aws_cloudwatch_event_bus" "this" {
  count = var.create && var.create_bus ? 1 : 0
  name  = var.bus_name
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each            = var.create && var.create_rules ? var.rules : {}
  name                = var.append_rule_postfix ? "${replace(each.key, "_", "-")}-rule" : replace(each.key, "_", "-")
  event_bus_name      = local.bus
  event_pattern       = try(each.value.event_pattern, null)
  schedule_expression = try(each.value.schedule_expression, null)
  role_arn            = try(each.value.role_arn, null)
  is_enabled          = try(each.value.enabled, null)
  state               = try(each.value.state, null)
}

resource "aws_cloudwatch_event_target" "this" {
  count          = length(local.targets)
  event_bus_name = local.bus
  rule           = aws_cloudwatch_event_rule.this[local.targets[count.index].rule].name
  arn            = local.targets[count.index].arn
  target_id      = try(local.targets[count.index].target_id, local.targets[count.index].name, null)
  input          = try(local.targets[count.index].input, null)
  input_path     = try(local.targets[count.index].input_path, null)

  dynamic "input_transformer" {
    for_each = try(local.targets[count.index].input_transformer, null) == null ? [] : [local.targets[count.index].input_transformer]
    content {
      input_paths    = try(input_transformer.value.input_paths, null)
      input_template = try(input_transformer.value.input_template, null)
    }
  }

  dynamic "dead_letter_config" {
    for_each = try(local.targets[count.index].dead_letter_arn, null) == null ? [] : [true]
    content {
      arn = local.targets[count.index].dead_letter_arn
    }
  }

  dynamic "retry_policy" {
    for_each = try(local.targets[count.index].retry_policy, null) == null ? [] : [local.targets[count.index].retry_policy]
    content {
      maximum_event_age_in_seconds = try(retry_policy.value.maximum_event_age_in_seconds, null)
      maximum_retry_attempts       = try(retry_policy.value.maximum_retry_attempts, null)
    }
  }
}

resource "aws_scheduler_schedule" "this" {
  for_each            = var.create && var.create_schedules ? var.schedules : {}
  name                = var.append_schedule_postfix ? "${replace(each.key, "_", "-")}-schedule" : replace(each.key, "_", "-")
  schedule_expression = each.value.schedule_expression
  state               = try(each.value.state, null)

  flexible_time_window {
    mode = try(each.value.use_flexible_time_window, false) ? "FLEXIBLE" : "OFF"
  }

  target {
    arn      = each.value.arn
    role_arn = try(each.value.role_arn, null)
    input    = try(each.value.input, null)

    dynamic "dead_letter_config" {
      for_each = try(each.value.dead_letter_arn, null) == null ? [] : [true]
      content {
        arn = each.value.dead_letter_arn
      }
    }
  }

  # Where no role is given the module may make one.
  lifecycle {
    ignore_changes = [group_name]
  }
}

output "eventbridge_bus_name" { value = local.bus }
output "eventbridge_bus_arn" { value = one(aws_cloudwatch_event_bus.this[*].arn) }
output "eventbridge_rule_arns" { value = { for k, v in aws_cloudwatch_event_rule.this : k => v.arn } }
output "eventbridge_rule_ids" { value = { for k, v in aws_cloudwatch_event_rule.this : k => v.id } }
output "eventbridge_schedule_arns" { value = { for k, v in aws_scheduler_schedule.this : k => v.arn } }
