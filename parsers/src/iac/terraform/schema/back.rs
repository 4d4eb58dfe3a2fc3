//! From canonical properties back to a provider's arguments: the same tables, read the other way. What does not go
//! back to one argument with the same value is no way.

use super::map::{Arg, How};
use super::{ids, joins, odd, types};
use lamlint_model::ResourceId;
use lamlint_model::app::Kind;
use lamlint_model::value::{Attr, Value};
use smol_str::SmolStr;

/// Where an argument stands in a resource.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Way {
    /// The blocks around it, from the outside in; each stands at most once.
    pub(crate) blocks: Vec<&'static str>,
    /// Its name.
    pub(crate) argument: &'static str,
    /// Keys of the user's own within its value.
    pub(crate) keys: Vec<SmolStr>,
}

/// The argument of a type that is a property.
pub(crate) fn way(type_name: &str, path: &[SmolStr]) -> Option<Way> {
    let mut args = types::find(type_name).filter(|_| !odd::SHAPED.contains(&type_name))?.args;
    let (mut blocks, mut path) = (Vec::new(), path);
    loop {
        let (name, how, rest) = only(args, path)?;
        match how {
            How::Block(inner) if !rest.is_empty() => {
                blocks.push(name);
                (args, path) = (inner, rest);
            }
            How::Text if rest.is_empty() => return Some(Way { blocks, argument: name, keys: Vec::new() }),
            How::Keep => return Some(Way { blocks, argument: name, keys: rest.to_vec() }),
            _ => return None,
        }
    }
}

/// The one argument at the start of a path, and what is left of the path.
fn only<'p>(args: &[Arg], path: &'p [SmolStr]) -> Option<(&'static str, How, &'p [SmolStr])> {
    let mut fit = args.iter().filter_map(|(name, to, how)| {
        let keys: Vec<&str> = to.split('.').collect();
        let (start, rest) = path.split_at_checked(keys.len())?;
        (start == keys).then_some((*name, *how, rest))
    });
    fit.next().filter(|_| fit.next().is_none())
}

/// The type that is a canonical type, and its arguments for these properties.
pub(crate) fn arguments<'v>(
    canonical: &str,
    properties: &'v [(SmolStr, Value)],
) -> Option<(&'static str, Vec<(&'static str, &'v Value)>)> {
    let t = types::back(canonical)?;
    let each = properties.iter().map(|(name, value)| match only(t.args, std::slice::from_ref(name))? {
        (argument, How::Text, []) => Some((argument, value)),
        _ => None,
    });
    Some((t.name, each.collect::<Option<_>>()?))
}

/// The attribute of a type that is an identity.
pub(crate) fn attribute(type_name: &str, id: &Attr) -> Option<&'static str> {
    ids::attribute(type_name, id)
}

/// The attribute that is a text of which `parts` are the start, and how many of them it is.
pub(crate) fn text_at(id: ResourceId, type_name: &str, parts: &[Value]) -> Option<(&'static str, usize)> {
    ids::text_at(id, type_name, parts)
}

/// The type that puts an element into a list of another resource, with the arguments that name that one and give the
/// element.
pub(crate) fn joiner(kind: Kind, property: &str) -> Option<(&'static str, &'static str, &'static str)> {
    joins::joiner(kind, property)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_one_to_one_goes_back() {
        let way = |t: &str, path: &str| {
            let path: Vec<SmolStr> = path.split('.').map(SmolStr::new).collect();
            way(t, &path).map(|w| format!("{}.{}.{}", w.blocks.join("."), w.argument, w.keys.join(".")))
        };
        let f = "aws_lambda_function";
        assert_eq!(way(f, "Timeout").as_deref(), Some(".timeout."));
        assert_eq!(way(f, "Environment.Variables.A").as_deref(), Some("environment.variables.A"));
        assert_eq!(
            way("aws_sqs_queue", "VisibilityTimeout").as_deref(),
            Some(".visibility_timeout_seconds.")
        );
        // Another spelling of the value, a document, blocks that are repeated, no argument, a shape of its own.
        for (t, path) in [
            (f, "ReservedConcurrentExecutions"),
            (f, "FileSystemConfigs.0.Arn"),
            (f, "Environment"),
            (f, "Nothing"),
            (f, "Timeout.Seconds"),
            ("aws_sqs_queue", "RedrivePolicy.maxReceiveCount"),
            ("aws_dynamodb_table", "TableName"),
            ("aws_nothing", "Timeout"),
        ] {
            assert_eq!(way(t, path), None, "{t} {path}");
        }
    }

    #[test]
    fn identities_have_names() {
        assert_eq!(attribute("aws_lambda_function", &Attr::Name), Some("function_name"));
        assert_eq!(attribute("aws_sns_topic", &Attr::Arn), Some("arn"));
        assert_eq!(attribute("aws_sqs_queue", &Attr::Url), Some("url"));
        assert_eq!(attribute("aws_apigatewayv2_api", &Attr::Name), Some("id"));
        assert_eq!(attribute("aws_sns_topic", &Attr::Url), None);
    }
}
