#!/usr/bin/env bash
# All tests, as the README tells users to run them.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo test --workspace "$@"
