//! Settings files as users write them: what each key does, what wins over what, and what is said of mistakes.

mod support;

use std::fs;
use std::path::Path;
use support::command::{lamlint, put};
use tempfile::TempDir;

/// A queue of a function: its time-out is longer than the queue hides a message (`sqs-visibility-timeout`, error),
/// its runtime is retired (`deprecated-runtime`, warning).
const TEMPLATE: &str = "AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Hidden:
    Type: Number
    Default: 5
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: !Ref Hidden
  Work:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.8
      Timeout: 60
      Events:
        Jobs:
          Type: SQS
          Properties:
            Queue: !GetAtt Jobs.Arn
";

const CODE: &str = "def handler(event, context):\n    return None\n";

/// The project twice, in `app` and in `old`, with a settings file.
fn project(config: &str) -> TempDir {
    let dir = tempfile::tempdir().expect("a scratch folder");
    for at in ["app", "old"] {
        put(&dir, &format!("{at}/template.yaml"), TEMPLATE);
        put(&dir, &format!("{at}/src/app.py"), CODE);
    }
    put(&dir, "lamlint.toml", config);
    dir
}

/// `folder severity[rule]` of every finding, and the exit status.
fn found_in(dir: &Path, args: &[&str]) -> (Vec<String>, i32) {
    let a = lamlint(dir, &[&["--quiet", "--format", "concise", "--as-of", "2026-11-24"], args].concat());
    assert_eq!(a.err, "");
    let line = |l: &str| {
        let folder = l.split('/').next().unwrap_or_default();
        let what = l.split(": ").nth(1).and_then(|w| w.split(' ').next()).unwrap_or_default();
        format!("{folder} {what}")
    };
    let mut lines: Vec<String> = a.out.lines().map(line).collect();
    lines.sort();
    (lines, a.status)
}

fn found(config: &str, args: &[&str]) -> (Vec<String>, i32) {
    found_in(project(config).path(), args)
}

const SQS_APP: &str = "app error[sqs-visibility-timeout]";
const SQS_OLD: &str = "old error[sqs-visibility-timeout]";
const OLD_APP: &str = "app warning[deprecated-runtime]";
const OLD_OLD: &str = "old warning[deprecated-runtime]";

fn is(config: &str, args: &[&str], lines: &[&str], status: i32) {
    let (found, s) = found(config, args);
    assert_eq!(
        (found.as_slice(), s),
        (lines.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice(), status),
        "{config} {args:?}"
    );
}

#[test]
fn each_key_has_its_effect() {
    let all = &[SQS_APP, OLD_APP, SQS_OLD, OLD_OLD];
    is("", &[], all, 1);
    is("select = ['deprecated-runtime']", &[], &[OLD_APP, OLD_OLD], 1);
    is("ignore = ['deprecated-runtime']", &[], &[SQS_APP, SQS_OLD], 1);
    is("min-severity = 'error'", &[], &[SQS_APP, SQS_OLD], 1);
    // The visibility of the queue is a parameter's default.
    is("min-confidence = 'high'", &[], &[OLD_APP, OLD_OLD], 1);
    is("fail-on = 'never'", &[], all, 0);
    is("fail-on = 'error'\nignore = ['sqs-visibility-timeout']", &[], &[OLD_APP, OLD_OLD], 0);
    is("exclude = ['old']", &[], &[SQS_APP, OLD_APP], 1);
    is("exclude = ['*/template.yaml']", &[], &[], 0);
    is("[parameters]\nHidden = 360", &[], &[OLD_APP, OLD_OLD], 1);
    is("[rules.deprecated-runtime]\nseverity = 'off'", &[], &[SQS_APP, SQS_OLD], 1);
    is(
        "min-severity = 'warning'\n[rules.deprecated-runtime]\nseverity = 'note'\n[rules.sqs-visibility-timeout]\nseverity = 'warning'",
        &[],
        &["app warning[sqs-visibility-timeout]", "old warning[sqs-visibility-timeout]"],
        1,
    );
}

