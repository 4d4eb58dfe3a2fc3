//! Parameter values a project gives: `samconfig.toml`.
//! Source: <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html>

use super::Deploy;
use super::eval::Given;
use crate::files;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Names under which SAM finds a template by itself.
const DEFAULT_TEMPLATES: &[&str] = &["template.yaml", "template.yml", "template.json"];

/// The values of the parameters of a root template, by deployment.
pub(crate) fn given(path: &str, deploy: &Deploy) -> BTreeMap<SmolStr, Vec<Given>> {
    let mut deployments: Vec<(SmolStr, Vec<(String, String)>)> = Vec::new();
    for (config, text) in &deploy.samconfigs {
        deployments.extend(of_config(config, text, path));
    }
    let mut out: BTreeMap<SmolStr, Vec<Given>> = BTreeMap::new();
    let names: Vec<SmolStr> =
        deployments.iter().flat_map(|(_, v)| v.iter().map(|(k, _)| SmolStr::from(k.as_str()))).collect();
    for name in names {
        let values = deployments
            .iter()
            .map(|(deployment, values)| Given {
                deployment: deployment.clone(),
                text: values.iter().rev().find(|(k, _)| *k == name).map(|(_, v)| v.clone()),
            })
            .collect();
        out.insert(name, values);
    }
    for (name, value) in &deploy.parameters {
        out.insert(
            name.as_str().into(),
            vec![Given { deployment: "command line".into(), text: Some(value.clone()) }],
        );
    }
    out
}

/// The deployments one file describes for a template.
fn of_config(config: &str, text: &str, template: &str) -> Vec<(SmolStr, Vec<(String, String)>)> {
    let Ok(table) = text.parse::<toml::Table>() else { return Vec::new() };
    let dir = files::parent(config);
    let mut out = Vec::new();
    for (name, environment) in &table {
        let Some(environment) = environment.as_table() else { continue };
        let section = |command: &str| {
            environment.get(command).and_then(|c| c.get("parameters")).and_then(toml::Value::as_table)
        };
        let setting =
            |key: &str| ["deploy", "global"].iter().find_map(|c| section(c).and_then(|s| s.get(key)));
        let named = setting("template_file").or_else(|| setting("template")).and_then(toml::Value::as_str);
        let applies = match named {
            // What a build leaves behind stands for the template it was made from.
            Some(t) if !t.contains(".aws-sam") => files::join(dir, t).as_deref() == Some(template),
            _ => files::parent(template) == dir && DEFAULT_TEMPLATES.contains(&files::file_name(template)),
        };
        if !applies {
            continue;
        }
        if let Some(overrides) = setting("parameter_overrides") {
            out.push((SmolStr::from(name.as_str()), overrides_of(overrides)));
        } else if section("deploy").is_some() {
            // A deployment with the defaults.
            out.push((SmolStr::from(name.as_str()), Vec::new()));
        }
    }
    out
}

fn overrides_of(value: &toml::Value) -> Vec<(String, String)> {
    match value {
        toml::Value::String(s) => words(s).iter().filter_map(|w| pair(w)).collect(),
        toml::Value::Array(items) => items.iter().filter_map(toml::Value::as_str).filter_map(pair).collect(),
        toml::Value::Table(t) => t
            .iter()
            .filter_map(|(k, v)| {
                let v = match v {
                    toml::Value::String(s) => s.clone(),
                    toml::Value::Integer(i) => i.to_string(),
                    toml::Value::Boolean(b) => b.to_string(),
                    _ => return None,
                };
                Some((k.clone(), v))
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// `Key=Value` or `ParameterKey=Key,ParameterValue=Value`.
fn pair(word: &str) -> Option<(String, String)> {
    let (key, value) = match word.strip_prefix("ParameterKey=") {
        Some(rest) => rest.split_once(",ParameterValue=")?,
        None => word.split_once('=')?,
    };
    let value = value.trim();
    let value = value
        .strip_prefix('"')
        .and_then(|v| v.strip_suffix('"'))
        .or_else(|| value.strip_prefix('\'').and_then(|v| v.strip_suffix('\'')))
        .unwrap_or(value);
    Some((key.trim().trim_matches('"').to_owned(), value.to_owned()))
}

/// Words as a shell splits them, quotes kept.
fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, c) if c.is_whitespace() => {
                if !word.is_empty() {
                    out.push(std::mem::take(&mut word));
                }
                continue;
            }
            (None, '"' | '\'') => quote = Some(c),
            (Some(q), c) if c == q => quote = None,
            (_, '\\') if matches!(chars.peek(), Some('"' | '\\')) => {
                word.extend(chars.next());
                continue;
            }
            _ => {}
        }
        word.push(c);
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(config: &str) -> BTreeMap<SmolStr, Vec<Given>> {
        let deploy =
            Deploy { samconfigs: vec![("app/samconfig.toml".into(), config.into())], ..Deploy::default() };
        given("app/template.yaml", &deploy)
    }

    #[test]
    fn overrides_in_all_spellings() {
        for overrides in [
            r#""Stage=prod Name=\"two words\"""#,
            r#"["Stage=prod", "Name=two words"]"#,
            r#""ParameterKey=Stage,ParameterValue=prod ParameterKey=Name,ParameterValue='two words'""#,
        ] {
            let g = of(&format!(
                "version = 0.1\n[default.deploy.parameters]\nparameter_overrides = {overrides}\n"
            ));
            assert_eq!(g["Stage"][0].text.as_deref(), Some("prod"), "{overrides}");
            assert_eq!(g["Name"][0].text.as_deref(), Some("two words"), "{overrides}");
        }
    }

    #[test]
    fn another_template_is_not_meant() {
        assert!(
            of(
                "[default.deploy.parameters]\ntemplate_file = \"other.yaml\"\nparameter_overrides = \"A=1\"\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn a_deployment_without_overrides_uses_defaults() {
        let g = of(
            "[default.deploy.parameters]\nstack_name = \"x\"\n[prod.deploy.parameters]\nparameter_overrides = \"A=1\"\n",
        );
        assert_eq!(g["A"].iter().map(|g| g.text.as_deref()).collect::<Vec<_>>(), [None, Some("1")]);
    }
}
