#!/usr/bin/env bash
# The language server in sessions of a client of its own, in both encodings: support/clients/lsp. Usage: lsp.sh BINARY
set -euo pipefail
LAMLINT="$(realpath "$1")"
export LAMLINT
root="$(cd "$(dirname "$0")/../.." && pwd)"
# shellcheck source=support/tools.sh
. "$root/support/tools.sh"
python_tools pytest==8.4.2 pytest-asyncio==1.3.0 pytest-lsp==1.0.1 pygls==2.1.1

# Whatever the protocol does not allow fails; a session that hangs does, too.
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
cd "$root/support/clients/lsp"
if ! PYTHONDONTWRITEBYTECODE=1 timeout 180 "$python_bin/python" -m pytest -q --tb=short -p no:cacheprovider \
    -W error::pytest_lsp.LspSpecificationWarning . >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
tail -n 1 "$log"