#[test]
fn pedantic_rules_run_when_asked_for() {
    let account = |config: &str, args: &[&str]| {
        let dir = project(config);
        let more = "  One:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src\n      Handler: app.handler\n      Runtime: python3.13\n      Role: arn:aws:iam::482910375561:role/worker\n";
        put(&dir, "app/template.yaml", format!("{TEMPLATE}{more}"));
        found_in(dir.path(), args).0.iter().any(|l| l.ends_with("[hard-coded-account]"))
    };
    assert!(!account("", &[]));
    assert!(account("", &["--pedantic"]));
    assert!(account("pedantic = true", &[]));
    assert!(!account("pedantic = true", &["--isolated"]));
    assert!(account("[rules.hard-coded-account]\nseverity = 'warning'", &[]));
    assert!(!account("pedantic = true\n[rules.hard-coded-account]\nseverity = 'off'", &[]));
    assert!(!account("select = ['deprecated-runtime']", &[]));
    assert!(account("select = ['deprecated-runtime']", &["--pedantic"]));
}

#[test]
fn overrides_go_by_the_first_place_and_the_last_one_wins() {
    let all = |tail: &str| format!("[[overrides]]\npaths = ['old']\n{tail}");
    is(&all("ignore = ['deprecated-runtime', 'sqs-visibility-timeout']"), &[], &[SQS_APP, OLD_APP], 1);
    is(
        &all("severity = { deprecated-runtime = 'error', sqs-visibility-timeout = 'off' }"),
        &[],
        &[SQS_APP, OLD_APP, "old error[deprecated-runtime]"],
        1,
    );
    let two = "[rules.deprecated-runtime]\nseverity = 'note'\n[[overrides]]\npaths = ['**']\nignore = ['deprecated-runtime']\n[[overrides]]\npaths = ['app/*.yaml']\n[overrides.severity]\ndeprecated-runtime = 'warning'";
    is(two, &[], &[SQS_APP, OLD_APP, SQS_OLD], 1);
}

#[test]
fn entries_silence_single_findings() {
    let entry = |more: &str| format!("[[ignore]]\nrule = 'deprecated-runtime'\nreason = 'soon'\n{more}\n");
    is(&entry("path = 'old'"), &[], &[SQS_APP, OLD_APP, SQS_OLD], 1);
    is(&entry("path = 'old/*.yaml'\nsubject = 'Work'"), &[], &[SQS_APP, OLD_APP, SQS_OLD], 1);
    is(&entry("subject = 'Work'"), &[], &[SQS_APP, SQS_OLD], 1);
    // Beside names, in one list; and whatever the command line selects.
    let list =
        "ignore = ['sqs-visibility-timeout', {rule = 'deprecated-runtime', path = 'old', reason = 'x'}]";
    is(list, &[], &[OLD_APP], 1);
    is(&entry("subject = 'Work'"), &["--select", "deprecated-runtime"], &[], 0);
    let pyproject = project("");
    fs::remove_file(pyproject.path().join("lamlint.toml")).expect("it was there");
    let table = entry("path = 'old'").replace("[[ignore]]", "[[tool.lamlint.ignore]]");
    put(&pyproject, "pyproject.toml", table);
    assert_eq!(found_in(pyproject.path(), &[]).0, [SQS_APP, OLD_APP, SQS_OLD].map(str::to_owned).as_slice());

    // What it does is told, and that it does nothing.
    let dir = project(&(entry("path = 'old'") + &entry("path = 'new'") + &entry("subject = 'work'")));
    let run = |args: &[&str]| lamlint(dir.path(), &[&["--as-of", "2026-11-24"], args].concat());
    let a = run(&[]);
    let idle = "note: lamlint.toml:5:1: this silences nothing: there is no finding of `deprecated-runtime` in `new`\nnote: lamlint.toml:9:1: this silences nothing: there is no finding of `deprecated-runtime` about `work`\n";
    assert_eq!(a.err, idle, "{}", a.out);
    assert!(a.out.contains("1 finding suppressed in the project"), "{}", a.out);
    let a = run(&["--format", "json"]);
    let v: serde_json::Value = serde_json::from_str(&a.out).expect("JSON");
    let silenced = &v["silenced"][0];
    assert_eq!((silenced["by"].as_str(), silenced["reason"].as_str()), (Some("settings"), Some("soon")));
    assert_eq!(v["notices"][0]["kind"].as_str(), Some("settings"));
    // A rule that did not run, or a part of the project, judges nothing; a repair leaves it alone.
    assert_eq!(run(&["--select", "event-loop"]).err, "");
    assert_eq!(run(&["app", "--config", "lamlint.toml"]).err, "");
    let a = run(&["--diff", "--unsafe-fixes"]);
    assert!(a.out.contains("app/template.yaml") && a.out.matches("+      Runtime").count() == 1, "{}", a.out);
}

