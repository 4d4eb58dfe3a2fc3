//! Which files are templates: by name and text before parsing, by shape after, and by traces where parsing fails.

use crate::doc::{Doc, DocKind, DocNode};
use crate::files::file_name;
use crate::text::{SourceText, SyntaxError};
use crate::{json, yaml};
use lamlint_model::rule::{Broken, BrokenKind};
use lamlint_model::source::Span;
use rustc_hash::FxHashMap;

/// Longest text that can be a template: AWS takes 1 MB; comments and indentation are allowed for.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
const MAX_TEXT: usize = 4 << 20;

/// Extensions of templates.
const EXTENSIONS: &[&str] = &["yaml", "yml", "json", "template"];

/// File names of other formats that use the same extensions and may speak of resources.
const OTHER_NAMES: &[&str] = &[
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "composer.json",
    "tsconfig.json",
    "cdk.json",
    "cdk.context.json",
    "manifest.json",
    "tree.json",
    "pnpm-lock.yaml",
    "mkdocs.yml",
    "appspec.yml",
    "appspec.yaml",
];

/// Beginnings of such file names, up to an end (`buildspec-test.yml`, `serverless.prod.yml`).
const OTHER_PREFIXES: &[&str] = &[
    "buildspec",
    "serverless.",
    "serverless-compose.",
    "docker-compose",
    "compose.",
    ".gitlab-ci",
    "openapi.",
];

/// Parts before the extension that name other formats (`flow.asl.json`).
const OTHER_INFIXES: &[&str] = &[".asl", ".snap", ".postman_collection", ".assets", ".schema"];

/// Keys at the root of a document that belong to other formats.
const OTHER_ROOTS: &[&str] =
    &["apiVersion", "kind", "jobs", "openapi", "swagger", "service", "services", "StartAt"];

/// Marks of template languages whose input only becomes a template when it is rendered: Jinja, Helm, Go and
/// Handlebars templates, GitHub expressions, ERB and EJS, Terraform's `templatefile`, yglu.
const GENERATORS: &[&str] = &["{%", "<%", "%{", ": !? ", ": !- ", "- !? "];

/// Whether a file can be a template, by its name and text alone; cheap.
pub fn is_candidate(path: &str, text: &str) -> bool {
    let name = file_name(path);
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    EXTENSIONS.contains(&extension)
        && text.len() <= MAX_TEXT
        && !OTHER_NAMES.contains(&name)
        // `serverless.template` is a template, of the .NET tools.
        && (extension == "template" || !OTHER_PREFIXES.iter().any(|p| name.starts_with(p)))
        && !OTHER_INFIXES.iter().any(|i| stem.ends_with(i))
        && !path.split('/').any(|part| part == ".github" || part == "node_modules")
        && (text.contains("AWS::") || text.contains("Custom::") || text.contains("AWSTemplateFormatVersion"))
        && has_key(text, "Resources")
}

/// Parse a file as its name and text say. JSON is read strictly, except for SAM, whose tools read it as YAML.
pub fn parse(src: &SourceText<'_>, path: &str) -> Result<Doc, SyntaxError> {
    let extension = file_name(path).rsplit_once('.').map_or("", |(_, e)| e);
    let json = extension == "json"
        || (extension == "template" && src.text.trim_start_matches('\u{FEFF}').trim_start().starts_with('{'));
    if !json {
        return yaml::parse(src);
    }
    json::parse(src).or_else(|e| {
        if src.text.contains("AWS::Serverless") { yaml::parse(src).map_err(|_| e) } else { Err(e) }
    })
}

/// Whether a document is a template or a part of one.
pub fn is_template(doc: &Doc) -> bool {
    let root = &doc.root;
    if !matches!(root.kind, DocKind::Map(_)) || OTHER_ROOTS.iter().any(|k| root.entry(k).is_some()) {
        return false;
    }
    let declared = root.entry("AWSTemplateFormatVersion").is_some()
        || root.get("Transform").is_some_and(|t| {
            std::iter::once(t).chain(t.items()).any(|n| n.text().is_some_and(|s| s.starts_with("AWS::")))
        });
    let resources = root.get("Resources").map(DocNode::entries).unwrap_or_default();
    let typed = resources.iter().any(|e| {
        let name = e.value.get("Type").and_then(DocNode::text).unwrap_or_default();
        name.starts_with("AWS::") || name.starts_with("Custom::")
    });
    typed || declared
}

