//! The flow of events, as every printer draws it.

mod support;

use lamlint::graph::{self, Graph};
use lamlint::report::Report;
use lamlint_model::finding::Confidence;
use std::fs;
use std::path::Path;

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
                let escaped = name.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;");
                assert!(text.contains(&format!("[label=\"{escaped}\\nfunction\"")), "{text}");
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

#[test]
fn the_page_of_findings_needs_nothing_else() {
    let dir = support::root().join("testdata/projects/image-pipeline");
    let run = support::run(&dir, support::rules_with(None), Confidence::Medium);
    let report = Report {
        analysis: &run.analysis,
        outcome: &run.outcome,
        display: &run.display,
        today: support::TODAY,
    };
    let page = lamlint::report::html::render(&report);
    assert_eq!(page.matches("<details ").count(), run.outcome.findings.len());
    assert!(page.contains("data-r=\"event-loop\"") && page.contains("class=\"e loop\""), "{page}");
    assert!(!page.contains("src=") && !page.contains("href=") && !page.contains('\u{1b}'));
}
