#!/usr/bin/env bash
# The tests of the runtime under every feature that changes it.
set -euo pipefail
cd "$(dirname "$0")/.."
for features in debug parking_lot allocator-api2 diagnostics; do
    echo "== framealloc-core with $features"
    cargo test -p framealloc-core --tests --features "$features"
done
echo "== framealloc with debug"
cargo test -p framealloc --tests --features debug
cargo test -p framealloc-core --doc --features serde snapshot
if cargo +nightly --version >/dev/null 2>&1; then
    CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/nightly" cargo +nightly test -p framealloc-core --tests --features nightly
else
    echo "features: no nightly toolchain here; the feature nightly was not tested"
fi
