#!/usr/bin/env bash
# The commands of the README's first block, as it has them, on a machine that has nothing: a clone of what is committed, an
# empty CARGO_HOME, an empty target folder. The second of them is all tests.
#
#     ci/clean-machine.sh           removes all of it at the end
#     ci/clean-machine.sh FOLDER    leaves FOLDER/home and FOLDER/clone/target for others
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
if [[ $# -gt 0 ]]; then
    work="$1"
    mkdir -p "$work"
else
    work="$(mktemp -d)"
    trap 'rm -rf "$work"' EXIT
fi
work="$(cd "$work" && pwd)"
if [[ -n "$(ls -A "$work")" ]]; then
    echo "clean-machine: $work is not empty" >&2
    exit 1
fi
if [[ -n "$(git -C "$root" status --porcelain)" ]]; then
    echo "clean-machine: what is not committed is not tested"
fi
git clone --quiet --depth 1 "file://$root" "$work/clone"

# Where the registry is to be found is a setting of the machine, nothing that was downloaded.
mkdir "$work/home"
for config in "${CARGO_HOME:-$HOME/.cargo}"/config{,.toml}; do
    if [[ -f $config ]]; then cp "$config" "$work/home/"; fi
done
unset RUSTFLAGS CARGO_BUILD_TARGET CARGO_NET_OFFLINE CARGO_TARGET_DIR
export CARGO_HOME="$work/home"

cd "$work/clone"
mapfile -t commands < <(sed -n '/^```sh$/,/^```$/p' README.md | sed '1d; /^```$/,$d; s/ *#.*//; /^$/d')
if [[ ! " ${commands[*]} " == *" cargo test --workspace "* || ! ${commands[0]} == "cargo run "* ]]; then
    echo "clean-machine: the README's first block of commands is not what it was: ${commands[*]}" >&2
    exit 1
fi
for command in "${commands[@]}"; do
    echo "clean-machine: $command"
    bash -euc "$command"
done
