#!/usr/bin/env bash
# The overlay on all of Bevy: its tests without a window, then `bevy_swarm` in one, whose picture must show the panel. Builds a renderer:
# for the night, and with bevy_remote what plays sound (Debian: pkg-config, libasound2-dev). Without Xvfb and a Vulkan driver (xvfb,
# mesa-vulkan-drivers, libvulkan1) no picture is made.
# Usage: ci/overlay.sh [PICTURE]
set -euo pipefail
cd "$(dirname "$0")/.."
# The facade `bevy` asks for a newer compiler than what it is made of does; with that of the plugin it builds all the same.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/window" CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0
window=(--locked --ignore-rust-version --manifest-path framealloc-bevy/window/Cargo.toml)
cargo clippy "${window[@]}" --all-targets -- -D warnings
cargo test "${window[@]}"
if ! command -v Xvfb >/dev/null || ! compgen -G '/usr/share/vulkan/icd.d/lvp_icd*' >/dev/null; then
    echo "overlay: no Xvfb or no software Vulkan here; no picture was made"
    exit 0
fi
picture=${1:-$CARGO_TARGET_DIR/overlay.png}
rm -f "$picture"
cargo build "${window[@]}" --bin bevy_swarm
Xvfb :98 -screen 0 1280x800x24 >/dev/null 2>&1 &
server=$!
trap 'kill "$server"' EXIT
sleep 1
DISPLAY=:98 VK_ICD_FILENAMES="$(compgen -G '/usr/share/vulkan/icd.d/lvp_icd*' | head -n 1)" timeout 300 \
    "$CARGO_TARGET_DIR/debug/bevy_swarm" --screenshot "$picture"
[ -s "$picture" ] || { echo "overlay: no picture was written" >&2; exit 1; }
echo "overlay: $picture"
