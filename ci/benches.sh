#!/usr/bin/env bash
# Measures framealloc against its peers and fails where a ratio is far beyond its bar. Takes some five minutes with the
# build. Not a step of .ci/run: ratios hold on a machine that others use, but not while it builds something else.
# The second binary has snmalloc as its global allocator and builds some C++.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo run --release -p framealloc-benches -- --gate "$@"
cargo run --release -p framealloc-benches --features snmalloc --bin with-snmalloc -- --gate g
