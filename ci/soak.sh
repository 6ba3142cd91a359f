#!/usr/bin/env bash
# Long runs, for the night: ten million objects from one thread to another, ten million frames of a barrier, many random programs.
set -euo pipefail
cd "$(dirname "$0")/.."
export FRAMEALLOC_SOAK="${FRAMEALLOC_SOAK:-10000000}" FRAMEALLOC_RUNS="${FRAMEALLOC_RUNS:-300}"
cargo test -p framealloc-core --release --test pools producer_and_consumer "$@"
cargo test -p framealloc-core --release --test barrier no_thread_passes "$@"
cargo test -p framealloc-core --release --test pool_torture "$@"
