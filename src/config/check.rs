//! From TOML to settings: every key, name, word and glob is checked, and the first thing that is wrong is told.

use super::globs::{Globs, glob};
use super::{Config, FailOn, Ignore, KEYS, Key, Kind, Levels, Override};
use crate::selection::{self, nearest};
use globset::Glob;
use lamlint_model::Rule;
use lamlint_model::finding::Confidence;
use lamlint_model::rule::{Date, Severity};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something wrong, at an offset.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Problem {
    pub(super) at: usize,
    pub(super) text: String,
}

/// A value of a key, checked.
enum Value {
    Rules(Vec<&'static Rule>),
    Ignored(Vec<&'static Rule>, Vec<Ignore>),
    Rule(&'static Rule),
    Glob(Globs, String),
    Text(String),
    Day(Date),
    Flag(bool),
    Word(&'static str),
    Globs(Globs),
    Values(Vec<(String, String)>),
    Levels(Levels),
    Tables(Vec<Override>),
}

/// The settings of a table. `prefix` is the root of the run seen from the folder of the file.
pub(super) fn check(table: &DeTable<'_>, prefix: &str) -> Result<Config, Problem> {
    let mut c = Checker { prefix, problems: Vec::new() };
    let mut config = Config::default();
    for (key, value) in c.table(table, KEYS, "") {
        match (key, value) {
            ("select", Value::Rules(r)) => config.select = Some(r),
            ("ignore", Value::Ignored(rules, entries)) => (config.ignore, config.ignores) = (rules, entries),
            ("evidence", Value::Word(w)) => config.written_only = w == "written",
            ("as-of", Value::Day(d)) => config.as_of = Some(d),
            ("pedantic", Value::Flag(on)) => config.pedantic = on,
            ("min-severity", Value::Word(w)) => config.min_severity = severity(w),
            ("min-confidence", Value::Word(w)) => config.min_confidence = confidence(w),
            ("fail-on", Value::Word(w)) => {
                config.fail_on = Some(severity(w).map_or(FailOn::Never, FailOn::At));
            }
            ("exclude", Value::Globs(g)) => config.exclude = g,
            ("parameters", Value::Values(v)) => config.parameters = v,
            ("rules", Value::Levels(l)) => config.levels = l,
            ("overrides", Value::Tables(o)) => config.overrides = o,
            _ => {}
        }
    }
    // Tables are sorted by name: the first one in the file is the one to tell.
    match c.problems.into_iter().min() {
        Some(p) => Err(p),
        None => Ok(config),
    }
}

/// `None` for `off` and `never`.
fn severity(word: &str) -> Option<Severity> {
    [Severity::Note, Severity::Warning, Severity::Error].into_iter().find(|s| s.word() == word)
}

fn confidence(word: &str) -> Option<Confidence> {
    [Confidence::Low, Confidence::Medium, Confidence::High].into_iter().find(|c| c.word() == word)
}

struct Checker<'a> {
    prefix: &'a str,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn problem<T>(&mut self, at: &Range<usize>, text: impl Into<String>) -> Option<T> {
        self.problems.push(Problem { at: at.start, text: text.into() });
        None
    }

    /// The values of a table by the names of its keys. `place` says which table, for people.
    fn table(
        &mut self,
        table: &DeTable<'_>,
        keys: &'static [Key],
        place: &str,
    ) -> Vec<(&'static str, Value)> {
        let mut out = Vec::new();
        for (name, value) in table {
            let Some(key) = keys.iter().find(|k| k.name == name.get_ref()) else {
                let all: Vec<&str> = keys.iter().map(|k| k.name).collect();
                let text =
                    format!("there is no key `{}`{place}; {}", name.get_ref(), hint(name.get_ref(), &all));
                self.problem::<()>(&name.span(), text);
                continue;
            };
            if let Some(v) = self.value(key, &name.span(), value) {
                out.push((key.name, v));
            }
        }
        out
    }

    fn value(&mut self, key: &Key, at: &Range<usize>, value: &Spanned<DeValue<'_>>) -> Option<Value> {
        let name = key.name;
        match key.kind {
            Kind::Rules => {
                let mut rules = Vec::new();
                for (text, at) in self.strings(key, value)? {
                    rules.extend(self.rule(text, &at));
                }
                if rules.is_empty() && name == "select" && self.problems.is_empty() {
                    let text = "`select` is empty; name rules, or leave it out to run the default ones";
                    return self.problem(&value.span(), text);
                }
                Some(Value::Rules(rules))
            }
            Kind::RulesOr(keys) => self.ignored(key, keys, value),
            Kind::Rule => match value.get_ref().as_str() {
                Some(text) => self.rule(text, &value.span()).map(Value::Rule),
                None => self.problem(&value.span(), format!("`{name}` must be the name of a rule")),
            },
            Kind::Glob => {
                let Some(text) = value.get_ref().as_str() else {
                    let text = format!("`{name}` must be one glob; write `{}`", key.example);
                    return self.problem(&value.span(), text);
                };
                match glob(text).and_then(|g| Globs::new(&[g], self.prefix).map_err(|e| e.to_string())) {
                    Ok(globs) => Some(Value::Glob(globs, text.to_owned())),
                    Err(why) => self.problem(&value.span(), why),
                }
            }
            Kind::Text => match value.get_ref().as_str() {
                Some(text) if !text.trim().is_empty() => Some(Value::Text(text.trim().to_owned())),
                Some(_) => self.problem(&value.span(), format!("`{name}` is empty; write `{}`", key.example)),
                None => {
                    self.problem(&value.span(), format!("`{name}` must be text; write `{}`", key.example))
                }
            },
            Kind::Day => match day(value.get_ref()) {
                Some(day) => Some(Value::Day(day)),
                None => {
                    self.problem(&value.span(), format!("`{name}` must be a day; write `{}`", key.example))
                }
            },
            Kind::Flag => match value.get_ref().as_bool() {
                Some(on) => Some(Value::Flag(on)),
                None => self.problem(&value.span(), format!("`{name}` must be `true` or `false`")),
            },
            Kind::Word(words) => self.word(name, words, value).map(Value::Word),
            Kind::Globs => {
                let mut globs: Vec<Glob> = Vec::new();
                for (text, at) in self.strings(key, value)? {
                    match glob(text) {
                        Ok(g) => globs.push(g),
                        Err(why) => self.problem(&at, why)?,
                    }
                }
                match Globs::new(&globs, self.prefix) {
                    Ok(g) => Some(Value::Globs(g)),
                    Err(e) => self.problem(&value.span(), format!("`{name}`: {e}")),
                }
            }
            Kind::Values => {
                let DeValue::Table(table) = value.get_ref() else {
                    return self.problem(at, format!("`{name}` must be a table; write `[{name}]`"));
                };
                let mut values = Vec::new();
                for (k, v) in table {
                    if let Some(text) = plain(v.get_ref()) {
                        values.push((k.get_ref().to_string(), text));
                    } else {
                        let name = k.get_ref();
                        let text =
                            format!("the value of `{name}` must be a string, a number, `true` or `false`");
                        self.problem::<()>(&v.span(), text);
                    }
                }
                Some(Value::Values(values))
            }
            Kind::PerRule(keys) => {
                let DeValue::Table(table) = value.get_ref() else {
                    return self.problem(at, format!("`{name}` must be a table; write `[{name}.<rule>]`"));
                };
                let mut levels = Levels::new();
                for (k, v) in table {
                    let Some(rule) = self.rule(k.get_ref(), &k.span()) else { continue };
                    let DeValue::Table(inner) = v.get_ref() else {
                        let text = format!(
                            "`{}` must be a table; write `[{name}.{}]` with `severity = \"warning\"` below it",
                            rule.id, rule.id
                        );
                        self.problem::<()>(&k.span(), text);
                        continue;
                    };
                    for (_, v) in self.table(inner, keys, &format!(" in `[{name}.{}]`", rule.id)) {
                        if let Value::Word(w) = v {
                            levels.insert(rule.id, severity(w));
                        }
                    }
                }
                Some(Value::Levels(levels))
            }
            Kind::Levels(words) => {
                let DeValue::Table(table) = value.get_ref() else {
                    return self.problem(at, format!("`{name}` must be a table; write `{}`", key.example));
                };
                let mut levels = Levels::new();
                for (k, v) in table {
                    let rule = self.rule(k.get_ref(), &k.span());
                    if let (Some(rule), Some(w)) = (rule, self.word(k.get_ref(), words, v)) {
                        levels.insert(rule.id, severity(w));
                    }
                }
                Some(Value::Levels(levels))
            }
            Kind::Tables(keys) => {
                let DeValue::Array(items) = value.get_ref() else {
                    return self
                        .problem(at, format!("`{name}` must be a list of tables; write `[[{name}]]`"));
                };
                let mut out = Vec::new();
                for item in items {
                    let DeValue::Table(table) = item.get_ref() else {
                        return self
                            .problem(&item.span(), format!("this must be a table; write `[[{name}]]`"));
                    };
                    out.extend(self.one_override(table, keys, name, &item.span()));
                }
                Some(Value::Tables(out))
            }
        }
    }

    /// Names of rules and tables, in any order.
    fn ignored(&mut self, key: &Key, keys: &'static [Key], value: &Spanned<DeValue<'_>>) -> Option<Value> {
        let name = key.name;
        let DeValue::Array(items) = value.get_ref() else {
            let text = match value.get_ref() {
                DeValue::String(one) => format!("`{name}` must be a list; write `{name} = [{one:?}]`"),
                DeValue::Table(_) => format!("`{name}` must be a list of tables; write `[[{name}]]`"),
                _ => format!("`{name}` must be a list of names or tables; write `{}`", key.example),
            };
            return self.problem(&value.span(), text);
        };
        let (mut rules, mut entries) = (Vec::new(), Vec::new());
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => rules.extend(self.rule(text, &item.span())),
                DeValue::Table(table) => entries.extend(self.one_ignore(table, keys, name, &item.span())),
                _ => self.problem(&item.span(), format!("`{name}` holds names and tables only"))?,
            }
        }
        Some(Value::Ignored(rules, entries))
    }

