#!/usr/bin/env bash
# Checks the concurrent code with loom: every interleaving up to a bound of preemptions.
set -euo pipefail
cd "$(dirname "$0")/.."

# A target directory of its own: the flags differ from those of every other build.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/loom"
export RUSTFLAGS="${RUSTFLAGS:-} --cfg framealloc_loom"
cargo test -p framealloc-core --release --test loom_models "$@"
