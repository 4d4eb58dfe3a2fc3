//! What shells, `man` and terminals get; what pipes never get.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use support::command::{BIN, command, lamlint, project};

/// A queue that is too fast, a runtime that is too old, and a policy template with a name that is none.
const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Jobs:\n    Type: AWS::SQS::Queue\n  Worker:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: app.handler\n      Runtime: python3.8\n      CodeUri: src/\n      Timeout: 60\n      Events:\n        Job: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}\n";
const CODE: &str = "def handler(event, context):\n    return None\n";

fn files() -> tempfile::TempDir {
    project(&[("template.yaml", TEMPLATE), ("src/app.py", CODE)])
}

#[test]
fn completions_of_every_shell() {
    let dir = files();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let a = lamlint(dir.path(), &["completions", shell]);
        assert_eq!((a.status, a.err.as_str()), (0, ""), "{shell}");
        assert!(a.out.contains("unsafe-fixes") && a.out.contains("completions"), "{shell}");
        // The other two know options only.
        if ["bash", "zsh", "fish"].contains(&shell) {
            assert!(a.out.contains("sqs-visibility-timeout"), "{shell}");
        }
        // Each shell that is here reads its script.
        let file = dir.path().join(shell);
        fs::write(&file, &a.out).expect("a file");
        let program = if shell == "powershell" { continue } else { shell };
        match Command::new(program)
            .arg(if shell == "elvish" { "-compileonly" } else { "-n" })
            .arg(&file)
            .output()
        {
            Ok(o) => assert!(o.status.success(), "{shell}: {}", String::from_utf8_lossy(&o.stderr)),
            Err(_) => eprintln!("{shell} is not here: its script was not read"),
        }
    }
    let a = lamlint(dir.path(), &["completions", "csh"]);
    assert!(a.status == 2 && a.err.contains("bash"), "{}", a.err);
}

#[test]
fn bash_completes_names_of_rules() {
    let dir = files();
    let a = lamlint(dir.path(), &["completions", "bash", "--output", "c.bash"]);
    assert_eq!((a.status, a.out.as_str()), (0, ""));
    for (words, expected) in [
        ("lamlint --select sqs-vis", "sqs-visibility-timeout"),
        ("lamlint --ignore event-l", "event-loop"),
        ("lamlint explain deprec", "deprecated-runtime"),
        ("lamlint compl", "completions"),
    ] {
        let n = words.split(' ').count();
        let last = words.split(' ').next_back().unwrap_or_default();
        let before = words.split(' ').rev().nth(1).unwrap_or_default();
        let script = format!(
            "source ./c.bash; COMP_WORDS=({words}); COMP_CWORD={}; _lamlint lamlint {last} {before}; echo \"${{COMPREPLY[@]}}\"",
            n - 1
        );
        let Ok(o) = Command::new("bash").args(["--norc", "-c", &script]).current_dir(dir.path()).output()
        else {
            eprintln!("bash is not here");
            return;
        };
        let out = String::from_utf8_lossy(&o.stdout);
        assert_eq!(out.trim(), expected, "{words}: {}", String::from_utf8_lossy(&o.stderr));
    }
}

#[test]
fn manual_pages() {
    let dir = files();
    for (args, title) in [(&["man"][..], "lamlint"), (&["man", "iam"], "lamlint-iam")] {
        let a = lamlint(dir.path(), args);
        assert_eq!((a.status, a.err.as_str()), (0, ""));
        assert!(a.out.contains(&format!(".TH {title} 1")), "{}", a.out);
        let page = dir.path().join("page.1");
        fs::write(&page, &a.out).expect("a file");
        match Command::new("man").arg("-l").arg(&page).env("MANPAGER", "cat").output() {
            Ok(o) => {
                let shown = String::from_utf8_lossy(&o.stdout);
                assert!(o.status.success() && shown.contains("OPTIONS"), "{shown}");
            }
            Err(_) => eprintln!("man is not here"),
        }
    }
    let a = lamlint(dir.path(), &["man", "modl"]);
    assert_eq!((a.status, a.err.as_str()), (2, "error: there is no command `modl`; did you mean `model`?\n"));
}

