//! The flow of events, as every printer draws it.

mod support;

use lamlint::graph::{self, Graph};
use lamlint::report::Report;
use lamlint_model::finding::Confidence;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use support::command::lamlint;

fn graph(dir: &Path) -> Graph {
    let run = support::run(dir, support::rules_with(None), Confidence::Medium);
    Graph::of(&Report {
        analysis: &run.analysis,
        outcome: &run.outcome,
        display: &run.display,
        today: support::TODAY,
    })
}

type Printer = fn(&Graph) -> String;
const PRINTERS: &[(&str, Printer)] = &[
    ("mmd", graph::mermaid::render),
    ("dot", graph::dot::render),
    ("svg", graph::svg::render),
    ("html", graph::html::render),
];

#[test]
fn a_project_is_drawn() {
    let g = graph(&support::root().join("testdata/projects/image-pipeline"));
    let golden = support::root().join("testdata/golden");
    fs::create_dir_all(&golden).expect("a folder");
    let wrong: Vec<String> = PRINTERS
        .iter()
        .filter_map(|(ext, print)| {
            support::check_generated(&golden.join(format!("graph-image-pipeline.{ext}")), &print(&g))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let names = |looping: bool| -> Vec<(&str, &str)> {
        let edges = g.edges.iter().filter(|e| e.looping == looping);
        edges.map(|e| (&*g.nodes[e.from].name, &*g.nodes[e.to].name)).collect()
    };
    assert_eq!(names(true), [("Pictures", "Resize"), ("Resize", "Pictures")]);
    assert!(names(false).contains(&("Jobs", "DeadJobs")));
    assert!(names(false).contains(&("Index", "Counters")));
}

#[test]
fn it_is_drawn_the_same_each_time() {
    let dir = support::root().join("testdata/projects/image-pipeline");
    let (a, b) = (graph(&dir), graph(&dir));
    for (ext, print) in PRINTERS {
        assert_eq!(print(&a), print(&b), "{ext}");
    }
}

#[test]
fn hostile_names_stay_text() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let name = r#"x"]; end</script><b onload='y'>|{}`\\#quot;&lt;"#;
    let template = serde_json::json!({"Resources": {
        name: {"Type": "AWS::Lambda::Function", "Properties": {"Role": "r", "Code": {"ZipFile": "x"},
            "Runtime": "python3.14", "Handler": "index.handler"}},
        "From": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
            "FunctionName": {"Ref": name}, "EventSourceArn": format!("arn:aws:sqs:eu-west-1:123456789012:{name}")}}
    }});
    fs::write(dir.path().join("template.json"), template.to_string()).expect("a file");
    let g = graph(dir.path());
    assert!(g.nodes.iter().any(|n| n.name == name), "{g:?}");
    for (ext, print) in PRINTERS {
        let text = print(&g);
        match *ext {
            "mmd" => {
                for l in text.lines().filter(|l| l.contains("function\"")) {
                    assert_eq!(l.matches('"').count(), 2, "{l}");
                    assert!(!l.contains("</") && !l.contains('`') && !l.contains('|'), "{l}");
                }
            }
            "dot" => {
                // Lines may break anywhere, so the parts are compared.
                assert!(text.contains("[label=\"x\\\"];"), "{text}");
                for l in text.lines().filter(|l| l.contains("\\nfunction\"")) {
                    let bare = l.replace("\\\\", "").replace("\\\"", "");
                    // The label, and the colour of a function.
                    assert_eq!(bare.matches('"').count(), 4, "{l}");
                }
            }
            _ => assert!(!text.contains("<b onload") && !text.contains("end</script>"), "{ext}: {text}"),
        }
    }
}

#[test]
fn nothing_is_drawn_of_nothing() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let g = graph(dir.path());
    assert_eq!(g, Graph::default());
    assert_eq!(graph::mermaid::render(&g), "flowchart LR\n");
    for (ext, print) in PRINTERS {
        assert!(!print(&g).contains("n0"), "{ext}");
    }
}

#[test]
fn parameters_of_two_applications_are_not_one() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    for name in ["a", "b"] {
        let template = serde_json::json!({"Parameters": {"Q": {"Type": "String"}}, "Resources": {
            "F": {"Type": "AWS::Lambda::Function", "Properties": {"Role": "r", "Code": {"ZipFile": "x"},
                "Runtime": "python3.14", "Handler": "index.handler"}},
            "From": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
                "FunctionName": {"Ref": "F"}, "EventSourceArn": {"Fn::Sub": "arn:aws:sqs:eu-west-1:123456789012:${Q}"}}}
        }});
        fs::create_dir_all(dir.path().join(name)).expect("a folder");
        fs::write(dir.path().join(name).join("template.json"), template.to_string()).expect("a file");
    }
    let g = graph(dir.path());
    assert_eq!((g.nodes.len(), g.edges.len()), (4, 2), "{g:?}");
    assert_eq!(g.frames().len(), 2);
    assert_eq!(graph::mermaid::render(&g).matches("subgraph ").count(), 2);
    assert_eq!(graph::dot::render(&g).matches("subgraph cluster_").count(), 2);
}

