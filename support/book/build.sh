#!/usr/bin/env bash
# Builds the book into target/book and checks its links.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
# shellcheck source=support/tools.sh
. "$root/support/tools.sh"

# Without the preview server, and not optimised: a third of the time.
cargo_tool mdbook 0.5.4 --debug --no-default-features --features search
rm -rf "$root/target/book"
MDBOOK_LOG=warn "$tools/bin/mdbook" build "$root/docs"
python3 "$root/support/book/check.py" "$root/target/book"