    fn one_ignore(
        &mut self,
        table: &DeTable<'_>,
        keys: &'static [Key],
        name: &str,
        at: &Range<usize>,
    ) -> Option<Ignore> {
        let before = self.problems.len();
        let (mut rule, mut reason, mut paths, mut subject) = (None, None, None, None);
        for (k, v) in self.table(table, keys, &format!(" in `[[{name}]]`")) {
            match (k, v) {
                (_, Value::Rule(r)) => rule = Some(r),
                (_, Value::Glob(globs, text)) => paths = Some((globs, text)),
                ("subject", Value::Text(t)) => subject = Some(t),
                ("reason", Value::Text(t)) => reason = Some(t),
                _ => {}
            }
        }
        // A key that is written wrongly is not missing, too.
        if self.problems.len() > before {
            return None;
        }
        let Some(rule) = rule else {
            return self.problem(at, "this entry has no `rule`; write `rule = \"iam-wildcard\"`");
        };
        let Some(reason) = reason else {
            return self.problem(at, "this entry has no `reason`; write why, for the next reader");
        };
        if paths.is_none() && subject.is_none() {
            let text = format!(
                "this entry needs a `path` or a `subject`; write `ignore = [\"{}\"]` to leave the rule out",
                rule.id
            );
            return self.problem(at, text);
        }
        let mut words = format!("`{}`", rule.id);
        words.extend(paths.iter().map(|(_, text)| format!(" in `{text}`")));
        words.extend(subject.iter().map(|s| format!(" about `{s}`")));
        Some(Ignore {
            rule,
            paths: paths.map(|(globs, _)| globs),
            subject,
            reason,
            place: String::new(),
            words,
            judged: self.prefix.is_empty(),
            offset: at.start,
        })
    }

