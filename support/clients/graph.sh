#!/usr/bin/env bash
# Reads the drawings of `lamlint graph` with the programs they are made for: Mermaid, Graphviz, a parser of XML.
# Usage: support/clients/graph.sh BINARY. Needs node; what it installs goes to target/tools.
set -euo pipefail
if [ $# -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 BINARY (of lamlint)" >&2
    exit 2
fi
lamlint="$(realpath "$1")"
cd "$(dirname "$0")/../.."

packages=(mermaid@12.3.0 jsdom@26.1.0 @hpcc-js/wasm-graphviz@1.29.2)
tools="$PWD/target/tools/graph-$(printf '%s\n' "${packages[@]}" | cksum | cut -d' ' -f1)"
if [ ! -e "$tools/complete" ]; then
    mkdir -p "$tools"
    timeout 600 npm install --prefix "$tools" --no-save --no-audit --no-fund --silent "${packages[@]}"
    touch "$tools/complete"
fi
# Modules are looked up from where the script is.
cp support/clients/graph.mjs "$tools/graph.mjs"

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# Names that mean something to somebody.
mkdir "$work/hostile"
node -e '
const name = `x"]; end</script><b onload="y">|{}\`\\#quot;&lt;%%{init}%% ${"é漢".repeat(40)} \u202e`;
const sam = (properties) => ({ Type: "AWS::Serverless::Function", Properties: { InlineCode: "x", Handler: "index.handler", Runtime: "python3.14", ...properties } });
const route = (i) => ({ Type: "Api", Properties: { Method: "get", Path: `/${i}/{id+}/a|b"c/[d]` } });
const Resources = { [name]: sam({ Events: Object.fromEntries([...Array(9).keys()].map((i) => [`R${i}`, route(i)])) }), end: sam({}), graph: sam({}), subgraph: sam({}),
  From: { Type: "AWS::Lambda::EventSourceMapping", Properties: { FunctionName: { Ref: "end" }, EventSourceArn: `arn:aws:sqs:eu-west-1:123456789012:${name}` } } };
console.log(JSON.stringify({ Transform: "AWS::Serverless-2016-10-31", Resources }));
' >"$work/hostile/template.json"

mkdir "$work/drawn"
draw() { # NAME FOLDER
    for format in mermaid dot svg; do
        if ! "$lamlint" graph "$2" --isolated --as-of 2026-11-24 --format "$format" --output "$work/drawn/$1.$format" 2>"$work/err"; then
            cat "$work/err" >&2
            echo "$0: no $format of $1" >&2
            exit 1
        fi
    done
}
draw hostile "$work/hostile"
draw projects testdata/projects
for project in testdata/projects/*/; do
    draw "$(basename "$project")" "$project"
done
node "$tools/graph.mjs" "$work/drawn"
# The Graphviz of the system, too, where there is one.
if command -v dot >/dev/null; then
    for drawn in "$work"/drawn/*.dot; do
        if ! said="$(dot -Tsvg "$drawn" -o /dev/null 2>&1)" || [ -n "$said" ]; then
            echo "$0: dot says of $(basename "$drawn"): $said" >&2
            exit 1
        fi
    done
fi
