#!/usr/bin/env bash
# The reports of cargo fa, checked by validators that are not ours: SARIF against the official schema and with the rules of
# code scanning, JUnit by junitparser, Checkstyle by an XML parser, JSON by jsonschema, rustc's JSON by its own readers (in
# `cargo test -p cargo-fa --test formats`). Needs npm and pip once; what they install is kept below the target directory.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in python3 npm; do
    if ! command -v "$tool" >/dev/null; then
        echo "formats: $tool is not installed here; skipped"
        # Where it is CI that looks, nothing is skipped for want of a package.
        exit $((${CI:+1} + 0))
    fi
done
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target/formats"
work=$(cd "$target/formats" && pwd)
cargo build --quiet -p cargo-fa
fa=$(cd "$target/debug" && pwd)/cargo-fa

if [ ! -x "$work/venv/bin/python" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet 'jsonschema==4.26.0' 'junitparser==5.0.3' 'lxml'
fi
if [ ! -d "$work/node_modules/@microsoft/sarif-multitool-linux" ]; then
    (cd "$work" && npm install --silent --no-save --no-fund --no-audit @microsoft/sarif-multitool-linux@5.7.0)
fi
multitool=$work/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool
chmod u+x "$multitool"

for sample in cargo-fa/tests/fixtures/*/; do
    out=$work/$(basename "$sample")
    mkdir -p "$out"
    status=0
    (cd "$sample" && "$fa" fa --all --workspace --pedantic --no-cache --quiet \
        --format json="$out/report.json" --format sarif="$out/report.sarif" --format junit="$out/report.xml" \
        --format checkstyle="$out/checkstyle.xml" --format gitlab="$out/gitlab.json" \
        --format compact) >"$out/compact.txt" || status=$?
    if [ "$status" -gt 1 ]; then
        echo "cargo fa failed with $status in $sample" >&2
        exit "$status"
    fi
    "$work/venv/bin/python" ci/formats.py "$out" "$work/node_modules/@microsoft/sarif-multitool-linux/sarif-2.1.0.json" "$sample"
    "$multitool" validate "$out/report.sarif" --rule-kind 'Sarif;Ghas' --output "$out/multitool.sarif" --log ForceOverwrite \
        >"$out/multitool.txt" || { cat "$out/multitool.txt"; exit 1; }
    # SARIF2005 asks for a web address of the tool, which it gets from `repository` in Cargo.toml once there is one.
    if grep -E ': (error|warning) ' "$out/multitool.txt" | grep -v "does not provide 'informationUri'"; then
        echo "the multitool objects to the SARIF report of $sample" >&2
        exit 1
    fi
    echo "$sample: the multitool has no objection"
done
