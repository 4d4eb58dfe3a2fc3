//! The binary as users run it: exit statuses, formats, bad input, and the same answer for any number of threads.

mod support;

use std::fs;
use std::process::{Command, Stdio};
use support::command::{Answer, BIN, command, lamlint};
use support::root;
use tempfile::TempDir;

/// A template with a key that is written wrongly.
const BROKEN: &str = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Jobs:\n    Type: AWS::SQS::Queue\n   Bad: indentation\n";

fn project(files: &[(&str, &[u8])]) -> TempDir {
    support::command::project(files)
}

#[test]
fn a_clean_project_is_clean() {
    let dir = project(&[("src/app.py", b"def handler(event, context):\n    return None\n")]);
    let a = lamlint(dir.path(), &[]);
    assert_eq!((a.status, a.err.as_str()), (0, ""));
    assert_eq!(a.out, "no problems found; no Lambda functions in the templates; 1 file read\n");
    let a = lamlint(dir.path(), &["--quiet"]);
    assert_eq!((a.status, a.out.as_str(), a.err.as_str()), (0, "", ""));
}

#[test]
fn findings_in_every_format() {
    let dir = project(&[("app/template.yaml", BROKEN.as_bytes())]);
    let text = lamlint(dir.path(), &[]);
    assert_eq!(text.status, 1, "{}{}", text.out, text.err);
    assert!(text.out.starts_with("error[malformed-template]: "), "{}", text.out);
    assert!(text.out.contains("┌─ app/template.yaml:5:"), "{}", text.out);
    assert!(text.out.contains("Bad: indentation"), "{}", text.out);
    assert!(
        text.out.contains("1 error; no Lambda functions in the templates; 1 file read\n"),
        "{}",
        text.out
    );
    assert!(!text.out.contains('\u{1b}'));
    assert!(lamlint(dir.path(), &["--color", "always"]).out.contains("\u{1b}["));

    let concise = lamlint(dir.path(), &["--format", "concise", "app"]);
    assert_eq!(concise.status, 1);
    let lines: Vec<&str> = concise.out.lines().collect();
    assert_eq!(lines.len(), 1, "{}", concise.out);
    assert!(lines[0].starts_with("app/template.yaml:5:"), "{}", concise.out);
    assert!(lines[0].contains(": error[malformed-template] "), "{}", concise.out);
    assert!(concise.err.contains("1 error"));

    let json = lamlint(dir.path(), &["--format", "json", "--as-of", "2026-11-24"]);
    let v: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json.status, 1);
    assert_eq!((v["version"].as_u64(), v["as_of"].as_str()), (Some(1), Some("2026-11-24")));
    let f = &v["findings"][0];
    assert_eq!(
        (f["rule"].as_str(), f["path"].as_str()),
        (Some("malformed-template"), Some("app/template.yaml"))
    );
    assert_eq!((f["line"].as_u64(), f["confidence"].as_str()), (Some(5), Some("high")));
    assert_eq!(f["evidence"][0]["line"], f["line"]);
    assert_eq!(v["summary"]["errors"].as_u64(), Some(1));

    // From a folder inside, and from outside.
    let inside = lamlint(&dir.path().join("app"), &["--format", "concise", ".."]);
    assert!(inside.out.starts_with("template.yaml:5:"), "{}", inside.out);
}

#[test]
fn options_change_what_is_shown_and_the_status() {
    let dir = project(&[("template.yaml", BROKEN.as_bytes()), ("other.py", b"x = 1\n")]);
    let status = |args: &[&str]| lamlint(dir.path(), args).status;
    assert_eq!(status(&["--fail-on", "never"]), 0);
    assert_eq!(status(&["--fail-on", "error"]), 1);
    assert_eq!(status(&["--ignore", "malformed-template"]), 0);
    assert_eq!(status(&["--select", "malformed-template,event-loop"]), 1);
    assert_eq!(status(&["--select", "event-loop"]), 0);
    // A file on the command line selects the findings that touch it.
    assert_eq!(status(&["template.yaml"]), 1);
    assert_eq!(status(&["other.py"]), 0);

    let a = lamlint(dir.path(), &["--output", "out.txt", "--format", "concise"]);
    assert_eq!((a.status, a.out.as_str()), (1, ""));
    assert!(fs::read_to_string(dir.path().join("out.txt")).unwrap().starts_with("template.yaml:5:"));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3, "no temporary file is left");
}

