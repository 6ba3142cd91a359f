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

# judge NAME PROGRAM: compares what is said of systems in C with their names.
judge() {
    "$root/debug/cargo-fa" fa prove "$2" --format json >"$report/proofs.json" || [ $? = 1 ]
    python3 ci/prove/formats.py "$1" "$report/proofs.json"
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
        judge "$compiler -$level $*" "$report/systems.exe"
    done
}

# The first of these programs that is here.
first() {
    local name
    for name in "$@"; do
        if command -v "$name" >/dev/null; then
            echo "$name"
            return
        fi
    done
}

# Systems in C for Apple's systems, for both processors and with both forms of what the loader writes, and both in one file:
# clang knows the systems, lld links for them, and ci/prove/libSystem.tbd stands for their library.
apple() {
    local clang lld lipo processor level form
    clang=$(first clang clang-{22..15})
    lld=$(first ld64.lld ld64.lld-{22..15})
    if [ -z "$clang" ] || [ -z "$lld" ]; then
        echo "prove: clang and lld are not here: Mach-O is skipped"
        return
    fi
    for level in O0 O2 Os; do
        for processor in x86_64 arm64; do
            "$clang" --target=$processor-apple-macos12 -$level -g -c ci/prove/systems.c -o "$report/systems.o"
            for form in fixup_chains no_fixup_chains; do
                "$lld" -arch $processor -platform_version macos 12.0 12.0 -$form "$report/systems.o" \
                    ci/prove/libSystem.tbd -o "$report/$processor"
                judge "$clang -$level for $processor, $form" "$report/$processor"
            done
        done
    done
    lipo=$(first llvm-lipo llvm-lipo-{22..14})
    if [ "$lipo" ]; then
        "$lipo" -create "$report/x86_64" "$report/arm64" -output "$report/both"
        for processor in x86_64 aarch64; do
            "$root/debug/cargo-fa" fa prove "$report/both" --arch $processor --format json >"$report/proofs.json" || [ $? = 1 ]
            python3 ci/prove/formats.py "$processor of a universal program" "$report/proofs.json"
        done
    fi
}

formats gcc -pthread
formats gcc -pthread -no-pie
formats x86_64-w64-mingw32-gcc
# What stands behind an anchor is referred to by its distance from it, as if the anchor were meant.
formats aarch64-linux-gnu-gcc -pthread -fno-section-anchors
clang=$(first clang clang-{22..15})
if [ "$clang" ] && command -v aarch64-linux-gnu-gcc >/dev/null; then
    formats "$clang" --target=aarch64-linux-gnu -pthread
fi
apple
check release --release
if [ "${1:-}" = all ]; then
    check dev
    CARGO_PROFILE_RELEASE_LTO=fat CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1 check fat-lto --release
    CARGO_PROFILE_RELEASE_LTO=thin check thin-lto --release
    CARGO_PROFILE_RELEASE_OPT_LEVEL=s check small --release
    CARGO_PROFILE_RELEASE_PANIC=abort check abort --release
fi
