#!/usr/bin/env bash
# The recipes of docs/ci and action.yml: valid by their schemas, and their commands do what they should.
# Usage: ci-recipes.sh BINARY
set -euo pipefail
binary="$(realpath "$1")"
root="$(cd "$(dirname "$0")/../.." && pwd)"
# shellcheck source=support/tools.sh
. "$root/support/tools.sh"
python_tools check-jsonschema==0.39.0 pre-commit==4.7.0 PyYAML==6.0.4

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
log="$scratch/log"
fail() { printf 'FAILED: %s\n' "$*" >&2; cat "$log" >&2; exit 1; }
ok() { printf 'ok: %s\n' "$*"; }

: >"$log"
schema() {
    "$python_bin/check-jsonschema" --builtin-schema "$1" "$2" >"$log" 2>&1 || fail "$2 is not valid by $1"
    # A check that passes everything would be none.
    sed 's/^\(runs\|jobs\):/\1: [nonsense]\nx:/; s/^  script:/  script: 7\n  x:/' "$2" >"$scratch/broken.yml"
    if "$python_bin/check-jsonschema" --builtin-schema "$1" "$scratch/broken.yml" >"$log" 2>&1; then
        fail "$1 takes anything"
    fi
    ok "schema: ${2#"$root/"}"
}
schema vendor.github-actions "$root/action.yml"
schema vendor.github-workflows "$root/docs/ci/github.yml"
schema vendor.gitlab-ci "$root/docs/ci/gitlab.yml"
"$python_bin/pre-commit" validate-config "$root/docs/ci/pre-commit-config.yaml" >"$log" 2>&1 || fail "pre-commit config"
ok "schema: docs/ci/pre-commit-config.yaml"

# The inputs of the action are those that the book tells of, and the ones the example gives exist.
"$python_bin/python" - "$root" >"$log" 2>&1 <<'PY' || fail "inputs"
import pathlib, re, sys, yaml
root = pathlib.Path(sys.argv[1])
inputs = set(yaml.safe_load((root / "action.yml").read_text())["inputs"])
told = set(re.findall(r"^\| `([a-z-]+)` \|", (root / "docs/ci.md").read_text(), re.M))
assert told == inputs, (told, inputs)
workflow = yaml.safe_load((root / "docs/ci/github.yml").read_text())
[step] = [s for s in workflow["jobs"]["lamlint"]["steps"] if s["uses"].startswith("lamlint/")]
assert set(step["with"]) <= inputs, step
PY
ok "inputs are told of"

# A project with a finding, one without, and a name with a blank.
mkdir -p "$scratch/work/faulty app" "$scratch/work/clean" "$scratch/bin"
cat >"$scratch/work/faulty app/template.yaml" <<'Y'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Limit:
    Type: Number
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 30
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.14
      Handler: app.handler
      CodeUri: .
      Timeout: !Ref Limit
      Events:
        Job:
          Type: SQS
          Properties:
            Queue: !GetAtt Jobs.Arn
Y
printf 'def handler(event, context):\n    return None\n' >"$scratch/work/faulty app/app.py"
printf 'Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n' >"$scratch/work/clean/template.yaml"

# Stand-ins for the toolchain: they write down what they are asked, and "install" the binary.
cat >"$scratch/bin/rustup" <<'S'
#!/usr/bin/env bash
echo "rustup $*" >>"$ASKED"
S
cat >"$scratch/bin/cargo" <<'S'
#!/usr/bin/env bash
echo "cargo $*" >>"$ASKED"
while [ "$1" != --root ]; do shift; done
mkdir -p "$2/bin" && cp "$BINARY" "$2/bin/lamlint"
S
chmod +x "$scratch/bin/rustup" "$scratch/bin/cargo"
export ASKED="$scratch/asked" BINARY="$binary"

# step ID [EXPRESSION=VALUE...]: runs a step as GitHub does. Gives its status; files are those GitHub hands out.
step() {
    local id="$1" status=0
    shift
    mkdir -p "$scratch/temp" "$scratch/step"
    "$python_bin/python" "$root/support/recipes.py" github "$root/action.yml" "$id" "$scratch/step" \
        github.action_path="$root" "$@"
    : >"$scratch/output"
    : >"$scratch/summary"
    local env=()
    mapfile -t env <"$scratch/step/env"
    (
        cd "$scratch/work"
        env -i PATH="$scratch/bin:/usr/bin:/bin" HOME="$scratch" ASKED="$ASKED" BINARY="$BINARY" \
            RUNNER_TEMP="$scratch/temp" GITHUB_WORKSPACE="$scratch/work" \
            GITHUB_OUTPUT="$scratch/output" GITHUB_STEP_SUMMARY="$scratch/summary" GITHUB_ACTIONS=true CI=true \
            "${env[@]}" bash --noprofile --norc -eo pipefail "$scratch/step/run.sh"
    ) >"$log" 2>&1 || status=$?
    return "$status"
}
exits() {
    local expected="$1" status=0
    shift
    step "$@" || status=$?
    [ "$status" -eq "$expected" ] || fail "step $* ends with $status, not $expected"
}
said() { grep -qF -- "$1" "$log" || fail "the log does not say: $1"; }
unsaid() { if grep -qF -- "$1" "$log"; then fail "the log says: $1"; fi; }

