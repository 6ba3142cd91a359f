#!/usr/bin/env bash
# The page of `cargo fa report` in a real browser: 100,000 frames within 2 s, no error in the console, every control works. Then
# that of `cargo fa watch`, on a recording that grows.
# Screenshots, light and dark, stay in the folder that is named at the end.
#
#     ci/report.sh            with the development build, which the tests have made anyway
#     ci/report.sh release    with an optimised one, which must make page and picture of 100,000 frames within 2 s as well
set -euo pipefail
cd "$(dirname "$0")/.."
build="${1:-debug}"

if ! command -v chromium >/dev/null; then
    if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
        echo "report: no chromium here, and no way to install it; skipped"
        exit 0
    fi
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q chromium
fi

optimised=()
if [ "$build" = release ]; then optimised=(--release); fi
cargo build -q "${optimised[@]}" -p framealloc-trace --example sample
cargo build -q "${optimised[@]}" -p cargo-fa --bin cargo-fa
target="${CARGO_TARGET_DIR:-target}/$build"
out="${CARGO_TARGET_DIR:-target}/report"
rm -rf "$out"
mkdir -p "$out"
out="$(cd "$out" && pwd)"

"$target/examples/sample" "$out/large.fa" 100000 7
"$target/examples/sample" "$out/game.fa" 3000 7
head -c 400000 "$out/game.fa" >"$out/cut.fa"

# Time of this process: the wall clock of a busy machine measures its neighbours.
TIMEFORMAT='%U %S'
spent="$({ time "$target/cargo-fa" fa report -q "$out/large.fa" --html "$out/large.html" --svg "$out/large.svg"; } 2>&1)"
echo "100,000 frames: page and picture made in $spent s (user, system; $build)"
if [ "$build" = release ]; then
    awk -v spent="$spent" 'BEGIN { split(spent, part, " "); exit !(part[1] + part[2] <= 2) }'
fi
"$target/cargo-fa" fa report -q "$out/game.fa" --html "$out/game.html"
"$target/cargo-fa" fa report -q "$out/cut.fa" --html "$out/cut.html" 2>"$out/cut.note"
grep -q 'cut off' "$out/cut.note"

# browse NAME ADDRESS [FLAG...]: fails if the page writes to the console.
browse() {
    local name="$1" address="$2"
    shift 2
    timeout 240 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync \
        --user-data-dir="$(mktemp -d "$out/profile.XXXXXX")" --enable-logging=stderr --virtual-time-budget=20000 \
        "$@" "$address" >"$out/$name.dom" 2>"$out/$name.log"
    if grep -a 'CONSOLE' "$out/$name.log"; then
        echo "$name: the page wrote to the console" >&2
        exit 1
    fi
}

browse large "file://$out/large.html" --dump-dom
grep -q '<html[^>]* data-ready="100000"' "$out/large.dom"
echo "100,000 frames: on the screen after $(grep -o 'data-milliseconds="[0-9]*"' "$out/large.dom" | grep -o '[0-9]*') ms"
browse cut "file://$out/cut.html" --dump-dom
grep -q 'Incomplete' "$out/cut.dom"

# The page with a driver behind it that uses every control and writes down what it sees.
{ sed '/<\/body>/,$d' "$out/game.html" && echo '<script>' && cat ci/report-drive.js && echo '</script></body></html>'; } >"$out/driven.html"
browse driven "file://$out/driven.html" --window-size=1440,1200 --dump-dom
if ! grep -q 'data-driven="passed"' "$out/driven.dom"; then
    grep -o 'data-driven="[^"]*"' "$out/driven.dom" >&2 || echo 'the driver did not end' >&2
    exit 1
fi
echo "controls: passed"

for theme in light dark; do
    browse "large-$theme" "file://$out/large.html#theme=$theme" --window-size=1440,1500 --screenshot="$out/large-$theme.png"
    browse "frame-$theme" "file://$out/game.html#theme=$theme&frames=1700-1860&frame=1792" \
        --window-size=1440,900 --screenshot="$out/frame-$theme.png"
done
browse picture "file://$out/large.svg" --window-size=1000,420 --screenshot="$out/large.svg.png"
for picture in large-light large-dark frame-light frame-dark large.svg; do
    test -s "$out/$picture.png"
done
ci/watch-page.py "$target/cargo-fa" "$out/game.fa" "$out"
rm -rf "$out"/profile.*
echo "report: passed; screenshots are in $out"
