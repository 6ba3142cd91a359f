#!/usr/bin/env bash
# The tests of pools, collections, retention and transfers under valgrind, which sees what the address sanitizer does not: reads of uninitialised memory.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v valgrind >/dev/null; then
    echo "valgrind: not installed here; skipped"
    exit 0
fi
host="$(rustc -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')"
runner="CARGO_TARGET_${host}_RUNNER"
export FRAMEALLOC_RUNS=1

# Blocks that only std's own thread handles point into the middle of are "possibly lost": no error.
export "$runner=valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite"
if [[ $# -gt 0 ]]; then
    cargo test -p framealloc-core "$@"
    exit
fi
cargo test -p framealloc-core --test pool_memory --test pool_torture
cargo test -p framealloc-core --test advisories --test collections --test pools --test retention -- \
    pools:: vec_panics:: map_string:: under_limits:: boxes:: promotions:: transfers::
# What these forget on purpose is lost.
export "$runner=valgrind -q --error-exitcode=9 --leak-check=no"
cargo test -p framealloc-core --test collections --test frames -- vec_growth:: model:: regions:: --skip queue_model::
