#!/usr/bin/env bash
# What `cargo fa prove` says of ci/checkers/src/bin/effects agrees with what a run of it counts, in each build that is listed
# here: no system is called proven that takes from the heap or waits, each that does is reported, and none that keeps its word is
# called violated in an optimised build. Systems in C stand for the formats and processors that nothing runs here.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(uname -sm)" != "Linux x86_64" ]; then
    echo "prove: compares with what a run counts on Linux for x86-64, this is $(uname -sm): skipped"
    exit 0
fi
root="${CARGO_TARGET_DIR:-$PWD/target}"
cargo build --quiet -p cargo-fa
cp Cargo.lock ci/checkers/Cargo.lock
report="$(mktemp -d)"
trap 'rm -rf "$report"' EXIT

# check NAME FLAGS OF CARGO-FA...
check() {
    local name=$1
    shift
    CARGO_TARGET_DIR="$root/prove" "$root/debug/cargo-fa" fa prove --manifest-path ci/checkers/Cargo.toml --bin effects \
        --format json "$@" >"$report/proofs.json" || [ $? = 1 ]
    program=$(python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["program"])' <"$report/proofs.json")
    "$program" >"$report/run.txt" 2>/dev/null
    python3 ci/prove.py "$name" "$report/proofs.json" "$report/run.txt"
    if [ "${KEEP:-}" ]; then cp "$report/proofs.json" "$KEEP-$name.json"; fi
}

# formats COMPILER FLAGS...: systems in C, built by whatever compiler is there for a format and a processor.
formats() {
    local compiler=$1 level
    shift
    if ! command -v "$compiler" >/dev/null; then
        echo "prove: $compiler is not here: skipped"
        return
    fi
    for level in O0 O2; do
        "$compiler" "-$level" -g "$@" ci/prove/systems.c -o "$report/systems.exe"
        "$root/debug/cargo-fa" fa prove "$report/systems.exe" --format json >"$report/proofs.json" || [ $? = 1 ]
        python3 ci/prove/formats.py "$compiler -$level $*" "$report/proofs.json"
    done
}

formats gcc -pthread
formats gcc -pthread -no-pie
formats x86_64-w64-mingw32-gcc
# What stands behind an anchor is referred to by its distance from it, as if the anchor were meant.
formats aarch64-linux-gnu-gcc -pthread -fno-section-anchors
check release --release
if [ "${1:-}" = all ]; then
    check dev
    CARGO_PROFILE_RELEASE_LTO=fat CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 check fat-lto --release
    CARGO_PROFILE_RELEASE_LTO=thin check thin-lto --release
    CARGO_PROFILE_RELEASE_OPT_LEVEL=s check small --release
    CARGO_PROFILE_RELEASE_PANIC=abort check abort --release
fi