/// The place of a `Resources` at the root of a document that is no template, though the text speaks of AWS types: of
/// none of its entries the type is known.
pub fn odd_resources(doc: &Doc) -> Option<Span> {
    let root = &doc.root;
    if OTHER_ROOTS.iter().any(|k| root.entry(k).is_some()) {
        return None;
    }
    root.entry("Resources").map(|e| e.key_span)
}

/// Whether a file that does not parse is certainly a broken template: AWS would refuse it, too.
pub fn is_broken_template(text: &str, error: &SyntaxError) -> bool {
    error.is_certain() && clearly_template(text)
}

/// Whether a text that does not parse is certainly meant to be a template as it stands, and not the input of a
/// generator or another format that quotes one.
pub fn clearly_template(text: &str) -> bool {
    if is_generated_from(text) {
        return false;
    }
    let json = text.trim_start_matches('\u{FEFF}').trim_start().starts_with('{');
    let indent = root_indent(text);
    let at_root = |key: &str| if json { has_key(text, key) } else { has_root_key(text, key, indent) };
    if !json && OTHER_ROOTS.iter().any(|k| at_root(k)) {
        return false;
    }
    if !at_root("Resources") {
        return false;
    }
    let types = text.lines().filter(|l| value_of(l, "Type").is_some_and(|v| v.starts_with("AWS::"))).count();
    at_root("AWSTemplateFormatVersion") || text.contains("AWS::Serverless-2016-10-31") || types >= 2
}

/// Keys that occur twice in one map with different values: AWS tools silently drop the first. The same value
/// twice does no harm and is left alone.
pub fn duplicate_keys(doc: &Doc) -> Vec<Broken> {
    let mut out = Vec::new();
    if !doc.duplicates.is_empty() {
        let firsts: FxHashMap<Span, Span> =
            doc.duplicates.iter().map(|(first, second)| (*second, *first)).collect();
        collect_duplicates(&doc.root, &firsts, &mut out);
        out.sort_by_key(|b| b.span);
        out.dedup_by_key(|b| b.span);
    }
    out
}

/// `firsts` leads from the second place of a key to the first.
fn collect_duplicates(node: &DocNode, firsts: &FxHashMap<Span, Span>, out: &mut Vec<Broken>) {
    let mut values: FxHashMap<Span, &DocNode> = FxHashMap::default();
    for e in node.entries() {
        values.insert(e.key_span, &e.value);
        if let Some(first) = firsts.get(&e.key_span)
            && let Some(dropped) = values.get(first)
            && !same(dropped, &e.value)
        {
            out.push(Broken {
                span: e.key_span,
                what: e.key.to_string(),
                kind: BrokenKind::Duplicate(*first),
            });
        }
        collect_duplicates(&e.value, firsts, out);
    }
    for n in node.items() {
        collect_duplicates(n, firsts, out);
    }
}

/// Whether two nodes say the same.
fn same(a: &DocNode, b: &DocNode) -> bool {
    a.tag == b.tag
        && match (&a.kind, &b.kind) {
            (DocKind::Scalar(x), DocKind::Scalar(y)) => x.text == y.text,
            (DocKind::Seq(x), DocKind::Seq(y)) => {
                x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same(x, y))
            }
            (DocKind::Map(x), DocKind::Map(y)) => {
                x.len() == y.len() && x.iter().zip(y).all(|(x, y)| x.key == y.key && same(&x.value, &y.value))
            }
            _ => false,
        }
}

/// Whether a text is the input of a template language. `{{resolve:…}}` belongs to AWS.
fn is_generated_from(text: &str) -> bool {
    GENERATORS.iter().any(|g| text.contains(g))
        || text
            .match_indices("{{")
            .any(|(i, _)| !text[i + 2..].trim_start_matches('{').starts_with("resolve:"))
}

