//! What comes from the table of keys: the JSON schema, and the file to start with.

use super::{KEYS, Key, Kind, LEVELS, RULE_KEYS};
use lamlint_rules::RULES;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// The JSON schema of the file, for editors.
pub fn schema() -> serde_json::Result<String> {
    let rules: Vec<&str> = RULES.iter().map(|r| r.id).collect();
    let all = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "lamlint.toml",
        "description": "Settings of lamlint, a linter for AWS Lambda projects",
        "type": "object",
        "additionalProperties": false,
        "properties": properties(KEYS),
        "definitions": {
            "rule": { "type": "string", "enum": rules },
            "level": { "type": "string", "enum": LEVELS },
            "settings": { "type": "object", "additionalProperties": false, "properties": properties(RULE_KEYS) },
        },
    });
    Ok(serde_json::to_string_pretty(&all)? + "\n")
}

fn properties(keys: &[Key]) -> Value {
    let of = |k: &Key| {
        let mut v = kind(k);
        if let Value::Object(o) = &mut v {
            o.insert("description".to_owned(), k.doc.into());
        }
        (k.name.to_owned(), v)
    };
    Value::Object(keys.iter().map(of).collect())
}

fn kind(key: &Key) -> Value {
    let object = |keys: &[Key]| json!({ "type": "object", "additionalProperties": false, "properties": properties(keys) });
    // Listed one by one, so that editors can complete them.
    let by_rule = |value: &str| {
        let value = json!({ "$ref": format!("#/definitions/{value}") });
        let all: Map<String, Value> = RULES.iter().map(|r| (r.id.to_owned(), value.clone())).collect();
        json!({ "type": "object", "additionalProperties": false, "properties": all })
    };
    match key.kind {
        Kind::Rules => json!({ "type": "array", "items": { "$ref": "#/definitions/rule" } }),
        Kind::RulesOr(keys) => {
            let mut item = object(keys);
            item["required"] = json!(["rule", "reason"]);
            item["anyOf"] = json!([{ "required": ["path"] }, { "required": ["subject"] }]);
            json!({ "type": "array", "items": { "anyOf": [{ "$ref": "#/definitions/rule" }, item] } })
        }
        Kind::Rule => json!({ "$ref": "#/definitions/rule" }),
        Kind::Glob | Kind::Text => json!({ "type": "string", "minLength": 1 }),
        Kind::Day => json!({ "type": "string", "format": "date" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Word(words) => json!({ "type": "string", "enum": words }),
        Kind::Globs => json!({ "type": "array", "items": { "type": "string", "minLength": 1 } }),
        Kind::Values => {
            json!({ "type": "object", "additionalProperties": { "type": ["string", "number", "boolean"] } })
        }
        Kind::PerRule(_) => by_rule("settings"),
        Kind::Levels(_) => by_rule("level"),
        Kind::Tables(keys) => {
            let mut item = object(keys);
            item["required"] = json!(["paths"]);
            json!({ "type": "array", "items": item })
        }
    }
}

/// The file `lamlint init` writes: every key with what it does, and an example in a comment.
pub fn starter() -> String {
    let mut out = String::from(
        "# Settings of lamlint. Everything is optional; options of the command line win over it.\n",
    );
    for key in KEYS {
        let _ = write!(out, "\n# {}\n", key.doc);
        for line in key.example.lines() {
            let _ = writeln!(out, "#{line}");
        }
    }
    out
}
