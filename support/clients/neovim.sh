#!/usr/bin/env bash
# Neovim, headless, with the language server: findings, their proof, a repair, and the result. Usage: neovim.sh BINARY
set -euo pipefail
LAMLINT="$(realpath "$1")"
here="$(cd "$(dirname "$0")" && pwd)"
if ! command -v nvim >/dev/null; then
    { apt-get -qq update && apt-get -qq install -y neovim; } >/dev/null 2>&1 || {
        echo "neovim can't be installed" >&2
        exit 1
    }
fi

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
export LAMLINT PROJECT="$scratch/a project" XDG_CONFIG_HOME="$scratch/c" XDG_DATA_HOME="$scratch/d" XDG_STATE_HOME="$scratch/s" XDG_CACHE_HOME="$scratch/e"
mkdir -p "$PROJECT/src"
cat >"$PROJECT/template.yaml" <<'Y'
Transform: AWS::Serverless-2016-10-31
Description: "🚀"
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.14
      Timeout: 60
      Events:
        Jobs:
          Type: SQS
          Properties:
            Queue: !GetAtt Jobs.Arn
  Jobs:
    Type: AWS::SQS::Queue
    Properties: { Tags: [{ Key: "🚀", Value: x }], VisibilityTimeout: 30 }
Y
printf 'def handler(event, context):\n    return None\n' >"$PROJECT/src/app.py"

status=0
"$LAMLINT" "$PROJECT" --isolated --quiet >"$scratch/log" 2>&1 || status=$?
[ "$status" -eq 1 ] || { cat "$scratch/log" >&2; echo "FAILED: there is no finding before" >&2; exit 1; }
if ! timeout 120 nvim --headless --clean -n -c "luafile $here/neovim.lua" </dev/null >"$scratch/log" 2>&1; then
    cat "$scratch/log" >&2
    exit 1
fi
# What was written is as good on the command line.
"$LAMLINT" "$PROJECT" --isolated --quiet >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; echo "FAILED: there is a finding after" >&2; exit 1; }
grep -q 'VisibilityTimeout: 360' "$PROJECT/template.yaml" || { cat "$PROJECT/template.yaml" >&2; exit 1; }
echo "ok: $(nvim --version | head -n 1): a finding seen, repaired, saved"
