#!/usr/bin/env bash
# The extension for Visual Studio Code: types, tests, bundle and package. Usage: vscode.sh BINARY
# Needs node; the package is target/tools/lamlint.vsix, with BINARY inside.
set -euo pipefail
binary="$(realpath "$1")"
root="$(cd "$(dirname "$0")/../.." && pwd)"
# shellcheck source=support/tools.sh
. "$root/support/tools.sh"

work="$tools/vscode"
mkdir -p "$work"
log="$work/log"
run() { timeout 600 "$@" >"$log" 2>&1 || { cat "$log" >&2; echo "FAILED: $*" >&2; exit 1; }; }

# Packages stay from one run to the next; everything else is that of the repository.
sum="$(cksum <"$root/editors/vscode/package-lock.json")"
find "$work" -mindepth 1 -maxdepth 1 ! -name node_modules ! -name complete -exec rm -rf {} +
(cd "$root/editors/vscode" && cp -r package.json package-lock.json tsconfig.json README.md .vscodeignore src test "$work")
cat "$root/LICENSE-MIT" "$root/LICENSE-APACHE" >"$work/LICENSE.txt"
cd "$work"
if [ "$(cat complete 2>/dev/null)" != "$sum" ]; then
    run npm ci --ignore-scripts --no-audit --no-fund
    echo "$sum" >complete
fi
run npm run --silent check
run npm run --silent test
grep -qE '^# pass [1-9]' "$log" || { cat "$log" >&2; echo "FAILED: no test ran" >&2; exit 1; }
mkdir bin
install -m 755 "$binary" bin/lamlint
run npx vsce package --no-dependencies --allow-missing-repository --out "$tools/lamlint.vsix"

python3 - "$tools/lamlint.vsix" <<'PY'
import json, sys, zipfile
vsix = zipfile.ZipFile(sys.argv[1])
names = sorted(i.filename for i in vsix.infolist())
expected = ["[Content_Types].xml", "extension.vsixmanifest", *(
    f"extension/{n}" for n in ["LICENSE.txt", "bin/lamlint", "dist/extension.js", "package.json", "readme.md"])]
assert sorted(n.lower() for n in names) == sorted(n.lower() for n in expected), names
code = vsix.read("extension/dist/extension.js").decode()
manifest = json.loads(vsix.read("extension/package.json"))
for setting in ["path", "pedantic", "config", "parameters"]:
    assert f"lamlint.{setting}" in manifest["contributes"]["configuration"]["properties"], setting
    assert f'"{setting}"' in code, setting
commands = {"lamlint.show", *(c["command"] for c in manifest["contributes"]["commands"])}
assert all(f'"{c}"' in code for c in commands), commands
languages = [e.removeprefix("onLanguage:") for e in manifest["activationEvents"] if e.startswith("onLanguage:")]
assert languages and all(f'"{l}"' in code for l in languages), languages
assert vsix.getinfo("extension/bin/lamlint").external_attr >> 16 & 0o111, "the program can't be started"
PY
# What was bundled loads, and asks for nothing but the editor.
node -e '
const m = require("module"), load = m._load;
m._load = (name, ...rest) => (name === "vscode" ? new Proxy(class {}, { get: (t, k) => t[k] ?? new Proxy(class {}, { get: (t, k) => t[k] ?? class {} }) }) : load(name, ...rest));
const e = require("./dist/extension.js");
if (typeof e.activate !== "function" || typeof e.deactivate !== "function") process.exit(1);
' >"$log" 2>&1 || { cat "$log" >&2; echo "FAILED: the bundle does not load" >&2; exit 1; }
echo "ok: $(wc -c <dist/extension.js) bytes of bundle, packaged and read back"