    fn one_override(
        &mut self,
        table: &DeTable<'_>,
        keys: &'static [Key],
        name: &str,
        at: &Range<usize>,
    ) -> Option<Override> {
        let given = |k: &str| table.keys().any(|n| n.get_ref() == k);
        let (paths, says) = (given("paths"), given("ignore") || given("severity"));
        let mut out = Override::default();
        let mut ignored = Vec::new();
        let before = self.problems.len();
        for (k, v) in self.table(table, keys, &format!(" in `[[{name}]]`")) {
            match v {
                Value::Globs(g) if g.is_empty() => {
                    self.problem::<()>(at, format!("`{k}` of this override is empty; name paths"));
                }
                Value::Globs(g) => out.paths = g,
                Value::Rules(r) => ignored = r,
                Value::Levels(l) => out.levels = l,
                _ => {}
            }
        }
        out.levels.extend(ignored.into_iter().map(|r| (r.id, None)));
        // A key that is written wrongly is not missing, too.
        if self.problems.len() > before {
            return None;
        }
        if !paths {
            return self.problem(at, "this override has no `paths`; write `paths = [\"folder\"]`");
        }
        if !says {
            return self.problem(at, "this override changes nothing; give `ignore` or `severity`");
        }
        Some(out)
    }

    fn rule(&mut self, name: &str, at: &Range<usize>) -> Option<&'static Rule> {
        match selection::rule(name) {
            Ok(rule) => Some(rule),
            Err(e) => self.problem(at, e.to_string()),
        }
    }

    fn word(
        &mut self,
        name: &str,
        words: &'static [&'static str],
        value: &Spanned<DeValue<'_>>,
    ) -> Option<&'static str> {
        let Some(text) = value.get_ref().as_str() else {
            return self.problem(&value.span(), format!("`{name}` must be {}", one_of(words, "\"")));
        };
        match words.iter().find(|w| **w == text) {
            Some(w) => Some(w),
            None => self.problem(&value.span(), format!("`{name}` can't be `{text}`; {}", hint(text, words))),
        }
    }

    fn strings<'v>(
        &mut self,
        key: &Key,
        value: &'v Spanned<DeValue<'_>>,
    ) -> Option<Vec<(&'v str, Range<usize>)>> {
        let name = key.name;
        let DeValue::Array(items) = value.get_ref() else {
            let text = match value.get_ref().as_str() {
                Some(one) => format!("`{name}` must be a list; write `{name} = [{one:?}]`"),
                None => format!("`{name}` must be a list of strings; write `{}`", key.example),
            };
            return self.problem(&value.span(), text);
        };
        let mut out = Vec::new();
        for item in items {
            match item.get_ref().as_str() {
                Some(text) => out.push((text, item.span())),
                None => self.problem(&item.span(), format!("`{name}` holds strings only"))?,
            }
        }
        Some(out)
    }
}

/// A day, as text or as TOML writes it.
fn day(value: &DeValue<'_>) -> Option<Date> {
    match value {
        DeValue::String(s) => Date::parse(s),
        DeValue::Datetime(d) => Date::parse(&d.to_string()),
        _ => None,
    }
}

/// A scalar as a template's parameter gets it.
fn plain(value: &DeValue<'_>) -> Option<String> {
    Some(match value {
        DeValue::String(s) => s.to_string(),
        DeValue::Boolean(b) => b.to_string(),
        DeValue::Integer(i) => i128::from_str_radix(i.as_str(), i.radix()).ok()?.to_string(),
        DeValue::Float(f) => f.as_str().to_owned(),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => return None,
    })
}

/// What to write instead: the nearest word, else all of them.
fn hint(written: &str, words: &[&'static str]) -> String {
    match nearest(written, words.iter().copied()) {
        Some(w) => format!("did you mean `{w}`?"),
        None => format!("write {}", one_of(words, "`")),
    }
}

fn one_of(words: &[&str], quote: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("{quote}{w}{quote}")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
