//! Names of the parts of events, as JSON has them: typed libraries spell them in their own way.

use super::same_name;
use smol_str::SmolStr;

/// Names in events of AWS services that do not follow from their typed spelling by a small first letter, by what they
/// stand below (`*`: anywhere). Source: the event pages of the Lambda developer guide, and `aws-lambda-go/events`.
const NAMES: &[(&str, &str, &str)] = &[
    ("*", "Records", "Records"),
    ("*", "Change", "dynamodb"),
    ("*", "DynamoDB", "dynamodb"),
    ("*", "AWSRegion", "awsRegion"),
    ("*", "EventSourceArn", "eventSourceARN"),
    ("*", "SNS", "Sns"),
    ("*", "S3", "s3"),
    ("*", "URLDecodedKey", "key"),
    ("*", "DetailType", "detail-type"),
    ("*", "NewImage", "NewImage"),
    ("*", "OldImage", "OldImage"),
    ("*", "Keys", "Keys"),
    ("*", "SequenceNumber", "sequenceNumber"),
    ("*", "EventSubscriptionArn", "EventSubscriptionArn"),
    ("Sns", "Message", "Message"),
    ("Sns", "MessageID", "MessageId"),
    ("Sns", "Subject", "Subject"),
    ("Sns", "Timestamp", "Timestamp"),
    ("Sns", "TopicArn", "TopicArn"),
    ("Sns", "Type", "Type"),
    ("Sns", "MessageAttributes", "MessageAttributes"),
    ("*", "HTTPMethod", "httpMethod"),
    ("*", "MD5OfBody", "md5OfBody"),
    ("*", "ETag", "eTag"),
    ("*", "AccountID", "account"),
];

/// The name in JSON of a typed member (`EventSourceArn`, `message_id`, `getBody`) of the event, below `path`.
pub(crate) fn member(path: &[SmolStr], name: &str) -> SmolStr {
    let above = path.iter().rev().find(|p| *p != "*").map_or("", SmolStr::as_str);
    let known = NAMES.iter().find(|(a, n, _)| (*a == "*" || *a == above) && same_name(n, name));
    if let Some((_, _, json)) = known {
        return SmolStr::new_static(json);
    }
    camel(name)
}

/// `MessageID`, `message_id` and `MessageId` as `messageId`.
fn camel(name: &str) -> SmolStr {
    let mut words: Vec<String> = Vec::new();
    let chars: Vec<char> = name.chars().collect();
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|j| chars.get(j));
        let starts = c.is_uppercase()
            && (before.is_some_and(|b| !b.is_uppercase())
                || chars.get(i + 1).is_some_and(|n| n.is_lowercase()));
        if *c == '_' || words.is_empty() || starts {
            words.push(String::new());
        }
        if *c != '_'
            && let Some(w) = words.last_mut()
        {
            w.push(c.to_ascii_lowercase());
        }
    }
    let mut out = String::with_capacity(name.len());
    for w in words.iter().filter(|w| !w.is_empty()) {
        let mut c = w.chars();
        match c.next() {
            Some(first) if !out.is_empty() => {
                out.push(first.to_ascii_uppercase());
                out.push_str(c.as_str());
            }
            _ => out.push_str(w),
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_names_of_events() {
        let at = |path: &[&str], n: &str| {
            let path: Vec<SmolStr> = path.iter().map(|p| SmolStr::from(*p)).collect();
            member(&path, n)
        };
        assert_eq!(at(&[], "Records"), "Records");
        assert_eq!(at(&[], "records"), "Records");
        assert_eq!(at(&["Records", "*"], "MessageId"), "messageId");
        assert_eq!(at(&["Records", "*"], "MessageID"), "messageId");
        assert_eq!(at(&["Records", "*", "Sns"], "MessageID"), "MessageId");
        assert_eq!(at(&["Records", "*"], "S3"), "s3");
        assert_eq!(at(&["Records", "*", "s3", "object"], "URLDecodedKey"), "key");
        assert_eq!(at(&["Records", "*"], "EventSourceArn"), "eventSourceARN");
        assert_eq!(at(&["Records", "*"], "body"), "body");
        assert_eq!(at(&[], "QueryStringParameters"), "queryStringParameters");
        assert_eq!(at(&[], "HTTPMethod"), "httpMethod");
        assert_eq!(at(&[], "path_parameters"), "pathParameters");
        assert_eq!(at(&[], "ID"), "id");
    }
}
