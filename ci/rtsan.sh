#!/usr/bin/env bash
# Steady frames under RealtimeSanitizer: no call of the system's allocator, no lock that is waited for, no call of the
# kernel. Frames, scopes, tags, collections, cursors, pools, phases, budgets, sharing, the end of a frame, publication,
# reading and retirement, on two threads. What must be caught (the first frame of a program, the heap, a lock) shows that
# the sanitizer looks. Then what declares an effect, with the feature `rtsan`: systems and functions that keep their word
# from the first frame on, and one for each way to break it. Needs a nightly.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "rtsan: no nightly toolchain here; skipped (the sanitizer is a nightly feature)"
    exit 0
fi
host="$(rustc +nightly -vV | sed -n 's/^host: //p')"
if ! ls "$(rustc +nightly --print sysroot)/lib/rustlib/$host/lib/"*rtsan* >/dev/null 2>&1; then
    echo "rtsan: this nightly has no RealtimeSanitizer for $host; skipped"
    exit 0
fi
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}/rtsan"
export RUSTFLAGS="-Zsanitizer=realtime ${RUSTFLAGS:-}"
cp Cargo.lock ci/checkers/Cargo.lock

for features in "" parking_lot; do
    cargo +nightly build --quiet --release --manifest-path ci/checkers/Cargo.toml --bin steady --target "$host" --features "$features"
    program="$CARGO_TARGET_DIR/$host/release/steady"
    "$program"
    echo "rtsan: steady${features:+ with $features}"
    for control in cold heap lock; do
        if said="$("$program" "$control" 2>&1)"; then
            echo "rtsan: the sanitizer let \"$control\" pass" >&2
            exit 1
        fi
        if ! grep -q 'RealtimeSanitizer: unsafe-library-call' <<<"$said"; then
            echo "$said" >&2
            echo "rtsan: \"$control\" failed for another reason" >&2
            exit 1
        fi
        echo "rtsan: \"$control\" is caught: $(grep -m1 -o 'Intercepted call to .*' <<<"$said")"
    done
done

# A sleep is not among them: the sanitizer has no eye on the call of the kernel that std sleeps by.
cargo +nightly build --quiet --release --manifest-path ci/checkers/Cargo.toml --bin promises --target "$host" --features rtsan
program="$CARGO_TARGET_DIR/$host/release/promises"
"$program"
echo "rtsan: promises that are kept"
for broken in system_heap system_lock system_print system_file function_heap function_lock; do
    if said="$("$program" "$broken" 2>&1)"; then
        echo "rtsan: the sanitizer let \"$broken\" pass" >&2
        exit 1
    fi
    if ! grep -q 'RealtimeSanitizer: unsafe-library-call' <<<"$said"; then
        echo "$said" >&2
        echo "rtsan: \"$broken\" failed for another reason" >&2
        exit 1
    fi
    echo "rtsan: \"$broken\" is caught: $(grep -m1 -o 'Intercepted call to .*' <<<"$said")"
done