#[test]
fn the_stage_decides_values() {
    let service = "service: shop\nprovider: { name: aws, runtime: python3.14 }\ncustom: { timeouts: { dev: 5, prod: 60 } }\nfunctions:\n  work:\n    handler: app.handler\n    timeout: ${self:custom.timeouts.${sls:stage}}\n    events:\n      - sqs: !GetAtt Jobs.Arn\nresources:\n  Resources:\n    Jobs:\n      Type: AWS::SQS::Queue\n      Properties: { VisibilityTimeout: 60 }\n";
    let code = "def handler(event, context):\n    return None\n";
    let dir = project(&[("serverless.yml", service.as_bytes()), ("app.py", code.as_bytes())]);
    let rule = ["--select", "sqs-visibility-timeout", "--format", "concise"];
    let at = |stage: &[&str]| lamlint(dir.path(), &[&rule[..], stage].concat());
    assert_eq!(at(&[]).status, 0);
    let prod = at(&["--stage", "prod"]);
    assert_eq!(prod.status, 1);
    assert!(prod.out.contains("less than 6 × the 60 s"), "{}", prod.out);
}

#[test]
fn wrong_usage_says_what_is_wrong() {
    let dir = project(&[
        ("src/app.py", b"x = 1\n"),
        ("lamlint.toml", b""),
        ("base.json", b"{\"version\": 1, \"findings\": []}"),
    ]);
    for (args, words) in [
        (&["nowhere"][..], "there is no `nowhere`"),
        (&["--selct", "event-loop"], "'--select'"),
        (&["explan", "event-loop"], "there is no `explan`; did you mean the command `explain`?"),
        (&["srcs/app.py"], "there is no `srcs/app.py`; did you mean `src/app.py`?"),
        (&["--config", "lamlnt.toml"], "there is no `lamlnt.toml`; did you mean `lamlint.toml`?"),
        (&["--config", "src"], "can't read `src`: not a regular file"),
        (&["--baseline", "bas.json"], "there is no `bas.json`; did you mean `base.json`?"),
        (&["--baseline", "src"], "`src` is a folder, no baseline; name the file"),
        (
            &["--baseline", "lamlint.toml"],
            "`lamlint.toml` is no baseline of lamlint (--write-baseline writes one)",
        ),
        (&["--prune-baseline"], "--write-baseline writes one"),
        (&["--write-baseline=src"], "`src` is a folder, no baseline; name the file"),
        (&["--write-baseline=no/b.json"], "there is no folder for the baseline `no/b.json`"),
        (&["--format", "jsn"], "'json'"),
        (&["--min-severity", "eror"], "'error'"),
        (&["--fail-on", "nver"], "'never'"),
        (&["--jobs", "many"], "write a number from 1 on"),
        (&["--output", "src"], "can't write `src`: it is a folder; name a file"),
        (&["--output", "scr/out.txt"], "can't write `scr/out.txt`: there is no `scr`; did you mean `src`?"),
        (&["--output", "src/app.py/x"], "can't write `src/app.py/x`: `src/app.py` is no folder"),
        (&["--select", "event-lop"], "did you mean `event-loop`?"),
        (&["--ignore", "zzz"], "there is no rule `zzz`"),
        (&["explain", "event-lop"], "did you mean `event-loop`?"),
        (&["--as-of", "2026-02-30"], "2026-11-24"),
        (&["--param", "Stage"], "Stage=prod"),
        (&["--jobs", "0"], "--jobs"),
        (&["--format", "xml"], "concise"),
        (&["--output", "no/such/folder.txt"], "can't write `no/such/folder.txt`"),
    ] {
        let a = lamlint(dir.path(), args);
        assert_eq!(a.status, 2, "{args:?}: {}{}", a.out, a.err);
        assert!(a.err.contains(words), "{args:?}: {}", a.err);
        assert!(a.out.is_empty(), "{args:?}");
        assert_eq!(a.err.matches("error:").count(), 1, "{args:?}: {}", a.err);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3, "{args:?}: something was written");
    }
    assert_eq!(lamlint(dir.path(), &["--help"]).status, 0);
    assert!(lamlint(dir.path(), &["--version"]).out.starts_with("lamlint "));
}

