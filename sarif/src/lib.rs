//! SARIF 2.1.0, as far as a linter writes it. This crate knows nothing of lamlint.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/sarif-v2.1.0-os.html>; the section of each object is
//! named with it. Properties that are absent are not written, as most consumers tell `null` from nothing.

use serde::Serialize;
use std::collections::BTreeMap;

/// The address of the schema, for `$schema`.
pub const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The version of the format (not of the tool).
pub const VERSION: &str = "2.1.0";

/// `sarifLog` (§3.13): the root object.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Log {
    /// The address of the schema.
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    /// The version of the format.
    pub version: &'static str,
    /// The runs.
    pub runs: Vec<Run>,
}

impl Log {
    /// A log of one run.
    pub fn new(run: Run) -> Self {
        Self { schema: SCHEMA, version: VERSION, runs: vec![run] }
    }
}

/// `run` (§3.14).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// What ran.
    pub tool: Tool,
    /// How it ran.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub invocations: Vec<Invocation>,
    /// What `uriBaseId`s stand for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub original_uri_base_ids: BTreeMap<String, ArtifactLocation>,
    /// The unit of columns.
    pub column_kind: ColumnKind,
    /// The results. An empty list says that nothing was found; a missing one would say that nothing was looked for.
    pub results: Vec<SarifResult>,
}

/// Units of columns (§3.14.17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ColumnKind {
    /// UTF-16 code units.
    Utf16CodeUnits,
    /// Unicode code points.
    UnicodeCodePoints,
}

/// `tool` (§3.18).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tool {
    /// The tool itself.
    pub driver: ToolComponent,
}

/// `toolComponent` (§3.19).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolComponent {
    /// Name of the tool.
    pub name: String,
    /// Its version, `major.minor.patch`.
    pub semantic_version: String,
    /// Where it is described.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub information_uri: Option<String>,
    /// Its rules; results point at them by index.
    pub rules: Vec<ReportingDescriptor>,
}

/// `reportingDescriptor` (§3.49): a rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportingDescriptor {
    /// The stable name.
    pub id: String,
    /// One sentence.
    pub short_description: MultiformatMessage,
    /// The whole description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_description: Option<MultiformatMessage>,
    /// The documentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<MultiformatMessage>,
    /// Where the documentation stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_uri: Option<String>,
    /// The level of its results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_configuration: Option<ReportingConfiguration>,
    /// Tags, precision and the like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<Properties>,
}

/// `reportingConfiguration` (§3.50).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReportingConfiguration {
    /// Whether the rule runs unasked.
    pub enabled: bool,
    /// The level.
    pub level: Level,
}

/// `level` (§3.27.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// Nothing to be told.
    None,
    /// Advice.
    Note,
    /// A problem.
    Warning,
    /// A serious problem.
    Error,
}

/// `propertyBag` (§3.8), with the names GitHub reads.
/// Source: <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Properties {
    /// Tags; ten are shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// `very-high`, `high`, `medium` or `low`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<String>,
    /// 0.0 to 10.0 as text, for rules about security.
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    pub security_severity: Option<String>,
}

/// `message` (§3.11).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Plain text.
    pub text: String,
    /// The same in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub markdown: Option<String>,
}

/// `multiformatMessageString` (§3.12).
pub type MultiformatMessage = Message;

impl Message {
    /// Plain text alone.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), markdown: None }
    }
}

/// `result` (§3.27).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SarifResult {
    /// The rule's name.
    pub rule_id: String,
    /// The rule's index in [`ToolComponent::rules`].
    pub rule_index: usize,
    /// The level.
    pub level: Level,
    /// What is wrong.
    pub message: Message,
    /// Where: one place.
    pub locations: Vec<Location>,
    /// What it rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<Location>,
    /// The ways that lead there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub code_flows: Vec<CodeFlow>,
    /// What identifies the result from run to run.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub partial_fingerprints: BTreeMap<String, String>,
    /// How it can be mended.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Fix>,
    /// Why it is not to be shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suppressions: Vec<Suppression>,
    /// How it stands to a baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_state: Option<BaselineState>,
}

/// `codeFlow` (§3.36).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeFlow {
    /// One for each thread.
    pub thread_flows: Vec<ThreadFlow>,
}

/// `threadFlow` (§3.37).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThreadFlow {
    /// The steps in order.
    pub locations: Vec<ThreadFlowLocation>,
}

/// `threadFlowLocation` (§3.38): a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThreadFlowLocation {
    /// The place.
    pub location: Location,
}

/// `location` (§3.28).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Its number among related locations, for links in messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<usize>,
    /// The place.
    pub physical_location: PhysicalLocation,
    /// What stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
}

/// `physicalLocation` (§3.29).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhysicalLocation {
    /// The file.
    pub artifact_location: ArtifactLocation,
    /// The part of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
}

/// `artifactLocation` (§3.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactLocation {
    /// A URI reference; see [`uri`].
    pub uri: String,
    /// What it is relative to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri_base_id: Option<String>,
}