fn page(dir: &Path) -> String {
    let run = support::run(dir, support::rules_with(None), Confidence::Low);
    lamlint::report::html::render(&Report {
        analysis: &run.analysis,
        outcome: &run.outcome,
        display: &run.display,
        today: support::TODAY,
    })
}

#[test]
fn the_page_of_findings_needs_nothing_else() {
    let dir = support::root().join("testdata/projects/image-pipeline");
    let found = support::run(&dir, support::rules_with(None), Confidence::Low).outcome.findings.len();
    let page = page(&dir);
    assert_eq!(page.matches("<details ").count(), found);
    assert!(page.contains("data-r=\"event-loop\"") && page.contains("class=\"e loop\""), "{page}");
    assert!(
        page.contains("<h2>Package sizes</h2>") && page.contains("<title>scale.py: 116 B</title>"),
        "{page}"
    );
    assert!(!page.contains("src=") && !page.contains("href=") && !page.contains('\u{1b}'));
}

#[test]
fn the_page_of_findings_names_what_is_silenced() {
    let page = page(&support::root().join("testdata/projects/night-reports"));
    assert!(page.contains("<h2>Silenced</h2>"), "{page}");
    assert!(page.contains("<td>a comment: the vendor&#39;s library needs it until spring</td>"), "{page}");
    assert!(page.contains("<td>metadata</td>"), "{page}");
}

#[test]
fn hostile_projects_stay_text() {
    let dir = tempfile::tempdir().expect("a scratch folder");
    let bad = "</script><img src=x onerror=alert(1)>\"'><b>\u{202e}\u{2066}\0\u{1b}[31m&amp;";
    // No NUL and no slash in names of files.
    let file = "<img src=x onerror=alert(1)>\"'\u{202e}&amp;";
    let name = format!("F{bad}");
    let template = serde_json::json!({"Resources": {
        &name: {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": file, "Runtime": "python3.8",
            "Handler": "app.handler", "Events": {"Q": {"Type": "Api",
                "Properties": {"Method": "get", "Path": format!("/{bad}")}}}}}
    }, "Transform": "AWS::Serverless-2016-10-31"});
    fs::write(dir.path().join("template.json"), template.to_string()).expect("a file");
    fs::create_dir_all(dir.path().join(file)).expect("a folder");
    let line = bad.replace('\0', "");
    let code = format!(
        "import os\ndef handler(event, context):\n    # {line}\n    return os.environ['X'] + '''{line}'''\n"
    );
    fs::write(dir.path().join(file).join("app.py"), code).expect("a file");
    fs::write(dir.path().join(file).join(format!("z{file}")), "x".repeat(4000)).expect("a file");
    let found = support::run(dir.path(), support::rules_with(None), Confidence::Low);
    let rules: Vec<&str> = found.outcome.findings.iter().map(|f| f.rule().id).collect();
    assert!(rules.contains(&"env-var-undeclared") && rules.contains(&"deprecated-runtime"), "{rules:?}");
    let page = page(dir.path());
    // Everything between the tags of lamlint itself.
    assert!(
        page.contains("&lt;img") && page.contains("Package sizes") && page.contains("class=\"n function\"")
    );
    for wrong in ["<img", "<b>", "</script><", "\u{202e}", "\u{2066}", "\0", "\u{1b}"] {
        assert!(!page.contains(wrong), "{wrong:?} in {page}");
    }
    assert_eq!(page.matches("</script>").count(), 1);
    // No attribute ends early: what is not escaped comes in pairs.
    let start = page.find("<body>").expect("a body");
    let end = page.find("<script>").expect("a script");
    for tag in page[start..end].split('<').skip(1).filter_map(|t| t.split_once('>')).map(|(t, _)| t) {
        assert_eq!(tag.matches('"').count() % 2, 0, "<{tag}>");
        assert!(!tag.contains("onerror"), "<{tag}>");
    }
}

#[test]
fn of_files_the_flows_that_touch_them_are_drawn() {
    let dir = support::root().join("testdata/projects/image-pipeline");
    let names = |args: &[&str]| {
        let a = lamlint(
            &dir,
            &[&["graph", "--isolated", "--as-of", "2026-11-24", "--format", "dot"], args].concat(),
        );
        assert_eq!(a.status, 0, "{}", a.err);
        let name = |l: &str| {
            Some(l.trim().strip_prefix('n')?.split_once("[label=\"")?.1.split_once("\\n")?.0.to_owned())
        };
        (a.out.lines().filter_map(name).collect::<BTreeSet<_>>(), a.out.contains("#d1242f"))
    };
    let (all, red) = names(&[]);
    assert!(all.contains("Report") && all.contains("Resize") && red, "{all:?}");
    assert_eq!(names(&["template.yaml"]), (all.clone(), true));
    let (report, red) = names(&["src/report/app.py"]);
    assert!(!report.contains("Resize") && !red, "{report:?}");
    // The code of `Resize` is part of a loop, and of a flow through other functions.
    let (resize, red) = names(&["src/resize/app.py"]);
    assert!(
        resize.contains("Pictures") && resize.contains("Counters") && !resize.contains("Report") && red,
        "{resize:?}"
    );
    assert_eq!(lamlint(&dir, &["graph", "--as-of", "yesterday"]).status, 2);
}
