#!/usr/bin/env bash
# The tests of the runtime under the address sanitizer, with freed frame and pool memory poisoned. Needs a nightly.
#
#     ci/asan.sh           all of them
#     ci/asan.sh bevy      those of the Bevy plugin: by night, as it has no unsafe code and takes three minutes
#     ci/asan.sh ARG...    these of the runtime, as arguments of cargo test
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
# Each by itself: Bevy's plugin turns features of the runtime on.
package=framealloc-core
if [[ ${1:-} == bevy ]]; then
    package=framealloc-bevy
    shift
fi
if [[ $# -eq 0 ]]; then set -- --tests; fi
cargo +nightly test -p "$package" --target "$host" "$@"
