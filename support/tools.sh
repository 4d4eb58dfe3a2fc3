# Tools that checks need, installed once below target/. Sourced by scripts; `root` is the repository.
# shellcheck shell=bash disable=SC2154
tools="$root/target/tools"

# Cargo's: NAME VERSION [OPTION...]
cargo_tool() {
    local name="$1" version="$2"
    shift 2
    if ! "$tools/bin/$name" --version 2>/dev/null | grep -qF "$version"; then
        timeout 1500 cargo install --locked --quiet --root "$tools" "$@" "$name@$version"
    fi
}

# Python's: NAME==VERSION...; they are then in $python_bin.
python_bin="$tools/python/bin"
python_tools() {
    if [ ! -x "$python_bin/pip" ]; then
        python3 -m venv "$tools/python"
    fi
    # Does nothing, and asks nobody, where these versions are there.
    timeout 600 "$python_bin/pip" install --quiet --disable-pip-version-check "$@"
}
