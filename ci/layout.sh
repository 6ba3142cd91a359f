#!/usr/bin/env bash
# The tests of the runtime with the fields of every type in an order made up by the compiler:
# nothing may rely on a layout that no `repr` promises. `ci/layout.sh SEED` repeats a run. Needs a nightly.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "layout: no nightly toolchain here; skipped (random layouts are a nightly feature)"
    exit 0
fi
seed="${1:-$((RANDOM * 32768 + RANDOM))}"
echo "layout: seed $seed"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/layout"
export RUSTFLAGS="-Zrandomize-layout -Zlayout-seed=$seed ${RUSTFLAGS:-}"
cargo +nightly test -p framealloc-core --lib --tests
cargo +nightly test -p framealloc-core --tests --features debug
