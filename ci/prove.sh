#!/usr/bin/env bash
# What `cargo fa prove` says of ci/checkers/src/bin/effects agrees with what a run of it counts, in each build that is listed
# here: no system is called proven that takes from the heap, each that does is reported, and none that keeps its word is called
# violated in an optimised build.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(uname -sm)" != "Linux x86_64" ]; then
    echo "prove: reads ELF for x86-64 only, this is $(uname -sm): skipped"
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

check release --release
if [ "${1:-}" = all ]; then
    check dev
    CARGO_PROFILE_RELEASE_LTO=fat CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 check fat-lto --release
    CARGO_PROFILE_RELEASE_LTO=thin check thin-lto --release
    CARGO_PROFILE_RELEASE_OPT_LEVEL=s check small --release
    CARGO_PROFILE_RELEASE_PANIC=abort check abort --release
fi
