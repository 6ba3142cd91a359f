#!/usr/bin/env bash
# Whether the crates that games depend on build for other targets: for those whose standard library the toolchain has.
# `ci/targets.sh` checks and runs more of them, in a root of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
for target in i686-unknown-linux-gnu wasm32-unknown-unknown wasm32-wasip1 x86_64-pc-windows-msvc aarch64-apple-darwin; do
    if [[ -d "$(rustc --print target-libdir --target "$target")" ]]; then
        cargo check -p framealloc --lib --target "$target"
    else
        echo "check-targets: no standard library for $target here; not checked"
    fi
done
