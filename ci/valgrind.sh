#!/usr/bin/env bash
# The tests of pools and collections under valgrind, which sees what the address sanitizer does not: reads of uninitialised memory.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v valgrind >/dev/null; then
    echo "valgrind: not installed here; skipped"
    exit 0
fi
if [[ $# -eq 0 ]]; then
    set -- --test pool_boxes --test pool_memory --test pool_advisories --test pool_torture --test collections_vec_panics
fi
host="$(rustc -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')"
# Blocks that only std's own thread handles point into the middle of are "possibly lost": no error.
export "CARGO_TARGET_${host}_RUNNER=valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite"
export FRAMEALLOC_RUNS=1
cargo test -p framealloc-core "$@"