#[test]
fn what_findings_may_rest_on() {
    // The queue's time is a parameter's default.
    is("evidence = 'defaults'", &[], &[SQS_APP, OLD_APP, SQS_OLD, OLD_OLD], 1);
    is("evidence = 'written'", &[], &[OLD_APP, OLD_OLD], 1);
    is("evidence = 'written'", &["--param", "Hidden=5"], &[SQS_APP, OLD_APP, SQS_OLD, OLD_OLD], 1);
    let dir = project("evidence = 'written'");
    let a = lamlint(dir.path(), &["--as-of", "2026-11-24"]);
    let words =
        "2 findings not shown that rest on what parameters are by default (`evidence` is \"written\")";
    assert!(a.out.contains(words), "{}", a.out);
}

#[test]
fn the_day_of_the_settings() {
    for (config, args, n) in [
        ("as-of = '2023-01-01'", &[][..], 2),
        ("as-of = 2023-01-01", &[], 2),
        ("as-of = '2026-11-24'", &[], 4),
        ("as-of = '2023-01-01'", &["--as-of", "2026-11-24"], 4),
    ] {
        let dir = project(config);
        let a = lamlint(dir.path(), &[&["--quiet", "--format", "concise"], args].concat());
        assert_eq!((a.out.lines().count(), a.err.as_str()), (n, ""), "{config} {args:?}: {}", a.out);
    }
}

#[test]
fn the_command_line_wins() {
    let file = "select = ['deprecated-runtime']\nmin-severity = 'error'\nmin-confidence = 'high'\nfail-on = 'never'\n[parameters]\nHidden = 5";
    is(file, &[], &[], 0);
    is(file, &["--min-severity", "note"], &[OLD_APP, OLD_OLD], 0);
    is(file, &["--min-severity", "note", "--fail-on", "warning"], &[OLD_APP, OLD_OLD], 1);
    is(file, &["--select", "sqs-visibility-timeout"], &[SQS_APP, SQS_OLD], 0);
    is(file, &["--select", "sqs-visibility-timeout", "--param", "Hidden=360"], &[], 0);
    let off = "ignore = ['deprecated-runtime']\n[rules.sqs-visibility-timeout]\nseverity = 'off'";
    is(off, &[], &[], 0);
    is(
        off,
        &["--select", "deprecated-runtime,sqs-visibility-timeout"],
        &[SQS_APP, OLD_APP, SQS_OLD, OLD_OLD],
        1,
    );
    is("", &["--ignore", "deprecated-runtime"], &[SQS_APP, SQS_OLD], 1);
    // What is named is read.
    is("exclude = ['old']", &["old"], &[SQS_OLD, OLD_OLD], 1);
    is("exclude = ['old']", &["--isolated"], &[SQS_APP, OLD_APP, SQS_OLD, OLD_OLD], 1);
}

