//! Thousands of edits, and the editor shows what a fresh run would say.

use super::command::lamlint;
use super::editor::{Editor, uri};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Numbers that look random and are the same every time. Source: <https://www.pcg-random.org/>
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("small") % n.max(1)
    }
}

#[test]
fn after_a_storm_of_edits_the_editor_and_the_command_line_agree() {
    const PIECES: &[&str] = &[
        "\n",
        "  ",
        "x",
        "#",
        ":",
        "\"",
        "{",
        "}",
        "(",
        ")",
        "'",
        "\u{e9}",
        "\u{1f680}",
        "\r\n",
        "Timeout: 7\n",
        "boto3.client('s3')\n",
        "# lamlint: ignore[init-inside-handler]\n",
        "os.environ['X']",
        "- a",
        "&a *a",
        "|\n",
    ];
    let dir = tempfile::tempdir().expect("a scratch folder");
    let root = dir.path().canonicalize().expect("a path");
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/projects");
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    for project in fs::read_dir(&from).expect("projects").flatten() {
        copy(&project.path(), &root.join(project.file_name()), &mut files);
    }
    files.sort();
    files.retain(|(p, _)| {
        p.extension().is_some_and(|e| ["py", "js", "mjs", "ts", "yaml", "json"].iter().any(|x| e == *x))
    });
    assert!(files.len() >= 8, "{files:?}");
    let mut e = Editor::over(&root, &json!({}));
    for (path, text) in &files {
        e.open(path, 0, text);
    }
    let mut random = Random(1);
    let mut texts: Vec<String> = files.iter().map(|(_, t)| t.clone()).collect();
    for n in 0..5000 {
        let i = random.below(files.len());
        let text = &mut texts[i];
        let boundary = |mut o: usize| {
            while !text.is_char_boundary(o) {
                o -= 1;
            }
            o
        };
        let start = boundary(random.below(text.len() + 1));
        let end = boundary((start + [0, 0, 0, 1, 3, 20][random.below(6)]).min(text.len())).max(start);
        let new = PIECES[random.below(PIECES.len())];
        let place = |o: usize| {
            let before = &text[..o];
            let line_start = before.rfind('\n').map_or(0, |i| i + 1);
            // A lone return ends a line, too: the server and this test must count alike.
            json!({"line": before.matches('\n').count(), "character": before[line_start..].encode_utf16().count()})
        };
        // What leaves a lone return, or cuts a pair, is left out: editors do not send that.
        let cuts = text[..start].ends_with('\r') || text[..end].ends_with('\r');
        if cuts {
            continue;
        }
        let change = json!({"range": {"start": place(start), "end": place(end)}, "text": new});
        let d = json!({"uri": uri(&files[i].0), "version": n + 1});
        e.tell("textDocument/didChange", &json!({"textDocument": d, "contentChanges": [change]}));
        text.replace_range(start..end, new);
        // Most of it is never answered; here and there somebody waits, and half of the texts come back to what they were.
        if n % 500 == 250 {
            e.settle(&files[i].0);
        }
    }
    for (i, (path, original)) in files.iter().enumerate().filter(|(i, _)| i % 2 == 0) {
        e.change(path, 9000, original);
        texts[i].clone_from(original);
    }
    for ((path, _), text) in files.iter().zip(&texts) {
        fs::write(path, text).expect("a file");
        e.save(path);
    }
    e.settle(&files[0].0);
    let mut shown: BTreeSet<(String, String, u64, String)> = BTreeSet::new();
    for (uri, list) in &e.diagnostics {
        for d in list {
            let text = d["message"].as_str().expect("text").lines().next().unwrap_or_default().to_owned();
            let code = d["code"].as_str().expect("a code").to_owned();
            shown.insert((
                uri.clone(),
                code,
                d["range"]["start"]["line"].as_u64().expect("a line") + 1,
                text,
            ));
        }
    }
    let answer = lamlint(&root, &[".", "--format", "json"]);
    assert!(answer.status < 2, "{}", answer.err);
    let document: Value = serde_json::from_str(&answer.out).expect("JSON");
    let fresh: BTreeSet<(String, String, u64, String)> = document["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|f| {
            let text = |v: &Value| v.as_str().expect("text").to_owned();
            let mut message = text(&f["message"]);
            let others: Vec<&str> =
                f["others"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            if !others.is_empty() {
                message = format!("{message} (also: {})", others.join(", "));
            }
            let line = f["line"].as_u64().expect("a line");
            (uri(&root.join(text(&f["path"]))), text(&f["rule"]), line, message)
        })
        .collect();
    assert_eq!(shown, fresh);
    assert!(shown.len() > 5, "{shown:?}");
    assert_eq!(e.stop(), 0);
}

fn copy(from: &Path, to: &Path, files: &mut Vec<(PathBuf, String)>) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target, files);
        } else {
            fs::copy(&path, &target).expect("a copy");
            if let Ok(text) = fs::read_to_string(&path) {
                files.push((target, text));
            }
        }
    }
}
