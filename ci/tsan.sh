#!/usr/bin/env bash
# Tests of everything that threads share, under ThreadSanitizer.
#
#     ci/tsan.sh           the tests below
#     ci/tsan.sh ARG...    these, as arguments of cargo test
#
# The standard library is built with the sanitizer as well (`-Zbuild-std`): without that every channel and every join of
# std is a false alarm, and there would be more to suppress than to test. Its sources come from the nightly (component
# rust-src), from FRAMEALLOC_RUST_SRC (the folder `library` of a source tree of the same version), or from Debian's package
# rust-src, if that is of the nightly's version and this is a Debian. Two races must be found: one in frame memory, one in a pool.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "tsan: no nightly toolchain here; skipped (the sanitizer is a nightly feature)"
    exit 0
fi
host="$(rustc +nightly -vV | sed -n 's/^host: //p')"
version="$(rustc +nightly -vV | sed -n 's/^release: \([0-9]*\.[0-9]*\)\..*/\1/p')"
target="${CARGO_TARGET_DIR:-$PWD/target}/tsan"
mkdir -p "$target"
target="$(cd "$target" && pwd)"

# Debian's sources of the same version, into $target/rust-src. Lists and packages of the machine are not touched.
debian_sources() {
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    local mirror private="$target/apt"
    mirror="$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | awk '/\/debian\/$/ && !found++')" || return 1
    rm -rf "$private" "$target/rust-src"
    mkdir -p "$private/lists/partial" "$private/cache/archives/partial"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$private/sources.list"
    local options=(-qq -o "Dir::Etc::SourceList=$private/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o "Dir::State::Lists=$private/lists" -o "Dir::Cache=$private/cache" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update || return 1
    # Not `grep -q`: it stops reading at once, apt-cache dies of the closed pipe, and `pipefail` takes that for another version.
    if ! apt-cache "${options[@]}" policy rust-src | grep "Candidate: $version\." >/dev/null; then
        echo "tsan: Debian's rust-src is of another version than the nightly ($version)"
        return 1
    fi
    (cd "$private" && apt-get "${options[@]}" download rust-src && dpkg-deb -x rust-src_*.deb sources) || return 1
    mv "$private"/sources/usr/src/rustc-*/ "$target/rust-src"
    rm -rf "$private"
}

if [[ -n ${FRAMEALLOC_RUST_SRC:-} ]]; then
    export __CARGO_TESTS_ONLY_SRC_ROOT="$FRAMEALLOC_RUST_SRC"
elif [[ ! -d "$(rustc +nightly --print sysroot)/lib/rustlib/src/rust/library" ]]; then
    if [[ ! -d "$target/rust-src/library" ]] && ! debian_sources; then
        echo "tsan: no sources of the standard library for this nightly; skipped"
        exit 0
    fi
    export __CARGO_TESTS_ONLY_SRC_ROOT="$target/rust-src/library"
fi

export CARGO_TARGET_DIR="$target" RUSTFLAGS="-Zsanitizer=thread ${RUSTFLAGS:-}"
# Backtraces of planned panics take seconds under the sanitizer, in which other threads time out.
export RUST_BACKTRACE=0 FRAMEALLOC_RUNS="${FRAMEALLOC_RUNS:-1}"
# Tests ask for more memory than there is.
export TSAN_OPTIONS="allocator_may_return_null=1 ${TSAN_OPTIONS:-}"

# The same crates of std in every build: one build of them.
cp Cargo.lock ci/checkers/Cargo.lock
cargo +nightly build --quiet -Zbuild-std=std,test --manifest-path ci/checkers/Cargo.toml --bin race --target "$host"
for memory in frame pool; do
    "$target/$host/debug/race" ordered "$memory"
    if said="$("$target/$host/debug/race" planted "$memory" 2>&1)" || ! grep -q 'WARNING: ThreadSanitizer: data race' <<<"$said"; then
        echo "$said" >&2
        echo "tsan: the planted race in $memory memory was not found" >&2
        exit 1
    fi
    echo "tsan: the planted race in $memory memory is found"
done

if [[ $# -gt 0 ]]; then
    cargo +nightly test -Zbuild-std=std,test -p framealloc-core --target "$host" "$@"
    exit
fi
cargo +nightly test -Zbuild-std=std,test -p framealloc-core --target "$host" \
    --test barrier --test budgets --test frame_torture --test frames --test guarantees --test observe \
    --test pool_many --test pool_torture --test pools --test retention --test routing_pools -- \
    promises:: limits:: events:: faults:: drops:: order:: panics:: threads:: observers:: random_programs more_pools requests_over phases:: boxes:: \
    recording:: promotions:: regions:: snapshots:: transfers:: --skip a_forked_child
# What is handed over without a lock: flights, published frames, and retired values.
cargo +nightly test -Zbuild-std=std,test -p framealloc-core --target "$host" --test flights --test publication --test retire
# The lists that are walked while they change, over the collector that programs have.
cargo +nightly test -Zbuild-std=std,test -p framealloc-core --target "$host" --lib -- raw::epochs