/// Whether a key stands somewhere: alone before its colon, quoted or not.
fn has_key(text: &str, key: &str) -> bool {
    text.match_indices(key).any(|(i, _)| {
        let before = text[..i].chars().next_back();
        let after = &text[i + key.len()..];
        let (quote, after) = match before {
            Some(q @ ('"' | '\'')) => (Some(i - 1), after.strip_prefix(q)),
            _ => (None, Some(after)),
        };
        let lead = text[..quote.unwrap_or(i)].chars().next_back();
        // A backslash before the quote: the key is part of quoted text.
        let free = lead.is_none_or(|c| c.is_whitespace() || matches!(c, '{' | ',' | '\u{FEFF}'));
        free && after.is_some_and(|a| a.trim_start_matches([' ', '\t']).starts_with(':'))
    })
}

/// Columns the first line with content is indented by.
fn root_indent(text: &str) -> usize {
    content_lines(text).map(|l| l.len() - l.trim_start_matches(' ').len()).next().unwrap_or(0)
}

/// Lines that are neither blank nor comments nor document marks.
fn content_lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_start_matches('\u{FEFF}').lines().filter(|l| {
        let t = l.trim_start();
        !t.is_empty() && !t.starts_with('#') && !t.starts_with("---") && !t.starts_with('%')
    })
}

/// Whether a line at the indentation of the root begins with the key.
fn has_root_key(text: &str, key: &str, indent: usize) -> bool {
    content_lines(text).any(|l| {
        let content = l.trim_start_matches(' ');
        l.len() - content.len() == indent && value_of(content, key).is_some()
    })
}

