#!/usr/bin/env bash
# The tests of the runtime with an `AmbientAlloc` as the global allocator, and each thread in a zone from its first block on: what
# tests, harness, dependencies and the crate itself ask of the heap is bumped. Tests that bring a global allocator of their own, to
# refuse or to count, cannot have another one, and are left out.
#
#     ci/ambient.sh            all of them
#     ci/ambient.sh ARG...     these, as arguments of cargo test
set -euo pipefail
cd "$(dirname "$0")/.."
export RUSTFLAGS="--cfg framealloc_always_ambient ${RUSTFLAGS:-}"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/ambient"
if [[ $# -gt 0 ]]; then
    cargo test -p framealloc-core "$@"
    exit
fi
tests=(--lib)
own=()
for main in framealloc-core/tests/*.rs framealloc-core/tests/*/main.rs; do
    name="${main#framealloc-core/tests/}"
    name="${name%/main.rs}"
    name="${name%.rs}"
    sources="$main"
    [[ $main == */main.rs ]] && sources="${main%/main.rs}"
    if grep -rq '^#\[global_allocator\]' "$sources"; then
        own+=("$name")
    else
        tests+=(--test "$name")
    fi
done
# It needs an allocator that does not count.
cargo test -p framealloc-core --features memory_filter --no-fail-fast "${tests[@]}" -- \
    --skip a_limit_of_the_heap_that_nobody_counts_fails_before_a_frame_runs
echo "ambient: left out, as they have a global allocator of their own: ${own[*]}"