#[test]
fn the_nearest_file_counts_up_to_the_repository() {
    let dir = project(
        "ignore = ['deprecated-runtime']\n[[overrides]]\npaths = ['app/template.yaml']\nignore = ['sqs-visibility-timeout']",
    );
    let of = |cwd: &str, args: &[&str]| found_in(&dir.path().join(cwd), args).0.len();
    assert_eq!(of("", &["app"]), 0, "from the current folder, which holds it");
    assert_eq!(of("app", &[]), 2, "no repository says that the folder above belongs to it");
    fs::create_dir(dir.path().join(".git")).expect("a folder");
    assert_eq!(of("app", &[]), 0);
    // A pyproject without a table of ours does not count.
    put(&dir, "app/pyproject.toml", "[tool.black]\nline-length = 100\n");
    assert_eq!(of("app", &[]), 0);
    put(&dir, "app/pyproject.toml", "[tool.lamlint]\nselect = ['sqs-visibility-timeout']\n");
    assert_eq!(of("app", &[]), 1);
    put(&dir, "app/lamlint.toml", "");
    assert_eq!(of("app", &[]), 2);
    fs::create_dir(dir.path().join("app/.git")).expect("a folder");
    fs::remove_file(dir.path().join("app/lamlint.toml")).expect("it was there");
    fs::remove_file(dir.path().join("app/pyproject.toml")).expect("it was there");
    assert_eq!(of("app", &[]), 2);
    assert_eq!(of("app", &["--config", "../lamlint.toml"]), 0);
    let a = lamlint(dir.path(), &["--config", "none.toml"]);
    assert_eq!((a.status, a.out.as_str(), a.err.as_str()), (2, "", "error: there is no `none.toml`\n"));
    put(&dir, "p/pyproject.toml", "[tool.black]\n");
    let a = lamlint(dir.path(), &["--config", "p/pyproject.toml"]);
    assert_eq!((a.status, a.err.as_str()), (2, "error: `p/pyproject.toml` has no `[tool.lamlint]`\n"));
    // Somebody else's file is not judged.
    put(&dir, "app/pyproject.toml", "[tool.black\n# lamlint");
    assert_eq!(of("app", &[]), 2);
}

#[test]
fn the_other_commands_take_it_too() {
    let dir = project("exclude = ['old']");
    let a = lamlint(dir.path(), &["model"]);
    assert!(a.status == 0 && a.out.contains("app/") && !a.out.contains("old/"), "{}{}", a.out, a.err);
    put(&dir, "lamlint.toml", "x = 1");
    assert_eq!((lamlint(dir.path(), &["iam"]).status, lamlint(dir.path(), &["rules"]).status), (2, 0));
}

