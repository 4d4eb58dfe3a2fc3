//! Environment variables that are there, or are optional, whatever a template says.

/// Set by Lambda or its runtimes. Source: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
/// ("Defined runtime environment variables").
const PROVIDED: &[&str] = &[
    "GEM_PATH",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "LANG",
    "LD_LIBRARY_PATH",
    "NODE_EXTRA_CA_CERTS",
    "NODE_OPTIONS",
    "NODE_PATH",
    "PATH",
    "PWD",
    "PYTHONPATH",
    "SHLVL",
    "TZ",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
];

/// Starts of names that the service, a runtime, or a well-known library or extension gives a meaning of its own. All
/// of them have defaults or are set by what reads them.
///
/// Sources: the page above for `AWS_` and `LAMBDA_`;
/// <https://docs.aws.amazon.com/powertools/python/latest/#environment-variables> for `POWERTOOLS_`;
/// <https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/> for `OTEL_`;
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_lambda.html> for
/// `PARAMETERS_SECRETS_EXTENSION_`; <https://docs.datadoghq.com/serverless/aws_lambda/configuration/> for `DD_`.
const PREFIXES: &[&str] = &[
    "AWS_",
    "DD_",
    "DT_",
    "ELASTIC_APM_",
    "LAMBDA_",
    "LUMIGO_",
    "NEW_RELIC_",
    "NODE_",
    "OTEL_",
    "PARAMETERS_SECRETS_EXTENSION_",
    "POWERTOOLS_",
    "PYTHON",
    "SENTRY_",
    "SPLUNK_",
    "SSM_PARAMETER_STORE_",
    "SECRETS_MANAGER_",
    "_AWS_",
    "_LAMBDA_",
];

/// Starts of the names among these that belong to the service and its runtimes.
const OF_SERVICE: &[&str] = &["AWS_", "LAMBDA_", "NODE_", "PYTHON", "_AWS_", "_LAMBDA_"];

/// Whether Lambda or a runtime may set a variable by itself.
pub fn is_of_service(name: &str) -> bool {
    PROVIDED.binary_search(&name).is_ok() || OF_SERVICE.iter().any(|p| name.starts_with(p))
}

/// Whether a variable needs no entry in a function's environment.
pub fn is_provided(name: &str) -> bool {
    PROVIDED.binary_search(&name).is_ok() || PREFIXES.iter().any(|p| name.starts_with(p))
}

/// Names a script that starts the runtime and may set any variable.
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html>
pub const EXEC_WRAPPER: &str = "AWS_LAMBDA_EXEC_WRAPPER";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_the_service_and_its_libraries() {
        assert!(PROVIDED.is_sorted());
        // All reserved names are covered.
        for name in [
            "_HANDLER",
            "_X_AMZN_TRACE_ID",
            "AWS_REGION",
            "AWS_LAMBDA_METADATA_TOKEN",
            "LAMBDA_TASK_ROOT",
            "LAMBDA_RUNTIME_DIR",
            "POWERTOOLS_SERVICE_NAME",
            "PYTHONUNBUFFERED",
            "TZ",
        ] {
            assert!(is_provided(name), "{name}");
        }
        for name in ["TABLE", "TABLE_NAME", "LAMBDA", "HANDLER", "DDB_TABLE", "LANGUAGE", "path"] {
            assert!(!is_provided(name), "{name}");
        }
    }
}
