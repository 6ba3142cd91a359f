#!/usr/bin/env bash
# The tests of the runtime under every feature that changes it.
set -euo pipefail
cd "$(dirname "$0")/.."
found=$(mktemp)
trap 'rm -f "$found"' EXIT
echo "== framealloc-core with debug"
cargo test -p framealloc-core --tests --features debug 2>&1 | tee "$found"
# Tests that corrupt memory on purpose keep it for themselves: what is printed was not meant.
if grep "framealloc: a write" "$found"; then
    echo "features: with debug, the tests above found corrupted memory" >&2
    exit 1
fi
# In one build, which takes a third of what four take: `ci/lint.sh` compiles each by itself, and `debug` is not among them
# because it changes what the others measure.
echo "== framealloc-core with parking_lot, allocator-api2, diagnostics, memory_filter and stacks"
cargo test -p framealloc-core --tests --features parking_lot,allocator-api2,diagnostics,memory_filter,stacks
echo "== framealloc with debug"
cargo test -p framealloc --tests --features debug
cargo test -p framealloc-core --doc --features snapshot-json snapshot
echo "== framealloc-core with rayon and snapshot-json"
cargo test -p framealloc-core --features rayon,snapshot-json --test collections -- parallel:: serialize::
cargo test -p framealloc-core --doc --features rayon parallel
echo "== framealloc-core with tracy"
cargo test -p framealloc-core --features tracy --test observe -- tracy:: recording:: phases::
cargo test -p framealloc-core --features tracy --doc tracy
echo "== framealloc with memory_filter"
cargo test -p framealloc --features memory_filter --test no_heap behavior::
echo "== the chapters of the guide that need features"
cargo test -p framealloc --doc --features memory_filter,debug,declared-budgets,rayon,allocator-api2,snapshot-json,tracy guide
echo "== framealloc-macros with declared-budgets"
cargo test -p framealloc-macros --features declared-budgets
# It changes whose traits `&Frame` has, which only the collections see.
if cargo +nightly --version >/dev/null 2>&1; then
    CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/nightly" cargo +nightly test -p framealloc-core --features nightly --test collections
else
    echo "features: no nightly toolchain here; the feature nightly was not tested"
fi
