#!/usr/bin/env bash
# Validates the SARIF of the fixtures with the validator of the format's makers, by its own rules and by those of
# GitHub's ingestion. Usage: support/clients/sarif.sh BINARY. Needs node; what it installs goes to target/tools.
set -euo pipefail
if [ $# -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 BINARY (of lamlint)" >&2
    exit 2
fi
lamlint="$(realpath "$1")"
cd "$(dirname "$0")/../.."

version=5.7.0
tools="$PWD/target/tools/sarif-$version"
validator="$tools/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool"
if [ ! -x "$validator" ]; then
    mkdir -p "$tools"
    timeout 600 npm install --prefix "$tools" --no-save --no-audit --no-fund --silent "@microsoft/sarif-multitool-linux@$version"
    chmod +x "$validator"
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
run() { # NAME ARGUMENT..: the log of a run; findings are no failure.
    local status=0
    "$lamlint" --isolated --as-of 2026-11-24 --format sarif --output "$work/$1.sarif" "${@:2}" 2>"$work/err" || status=$?
    if [ "$status" -gt 1 ]; then
        cat "$work/err" >&2
        echo "$0: lamlint ended with $status over $1" >&2
        exit 1
    fi
}
for project in testdata/projects/*/; do
    run "$(basename "$project")" --pedantic --min-confidence low "$project"
done
quiet=testdata/projects/night-reports
run silenced --baseline "$quiet/.lamlint-baseline.json" --show-silenced "$quiet"
for word in '"inSource"' '"external"' '"unchanged"' '"new"'; do
    if ! grep -q "$word" "$work/silenced.sarif"; then
        echo "$0: no $word in the log with silenced findings" >&2
        exit 1
    fi
done
# Outside of a repository, from elsewhere: absolute paths.
cp -r testdata/projects/notifications "$work/a folder"
run elsewhere "$work/a folder"
# Broken files bring notifications.
run broken testdata/syntax
grep -q toolExecutionNotifications "$work/broken.sarif"

# The validator tells by its words alone, not by its status. Its runtime needs no ICU then.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
validate() {
    "$validator" validate "$@" --rule-kind 'Sarif;Gh' --level 'Error;Warning' --output "$work/verdict.json" \
        --log ForceOverwrite >"$work/out" 2>&1
    grep -q 'Analysis completed successfully' "$work/out"
}
# It must tell right from wrong, before its silence counts.
sed 's/"ruleIndex": [0-9]*/"ruleIndex": 9999/' "$work/silenced.sarif" >"$work/wrong.json"
if validate "$work/wrong.json" && ! grep -Eq ': (error|warning) ' "$work/out"; then
    echo "$0: the validator finds nothing wrong in a wrong log" >&2
    exit 1
fi
logs=("$work"/*.sarif)
if ! validate "${logs[@]}" || grep -Eq ': (error|warning) ' "$work/out"; then
    sed "s|$work/||" "$work/out" >&2
    exit 1
fi
echo "sarif: ${#logs[@]} logs are valid"
