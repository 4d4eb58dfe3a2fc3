#!/usr/bin/env bash
# Visual Studio Code itself, headless, with the extension: a finding underlined, mended by a quick fix, saved.
# Usage: vscode-editor.sh (after support/clients/vscode.sh, whose package it takes). Needs Node 20, a C++ compiler and
# Chromium. By hand: it is no part of .ci/run, since it is bound to one version of Node.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
# shellcheck source=support/tools.sh
. "$root/support/tools.sh"
package="$tools/lamlint.vsix"
chromium="$(command -v chromium || command -v google-chrome)" || { echo "there is no Chromium" >&2; exit 1; }
[ -e "$package" ] || { echo "there is no $package: run support/clients/vscode.sh" >&2; exit 1; }
case "$(node --version)" in v20.*) ;; *) echo "this version of the editor needs Node 20" >&2; exit 1 ;; esac

packages=(code-server@4.100.3 playwright-core@1.65.1)
work="$tools/editor-$(printf '%s\n' "${packages[@]}" | cksum | cut -d' ' -f1)"
code="$work/node_modules/code-server"
if [ ! -e "$work/complete" ]; then
    mkdir -p "$work"
    # Its own script builds and downloads what nothing here uses: terminals, search, Kerberos.
    npm install --prefix "$work" --no-save --no-audit --no-fund --ignore-scripts --silent "${packages[@]}"
    npm rebuild --prefix "$work" --silent argon2
    npm install --prefix "$code/lib/vscode" --omit=dev --ignore-scripts --no-audit --no-fund --silent
    npm install --prefix "$code/lib/vscode/extensions" --omit=dev --ignore-scripts --no-audit --no-fund --silent
    npm rebuild --prefix "$code/lib/vscode" --silent native-watchdog @vscode/spdlog
    touch "$work/complete"
fi
cp "$root/support/vscode-editor/drive.mjs" "$work/drive.mjs"

scratch="$(mktemp -d)"
server=
trap '[ -z "$server" ] || kill -- "-$server" 2>/dev/null || true; rm -rf "$scratch"' EXIT
mkdir -p "$scratch/project"
cat >"$scratch/project/template.yaml" <<'Y'
Transform: AWS::Serverless-2016-10-31
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
      Timeout: 60
      Events:
        Job:
          Type: SQS
          Properties:
            Queue: !GetAtt Jobs.Arn
Y
printf 'def handler(event, context):\n    return None\n' >"$scratch/project/app.py"
mkdir -p "$scratch/user/User"
echo '{"security.workspace.trust.startupPrompt": "never", "workbench.startupEditor": "none"}' >"$scratch/user/User/settings.json"

export XDG_DATA_HOME="$scratch/d" XDG_CONFIG_HOME="$scratch/c"
port="$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')"
folders=(--user-data-dir "$scratch/user" --extensions-dir "$scratch/extensions")
node "$code/out/node/entry.js" "${folders[@]}" --install-extension "$package" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
setsid node "$code/out/node/entry.js" "${folders[@]}" --auth none --bind-addr "127.0.0.1:$port" \
    --disable-telemetry --disable-update-check >"$scratch/log" 2>&1 &
server=$!
for _ in $(seq 100); do
    if grep -q "HTTP server listening" "$scratch/log"; then break; fi
    sleep 0.2
done
timeout 240 node "$work/drive.mjs" "$port" "$scratch/project" "$chromium" || { tail -n 30 "$scratch/log" >&2; exit 1; }
