#!/usr/bin/env bash
# The targets of fuzz/ under libFuzzer and the address sanitizer.
#
#     ci/fuzz.sh                    each target for 10 seconds
#     ci/fuzz.sh 600                each for 600
#     ci/fuzz.sh 60 programs ...    these for 60
#     ci/fuzz.sh replay FILE programs    what a file does, with the backtrace of its failure
#
# Needs a nightly and a C++ compiler (libFuzzer itself is built), not cargo-fuzz. What is found new is kept in
# $CARGO_TARGET_DIR/fuzz/corpus/TARGET between runs; a failing input is left in $CARGO_TARGET_DIR/fuzz/failures, its name
# is printed, and the script fails. What it finds becomes a test of the crate that it is in.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "fuzz: no nightly toolchain here; skipped (coverage for libFuzzer is a nightly feature)"
    exit 0
fi
if ! command -v c++ >/dev/null; then
    echo "fuzz: no C++ compiler here to build libFuzzer; skipped"
    exit 0
fi
host="$(rustc +nightly -vV | sed -n 's/^host: //p')"
work="${CARGO_TARGET_DIR:-$PWD/target}/fuzz"
mkdir -p "$work/failures"
work="$(cd "$work" && pwd)"
export CARGO_TARGET_DIR="$work"
# As cargo-fuzz builds them.
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
-Ccodegen-units=1 -Zsanitizer=address --cfg fuzzing --cfg framealloc_asan ${RUSTFLAGS:-}"
export RUST_BACKTRACE=1 ASAN_OPTIONS="${ASAN_OPTIONS:-}"
cargo +nightly build --quiet --release --manifest-path fuzz/Cargo.toml --target "$host"
built="$work/$host/release"

if [[ ${1:-} == replay ]]; then
    exec "$built/$3" "$2"
fi
# The same seed finds nearly the same inputs: a change is not refused for the luck of another one's.
seed="${FRAMEALLOC_SEED:-1}"
echo "fuzz: FRAMEALLOC_SEED=$seed"
seconds="${1:-10}"
targets=("${@:2}")
if [[ ${#targets[@]} -eq 0 ]]; then
    for source in fuzz/fuzz_targets/*.rs; do
        targets+=("$(basename "$source" .rs)")
    done
fi
failed=0
for target in "${targets[@]}"; do
    mkdir -p "$work/corpus/$target"
    if "$built/$target" -seed="$seed" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1 -artifact_prefix="$work/failures/$target-" \
        "$work/corpus/$target" "fuzz/seeds/$target" >"$work/$target.log" 2>&1; then
        echo "fuzz: $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$target.log") inputs, $(grep -c . <(ls "$work/corpus/$target")) worth keeping"
    else
        tail -n 40 "$work/$target.log" >&2
        echo "fuzz: $target failed; repeat it with: ci/fuzz.sh replay FILE $target" >&2
        failed=1
    fi
done
exit "$failed"
