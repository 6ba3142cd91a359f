#!/usr/bin/env bash
# The tests of the runtime and of its Bevy plugin under the address sanitizer, with freed frame and pool memory poisoned. Needs a nightly.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "asan: no nightly toolchain here; skipped (the sanitizer is a nightly feature)"
    exit 0
fi
host="$(rustc +nightly -vV | sed -n 's/^host: //p')"
export RUSTFLAGS="-Zsanitizer=address --cfg framealloc_asan ${RUSTFLAGS:-}"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/asan"
# Values that tests forget on purpose are leaks to the leak checker; ci/nightly runs the tests that must not leak.
export ASAN_OPTIONS="detect_leaks=0:allocator_may_return_null=1 ${ASAN_OPTIONS:-}"
if [[ $# -gt 0 ]]; then
    cargo +nightly test -p framealloc-core --target "$host" "$@"
    exit
fi
# Less than a minute of tests for Bevy, two of building.
# Each by itself: Bevy's plugin turns features of the runtime on.
for package in framealloc-core framealloc-bevy; do
    cargo +nightly test -p "$package" --target "$host" --tests
done
