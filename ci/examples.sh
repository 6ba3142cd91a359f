#!/usr/bin/env bash
# Every example runs, briefly, and says what its documentation promises.
set -euo pipefail
cd "$(dirname "$0")/.."

# run NAME WORDS COMMAND...: the output must have the words.
run() {
    local name=$1 words=$2
    shift 2
    local output
    output=$("$@" 2>&1) || { echo "$output"; echo "examples: $name failed" >&2; exit 1; }
    if ! grep -q -- "$words" <<<"$output"; then
        echo "$output"
        echo "examples: the output of $name has no \"$words\"" >&2
        exit 1
    fi
    echo "examples: $name ok"
}

cargo build --release -p framealloc-examples -p framealloc-bevy \
    --example swarm --example pipeline --example arena_shooter --example bevy_swarm
run swarm "both worlds are equal" cargo run -q --release --example swarm -- --frames 60 --agents 2000
run swarm-sealed "sealed: 0 requests were refused" cargo run -q --release --example swarm -- --frames 60 --agents 2000 --sealed
run swarm-sites "ratio of pairs" cargo run -q --release --example swarm -- --frames 60 --agents 2000 --sites
run pipeline "drew the same" cargo run -q --release --example pipeline -- --frames 400
run arena_shooter "high-water" cargo run -q --release -p framealloc-examples --example arena_shooter
run bevy_swarm "allocator calls/frame" cargo run -q --release -p framealloc-bevy --example bevy_swarm
run bevy_swarm_pipelined "pictures, all the same" cargo run -q --release -p framealloc-bevy --example bevy_swarm -- --pipelined
run bevy_swarm_sealed "sealed: 0 requests were refused" cargo run -q --release -p framealloc-bevy --example bevy_swarm -- --sealed
if cargo run -q --release --example swarm -- --agents no-number >/dev/null 2>&1; then
    echo "examples: swarm accepts an argument that is no number" >&2
    exit 1
fi
