#!/usr/bin/env bash
# What other package managers take: a wheel, npm packages, crates, the release's workflow. Usage: packages.sh BINARY
# Needs node; nothing is published, and what is built stays in target/ and a scratch folder.
set -euo pipefail
binary="$(realpath "$1")"
root="$(cd "$(dirname "$0")/../.." && pwd)"
# shellcheck source=support/tools.sh
. "$root/support/tools.sh"
python_tools check-jsonschema==0.39.0 maturin==1.16.0 PyYAML==6.0.4 pre-commit==4.7.0

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
log="$scratch/log"
fail() { cat "$log" >&2; printf 'FAILED: %s\n' "$*" >&2; exit 1; }
ok() { printf 'ok: %s\n' "$*"; }
run() { timeout 900 "$@" >"$log" 2>&1 || fail "$*"; }

mkdir -p "$scratch/faulty" "$scratch/clean"
cat >"$scratch/faulty/template.yaml" <<'Y'
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
printf 'def handler(event, context):\n    return None\n' >"$scratch/faulty/app.py"
printf 'Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n' >"$scratch/clean/template.yaml"

# lints COMMAND...: it tells the finding with its status, passes a clean project, and refuses nonsense.
lints() {
    local status=0
    "$@" "$scratch/faulty" --isolated >"$log" 2>&1 || status=$?
    if [ "$status" -ne 1 ] || ! grep -qF 'error[sqs-visibility-timeout]' "$log"; then fail "$*: status $status"; fi
    run "$@" "$scratch/clean" --isolated
    status=0
    "$@" --nonsense >"$log" 2>&1 || status=$?
    [ "$status" -eq 2 ] || fail "$*: nonsense ends with $status"
}

# One version everywhere.
"$python_bin/python" - "$root" >"$log" 2>&1 <<'PY' || fail "versions"
import json, pathlib, re, sys, yaml
root = pathlib.Path(sys.argv[1])
version = re.search(r'^version = "(.+)"', (root / "Cargo.toml").read_text(), re.M)[1]
launcher = json.loads((root / "packaging/npm/lamlint/package.json").read_text())
assert {launcher["version"], *launcher["optionalDependencies"].values()} == {version}, launcher
assert json.loads((root / "editors/vscode/package.json").read_text())["version"] == version
mirror = root / "packaging/pre-commit-mirror"
assert f'version = "{version}"' in (mirror / "pyproject.toml").read_text()
[own] = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_text())
[hook] = yaml.safe_load((mirror / ".pre-commit-hooks.yaml").read_text())
assert hook.pop("additional_dependencies") == [f"lamlint=={version}"] and hook["language"] == "python", hook
assert hook == {**own, "language": "python"}, (hook, own)
workflow = yaml.safe_load((root / ".github/workflows/release.yml").read_text())
platforms = {f"@lamlint/{m['npm']}" for m in workflow["jobs"]["build"]["strategy"]["matrix"]["include"] if "npm" in m}
assert platforms == set(launcher["optionalDependencies"]), platforms
PY
run "$python_bin/pre-commit" validate-manifest "$root/packaging/pre-commit-mirror/.pre-commit-hooks.yaml"
run "$python_bin/check-jsonschema" --builtin-schema vendor.github-workflows "$root/.github/workflows/release.yml"
ok "one version, one hook, a valid workflow"

# npm: launcher and platform, installed from their archives alone.
platform="$(node -p '`${process.platform}-${process.arch}`')"
run node "$root/packaging/npm/platform.mjs" "$binary" "$platform" "$scratch/platform"
mkdir "$scratch/npm" "$scratch/user"
for package in "$root/packaging/npm/lamlint" "$scratch/platform"; do
    (cd "$package" && run npm pack --pack-destination "$scratch/npm")
done
cd "$scratch/user"
echo '{"private": true}' >package.json
run npm install --offline --no-audit --no-fund --omit=optional "$scratch"/npm/*.tgz
lints npx --no-install lamlint
rm -r "node_modules/@lamlint"
status=0
npx --no-install lamlint --version >"$log" 2>&1 || status=$?
if [ "$status" -ne 2 ] || ! grep -q "@lamlint/$platform is not installed" "$log"; then fail "a missing platform is not told"; fi
ok "npm"

# Crates: each packs by itself. They are built from what lies here: none of them is published.
cd "$root"
run cargo package --workspace --no-verify --allow-dirty --offline --locked --target-dir "$scratch/crates"
tar -tzf "$scratch"/crates/package/lamlint-[0-9]*.crate >"$log"
grep -q '/src/main.rs$' "$log" || fail "no program in the crate"
if grep -qE '/(editors|packaging|testdata|support|tests)/' "$log"; then fail "too much in the crate"; fi
ok "crates"

# The wheel, from the same build as the binary.
cd "$root/packaging/python"
run "$python_bin/maturin" build --profile dev --offline --compatibility linux --out "$scratch/wheels"
python3 -m venv "$scratch/venv"
run "$scratch/venv/bin/pip" install --quiet --disable-pip-version-check --no-index "$scratch"/wheels/*.whl
lints "$scratch/venv/bin/lamlint"
ok "wheel"
