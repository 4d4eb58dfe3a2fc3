//! Rules, schedules, pipes, workflows and other sources of events.

use super::lambda::FILTERS;
use super::{Type, named, of};
use crate::iac::terraform::schema::map::How::{Block, Blocks, Json, Keep, Text, Words};
use crate::iac::terraform::schema::map::{Arg, NOT, STATE};

/// A target of a rule, as the list inside the rule has it.
/// Source: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/cloudwatch_event_target>
pub(in crate::iac::terraform::schema) const TARGET: &[Arg] = &[
    ("target_id", "Id", Text),
    ("arn", "Arn", Text),
    ("role_arn", "RoleArn", Text),
    ("input", "Input", Text),
    ("input_path", "InputPath", Text),
    (
        "input_transformer",
        "InputTransformer",
        Block(&[("input_paths", "InputPathsMap", Keep), ("input_template", "InputTemplate", Text)]),
    ),
    ("dead_letter_config", "DeadLetterConfig", Block(&[("arn", "Arn", Text)])),
    ("retry_policy", "RetryPolicy", Block(RETRIES)),
    ("sqs_target", "SqsParameters", Block(&[("message_group_id", "MessageGroupId", Text)])),
];

const RETRIES: &[Arg] = &[
    ("maximum_event_age_in_seconds", "MaximumEventAgeInSeconds", Text),
    ("maximum_retry_attempts", "MaximumRetryAttempts", Text),
];

const LAMBDA_ACTION: &[Arg] = &[("function_arn", "Lambda.FunctionArn", Text)];

const SENDER: &[Arg] = &[("lambda_arn", "LambdaArn", Text), ("lambda_version", "LambdaVersion", Text)];

const USER_POOL: &[Arg] = &[
    ("create_auth_challenge", "CreateAuthChallenge", Text),
    ("custom_message", "CustomMessage", Text),
    ("define_auth_challenge", "DefineAuthChallenge", Text),
    ("post_authentication", "PostAuthentication", Text),
    ("post_confirmation", "PostConfirmation", Text),
    ("pre_authentication", "PreAuthentication", Text),
    ("pre_sign_up", "PreSignUp", Text),
    ("pre_token_generation", "PreTokenGeneration", Text),
    (
        "pre_token_generation_config",
        "PreTokenGenerationConfig",
        Block(&[("lambda_arn", "LambdaArn", Text), ("lambda_version", "LambdaVersion", Text)]),
    ),
    ("user_migration", "UserMigration", Text),
    ("verify_auth_challenge_response", "VerifyAuthChallengeResponse", Text),
    ("custom_email_sender", "CustomEmailSender", Block(SENDER)),
    ("custom_sms_sender", "CustomSMSSender", Block(SENDER)),
];

const STACK: &[Arg] = &[("parameters", "Parameters", Keep)];

pub(super) const TYPES: &[Type] = &[
    // They exist for what runs with them.
    of("null_resource", "Custom::Script", &[("triggers", "Triggers", Keep)]),
    of(
        "terraform_data",
        "Custom::Script",
        &[("input", "Input", Keep), ("triggers_replace", "Triggers", Keep)],
    ),
    // What they hold is not read.
    of("aws_cloudformation_stack", "Nested", STACK),
    of("aws_serverlessapplicationrepository_cloudformation_stack", "Nested", STACK),
    named(
        "aws_cloudwatch_event_rule",
        "AWS::Events::Rule",
        ("name_prefix", "Name"),
        &[
            ("name", "Name", Text),
            ("event_bus_name", "EventBusName", Text),
            ("event_pattern", "EventPattern", Json),
            ("schedule_expression", "ScheduleExpression", Text),
            ("state", "State", Words(&[("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", "ENABLED")])),
            // The name it had before.
            ("is_enabled", "State", STATE),
            ("role_arn", "RoleArn", Text),
        ],
    ),
    of("aws_cloudwatch_event_bus", "AWS::Events::EventBus", &[("name", "Name", Text)]),
    of(
        "aws_cloudwatch_event_bus_policy",
        "AWS::Events::EventBusPolicy",
        &[("event_bus_name", "EventBusName", Text), ("policy", "Statement", Text)],
    ),
    named(
        "aws_scheduler_schedule",
        "AWS::Scheduler::Schedule",
        ("name_prefix", "Name"),
        &[
            ("name", "Name", Text),
            ("group_name", "GroupName", Text),
            ("schedule_expression", "ScheduleExpression", Text),
            ("state", "State", Text),
            (
                "target",
                "Target",
                Block(&[
                    ("arn", "Arn", Text),
                    ("role_arn", "RoleArn", Text),
                    ("input", "Input", Text),
                    ("dead_letter_config", "DeadLetterConfig", Block(&[("arn", "Arn", Text)])),
                    ("retry_policy", "RetryPolicy", Block(RETRIES)),
                ]),
            ),
        ],
    ),
    named(
        "aws_pipes_pipe",
        "AWS::Pipes::Pipe",
        ("name_prefix", "Name"),
        &[
            ("name", "Name", Text),
            ("role_arn", "RoleArn", Text),
            ("desired_state", "DesiredState", Text),
            ("source", "Source", Text),
            ("enrichment", "Enrichment", Text),
            ("target", "Target", Text),
            (
                "source_parameters",
                "SourceParameters",
                Block(&[("filter_criteria", "FilterCriteria", Block(FILTERS))]),
            ),
        ],
    ),
    named(
        "aws_sfn_state_machine",
        "AWS::StepFunctions::StateMachine",
        ("name_prefix", "StateMachineName"),
        &[
            ("name", "StateMachineName", Text),
            ("type", "StateMachineType", Text),
            ("role_arn", "RoleArn", Text),
            ("definition", "DefinitionString", Text),
        ],
    ),
    of(
        "aws_cognito_user_pool",
        "AWS::Cognito::UserPool",
        &[("name", "UserPoolName", Text), ("lambda_config", "LambdaConfig", Block(USER_POOL))],
    ),
    of(
        "aws_iot_topic_rule",
        "AWS::IoT::TopicRule",
        &[
            ("name", "RuleName", Text),
            ("sql", "TopicRulePayload.Sql", Text),
            ("enabled", "TopicRulePayload.RuleDisabled", NOT),
            ("lambda", "TopicRulePayload.Actions", Blocks(LAMBDA_ACTION)),
            (
                "error_action",
                "TopicRulePayload.ErrorAction",
                Block(&[("lambda", "Lambda", Block(&[("function_arn", "FunctionArn", Text)]))]),
            ),
        ],
    ),
    of(
        "aws_ses_receipt_rule",
        "AWS::SES::ReceiptRule",
        &[
            ("rule_set_name", "RuleSetName", Text),
            ("name", "Rule.Name", Text),
            ("lambda_action", "Rule.Actions", Blocks(&[("function_arn", "LambdaAction.FunctionArn", Text)])),
        ],
    ),
    of(
        "aws_cloudwatch_metric_alarm",
        "AWS::CloudWatch::Alarm",
        &[("alarm_name", "AlarmName", Text), ("alarm_actions", "AlarmActions", Keep)],
    ),
    of(
        "aws_config_config_rule",
        "AWS::Config::ConfigRule",
        &[
            ("name", "ConfigRuleName", Text),
            (
                "source",
                "Source",
                Block(&[("owner", "Owner", Text), ("source_identifier", "SourceIdentifier", Text)]),
            ),
        ],
    ),
];