#[test]
fn rules_are_listed_and_explained() {
    let dir = project(&[]);
    let list = lamlint(dir.path(), &["rules"]);
    assert_eq!(list.out.lines().count(), lamlint_rules::RULES.len());
    let json = lamlint(dir.path(), &["rules", "--format", "json"]);
    let v: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(v[0]["id"].as_str(), Some(lamlint_rules::RULES[0].id));
    for r in lamlint_rules::RULES {
        let page = lamlint(dir.path(), &["explain", r.id]);
        assert_eq!(page.status, 0);
        assert!(page.out.starts_with(r.id) && !page.out.contains("```"), "{}", page.out);
    }
}

#[test]
fn bad_input_is_named_and_never_fatal() {
    let deep = format!("Resources: {}\n", "[".repeat(5000));
    let nested = format!("x = {}{}\n", "(".repeat(20_000), ")".repeat(20_000));
    let huge = format!("x = \"{}\"\n", "a".repeat(5 * 1024 * 1024));
    let dir = project(&[
        ("empty.py", b""),
        ("empty.yaml", b""),
        ("latin.py", b"# caf\xe9\nx = 1\n"),
        ("nul.js", b"var a = 1;\0\n"),
        ("huge.py", huge.as_bytes()),
        ("nested.py", nested.as_bytes()),
        ("deep.yaml", format!("AWSTemplateFormatVersion: '2010-09-09'\n{deep}").as_bytes()),
        ("cut.json", b"{\"AWSTemplateFormatVersion\": \"2010-09-09\", \"Resources\": {"),
        (
            "utf16.yaml",
            &utf16("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Q:\n    Type: [AWS::SQS::Queue\n"),
        ),
        ("utf16.py", &utf16("x = 1\n")),
        ("template.yml", b"\0\0"),
        ("template.json", "1".repeat(5 * 1024 * 1024).as_bytes()),
        ("data.json", "1".repeat(5 * 1024 * 1024).as_bytes()),
        ("minified.js", format!("var a={};", "[0,1,2],".repeat(20_000)).as_bytes()),
        ("esc.yaml", b"AWSTemplateFormatVersion: '2010-09-09'\nResources: {\x1b[31m\n"),
        ("a/b/c/app.py", b"import a\n"),
    ]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("..", dir.path().join("a/loop")).unwrap();
        std::os::unix::fs::symlink("nowhere", dir.path().join("dangling.py")).unwrap();
    }
    for jobs in ["1", "2"] {
        let a = lamlint(dir.path(), &["--jobs", jobs, "--fail-on", "never", "--format", "json"]);
        assert_eq!(a.status, 0, "{}{}", a.out, a.err);
        let v: serde_json::Value = serde_json::from_str(&a.out).unwrap();
        let notices: Vec<String> = v["notices"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| {
                format!(
                    "{} {} {}",
                    n["path"].as_str().unwrap(),
                    n["kind"].as_str().unwrap(),
                    n["text"].as_str().unwrap()
                )
            })
            .collect();
        for expected in [
            "latin.py not-text not read: not UTF-8 (line 1)",
            "nul.js not-text not read: binary",
            "huge.py too-large not read: larger than 4 MiB",
            "template.yml not-text not read: binary",
            "template.json too-large not read: larger than 4 MiB",
            "utf16.py not-text not read: UTF-16, not UTF-8",
            "deep.yaml syntax not read: nested too deep to be read",
        ] {
            assert!(notices.iter().any(|n| n.starts_with(expected)), "no `{expected}` in {notices:#?}");
        }
        assert!(
            !notices.iter().any(|n| n.starts_with("empty") || n.starts_with("data.json")),
            "{notices:#?}"
        );
        // What clearly is a template and does not parse is a finding.
        let broken: Vec<&str> =
            v["findings"].as_array().unwrap().iter().filter_map(|f| f["path"].as_str()).collect();
        assert_eq!(broken, ["cut.json", "esc.yaml", "utf16.yaml"]);
    }
    let text = lamlint(dir.path(), &[]);
    assert_eq!(text.status, 1);
    assert!(!text.out.contains('\u{1b}'), "control characters reach the terminal");
    assert!(text.out.lines().all(|l| l.chars().count() < 400), "overlong lines reach the terminal");
}