/// `region` (§3.30): lines and columns from 1; the end column is behind the last character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct Region {
    pub start_line: u32,
    pub start_column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

/// `fix` (§3.55).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fix {
    /// What it does.
    pub description: Message,
    /// The changes by file.
    pub artifact_changes: Vec<ArtifactChange>,
}

/// `artifactChange` (§3.56).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactChange {
    /// The file.
    pub artifact_location: ArtifactLocation,
    /// The changes.
    pub replacements: Vec<Replacement>,
}

/// `replacement` (§3.57).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replacement {
    /// What goes.
    pub deleted_region: Region,
    /// What comes.
    pub inserted_content: ArtifactContent,
}

/// `artifactContent` (§3.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArtifactContent {
    /// The text.
    pub text: String,
}

/// `suppression` (§3.35). One without a status is accepted (§3.35.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suppression {
    /// Where it is kept.
    pub kind: SuppressionKind,
    /// The place it is written at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
}

/// Where a suppression is kept (§3.35.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SuppressionKind {
    /// In the source.
    InSource,
    /// Elsewhere: a baseline, a configuration.
    External,
}

/// `baselineState` (§3.27.24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum BaselineState {
    /// Not in the baseline.
    New,
    /// In the baseline, as it was.
    Unchanged,
    /// In the baseline, changed.
    Updated,
    /// In the baseline only.
    Absent,
}

/// `invocation` (§3.20).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invocation {
    /// Whether the tool ran to its end.
    pub execution_successful: bool,
    /// What the tool has to say about its run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_execution_notifications: Vec<Notification>,
}

/// `notification` (§3.58).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notification {
    /// How bad it is.
    pub level: Level,
    /// What it is.
    pub message: Message,
    /// Where.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
}

/// A relative path with `/` separators as a URI reference: every segment percent-encoded, and `./` before a first
/// segment with a colon, which would read as a scheme (RFC 3986, §4.2).
pub fn uri(path: &str) -> String {
    let first = path.split('/').next().unwrap_or("");
    let mut out = String::with_capacity(path.len() + 2);
    if first.contains(':') {
        out.push_str("./");
    }
    for b in path.bytes() {
        match b {
            // Unreserved, sub-delims, and `:`, `@`, `/` of RFC 3986 §3.3.
            b'A'..=b'Z'
            | b'a'..=b'z'
            | b'0'..=b'9'
            | b'-'
            | b'.'
            | b'_'
            | b'~'
            | b'!'
            | b'$'
            | b'&'
            | b'\''
            | b'('
            | b')'
            | b'*'
            | b'+'
            | b','
            | b';'
            | b'='
            | b':'
            | b'@'
            | b'/' => out.push(char::from(b)),
            b => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(char::from(HEX[usize::from(b >> 4)]));
                out.push(char::from(HEX[usize::from(b & 15)]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(uri("a/b c#%.py"), "a/b%20c%23%25.py");
        assert_eq!(uri("c:/x"), "./c:/x");
        assert_eq!(uri("a/é:b"), "a/%C3%A9:b");
        assert_eq!(uri("[id].ts"), "%5Bid%5D.ts");
    }

    #[test]
    fn names_are_those_of_the_format() {
        let place = Location {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: uri("t.yaml"),
                    uri_base_id: Some("SRCROOT".into()),
                },
                region: Some(Region { start_line: 1, start_column: 2, end_line: 1, end_column: 3 }),
            },
            message: None,
        };
        let log = Log::new(Run {
            tool: Tool {
                driver: ToolComponent {
                    name: "x".into(),
                    semantic_version: "1.0.0".into(),
                    information_uri: None,
                    rules: Vec::new(),
                },
            },
            invocations: vec![Invocation {
                execution_successful: true,
                tool_execution_notifications: Vec::new(),
            }],
            original_uri_base_ids: BTreeMap::new(),
            column_kind: ColumnKind::Utf16CodeUnits,
            results: vec![SarifResult {
                rule_id: "r".into(),
                rule_index: 0,
                level: Level::Warning,
                message: Message::text("m"),
                locations: vec![place],
                related_locations: Vec::new(),
                code_flows: Vec::new(),
                partial_fingerprints: BTreeMap::new(),
                fixes: Vec::new(),
                suppressions: vec![Suppression {
                    kind: SuppressionKind::InSource,
                    location: None,
                    justification: None,
                }],
                baseline_state: Some(BaselineState::Unchanged),
            }],
        });
        let v = serde_json::to_value(&log).unwrap();
        assert_eq!(v["version"], "2.1.0");
        let run = &v["runs"][0];
        assert_eq!(run["columnKind"], "utf16CodeUnits");
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
        let result = &run["results"][0];
        assert_eq!((&result["ruleId"], &result["level"]), (&"r".into(), &"warning".into()));
        assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"], "SRCROOT");
        assert_eq!(result["suppressions"][0]["kind"], "inSource");
        assert_eq!(result["baselineState"], "unchanged");
        assert!(result.get("fixes").is_none());
    }
}
