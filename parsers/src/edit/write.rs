//! Values as a template writes them, in YAML and in JSON.

use super::Refused;
use lamlint_model::app::{App, Kind, Resource};
use lamlint_model::value::{Attr, Value};

/// What is written: intrinsic functions are scalars of their own.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Out {
    /// Text.
    Text(String),
    /// A number or truth value.
    Bare(String),
    /// `!Ref`.
    Ref(String),
    /// `!GetAtt`.
    GetAtt(String, String),
    /// `!Sub`.
    Sub(String),
    /// A list.
    List(Vec<Out>),
    /// A map.
    Map(Vec<(String, Out)>),
}

/// A value as a resource `near` it writes it.
pub(super) fn out(app: &App, near: &Resource, v: &Value) -> Result<Out, Refused> {
    const UNKNOWN: Refused = Refused("the value is not known whole");
    Ok(match v {
        Value::Str(s) => Out::Text(s.to_string()),
        Value::Int(i) => Out::Bare(i.to_string()),
        Value::Bool(b) => Out::Bare(b.to_string()),
        Value::Pseudo(n) => Out::Ref(n.to_string()),
        Value::List(items, false) => {
            Out::List(items.iter().map(|i| out(app, near, i)).collect::<Result<_, _>>()?)
        }
        Value::Map(entries, false) => Out::Map(
            entries
                .iter()
                .map(|(k, v)| Ok((k.to_string(), out(app, near, v)?)))
                .collect::<Result<_, Refused>>()?,
        ),
        Value::Of(id, attr) => {
            let r = app.resource(*id);
            let name = reference(near, r)?;
            match (attr, r.kind) {
                (Attr::Arn, Kind::Topic | Kind::StateMachine | Kind::Secret) | (Attr::Name, _) => {
                    by_name(r, attr, name)
                }
                (Attr::Url, Kind::Queue) => Out::Ref(name),
                (Attr::Arn, Kind::Parameter) | (Attr::Url, _) => return Err(UNKNOWN),
                (Attr::Arn, _) => Out::GetAtt(name, "Arn".to_owned()),
                (Attr::Other(a), _) => Out::GetAtt(name, a.to_string()),
            }
        }
        Value::Concat(parts) => {
            let mut text = String::new();
            for p in parts {
                match out(app, near, p)? {
                    Out::Text(s) => text.push_str(&s.replace("${", "${!")),
                    Out::Bare(s) => text.push_str(&s),
                    Out::Ref(n) => text.extend(["${", &n, "}"]),
                    Out::GetAtt(n, a) => text.extend(["${", &n, ".", &a, "}"]),
                    Out::Sub(_) | Out::List(_) | Out::Map(_) => return Err(UNKNOWN),
                }
            }
            Out::Sub(text)
        }
        _ => return Err(UNKNOWN),
    })
}

/// The name of a resource, or its ARN where a reference gives it.
fn by_name(r: &Resource, attr: &Attr, name: String) -> Out {
    match (attr, r.kind) {
        // A reference to these gives a URL or an ARN.
        (Attr::Name, Kind::Queue) => Out::GetAtt(name, "QueueName".to_owned()),
        (Attr::Name, Kind::Topic) => Out::GetAtt(name, "TopicName".to_owned()),
        (Attr::Name, Kind::StateMachine) => Out::GetAtt(name, "Name".to_owned()),
        _ => Out::Ref(name),
    }
}

fn reference(near: &Resource, r: &Resource) -> Result<String, Refused> {
    if r.template != near.template {
        return Err(Refused("it needs a resource of another template"));
    }
    if r.implied_by.is_some() {
        return Err(Refused("it needs a resource that a shorthand implies"));
    }
    if !r.anchor.path.ends_with(&format!("Resources.{}", r.name)) {
        return Err(Refused("it needs a resource that has another name in the template"));
    }
    Ok(r.name.to_string())
}

/// A constant, in the style of what it replaces.
pub(super) fn constant(old: &str, json: bool, v: &Value) -> Option<String> {
    let new = match v {
        Value::Str(s) => s.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Bool(b) => b.to_string(),
        _ => return None,
    };
    let is_text = matches!(v, Value::Str(_));
    Some(match old.chars().next() {
        Some('\'') if !json => format!("'{}'", new.replace('\'', "''")),
        Some('"') => quoted(&new),
        _ if json && is_text => quoted(&new),
        _ if is_text => plain_or_quoted(&new),
        _ => new,
    })
}

fn quoted(s: &str) -> String {
    serde_json::Value::from(s).to_string()
}

/// Text that YAML takes for the same text without quotes, else in quotes.
fn plain_or_quoted(s: &str) -> String {
    // What YAML 1.1 takes for something else than text.
    const WORDS: &[&str] = &["y", "n", "yes", "no", "true", "false", "on", "off", "null", "~"];
    let first = s.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '/'));
    let rest = s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | ':' | '-' | '@'));
    let word = WORDS.iter().any(|w| s.eq_ignore_ascii_case(w));
    if first && rest && !word && !s.ends_with(':') { s.to_owned() } else { quoted(s) }
}

