#!/usr/bin/env bash
# The rows of cargo fa about std, Bevy and common crates name what exists in the crates at hand; rows that are wrong are
# refused. Crates that the workspace does not use are fetched.
set -euo pipefail
cd "$(dirname "$0")/.."

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
cargo run --quiet -p cargo-fa --example rows -- "$work"

if planted="$(cargo run --quiet -p cargo-fa --example rows -- "$work" --planted)"; then
    echo "rows: rows that are wrong were not refused" >&2
    exit 1
fi
for name in planted_method planted_named planted_associated planted_function; do
    grep -q "\`$name\` does not exist" <<<"$planted" || {
        echo "rows: \`$name\` was not refused" >&2
        exit 1
    }
done
echo "rows: rows that were planted are refused"
