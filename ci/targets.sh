#!/usr/bin/env bash
# The tests of the runtime on other machines and compilers, in a root that ci/targets/root.sh builds; prints a table and every skipped test.
# Usage: ci/targets.sh [ROW…]; without one, all rows. The root is kept in $FRAMEALLOC_TARGETS (default: target/targets).
# Needs Linux on x86-64, apt and the rights of root: for the night, and for who changes what targets differ in.
set -euo pipefail
cd "$(dirname "$0")/.."
# The braces have bash read all of it first: the rows take long enough for the file to change meanwhile.
{
repository=$PWD
folder=${FRAMEALLOC_TARGETS:-$repository/target/targets}
all=(oldest newest i686 aarch64 s390x windows wasip1 browser check editor)
rows=("$@")
[[ $# -gt 0 ]] || rows=("${all[@]}")
for row in "${rows[@]}"; do
    [[ " ${all[*]} " == *" $row "* ]] || { echo "targets: no row \`$row\`; there are: ${all[*]}" >&2; exit 2; }
done
if [[ "${FRAMEALLOC_IN_NAMESPACE:-}" != 1 ]]; then
    ci/targets/root.sh "$folder"
    # Mounts end with the script, however it ends: nothing that removes the folder later meets one.
    exec env FRAMEALLOC_IN_NAMESPACE=1 unshare --mount --propagation private bash "$0" "${rows[@]}"
fi
folder=$(cd "$folder" && pwd)
root=$folder/root
registry=${CARGO_HOME:-$HOME/.cargo}/registry
mkdir -p "$root/work" "$root/build" "$root/cargo/registry" "$folder/build" "$folder/logs" "$registry"
for at in proc dev dev/pts; do mount --bind "/$at" "$root/$at"; done
mount --bind "$repository" "$root/work"
mount --bind "$folder/build" "$root/build"
mount --bind "$registry" "$root/cargo/registry"

# Tests that a target cannot run stand in ci/targets/ROW.txt, under their reasons in brackets.
skips() { # prints the arguments that skip them
    [[ ! -e ci/targets/$row.txt ]] || sed -nE 's/^([^#[].*)$/--skip\n\1/p' "ci/targets/$row.txt"
}

tests=(--locked --no-fail-fast -p framealloc-core -p framealloc-trace --lib --tests)

inside() { # VARIABLE=VALUE… COMMAND…: in the root, at the repository
    chroot "$root" /usr/bin/env -i -C /work PATH=/usr/bin:/bin HOME=/root LC_ALL=C.UTF-8 CARGO_HOME=/cargo CARGO_TARGET_DIR=/build/newest \
        CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0 FRAMEALLOC_TARGETS_ROW="$row" "$@"
}

old() { # COMMAND…: with the compiler of `rust-version`, and the newest cargo
    inside RUSTC=/opt/oldest/bin/rustc RUSTDOC=/opt/oldest/bin/rustdoc CARGO_TARGET_DIR=/build/oldest "$@"
}

run_oldest() {
    old cargo check --locked -p framealloc -p framealloc-macros -p framealloc-syntax --lib &&
        old cargo test "${tests[@]}"
}
run_newest() { inside cargo test "${tests[@]}"; }
run_i686() {
    inside CARGO_TARGET_I686_UNKNOWN_LINUX_GNU_LINKER=i686-linux-gnu-gcc cargo test "${tests[@]}" --target i686-unknown-linux-gnu
}
run_aarch64() {
    inside CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER=qemu-aarch64 \
        FRAMEALLOC_RUNNER=qemu-aarch64 cargo test "${tests[@]}" --target aarch64-unknown-linux-gnu
}
run_s390x() {
    inside CARGO_TARGET_S390X_UNKNOWN_LINUX_GNU_LINKER=s390x-linux-gnu-gcc CARGO_TARGET_S390X_UNKNOWN_LINUX_GNU_RUNNER=qemu-s390x \
        FRAMEALLOC_RUNNER=qemu-s390x cargo test "${tests[@]}" --target s390x-unknown-linux-gnu
}
# Debian has no standard library for it: std is built from its source.
run_windows() {
    inside RUSTC_BOOTSTRAP=1 WINEDEBUG=-all CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc \
        CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=wine cargo test "${tests[@]}" -Zbuild-std --target x86_64-pc-windows-gnu -- --exact $(skips)
}
run_wasip1() {
    inside CARGO_TARGET_WASM32_WASIP1_LINKER=wasm-ld CARGO_TARGET_WASM32_WASIP1_RUNNER="node --no-warnings /work/ci/targets/wasi.mjs" \
        FRAMEALLOC_WASI_SKIPPED="${FRAMEALLOC_WASI_SKIPPED:-}" \
        cargo test "${tests[@]}" --target wasm32-wasip1
}
# libtest has no output there: a program of its own holds what the target differs in, with the clock of the browser and without one.
run_browser() {
    # The tests' dependencies are built along, and one asks where random numbers come from: the program asks for none.
    local features flags='-Cpanic=abort --cfg getrandom_backend="custom"'
    for features in web none; do
        local options=()
        [[ $features == web ]] || options=(--no-default-features)
        inside CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld RUSTFLAGS="$flags" cargo build --locked -p framealloc-core --example browser \
            --target wasm32-unknown-unknown "${options[@]}" &&
            inside node ci/targets/browser.mjs "/build/newest/wasm32-unknown-unknown/debug/examples/browser.wasm" "$features" || return
    done
}
# What can be built but not run here. cargo builds std for checking only.
run_check() {
    local target
    for target in x86_64-pc-windows-msvc aarch64-apple-darwin; do
        inside RUSTC_BOOTSTRAP=1 cargo check --locked -p framealloc-core -p framealloc-trace --lib -Zbuild-std --target "$target" || return
    done
    inside cargo check --locked -p framealloc --lib --target wasm32-unknown-unknown &&
        inside cargo check --locked -p framealloc --lib --target wasm32-wasip1
}

# The server that most editors have, on the attributes; and an editor, on the server of the analyser.
run_editor() {
    inside python3 ci/targets/editor.py /build/editor &&
        inside cargo build --locked -p cargo-fa &&
        inside PATH=/build/newest/debug:/usr/bin:/bin python3 ci/targets/neovim.py /build/neovim &&
        inside PATH=/build/newest/debug:/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1 python3 ci/targets/helix.py /build/helix
}

newest=$(row=version && inside rustc -V | cut -d ' ' -f 1,2)
oldest=$(row=version && inside /opt/oldest/bin/rustc -V | cut -d ' ' -f 1,2)
version=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
[[ "$oldest" == "rustc $version."* ]] || { echo "targets: Cargo.toml names $version, the root has $oldest" >&2; exit 1; }

table=() skipped=() failures=0 # `set -e` does not hold inside the rows: their commands are chained.
for row in "${rows[@]}"; do
    echo "targets: $row"
    log=$folder/logs/$row.log
    began=$SECONDS
    state=passed
    "run_$row" >"$log" 2>&1 || { state=FAILED failures=$((failures + 1)); }
    counts=$(awk '/^test result:/ { p += $4; f += $6; i += $8 + $12 } END { if (p + f + i) printf "%d passed, %d failed, %d skipped", p, f, i; else print "built" }' "$log")
    compiler=$newest
    [[ $row != oldest ]] || compiler=$oldest
    table+=("$(printf '| %-8s | %-13s | %-6s | %-38s | %5d s |' "$row" "$compiler" "$state" "$counts" $((SECONDS - began)))")
    while read -r line; do [[ -z $line ]] || skipped+=("$row: $line"); done < <(sed -nE 's/^test (.*) \.\.\. ignored, (.*)$/\1: \2/p' "$log")
    if [[ -e ci/targets/$row.txt ]]; then
        while read -r line; do skipped+=("$row: $line"); done < <(awk '/^\[/ { why = substr($0, 2, length($0) - 2); next } /^[^#]/ { print $0 ": " why }' "ci/targets/$row.txt")
    fi
    [[ $state == passed ]] || grep -aE '^(error|test .* FAILED|thread .* panicked|.*process didn)' "$log" | head -n 40 || true
done
printf '%s\n' "| row | compiler | state | tests | time |" "|---|---|---|---|---|" "${table[@]}"
((${#skipped[@]} == 0)) || printf '%s\n' "" "Skipped:" "${skipped[@]}"
[[ $failures == 0 ]] || { echo "targets: $failures rows failed; their output is in $folder/logs" >&2; exit 1; }
exit 0
}
