//! Functions whose code is found by types and scripts, in the template formats that name it by what is built from it.

mod support;

use lamlint::functions::{State, functions};
use lamlint_model::finding::Confidence;
use std::fs;
use support::{rules_with, run};

const CS: &[(&str, &str)] = &[
    ("src/Orders/Orders.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"></Project>\n"),
    (
        "src/Orders/Function.cs",
        "namespace Orders;\npublic class Function { public string Handle(string e) => e; }\n",
    ),
];
const PS: &[(&str, &str)] =
    &[("src/app.ps1", "function Invoke-Orders($LambdaInput, $LambdaContext) { $LambdaInput }\n")];

/// What the functions of a project are linked to: name, file and symbol, or why not.
fn linked(files: &[(&str, &str)]) -> Vec<String> {
    let project = tempfile::tempdir().expect("a scratch folder");
    for (path, text) in files {
        let path = project.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
        fs::write(path, text).expect("a file is written");
    }
    let result = run(project.path(), rules_with(None), Confidence::Medium);
    let all = functions(&result.analysis);
    let told = all.iter().map(|f| match &f.state {
        State::Linked { file, symbol, language, incomplete: None } => {
            format!("{} {file} {symbol} {language}", f.function.name())
        }
        other => format!("{} {other:?}", f.function.name()),
    });
    told.collect()
}

fn with(template: (&'static str, &'static str), code: &[(&'static str, &'static str)]) -> Vec<String> {
    linked(&[&[template], code].concat())
}

const CS_FOUND: &str = "src/Orders/Function.cs Orders.Function::Handle C#";
const PS_FOUND: &str = "src/app.ps1 Invoke-Orders PowerShell";

#[test]
fn by_terraform() {
    let project = "data \"archive_file\" \"code\" {\n  type = \"zip\"\n  source_dir = \"${path.module}/src/Orders\"\n  output_path = \"code.zip\"\n}\nresource \"aws_lambda_function\" \"orders\" {\n  function_name = \"orders\"\n  role = \"arn:aws:iam::123456789012:role/r\"\n  runtime = \"dotnet10\"\n  handler = \"Orders::Orders.Function::Handle\"\n  filename = data.archive_file.code.output_path\n}\n";
    let built = "resource \"aws_lambda_function\" \"orders\" {\n  function_name = \"orders\"\n  role = \"arn:aws:iam::123456789012:role/r\"\n  runtime = \"dotnet10\"\n  handler = \"Orders::Orders.Function::Handle\"\n  filename = \"${path.module}/src/Orders/bin/Release/net10.0/orders.zip\"\n}\n";
    for text in [project, built] {
        assert_eq!(with(("main.tf", text), CS), [format!("orders {CS_FOUND}")], "{text}");
    }
    let script = "data \"archive_file\" \"code\" {\n  type = \"zip\"\n  source_dir = \"${path.module}/src\"\n  output_path = \"code.zip\"\n}\nresource \"aws_lambda_function\" \"orders\" {\n  function_name = \"orders\"\n  role = \"arn:aws:iam::123456789012:role/r\"\n  runtime = \"provided.al2023\"\n  layers = [var.powershell]\n  handler = \"app.ps1::Invoke-Orders\"\n  filename = data.archive_file.code.output_path\n}\nvariable \"powershell\" { type = string }\n";
    assert_eq!(with(("main.tf", script), PS), [format!("orders {PS_FOUND}")]);
    // Another method, another script.
    let other: &str = Box::leak(built.replace("::Handle", "::Handel").into_boxed_str());
    assert!(with(("main.tf", other), CS)[0].contains("Missing"));
}

#[test]
fn by_the_serverless_framework() {
    let cs = "service: shop\nprovider:\n  name: aws\n  runtime: dotnet10\npackage:\n  individually: true\nfunctions:\n  orders:\n    handler: Orders::Orders.Function::Handle\n    package:\n      artifact: src/Orders/bin/Release/net10.0/orders.zip\n";
    assert_eq!(with(("serverless.yml", cs), CS), [format!("orders {CS_FOUND}")]);
    let ps = "service: shop\nprovider:\n  name: aws\n  runtime: provided.al2023\nfunctions:\n  orders:\n    handler: src/app.ps1::Invoke-Orders\n    layers: ['${param:powershell}']\n";
    assert_eq!(with(("serverless.yml", ps), PS), [format!("orders {PS_FOUND}")]);
    let other: &str = Box::leak(cs.replace("Orders.Function", "Orders.Other").into_boxed_str());
    assert!(with(("serverless.yml", other), CS)[0].contains("Unlinked"));
}
