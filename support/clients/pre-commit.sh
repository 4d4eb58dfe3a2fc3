#!/usr/bin/env bash
# The pre-commit hook, run by pre-commit itself in a scratch repository. Usage: pre-commit.sh BINARY
# The definition under test is the one of .pre-commit-hooks.yaml; only the build is left out: BINARY is the entry.
set -euo pipefail
binary="$(realpath "$1")"
root="$(cd "$(dirname "$0")/../.." && pwd)"
# shellcheck source=support/tools.sh
. "$root/support/tools.sh"
python_tools pre-commit==4.7.0
pre_commit="$python_bin/pre-commit"

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
# Nothing of the caller's git, neither settings nor, where this runs in a hook itself, its repository.
# shellcheck disable=SC2046
unset $(git rev-parse --local-env-vars)
export PRE_COMMIT_HOME="$scratch/home" HOME="$scratch/home" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
mkdir -p "$scratch/home" "$scratch/project/src" && cd "$scratch/project"
log="$scratch/log"

fail() { printf 'FAILED: %s\n' "$*" >&2; cat "$log" >&2; exit 1; }
says() { grep -qF -- "$1" "$log" || fail "the hook does not say: $1"; }
silent() { if grep -qF -- "$1" "$log"; then fail "the hook says: $1"; fi; }
# commit MESSAGE [FILE...]: what git and the hook say goes to the log.
commit() { local message="$1"; shift; [ $# -eq 0 ] || git add "$@"; git commit -m "$message" >"$log" 2>&1; }
passes() { commit "$@" || fail "this commit must pass: $1"; printf 'ok: passes: %s\n' "$1"; }
refused() { if commit "$@"; then fail "this commit must be refused: $1"; fi; printf 'ok: refused: %s\n' "$1"; }

"$pre_commit" validate-manifest "$root/.pre-commit-hooks.yaml"
"$python_bin/python" - "$root/.pre-commit-hooks.yaml" "$binary" >.pre-commit-config.yaml <<'PY'
import re, shlex, sys, yaml
[hook] = yaml.safe_load(open(sys.argv[1]))
assert hook["id"] == "lamlint" and hook["language"] == "rust" and hook["require_serial"], hook
program, *args = shlex.split(hook["entry"])
assert program == "lamlint", hook
triggers = """template.yaml infra/stack.yml template.JSON api.template template.yaml.j2 main.tf main.tf.json serverless.yml
src/app.py src/app.mjs src/app.cts src/page.tsx src/Main.java main.go app.rb App.cs main.rs Dockerfile
docker/Dockerfile.worker worker.Dockerfile package.json requirements.txt requirements-dev.txt pyproject.toml Pipfile
samconfig.toml a/lamlint.toml""".split()
for path in triggers:
    assert re.search(hook["files"], path), f"{path} must start the hook"
for path in "README.md logo.png src/app.pyc notes.txt Cargo.toml template-notes.md".split():
    assert not re.search(hook["files"], path), f"{path} must not start the hook"
del hook["minimum_pre_commit_version"]
hook.update(language="system", entry=shlex.join([sys.argv[2], *args]))
yaml.safe_dump({"repos": [{"repo": "local", "hooks": [hook]}]}, sys.stdout)
PY

cat >template.yaml <<'Y'
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.14
      Handler: worker.handler
      CodeUri: src/
      Environment:
        Variables:
          ORDERS: !Ref Orders
      Policies:
        - DynamoDBReadPolicy:
            TableName: !Ref Orders
Y
cat >src/worker.py <<'P'
import os

import boto3

table = boto3.resource("dynamodb").Table(os.environ["ORDERS"])


def handler(event, context):
    return table.get_item(Key={"id": event["id"]})
P
cp src/worker.py "$scratch/good.py"
sed 's/get_item(Key=\(.*\))$/put_item(Item=\1)/' src/worker.py >"$scratch/bad.py"
cmp -s "$scratch/good.py" "$scratch/bad.py" && fail "the two handlers are the same"

git init --quiet
"$pre_commit" install >"$log" 2>&1 || fail "pre-commit can't be installed"

passes "a clean project" .
says "Passed"

echo "# Notes" >README.md
passes "files that don't matter" README.md
says "Skipped"

# The fault shows only with the template, which this commit does not touch.
cp "$scratch/bad.py" src/worker.py
refused "a handler against its template" src/worker.py
says "missing-iam-permission"
says "src/worker.py:9"
says "template.yaml:9"

# What is not staged is not judged, and is still there afterwards.
git restore --staged src/worker.py
sed -i 's/Handler: worker.handler/&\n      Timeout: 10/' template.yaml
passes "a good part of bad work" template.yaml
says "Passed"
cmp -s src/worker.py "$scratch/bad.py" || fail "work that is not staged is lost"

# The other way round: the handler is fine, the template takes its permission away. `refused` stages only the template.
cp "$scratch/good.py" src/worker.py
sed -i 's/DynamoDBReadPolicy/DynamoDBWritePolicy/' template.yaml
refused "a template against its handler" template.yaml
says "dynamodb:GetItem"

# Old findings elsewhere don't stop a commit about something else.
git commit --quiet --no-verify -m "knowingly"
mkdir other
cat >other/template.yaml <<'Y'
Resources:
  Jobs:
    Type: AWS::SQS::Queue
Y
passes "something else" other/template.yaml
silent "missing-iam-permission"

# All files: each finding is told, once.
if "$pre_commit" run --all-files >"$log" 2>&1; then fail "the finding is still there"; fi
[ "$(grep -c 'missing-iam-permission' "$log")" -eq 1 ] || fail "told more than once"
echo "ok: refused: all files"

sed -i 's/DynamoDBWritePolicy/DynamoDBReadPolicy/' template.yaml
passes "mended" template.yaml
"$pre_commit" run --all-files >"$log" 2>&1 || fail "all files must pass now"
echo "ok: passes: all files"