#[test]
fn every_mistake_is_told_where_it_is() {
    for (config, expected) in [
        ("\nselct = []", "2:1: error: there is no key `selct`; did you mean `select`?"),
        ("min_severity = 'note'", "1:1: error: there is no key `min_severity`; did you mean `min-severity`?"),
        (
            "colour = 1",
            "1:1: error: there is no key `colour`; write `select`, `ignore`, `pedantic`, `min-severity`, `min-confidence`, `evidence`, `as-of`, `fail-on`, `exclude`, `parameters`, `rules` or `overrides`",
        ),
        (
            "ignore = ['event-loop', 'event-lop']",
            "1:25: error: there is no rule `event-lop`; did you mean `event-loop`?",
        ),
        ("select = ['zzz']", "1:11: error: there is no rule `zzz`; `lamlint rules` lists them"),
        ("select = 'event-loop'", "1:10: error: `select` must be a list; write `select = [\"event-loop\"]`"),
        (
            "select = []",
            "1:10: error: `select` is empty; name rules, or leave it out to run the default ones",
        ),
        ("ignore = [1]", "1:11: error: `ignore` holds names and tables only"),
        ("pedantic = 'yes'", "1:12: error: `pedantic` must be `true` or `false`"),
        ("min-severity = 'eror'", "1:16: error: `min-severity` can't be `eror`; did you mean `error`?"),
        (
            "min-confidence = 'sure'",
            "1:18: error: `min-confidence` can't be `sure`; write `high`, `medium` or `low`",
        ),
        ("fail-on = 1", "1:11: error: `fail-on` must be \"error\", \"warning\", \"note\" or \"never\""),
        ("exclude = ['a', 'b[']", "1:17: error: `b[` is not a glob: unclosed character class; missing ']'"),
        ("exclude = ['src\\app']", "1:12: error: did you mean `src/app`? folders are separated by `/`"),
        ("exclude = ['!a']", "1:12: error: `!a`: globs can't be negated; list what is meant"),
        ("parameters = 1", "1:1: error: `parameters` must be a table; write `[parameters]`"),
        (
            "[parameters]\nA = [1]",
            "2:5: error: the value of `A` must be a string, a number, `true` or `false`",
        ),
        (
            "[rules]\nevent-loop = 'off'",
            "2:1: error: `event-loop` must be a table; write `[rules.event-loop]` with `severity = \"warning\"` below it",
        ),
        (
            "[rules.event-lop]\nseverity = 'off'",
            "1:8: error: there is no rule `event-lop`; did you mean `event-loop`?",
        ),
        (
            "[rules.event-loop]\nseverty = 'off'",
            "2:1: error: there is no key `severty` in `[rules.event-loop]`; did you mean `severity`?",
        ),
        ("[rules.event-loop]\nseverity = 'of'", "2:12: error: `severity` can't be `of`; did you mean `off`?"),
        (
            "[overrides]\npaths = ['a']",
            "1:2: error: `overrides` must be a list of tables; write `[[overrides]]`",
        ),
        (
            "[[overrides]]\nignore = ['event-loop']",
            "1:1: error: this override has no `paths`; write `paths = [\"folder\"]`",
        ),
        (
            "[[overrides]]\npaths = ['a']",
            "1:1: error: this override changes nothing; give `ignore` or `severity`",
        ),
        (
            "[[overrides]]\npaths = ['a']\nseverity = { event-loop = 'low' }",
            "3:27: error: `event-loop` can't be `low`; write `error`, `warning`, `note` or `off`",
        ),
        (
            "[[overrides]]\npath = ['a']",
            "2:1: error: there is no key `path` in `[[overrides]]`; did you mean `paths`?",
        ),
        ("ignore = 'event-loop'", "1:10: error: `ignore` must be a list; write `ignore = [\"event-loop\"]`"),
        (
            "[ignore]\nrule = 'event-loop'",
            "1:1: error: `ignore` must be a list of tables; write `[[ignore]]`",
        ),
        (
            "[[ignore]]\nrule = 'event-lop'\npath = 'a'\nreason = 'b'",
            "2:8: error: there is no rule `event-lop`; did you mean `event-loop`?",
        ),
        (
            "[[ignore]]\nrule = 'event-loop'\npath = 'a'",
            "1:1: error: this entry has no `reason`; write why, for the next reader",
        ),
        (
            "[[ignore]]\nrule = 'event-loop'\npath = 'a'\nreason = ' '",
            "4:10: error: `reason` is empty; write `reason = \"a demo\"`",
        ),
        (
            "[[ignore]]\npath = 'a'\nreason = 'b'",
            "1:1: error: this entry has no `rule`; write `rule = \"iam-wildcard\"`",
        ),
        (
            "[[ignore]]\nrule = 'event-loop'\nreason = 'b'",
            "1:1: error: this entry needs a `path` or a `subject`; write `ignore = [\"event-loop\"]` to leave the rule out",
        ),
        (
            "[[ignore]]\nrule = 'event-loop'\npath = 'b['\nreason = 'b'",
            "3:8: error: `b[` is not a glob: unclosed character class; missing ']'",
        ),
        (
            "[[ignore]]\nrule = 'event-loop'\npath = ['b']\nreason = 'b'",
            "3:8: error: `path` must be one glob; write `path = \"sandbox\"`",
        ),
        (
            "[[ignore]]\nrule = 'event-loop'\npaths = 'b'\nreason = 'b'",
            "3:1: error: there is no key `paths` in `[[ignore]]`; did you mean `path`?",
        ),
        ("as-of = '2026-02-30'", "1:9: error: `as-of` must be a day; write `as-of = \"2026-11-24\"`"),
        ("as-of = 2026-11-24T10:00:00", "1:9: error: `as-of` must be a day; write `as-of = \"2026-11-24\"`"),
        ("evidence = 'writen'", "1:12: error: `evidence` can't be `writen`; did you mean `written`?"),
        // The first of several, in the order of the file.
        ("pedantic = 1\nexclude = 1", "1:12: error: `pedantic` must be `true` or `false`"),
    ] {
        let dir = project(config);
        let a = lamlint(dir.path(), &[]);
        assert_eq!(
            (a.status, a.out.as_str(), a.err.as_str()),
            (2, "", format!("lamlint.toml:{expected}\n").as_str()),
            "{config}"
        );
    }
    // Not TOML, twice the same key, not UTF-8, not a file, and from another folder.
    let dir = project("ignore = [\nselect = ['é'");
    let a = lamlint(dir.path(), &[]);
    assert!(
        a.status == 2 && a.err.starts_with("lamlint.toml:") && a.err.contains(": error: this is not TOML: "),
        "{}",
        a.err
    );
    assert_eq!(a.err.lines().count(), 1, "{}", a.err);
    put(&dir, "lamlint.toml", "pedantic = true\npedantic = true");
    assert!(
        lamlint(dir.path(), &[]).err.starts_with("lamlint.toml:2:1: error: this is not TOML: duplicate key")
    );
    fs::write(dir.path().join("lamlint.toml"), b"# \xc3\xa9\n# \xc3\xa9\xff").expect("a file");
    assert_eq!(lamlint(dir.path(), &[]).err, "lamlint.toml:2:4: error: this is not UTF-8\n");
    put(&dir, "lamlint.toml", "# é\nignore = ['é']");
    fs::create_dir(dir.path().join(".git")).expect("a folder");
    let a = lamlint(&dir.path().join("app"), &[]);
    assert_eq!(a.err, "../lamlint.toml:2:11: error: there is no rule `é`; `lamlint rules` lists them\n");
    fs::remove_file(dir.path().join("lamlint.toml")).expect("it was there");
    fs::create_dir(dir.path().join("lamlint.toml")).expect("a folder");
    assert_eq!(lamlint(dir.path(), &[]).err, "error: can't read `lamlint.toml`: not a regular file\n");
    // In a pyproject.
    fs::remove_dir(dir.path().join("lamlint.toml")).expect("it was there");
    put(&dir, "pyproject.toml", "[project]\nname = 'x'\n[tool.lamlint]\nfail_on = 'never'\n");
    let a = lamlint(dir.path(), &[]);
    assert_eq!(a.err, "pyproject.toml:4:1: error: there is no key `fail_on`; did you mean `fail-on`?\n");
}

