#!/usr/bin/env bash
# What a registry and its page of documentation would see: every published crate packs and builds from its package, and its
# documentation builds with all features.
set -euo pipefail
cd "$(dirname "$0")/.."

crates=(framealloc-trace framealloc-syntax framealloc-core framealloc-macros framealloc-bevy framealloc cargo-fa)
selected=()
for crate in "${crates[@]}"; do selected+=(-p "$crate"); done

cargo package "${selected[@]}" "$@"
for crate in "${crates[@]}"; do
    archive=$(ls -t "${CARGO_TARGET_DIR:-target}/package/$crate"-[0-9]*.crate | awk 'NR == 1')
    files=$(tar -tzf "$archive")
    for file in README.md LICENSE-APACHE LICENSE-MIT; do
        grep -q "/$file\$" <<<"$files" || { echo "packages: $archive has no $file" >&2; exit 1; }
    done
done

# As a page of documentation is built: with the unstable features that it uses, where there is a nightly compiler.
if cargo +nightly --version >/dev/null 2>&1; then
    CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/nightly" RUSTDOCFLAGS="-D warnings --cfg docsrs" \
        cargo +nightly doc --no-deps --all-features "${selected[@]}"
else
    echo "packages: no nightly toolchain here; documentation with all features was not built"
fi
