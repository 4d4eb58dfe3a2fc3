//! Logical ids as the framework makes them.
//! Source: `lib/plugins/aws/lib/naming.js` of the framework.

use smol_str::{SmolStr, format_smolstr};

/// The first letter in upper case.
fn upper_first(s: &str) -> String {
    let mut chars = s.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// A name of a function in logical ids.
pub(super) fn normalized(name: &str) -> String {
    upper_first(&name.replace('-', "Dash").replace('_', "Underscore"))
}

/// Letters and digits of a name.
pub(super) fn alphanumeric(name: &str) -> String {
    upper_first(&name.chars().filter(char::is_ascii_alphanumeric).collect::<String>())
}

/// A function.
pub(super) fn function(key: &str) -> SmolStr {
    format_smolstr!("{}LambdaFunction", normalized(key))
}

/// A layer.
pub(super) fn layer(key: &str) -> SmolStr {
    format_smolstr!("{}LambdaLayer", normalized(key))
}

/// A resource of a construct of `serverless-lift`; its real name has a hash.
pub(super) fn construct(key: &str, suffix: &str) -> SmolStr {
    format_smolstr!("{key}{suffix}Construct")
}

/// The role of all functions that have none of their own.
pub(super) const ROLE: &str = "IamRoleLambdaExecution";
