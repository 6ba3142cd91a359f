#!/usr/bin/env bash
# How right the analyser is: the examples and generated games are played and recorded, with the heap by system, and `cargo fa --trace`
# holds what it says of each system against what the run counted once it was warm.
# Usage: ci/oracle.sh [GAMES]: 40 games unless another number is given. ORACLE_SEED chooses others; ORACLE_KEEP keeps the crate.
set -euo pipefail
cd "$(dirname "$0")/.."

games="${1:-40}"
seed="${ORACLE_SEED:-1}"
root="${CARGO_TARGET_DIR:-$PWD/target}"
work="${ORACLE_KEEP:-}"
if [ -z "$work" ]; then
    work="$(mktemp -d)"
    trap 'rm -rf "$work"' EXIT
fi
rm -rf "$work/games" "$work/runs"
mkdir -p "$work/runs"
cargo build --quiet -p cargo-fa
fa="$root/debug/cargo-fa"

# grade NAME FOLDER WORDS…: the lines of the grade, for a run or several.
grade() {
    local name=$1 folder=$2
    shift 2
    (cd "$folder" && "$fa" fa "$@" >/dev/null 2>"$work/said") || [ $? = 1 ]
    # A line for each run: its name is in the line before that of the heap.
    sed -nE 's/^cargo-fa: (.*): [0-9]+ of [0-9]+ systems ran$/\1/p; s/^cargo-fa: the heap, //p; s/^cargo-fa: (.* was predicted .*)$/-\n\1/p' \
        "$work/said" | paste -d: - - | sed -E "s/^/$name: /; s/: -:/: /; s/:([0-9]+ systems counted)/: \1/"
}

# `bevy_swarm` as a user of framealloc would have it, outside of this repository: packages of framealloc itself are no programs that
# `cargo fa` reads.
bevy_swarm() {
    local game="$work/bevy_swarm" version
    version=$(sed -nE 's/^bevy_ecs = \{ version = "([^"]*)".*/\1/p' Cargo.toml)
    [ -n "$version" ] || { echo "oracle: the workspace names no version of bevy_ecs" >&2; exit 1; }
    rm -rf "$game"
    mkdir -p "$game/src"
    cp framealloc-bevy/examples/bevy_swarm/*.rs "$game/src/"
    cp Cargo.lock "$game/Cargo.lock"
    cat >"$game/Cargo.toml" <<TOML
[package]
name = "bevy_swarm"
version = "0.0.0"
edition = "2024"
[dependencies]
framealloc = { path = "$PWD/framealloc", features = ["bevy"] }
bevy_app = { version = "$version", default-features = false, features = ["std"] }
bevy_diagnostic = { version = "$version", default-features = false }
bevy_ecs = { version = "$version", default-features = false, features = ["std", "multi_threaded"] }
[workspace]
TOML
    (cd "$game" && CARGO_TARGET_DIR="$root/oracle" CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0 cargo build --quiet)
    "$root/oracle/debug/bevy_swarm" --record "$work/bevy_swarm.fa" >/dev/null
    grade bevy_swarm "$game" --trace "$work/bevy_swarm.fa" | tee "$work/bevy_grade"
    grep -q 'precision' "$work/bevy_grade" || { echo "oracle: bevy_swarm was not graded" >&2; exit 1; }
}

python3 ci/oracle/generate.py "$work/games" "$seed" "$games"
(cd "$work/games" && CARGO_TARGET_DIR="$root/oracle" CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0 cargo build --quiet)
"$root/oracle/debug/games" "$work/runs"

if [ -z "${1:-}" ]; then
    cargo run --quiet -p framealloc-examples --features heap-guard --example swarm -- --agents 1000 --frames 120 --record "$work/swarm.fa" >/dev/null
    cargo run --quiet -p framealloc-examples --example arena_shooter -- --record "$work/arena_shooter.fa" >/dev/null
    for example in swarm arena_shooter; do
        grade "$example" . -p framealloc-examples --examples --trace "$work/$example.fa"
    done
    # `pipeline` has no function with `#[frame_system]`: there is nothing to grade.
    bevy_swarm
fi

recordings=()
for run in "$work"/runs/*.fa; do
    recordings+=(--trace "$run")
done
grade games "$work/games" "${recordings[@]}" -v | tee "$work/grades"

# The last line is that of all games.
python3 - "$work/grades" <<'PY'
import re, sys

line = [line for line in open(sys.argv[1]) if "precision" in line][-1]
precision, recall = (float(re.search(rf"{word} ([0-9.]+) %", line)[1]) for word in ("precision", "recall"))
bars = (95, 90)
if precision < bars[0] or recall < bars[1]:
    sys.exit(f"oracle: precision {precision} % and recall {recall} %, where {bars[0]} % and {bars[1]} % are asked for")
print(f"oracle: precision {precision} %, recall {recall} %")
PY
