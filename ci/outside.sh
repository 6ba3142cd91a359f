#!/usr/bin/env bash
# A crate outside the workspace, with unsafe code forbidden, builds and runs the frame examples of the documents: the
# only change is the `mut` of the allocator.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src"
cat >"$work/Cargo.toml" <<EOF
[package]
name = "outside"
version = "0.0.0"
edition = "2021"

[dependencies]
framealloc = { path = "$root/framealloc" }

[workspace]
EOF
cp "$root/ci/outside.rs" "$work/src/main.rs"
cp "$root/Cargo.lock" "$work/Cargo.lock"
CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/outside" cargo run -q --manifest-path "$work/Cargo.toml"