#[test]
fn numbers_by_rule() {
    let dir = files();
    let day = ["--as-of", "2026-11-24"];
    let a = lamlint(dir.path(), &[&["--statistics", "--quiet"], &day[..]].concat());
    assert_eq!(a.status, 1, "{}", a.err);
    let table = "1  error    sqs-visibility-timeout  1 with --fix\n1  warning  deprecated-runtime      1 with --unsafe-fixes\n";
    assert_eq!((a.out.as_str(), a.err.as_str()), (table, ""));
    let a = lamlint(dir.path(), &[&["--statistics", "--format", "json"], &day[..]].concat());
    let v: serde_json::Value = serde_json::from_str(&a.out).expect("JSON");
    assert_eq!(v["findings"].as_array().map(Vec::len), Some(2));
    let first = serde_json::json!({"rule": "sqs-visibility-timeout", "severity": "error", "findings": 1,
        "fixable": 1, "unsafe_fixable": 0});
    assert_eq!((&v["statistics"][0], v["statistics"].as_array().map(Vec::len)), (&first, Some(2)));
    let a = lamlint(dir.path(), &[&["--format", "json"], &day[..]].concat());
    assert!(!a.out.contains("\"statistics\""));
    let a = lamlint(dir.path(), &["--statistics", "--format", "sarif"]);
    assert!(a.status == 2 && a.out.is_empty() && a.err.contains("text, concise or json"), "{}", a.err);
    let a = lamlint(dir.path(), &["--statistics", "--select", "event-loop", "--quiet"]);
    assert_eq!((a.status, a.out.as_str()), (0, ""));
}

#[test]
fn pipes_get_colours_only_when_forced_and_links_never() {
    let dir = files();
    let run = |args: &[&str], env: &[(&str, &str)]| {
        let o = command(dir.path(), args).envs(env.iter().copied()).output().expect("it starts");
        String::from_utf8_lossy(&o.stdout).into_owned() + &String::from_utf8_lossy(&o.stderr)
    };
    let rich = ("TERM_PROGRAM", "WezTerm");
    for format in ["text", "concise"] {
        for (args, env, coloured) in [
            (&[][..], &[rich, ("FORCE_HYPERLINK", "1")][..], false),
            (&["--color", "always"], &[rich, ("FORCE_HYPERLINK", "1")], true),
            (&["--color", "always"], &[("NO_COLOR", "1")], true),
            (&[], &[("CLICOLOR_FORCE", "1")], true),
            (&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
            (&["--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
        ] {
            let out = run(&[&["--format", format], args].concat(), env);
            assert_eq!(out.contains("\u{1b}["), coloured, "{format} {args:?} {env:?}: {out:?}");
            assert!(!out.contains("\u{1b}]") && !out.contains('\r'), "{format} {args:?} {env:?}: {out:?}");
        }
    }
    // Nor does a file.
    run(&["--output", "out.txt", "--color", "always"], &[rich, ("FORCE_HYPERLINK", "1")]);
    let file = fs::read_to_string(dir.path().join("out.txt")).expect("a file");
    assert!(file.contains("\u{1b}[") && !file.contains("\u{1b}]"), "{file:?}");
}

/// What a run says on a terminal; nothing where there is no `script` that makes one.
fn on_terminal(dir: &Path, args: &str, env: &[(&str, &str)]) -> Option<String> {
    let o = Command::new("script")
        .args(["-qec", &format!("{BIN} {args}"), "/dev/null"])
        .current_dir(dir)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(env.iter().copied())
        .output()
        .ok()?;
    let out = String::from_utf8_lossy(&o.stdout).into_owned();
    let made = out.contains("problem") || out.contains("error");
    made.then_some(out)
}

#[test]
fn terminals_get_links_where_they_take_them() {
    let dir = files();
    let rich = [("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")];
    let Some(out) = on_terminal(dir.path(), "", &rich) else {
        eprintln!("no `script` makes a terminal here: nothing was looked at");
        return;
    };
    let name = "sqs-visibility-timeout";
    assert!(out.contains(&format!("/rules/docs/{name}.md\u{1b}\\{name}\u{1b}]8;;\u{1b}\\")), "{out:?}");
    assert!(out.contains("\u{1b}["), "{out:?}");
    for (args, env) in [
        ("", &[("TERM", "xterm-256color")][..]),
        ("", &[("TERM", "dumb")]),
        ("", &[rich[0], rich[1], ("NO_COLOR", "1")]),
        ("--color never", &rich),
    ] {
        let out = on_terminal(dir.path(), args, env).expect("it went before");
        assert!(out.contains(name) && !out.contains("\u{1b}]8"), "{args} {env:?}: {out:?}");
    }
}