/// The rest of a line `Key: rest`, without quotes around key and rest.
fn value_of<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let quotes = ['"', '\''];
    let rest = line.trim_start().trim_start_matches(quotes).strip_prefix(key)?;
    let rest = rest.trim_start_matches(quotes).trim_start().strip_prefix(':')?;
    Some(rest.trim_start().trim_start_matches(quotes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lamlint_model::source::FileId;

    const SAM: &str = "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nResources:\n  Fn:\n    Type: AWS::Serverless::Function\n";
    const FRAGMENT: &str = "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n";
    const JSON: &str = "{\n\t\"Resources\": {\"Fn\": {\"Type\": \"AWS::Lambda::Function\"}}\n}\n";

    fn doc(path: &str, text: &str) -> Doc {
        parse(&SourceText::file(FileId(0), text), path).unwrap()
    }

    #[test]
    fn templates_by_name_text_and_shape() {
        for (path, text) in [
            ("template.yaml", SAM),
            ("cfn/jobs.yml", FRAGMENT),
            ("stack.template", FRAGMENT),
            ("src/serverless.template", JSON),
            ("out.template.json", JSON),
            ("stack.template", JSON),
            ("a.yaml", "\u{FEFF}Resources:\n  X:\n    Type: Custom::Thing\n"),
            ("b.yaml", "Transform: [Macro, 'AWS::LanguageExtensions']\nResources:\n  Fn::ForEach::X: []\n"),
        ] {
            assert!(is_candidate(path, text), "{path}: {text}");
            assert!(is_template(&doc(path, text)), "{path}: {text}");
        }
    }

    #[test]
    fn other_formats_are_no_candidates() {
        for (path, text) in [
            ("package-lock.json", JSON),
            (
                "app/serverless.yml",
                "service: x\nresources:\n  Resources:\n    T:\n      Type: AWS::SQS::Queue\n",
            ),
            ("buildspec-prod.yml", SAM),
            ("docker-compose.yaml", SAM),
            (".github/workflows/deploy.yml", SAM),
            ("flow.asl.json", JSON),
            ("README.md", SAM),
            ("stack.test.ts.snap", JSON),
            ("k8s/deploy.yaml", "kind: Deployment\nspec:\n  resources:\n    limits: {cpu: 1}\n"),
            ("data.json", "{\"name\": \"AWS::S3::Bucket\", \"ManagedResources\": 3}"),
            ("policy.json", "{\"Statement\": [{\"Resource\": \"*\", \"Note\": \"AWS::AccountId\"}]}"),
            (
                "event.json",
                "{\"body\": \"{\\\"Resources\\\": {\\\"X\\\": {\\\"Type\\\": \\\"AWS::S3::Bucket\\\"}}}\"}",
            ),
        ] {
            assert!(!is_candidate(path, text), "{path}");
        }
    }

    #[test]
    fn other_shapes_are_no_templates() {
        for text in [
            "request:\n  Resources:\n    X:\n      Type: AWS::S3::Bucket\n",
            "- Resources:\n    X:\n      Type: AWS::S3::Bucket\n",
            "kind: Stack\napiVersion: v1\nResources:\n  X:\n    Type: AWS::S3::Bucket\n",
            "Resources:\n  - Type: AWS::S3::Bucket\n",
            "Resources:\n  X: AWS::S3::Bucket\n",
            "service: x\nResources:\n  X:\n    Type: AWS::S3::Bucket\n",
        ] {
            assert!(!is_template(&doc("x.yaml", text)), "{text}");
        }
    }

    #[test]
    fn broken_templates_are_known_by_their_traces() {
        let broken = |text: &str| text.replace("    Type", "\tType");
        for text in [
            broken(SAM),
            broken(SAM).replace('\n', "\r\n"),
            format!("{FRAGMENT}  More:\n    Type: AWS::SNS::Topic\n  Bad: [\n"),
            format!("# note\n{}", broken(SAM)),
            "{\"AWSTemplateFormatVersion\": \"2010-09-09\", \"Resources\": {,}}".to_owned(),
            format!("{SAM}    Properties:\n      Password: '{{{{resolve:ssm:/x:1}}}}'\n      A:b: c: d\n"),
        ] {
            assert!(clearly_template(&text), "{text}");
        }
    }

    #[test]
    fn input_of_generators_and_other_formats_is_not_broken() {
        for text in [
            format!("{SAM}{{% if x %}}\n  More:\n    Type: AWS::SNS::Topic\n{{% endif %}}\n"),
            format!("{SAM}    Name: {{{{ name }}}}\n"),
            format!("{SAM}    Name: ${{{{ env.NAME }}}}\n"),
            format!("{SAM}<% if x %>\n"),
            format!("{SAM}%{{ for q in queues }}\n  x: [\n%{{ endfor }}\n"),
            format!("{SAM}    Policies: !? $import('x')\n  bad: [\n"),
            // One type alone proves nothing, nor does a template quoted by something else.
            format!("{FRAGMENT}  bad: [\n"),
            format!("on: push\njobs:\n  a:\n    run: |\n{SAM}\n"),
            "notes: [\ntemplate: |\n  AWSTemplateFormatVersion: '2010-09-09'\n  Resources:\n    X: 1\n"
                .to_owned(),
            "{\"body\": \"{\\\"AWSTemplateFormatVersion\\\": 1, \\\"Resources\\\": {}}\",}".to_owned(),
        ] {
            assert!(!clearly_template(&text), "{text}");
        }
    }

    #[test]
    fn our_own_bounds_are_no_mistake_of_others() {
        let text = format!("{SAM}    Metadata: {}\n", "[".repeat(1000));
        let e = parse(&SourceText::file(FileId(0), &text), "template.yaml").unwrap_err();
        assert!(clearly_template(&text) && !is_broken_template(&text, &e), "{e:?}");
        // The SAM tools read the missing space; others don't.
        let text = format!("{SAM}    Metadata: {{A: 1, B:['x']}}\n");
        let e = parse(&SourceText::file(FileId(0), &text), "template.yaml").unwrap_err();
        assert!(clearly_template(&text) && !is_broken_template(&text, &e), "{e:?}");
    }

    #[test]
    fn duplicates_that_lose_something() {
        let text = "Resources:\n  Fn:\n    Timeout: 3\n    MemorySize: 128\n    Timeout: 100\n    MemorySize: 128\n  Fn:\n    Timeout: 3\n";
        let found = duplicate_keys(&doc("x.yaml", text));
        let at: Vec<_> = found.iter().map(|b| (b.what.as_str(), b.span.start as usize)).collect();
        let fn_again = text.rfind("Fn").unwrap();
        let timeout = text.find("Timeout: 100").unwrap();
        assert_eq!(at, [("Timeout", timeout), ("Fn", fn_again)]);
    }

    #[test]
    fn sam_in_json_is_as_lenient_as_its_tools() {
        let sam = "{\"Transform\": \"AWS::Serverless-2016-10-31\", \"Resources\": {},}";
        let cfn = "{\"AWSTemplateFormatVersion\": \"2010-09-09\", \"Resources\": {},}";
        let read = |t: &str| parse(&SourceText::file(FileId(0), t), "template.json").is_ok();
        assert!(read(sam));
        assert!(!read(cfn));
    }
}