#[test]
fn scripts_may_be_utf16() {
    let case = root().join("testdata/parity-code/queue-counter/powershell");
    let read = |name: &str| std::fs::read_to_string(case.join(name)).expect("a file of the case");
    let template = read("template.yaml");
    let script = utf16(&read("app.ps1"));
    let dir = project(&[("template.yaml", template.as_bytes()), ("app.ps1", &script)]);
    let run = lamlint(dir.path(), &["--format", "concise", "--select", "non-idempotent-handler"]);
    assert_eq!((run.status, run.err.contains("UTF-16")), (1, false), "{}{}", run.out, run.err);
    assert!(run.out.starts_with("app.ps1:"), "{}", run.out);
}

#[test]
fn what_is_not_understood_is_named() {
    let template = b"Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    \
                     Properties: &p\n      Runtime: python3.14\n      Handler: app.handler\n      CodeUri: src/\n      \
                     Tags: *p\n  G:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
                     Runtime: python3.14\n      Handler: old.handler\n      CodeUri: src/\n";
    let dir = project(&[
        ("svc/template.yaml", template),
        ("svc/samconfig.toml", b"[default.deploy.parameters\n"),
        ("svc/samconfig.yaml", b"version: 0.1\n"),
        ("svc/package.json", b"{\"name\": }"),
        ("svc/tsconfig.json", b"{\"compilerOptions\": {]"),
        ("svc/pyproject.toml", b"[project]\nname = x\n"),
        ("svc/src/app.py", b"def handler(event, context):\n    return 1\n"),
        ("svc/src/old.py", b"# caf\xe9\ndef handler(event, context):\n    return 1\n"),
        ("svc/src/requirements.txt", &utf16("requests\n")),
        ("list.yaml", b"AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  - Type: AWS::SQS::Queue\n"),
        ("moved.yaml", b"AWSTemplateFormatVersion: '2010-09-09'\nOutputs:\n  Resources: 1\n"),
        ("untyped.yaml", b"Resources:\n  Q: AWS::SQS::Queue\n"),
        (
            "big.yaml",
            &utf16("Resources:\n  Q:\n    Type: AWS::SQS::Queue\n")
                .chunks(2)
                .flat_map(|c| [c[1], c[0]])
                .collect::<Vec<u8>>(),
        ),
        ("void/template.yaml", b"\n"),
        ("two.yaml", b"Resources:\n  Q:\n    Type: AWS::SQS::Queue\n---\nResources:\n  R:\n    Type: AWS::SQS::Queue\n"),
        ("late.yaml", b"a: 1\n---\nAWSTemplateFormatVersion: '2010-09-09'\nResources:\n  R:\n    Type: AWS::SQS::Queue\n"),
        ("one.yaml", b"---\nResources:\n  Q:\n    Type: AWS::SQS::Queue\n...\n---\n# the end\n"),
        // Nobody's code is here.
        ("notes/package.json", b"{"),
        ("k8s.yaml", b"kind: X\napiVersion: v1\nResources:\n  Note: AWS::SQS::Queue\n"),
    ]);
    let a = lamlint(dir.path(), &["--show-links"]);
    assert_eq!(a.status, 0, "{}{}", a.out, a.err);
    for expected in [
        "note: list.yaml:2:1: `Resources` is not written out as a map",
        "note: moved.yaml:1:1: the template has no `Resources`",
        "note: svc/package.json: not read: not JSON (line 1): ",
        "note: svc/pyproject.toml: not read: not TOML (line 2): ",
        "note: svc/samconfig.toml: not read: not TOML (line 1): ",
        "note: svc/samconfig.yaml: not read: only samconfig.toml is understood",
        "note: svc/src/old.py: not read: not UTF-8 (line 1)",
        "note: svc/src/requirements.txt: not read: UTF-16, not UTF-8",
        "note: svc/template.yaml:9:13: this is not read, and nothing is concluded from it: an alias",
        "note: svc/tsconfig.json: not read: not JSON (line 1): ",
        "note: late.yaml:2:1: not read: a file holds one template, and this is the second document in it",
        "note: two.yaml:4:1: what follows is not read: a file holds one template",
        "note: void/template.yaml: not read: empty",
        "note: untyped.yaml:1:1: not read: nothing under `Resources` has a type of AWS",
    ] {
        assert!(a.err.lines().any(|l| l.starts_with(expected)), "no `{expected}` in {}", a.err);
    }
    assert_eq!(a.err.lines().count(), 14, "{}", a.err);
    assert!(a.out.contains("`svc/src/old.py` was not read: not UTF-8"), "{}", a.out);
}

