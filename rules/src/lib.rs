//! The rules, one file and one page each.

pub mod config;
pub mod events;
pub mod handler;
pub mod package;
pub mod permissions;

use lamlint_model::Rule;

/// All rules, sorted by name.
pub static RULES: &[&Rule] = &[
    &config::deprecated_runtime::RULE,
    &handler::env_var_undeclared::RULE,
    &handler::event_attribute_access::RULE,
    &handler::event_loop::RULE,
    &package::handler_not_found::RULE,
    &handler::handler_syntax_error::RULE,
    &permissions::hard_coded_account::RULE,
    &permissions::iam_wildcard::RULE,
    &handler::init_inside_handler::RULE,
    &permissions::invalid_policy::RULE,
    &handler::load_inside_handler::RULE,
    &config::malformed_template::RULE,
    &permissions::missing_destination_permission::RULE,
    &permissions::missing_efs_permission::RULE,
    &permissions::missing_event_source_permission::RULE,
    &permissions::missing_iam_permission::RULE,
    &permissions::missing_invoke_permission::RULE,
    &permissions::missing_kms_permission::RULE,
    &permissions::missing_logs_permission::RULE,
    &permissions::missing_profiler_permission::RULE,
    &permissions::missing_resource_policy::RULE,
    &permissions::missing_tracing_permission::RULE,
    &permissions::missing_trust::RULE,
    &permissions::missing_vpc_permission::RULE,
    &events::non_idempotent_handler::RULE,
    &package::oversized_package::RULE,
    &permissions::public_function::RULE,
    &handler::recursive_invocation::RULE,
    &package::sdk_not_in_runtime::RULE,
    &permissions::shared_execution_role::RULE,
    &events::sqs_visibility_timeout::RULE,
    &config::unknown_rule::RULE,
    &permissions::unused_iam_permission::RULE,
    &config::unused_suppression::RULE,
    &permissions::wrong_permission_resource::RULE,
];
