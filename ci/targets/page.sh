#!/usr/bin/env bash
# The game of `framealloc-bevy/examples/page` in headless Chromium: it ends after its frames, says what the same game says here, and its
# recording is downloaded and opened by `cargo fa report`.
# Usage: ci/targets/page.sh FOLDER, with what wasm-bindgen made of it (`no-modules`): game.js and game_bg.wasm. Run by ci/targets.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$1
command -v chromium >/dev/null || { echo "page: no chromium here" >&2; exit 1; }

out=$folder/out
rm -rf "$out"
mkdir -p "$out/downloads" "$out/profile/Default"
cargo run -q --locked -p framealloc-bevy --example page -- "$out/here.fa" >"$out/here.txt"

# All in one file: a page from a folder may not load its program from beside it.
{
    echo '<!doctype html><meta charset="utf-8"><title>page</title><body><script>'
    cat "$folder/game.js"
    echo 'const program = Uint8Array.from(atob("'
    base64 -w 0 "$folder/game_bg.wasm"
    echo '".trim()), (letter) => letter.charCodeAt(0)); wasm_bindgen({ module_or_path: program });</script>'
} | sed -z 's/atob("\n/atob("/; s/\n"\.trim/".trim/' >"$out/page.html"

printf '{"download":{"default_directory":"%s","prompt_for_download":false}}' "$out/downloads" >"$out/profile/Default/Preferences"
chromium --headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update \
    --disable-sync --user-data-dir="$out/profile" --enable-logging=stderr --remote-debugging-port=0 "file://$out/page.html" 2>"$out/console.log" &
browser=$!
trap 'kill "$browser" 2>/dev/null || true' EXIT
for _ in {1..240}; do
    [[ ! -e $out/downloads/game.fa ]] || break
    kill -0 "$browser" 2>/dev/null || break
    sleep 0.5
done
[[ -e $out/downloads/game.fa ]] || { cat "$out/console.log" >&2; echo "page: no recording was downloaded" >&2; exit 1; }

grep -a 'CONSOLE' "$out/console.log" | sed -E 's/.*CONSOLE[^"]*"(.*)", source: .*/\1/' >"$out/there.txt"
diff "$out/here.txt" "$out/there.txt" || { echo "page: in the page (right) the game says something else" >&2; exit 1; }
cargo run -q --locked -p cargo-fa -- fa report -q "$out/downloads/game.fa" --html "$out/report.html"
grep -q '<html' "$out/report.html"
cat "$out/there.txt"
echo "page: the same figures here and in $(chromium --version); its recording of $(stat -c %s "$out/downloads/game.fa") bytes opens"