fn utf16(s: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(s.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// A function that writes to a table it has no permission for, and one that is fine but for its wildcards.
const ORDERS: &str = "Transform: AWS::Serverless-2016-10-31\nParameters:\n  Stage: {Type: String, Default: a}\nResources:\n  Audit:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: audit.handler\n      Runtime: python3.14\n      CodeUri: src/\n      Policies:\n        - Statement: [{Effect: Allow, Action: 's3:*', Resource: '*'}]\n  Worker:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.handler\n      Runtime: python3.14\n      CodeUri: src/\n";
const ORDERS_CODE: &[u8] = b"import boto3\n\ntable = boto3.resource(\"dynamodb\").Table(\"orders\")\n\n\ndef handler(event, context):\n    table.put_item(Item={\"id\": event[\"id\"]})\n";

fn orders() -> tempfile::TempDir {
    project(&[
        ("orders/a.template", ORDERS.as_bytes()),
        ("orders/src/app.py", ORDERS_CODE),
        ("orders/src/audit.py", b"def handler(event, context):\n    return 1\n"),
        ("lamlint.toml", b"[parameters]\nStag = \"x\"\n\n[[overrides]]\npaths = [\"sandbx\"]\nignore = [\"iam-wildcard\"]\n"),
    ])
}

#[test]
fn what_matches_nothing_is_named() {
    let dir = orders();
    let a = lamlint(dir.path(), &["--stage", "dev", "--param", "Stage=b", "--param", "Sage=b"]);
    let notes: Vec<&str> = a.err.lines().filter(|l| l.starts_with("note:")).collect();
    assert_eq!(
        notes,
        [
            "note: `--stage dev` has no effect: there is no service of the Serverless Framework",
            "note: lamlint.toml:4:1: no file is in the paths of this override",
            "note: nothing here has a parameter `Sage`; did you mean `Stage`?",
            "note: nothing here has a parameter `Stag`; did you mean `Stage`?",
        ]
    );
    // Settings of the whole project are not about the part that is looked at.
    let a = lamlint(&dir.path().join("orders"), &["--param", "Stage=b"]);
    assert_eq!(a.err, "");
    let service = "service: s\nparams: {prod: {a: 1}}\nprovider: {name: aws}\nfunctions: {f: {handler: a.b, timeout: '${param:wait, 3}'}}\n";
    let dir = project(&[("serverless.yml", service.as_bytes())]);
    let a = lamlint(dir.path(), &["--stage", "prdo", "--param", "wait=5"]);
    assert_eq!(a.err, "note: nothing is written for the stage `prdo`; did you mean `prod`?\n");
    assert_eq!(lamlint(dir.path(), &["--stage", "mine"]).err, "");
}

#[test]
fn small_slips_are_understood_or_named() {
    let dir = orders();
    let a = lamlint(dir.path(), &["iam", "orders", "-q"]);
    assert!(
        a.status == 0 && a.err.is_empty() && a.out.contains("orders/src/app.py:7 table.put_item"),
        "{}",
        a.err
    );
    let a = lamlint(dir.path(), &["iam", "Worke"]);
    assert!(a.err.ends_with("error: there is no function `Worke`; did you mean `Worker`?\n"), "{}", a.err);
    let a = lamlint(dir.path(), &["rules", "--pedantic"]);
    assert!(a.out.lines().count() > 1 && a.out.lines().all(|l| l.ends_with("(pedantic)")), "{}", a.out);
    let a = lamlint(dir.path(), &["--write-baseline", "known.json"]);
    assert_eq!(a.status, 2);
    assert!(a.err.contains("write `--write-baseline=known.json`"), "{}", a.err);
}

#[test]
fn pages_list_the_worst_first() {
    let dir = orders();
    for (format, worst_first) in [("text", false), ("markdown", true), ("html", true)] {
        let a = lamlint(dir.path(), &["--format", format]);
        let at = |what: &str| a.out.find(what).unwrap_or_else(|| panic!("no {what} in {}", a.out));
        assert_eq!(at("`Worker` calls") < at("`s3:*`"), worst_first, "{format}");
    }
}

#[cfg(unix)]
#[test]
fn unreadable_files_are_named() {
    use std::os::unix::fs::PermissionsExt;
    let dir = project(&[("locked.py", b"x = 1\n"), ("folder/app.py", b"x = 1\n")]);
    for p in ["locked.py", "folder"] {
        fs::set_permissions(dir.path().join(p), fs::Permissions::from_mode(0o000)).unwrap();
    }
    // The superuser can read everything: run as somebody else, on a copy that anybody may execute.
    let is_root = fs::read(dir.path().join("locked.py")).is_ok();
    let a = if is_root {
        let bin = tempfile::tempdir().unwrap();
        for d in [bin.path(), dir.path()] {
            fs::set_permissions(d, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let copy = bin.path().join("lamlint");
        fs::copy(BIN, &copy).unwrap();
        let o = Command::new("setpriv")
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
            .arg(&copy)
            .current_dir(dir.path())
            .output();
        let Ok(o) = o else {
            eprintln!("skipped: the superuser reads everything, and there is no setpriv");
            return;
        };
        Answer {
            status: o.status.code().expect("ended by a signal"),
            out: String::from_utf8_lossy(&o.stdout).into(),
            err: String::from_utf8_lossy(&o.stderr).into(),
        }
    } else {
        lamlint(dir.path(), &[])
    };
    fs::set_permissions(dir.path().join("folder"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(a.status, 0, "{}", a.err);
    assert!(a.err.contains("note: locked.py: not read: permission denied"), "{}", a.err);
    assert!(a.err.contains("note: folder: not read: permission denied"), "{}", a.err);
    assert!(a.out.ends_with('\n'), "{}", a.out);
}

#[cfg(unix)]
#[test]
fn special_files_are_never_opened() {
    let dir = project(&[("sub/app.py", b"x = 1\n"), ("app.py", b"x = 1\n")]);
    std::os::unix::fs::symlink("/dev/zero", dir.path().join("sub/.gitignore")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("sock.py")).unwrap();
    let a = lamlint(dir.path(), &[]);
    assert_eq!(a.status, 0, "{}", a.err);
    assert!(a.err.contains("sub/.gitignore: its folder is not read"), "{}", a.err);
    assert!(a.err.contains("sock.py: not read: not a regular file"), "{}", a.err);
    std::os::unix::fs::symlink("/dev/zero", dir.path().join(".ignore")).unwrap();
    let a = lamlint(dir.path(), &[]);
    assert!(a.status == 0 && a.err.contains(".ignore: no ignore files are honoured"), "{}", a.err);
}

#[test]
fn input_that_multiplies_ends() {
    let template = |runtime: &str, more: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    \
             Properties:\n      Runtime: {runtime}\n      Handler: app.handler\n      CodeUri: .\n{more}"
        )
    };
    let doubling: Vec<String> = (0..100).map(|i| format!("x{}=x{i}+x{i}\n", i + 1)).collect();
    let doubling = doubling.concat();
    let holes = format!("      FunctionName: !Sub '{}'\n", "${F}".repeat(50_000));
    let circle = |other: &str| format!("export * from '{other}'; export {{handler}} from '{other}';\n");
    for files in [
        vec![
            ("template.yaml", template("python3.13", &holes)),
            ("app.py", format!("x0='a'\n{doubling}def handler(e, c):\n    return x100\n")),
        ],
        vec![
            ("template.yaml", template("nodejs22.x", "")),
            ("app.js", circle("./a")),
            ("a.js", circle("./b")),
            ("b.js", circle("./a")),
        ],
    ] {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(p, t)| (*p, t.as_bytes())).collect();
        let a = lamlint(project(&files).path(), &[]);
        assert!(a.status < 2, "{}{}", a.out, a.err);
    }
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let dir = project(&[("template.yaml", BROKEN.as_bytes())]);
    for args in [&["rules"][..], &["--fail-on", "never"], &["explain", "event-loop"], &["--help"]] {
        let mut child =
            command(dir.path(), args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let o = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&o.stderr);
        assert!(!err.contains("panicked") && !err.contains("error"), "{args:?}: {err}");
        assert_eq!(o.status.code(), Some(0), "{args:?}");
    }
}

#[test]
fn the_answer_does_not_depend_on_threads() {
    let root = support::root();
    for args in [&["--format", "json"][..], &["--show-links"], &["--format", "concise"]] {
        let run = |jobs: &str| {
            let mut all = vec![
                "testdata",
                "--as-of",
                "2026-11-24",
                "--min-confidence",
                "low",
                "--pedantic",
                "--jobs",
                jobs,
            ];
            all.extend(args);
            lamlint(&root, &all)
        };
        let one = run("1");
        assert!(one.out.len() > 1000, "{}{}", one.out, one.err);
        for jobs in ["2", "7"] {
            let many = run(jobs);
            assert!(
                one.out == many.out && one.err == many.err && one.status == many.status,
                "--jobs {jobs} differs"
            );
        }
    }
    let model =
        |jobs| lamlint(&root, &["model", "testdata/projects", "--format", "json", "--jobs", jobs]).out;
    assert!(model("1").len() > 1000);
    assert_eq!(model("1"), model("3"));
}

#[test]
fn an_older_language_is_not_judged() {
    let template = |runtime: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    \
             Properties:\n      Runtime: {runtime}\n      Handler: app.handler\n      CodeUri: src/\n"
        )
    };
    for (runtime, status) in [("python2.7", 0), ("python3.14", 1)] {
        let dir = project(&[
            ("template.yaml", template(runtime).as_bytes()),
            ("src/app.py", b"from lib import log\n\ndef handler(event, context):\n    log(event)\n"),
            ("src/lib.py", b"def log(x):\n    print x\n"),
            // Broken, but nobody imports it.
            ("src/other.py", b"def log(x)\n    print x\n"),
        ]);
        let a = lamlint(dir.path(), &["--select", "handler-syntax-error", "--format", "concise"]);
        assert_eq!(a.status, status, "{runtime}: {}{}", a.out, a.err);
        assert!(a.out.lines().all(|l| l.starts_with("src/lib.py:2:")), "{}", a.out);
    }
}

#[test]
fn the_readme_shows_real_output() {
    let root = support::root();
    let mut readme = fs::read_to_string(root.join("README.md")).unwrap();
    let shown = lamlint(
        &root,
        &[
            "testdata/projects/image-pipeline",
            "--as-of",
            "2026-11-24",
            "--select",
            "event-loop,sqs-visibility-timeout",
        ],
    );
    let model = lamlint(&root, &["model", "testdata/projects/image-pipeline"]);
    let index: String = model.out.split_inclusive("\n\n").filter(|f| f.contains("  Index  ")).collect();
    let help = lamlint(&root, &["-h"]);
    for (region, text) in [("output", &shown.out), ("model", &index), ("help", &help.out)] {
        assert!(text.lines().count() > 5, "{region}: {text}");
        readme = support::replace_region(
            &readme,
            region,
            &format!("\n```text\n{}\n```\n\n", text.trim_matches('\n')),
        );
    }
    let wrong = support::check_generated(&root.join("README.md"), &readme);
    assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
}