exits 0 key
first="$(cat "$scratch/output")"
[[ "$first" =~ ^key=[0-9a-f]{40}$ ]] || fail "key: $first"
exits 0 key
[ "$(cat "$scratch/output")" = "$first" ] || fail "the key changes by itself"
exits 0 key inputs.version=v9.9.9
[ "$(cat "$scratch/output")" = "key=v9.9.9" ] || fail "the key of a version"
ok "action: key"

: >"$ASKED"
exits 0 install inputs.version=v9.9.9
grep -q -- '--git .* --tag v9.9.9 lamlint$' "$ASKED" || { cp "$ASKED" "$log"; fail "the tag is not installed"; }
rm -rf "$scratch/temp"
: >"$ASKED"
exits 0 install
grep -qF -- "cargo +stable install --locked --root $scratch/temp/lamlint --path $root" "$ASKED" || {
    cp "$ASKED" "$log"
    fail "this checkout is not installed"
}
ok "action: install"

exits 0 lint inputs.path=clean
grep -qx "sarif=$scratch/temp/lamlint.sarif" "$scratch/output" || fail "no output"
ok "action: a clean project passes"

exits 0 lint "inputs.path=faulty app"
exits 1 lint "inputs.path=faulty app" "inputs.args=--param Limit=60  --quiet"
said "error[sqs-visibility-timeout]"
unsaid "::error"
"$python_bin/python" - "$scratch/temp/lamlint.sarif" >"$log" 2>&1 <<'PY' || fail "SARIF"
import json, sys
[run] = json.load(open(sys.argv[1]))["runs"]
[result] = run["results"]
assert result["ruleId"] == "sqs-visibility-timeout", result
uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
assert uri == "faulty%20app/template.yaml", uri
PY
grep -q 'sqs-visibility-timeout' "$scratch/summary" || fail "the summary says nothing"
ok "action: a finding fails, in log, SARIF and summary"

exits 0 lint "inputs.path=faulty app" "inputs.args=--param Limit=60" inputs.fail-on=never
said "error[sqs-visibility-timeout]"
grep -q "^sarif=" "$scratch/output" || fail "no output"
exits 1 lint "inputs.path=faulty app" "inputs.args=--param Limit=60" inputs.upload=false
said "::error file=faulty app/template.yaml,line=9"
ok "action: fail-on, annotations"

# A value stays a value.
exits 2 lint "inputs.path=\$(touch $scratch/evil)" "inputs.args=;touch $scratch/evil"
[ ! -e "$scratch/evil" ] || fail "a value was run"
exits 2 lint inputs.path=nowhere
said "there is no"
[ ! -s "$scratch/output" ] || fail "a failed run has no SARIF"
ok "action: wrong input fails, and is not run"

# GitLab's and CodeBuild's commands, in a project with and one without a finding.
ln -sf "$binary" "$scratch/bin/lamlint"
sed -i 's/Timeout: !Ref Limit/Timeout: 60/' "$scratch/work/faulty app/template.yaml"
recipe() {
    local name="$1" report="$2" expected status
    shift 2
    "$python_bin/python" "$root/support/recipes.py" list "$root/docs/ci/$name" "$@" >"$scratch/commands"
    for project in "faulty app" clean; do
        expected=0
        [ "$project" = clean ] || expected=1
        status=0
        (cd "$scratch/work/$project" && PATH="$scratch/bin:$PATH" bash -e "$scratch/commands") >"$log" 2>&1 || status=$?
        [ "$status" -eq "$expected" ] || fail "$name ends with $status in $project"
        cp "$scratch/work/$project/$report" "$scratch/report-${project%% *}"
    done
    ok "$name: its commands"
}
recipe gitlab.yml gl-code-quality-report.json lamlint script
"$python_bin/python" - "$scratch" >"$log" 2>&1 <<'PY' || fail "code quality report"
import json, sys
[issue] = json.load(open(sys.argv[1] + "/report-faulty"))
assert issue["check_name"] == "sqs-visibility-timeout" and issue["location"]["path"] == "template.yaml", issue
assert json.load(open(sys.argv[1] + "/report-clean")) == []
PY
grep -q "codequality: gl-code-quality-report.json" "$root/docs/ci/gitlab.yml" || fail "another report is uploaded"
recipe buildspec.yml lamlint.xml phases build commands
"$python_bin/python" - "$scratch" >"$log" 2>&1 <<'PY' || fail "test report"
import sys, xml.etree.ElementTree as tree
count = lambda name: len(tree.parse(f"{sys.argv[1]}/report-{name}").getroot().findall(".//failure"))
assert (count("faulty"), count("clean")) == (1, 0), (count("faulty"), count("clean"))
PY
ok "reports hold the findings"