#[test]
fn init_writes_a_file_to_start_with() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    put(&dir, "app.py", CODE);
    let a = lamlint(dir.path(), &["init"]);
    assert_eq!((a.status, a.out.as_str(), a.err.as_str()), (0, "", ""));
    assert_eq!(lamlint(dir.path(), &[]).status, 0);
    let text = fs::read_to_string(dir.path().join("lamlint.toml")).expect("it is there");
    // Every example of it is right.
    let on: String = text
        .lines()
        .map(|l| l.strip_prefix('#').filter(|l| !l.starts_with(' ')).unwrap_or(l).to_owned() + "\n")
        .collect();
    assert!(on.contains("\nselect = ") && on.contains("\n[[overrides]]\n"));
    put(&dir, "lamlint.toml", &on);
    let a = lamlint(dir.path(), &[]);
    assert_eq!(a.status, 0, "{}{}", a.out, a.err);
    // The examples name a folder and a parameter that are not here.
    let told: Vec<&str> = a.err.lines().map(|l| l.rsplit(": ").next().unwrap_or(l)).collect();
    assert_eq!(told, ["no file is in the paths of this override", "nothing here has a parameter `Stage`"]);
    let a = lamlint(dir.path(), &["init"]);
    assert_eq!((a.status, a.err.as_str()), (2, "error: there is a `lamlint.toml` already\n"));
    assert_eq!(fs::read_to_string(dir.path().join("lamlint.toml")).expect("it is there"), on);
}

#[test]
fn the_schema_is_up_to_date() {
    let schema = lamlint::config::schema().expect("it can be written");
    let wrong = support::check_generated(&support::root().join("docs/lamlint.schema.json"), &schema);
    assert_eq!(wrong, None);
}
