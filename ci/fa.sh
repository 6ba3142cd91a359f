#!/usr/bin/env bash
# Our own analyser over our own workspace: no finding.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build -q -p cargo-fa
"${CARGO_TARGET_DIR:-target}/debug/cargo-fa" fa --all --workspace --examples -D warnings
