#!/usr/bin/env bash
# Formatting, clippy and documentation without a warning, and the house rules that a command can see.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo fmt --all --check
# What is no member of the workspace, and the rules, which a build script finds and rustfmt does not.
rustfmt --edition 2024 --check ci/checkers/src/bin/*.rs ci/checkers/src/bin/*/main.rs fuzz/fuzz_targets/*.rs cargo-fa/src/engine/rules/*/*.rs
cargo clippy --workspace --all-targets -- -D warnings
# Features that change what is compiled, in the crate that they change.
# Each feature alone; the tests with the two that change most, and with all others.
for features in debug parking_lot allocator-api2 diagnostics memory_filter stacks tracy; do
    cargo clippy -p framealloc-core --features "$features" -- -D warnings
done
for features in debug,stacks parking_lot,allocator-api2,diagnostics,memory_filter; do
    cargo clippy -p framealloc-core --all-targets --features "$features" -- -D warnings
done
# The fuzzer's targets run by night (`ci/nightly`); that they compile is seen with every change. libFuzzer itself is C++.
if command -v c++ >/dev/null; then
    cargo clippy --manifest-path fuzz/Cargo.toml --target-dir "${CARGO_TARGET_DIR:-target}" -- -D warnings
else
    echo "lint: no C++ compiler here to build libFuzzer; the fuzzer's targets were not compiled"
fi
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

failed=0
complain() {
    echo "lint: $1" >&2
    failed=1
}

# Unsafe code lives in one room.
while read -r file; do
    complain "$file has unsafe code outside framealloc-core/src/raw"
done < <(git grep -l -E '\bunsafe (\{|fn|impl|extern|trait)' -- '*.rs' \
    ':!framealloc-core/src/raw' ':!framealloc-core/tests' ':!*/tests/*' ':!ui-tests' ':!framealloc-macros' ':!framealloc-syntax' ':!ci/checkers' || true)

# A SAFETY comment gives its reason, or the number of an invariant, where it stands: one that points elsewhere goes stale unseen.
if git ls-files 'framealloc-core/src/raw/*.rs' | xargs awk '
    FNR == 1 { inside = 0 }
    /SAFETY:/ { inside = 1 }
    !/^ *\/\// { inside = 0 }
    inside && /(^|[^[:alnum:]])[Aa]s (in|for|above|below)([^[:alnum:]]|$)|[a-z_]\.rs/ { print FILENAME ":" FNR ": " $0; found = 1 }
    END { exit !found }'; then
    complain "the SAFETY comments above point elsewhere"
fi

# Planted bugs are kept alive: each still applies.
ci/mutants.sh --plant || complain "the planted bugs above do not apply any more"

# Rooms import only what stands below them.
ci/rooms.sh || complain "the imports above go up"

# A file is one concept: 600 lines at most.
while read -r file; do
    lines=$(wc -l <"$file")
    if [ "$lines" -gt 600 ]; then complain "$file has $lines lines, 600 are allowed"; fi
done < <(git ls-files '*/src/*.rs' '*/src/**/*.rs')

# Unfinished places and tests that do not run.
if git grep -n -E 'todo!\(|unimplemented!\(|#\[ignore|```(rust,)?ignore' -- '*.rs' '*.md' ':!cargo-fa' ':!ci' ':!ui-tests'; then
    complain "the places above are unfinished or do not run"
fi
exit "$failed"
