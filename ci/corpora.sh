#!/usr/bin/env bash
# Engines and crates that do not use framealloc, analysed as if they did: no finding, no panic, and no file left out unreported.
# Then all that cargo has unpacked: functions that are parsed later than the rest of their file are parsed the same.
# Arguments are passed on to cargo (`--release` is the default).
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/src"
: >"$work/src/lib.rs"
cat >"$work/Cargo.toml" <<'END'
[package]
name = "corpora"
version = "0.0.0"
edition = "2024"

[dependencies]
avian3d = "0.8"
bevy = "0.19"
bumpalo = "3"
egui = "0.37"
rapier3d = "0.36"

[workspace]
END
cargo fetch --quiet --manifest-path "$work/Cargo.toml"
cargo run --quiet --release -p cargo-fa --example corpora "$@" -- --at-least 300000 --of "$work/Cargo.toml" \
    bevy avian bumpalo egui emath epaint rapier parry
FA_CORPUS="$(dirname "$(find "${CARGO_HOME:-$HOME/.cargo}"/registry/src -maxdepth 2 -type d -name 'bumpalo-*' | head -n 1)")"
export FA_CORPUS
cargo test --quiet --release -p cargo-fa --lib "$@" -- --ignored functions_of_a_corpus_may_wait