impl Out {
    /// In one line of YAML. In a flow collection every text is quoted.
    pub(super) fn inline(&self, flow: bool) -> String {
        match self {
            Self::Text(s) if flow => quoted(s),
            Self::Text(s) => plain_or_quoted(s),
            Self::Bare(s) => s.clone(),
            Self::Ref(n) => format!("!Ref {n}"),
            Self::GetAtt(n, a) => format!("!GetAtt {n}.{a}"),
            Self::Sub(s) => format!("!Sub {}", quoted(s)),
            Self::List(items) => {
                format!("[{}]", items.iter().map(|i| i.inline(true)).collect::<Vec<_>>().join(", "))
            }
            Self::Map(entries) => {
                let all: Vec<String> = entries
                    .iter()
                    .map(|(k, v)| format!("{}: {}", plain_or_quoted(k), v.inline(true)))
                    .collect();
                format!("{{{}}}", all.join(", "))
            }
        }
    }

    /// As the value of a key of a block map in YAML whose keys stand in column `column`: what follows the colon.
    pub(super) fn below(&self, column: usize, step: usize, eol: &str) -> String {
        match self {
            Self::List(items) if !items.is_empty() => {
                let each = items.iter().map(|i| format!("{eol}{}", i.item(column + step, step, eol)));
                each.collect()
            }
            Self::Map(entries) if !entries.is_empty() => {
                let pad = " ".repeat(column + step);
                let each = entries.iter().map(|(k, v)| {
                    format!("{eol}{pad}{}:{}", plain_or_quoted(k), v.below(column + step, step, eol))
                });
                each.collect()
            }
            other => format!(" {}", other.inline(false)),
        }
    }

    /// As an element of a block list in YAML whose dashes stand in column `column`.
    pub(super) fn item(&self, column: usize, step: usize, eol: &str) -> String {
        let pad = " ".repeat(column);
        match self {
            Self::Map(entries) if !entries.is_empty() => {
                let inner = " ".repeat(column + 2);
                let each = entries.iter().enumerate().map(|(i, (k, v))| {
                    let lead = if i == 0 { format!("{pad}- ") } else { format!("{eol}{inner}") };
                    format!("{lead}{}:{}", plain_or_quoted(k), v.below(column + 2, step, eol))
                });
                each.collect()
            }
            other => format!("{pad}- {}", other.inline(false)),
        }
    }

    /// In JSON; over several lines where `indent` gives the column the value stands in and the step.
    pub(super) fn json(&self, indent: Option<(usize, usize)>, eol: &str) -> String {
        let deeper = indent.map(|(c, s)| (c + s, s));
        let (open, between, close) = match indent {
            Some((c, s)) => {
                let pad = " ".repeat(c + s);
                (format!("{eol}{pad}"), format!(",{eol}{pad}"), format!("{eol}{}", " ".repeat(c)))
            }
            None => (String::new(), ", ".to_owned(), String::new()),
        };
        let call = |name: &str, arg: String| format!("{{ {}: {arg} }}", quoted(name));
        match self {
            Self::Text(s) => quoted(s),
            Self::Bare(s) => s.clone(),
            Self::Ref(n) => call("Ref", quoted(n)),
            Self::GetAtt(n, a) => call("Fn::GetAtt", format!("[{}, {}]", quoted(n), quoted(a))),
            Self::Sub(s) => call("Fn::Sub", quoted(s)),
            Self::List(items) if items.is_empty() => "[]".to_owned(),
            Self::Map(entries) if entries.is_empty() => "{}".to_owned(),
            Self::List(items) => {
                let all: Vec<String> = items.iter().map(|i| i.json(deeper, eol)).collect();
                format!("[{open}{}{close}]", all.join(&between))
            }
            Self::Map(entries) => {
                let all: Vec<String> =
                    entries.iter().map(|(k, v)| format!("{}: {}", quoted(k), v.json(deeper, eol))).collect();
                format!("{{{open}{}{close}}}", all.join(&between))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_their_meaning_and_their_quotes() {
        for (old, new, text) in [
            ("python3.8", "python3.14", "python3.14"),
            ("'python3.8'", "python3.14", "'python3.14'"),
            ("\"python3.8\"", "python3.14", "\"python3.14\""),
            ("x", "3.10", "\"3.10\""),
            ("x", "yes", "\"yes\""),
            ("x", "a: b", "\"a: b\""),
            ("x", "dynamodb:PutItem", "dynamodb:PutItem"),
            ("x", "", "\"\""),
            ("'x'", "it's", "'it''s'"),
        ] {
            assert_eq!(constant(old, false, &Value::str(new)).unwrap(), text);
        }
        assert_eq!(constant("30", true, &Value::Int(360)).unwrap(), "360");
        assert_eq!(constant("true", true, &Value::str("x")).unwrap(), "\"x\"");
    }
}
