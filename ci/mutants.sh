#!/usr/bin/env bash
# Plants known bugs, one at a time, in a copy of the sources, and shows that a named test fails for each.
#
#     ci/mutants.sh            all of them
#     ci/mutants.sh pools/ b   those whose name has one of these words in it
#     ci/mutants.sh --plant    plants them and runs nothing: whether each still applies
#
# The bugs are in ci/mutants/*.txt, one block each, blocks separated by empty lines; `#` starts a comment:
#
#     bug   pools/spare-forgotten-at-exit    the name
#     file  framealloc-core/src/raw/pools/thread_cache.rs what is changed
#     find  text that is in the file exactly once; \n stands for a line end
#     make  text that takes its place
#     test  plain --test pool_memory          how it shows: plain, loom or asan, and the arguments of cargo test, of
#                                             framealloc-core unless a package comes first: `plain -p framealloc-bevy`;
#                                             `compile` if a test must no longer compile
#
# There may be several pairs of find and make. A bug that no longer applies, or does not compile, is an error: keep them alive.
set -uo pipefail
cd "$(dirname "$0")/.."

copy="$(mktemp -d)"
trap 'rm -rf "$copy"' EXIT
# As of now (-m): cargo goes by the times of files, and what was built last time was planted into.
git ls-files -z --cached --others --exclude-standard | tar --null -T - -cf - 2>/dev/null | tar -xmf - -C "$copy"
# Builds of the copy are kept between runs, but apart from all others.
target="${CARGO_TARGET_DIR:-$PWD/target}/mutants"
caught=0
failed=0

run_tests() { # kind, arguments...
    local kind=$1
    shift
    [[ ${1:-} == -p ]] || set -- -p framealloc-core "$@"
    case $kind in
        plain | compile) CARGO_TARGET_DIR="$target/plain" cargo test "$@" ;;
        # Only what is planted into is built each time: less optimized and in parts, which costs the models less than it saves.
        loom)
            CARGO_TARGET_DIR="$target/loom" RUSTFLAGS="--cfg framealloc_loom" CARGO_INCREMENTAL=1 \
                cargo --config 'profile.release.package.framealloc-core.opt-level=1' test --release "$@"
            ;;
        asan)
            CARGO_TARGET_DIR="$target/asan" RUSTFLAGS="-Zsanitizer=address --cfg framealloc_asan" \
                ASAN_OPTIONS="detect_leaks=0" \
                cargo +nightly test --target "$(rustc +nightly -vV | sed -n 's/^host: //p')" "$@"
            ;;
        *) echo "mutants: no such kind of test: $kind" >&2 && return 99 ;;
    esac
}

report() { # word, name
    printf '%-10s %s, %d s\n' "$1" "$2" $((SECONDS - begun))
}

plant() {
    local path="$copy/$file" text index
    text="$(<"$path")"
    for index in "${!finds[@]}"; do
        local find make rest
        printf -v find '%b' "${finds[index]}"
        printf -v make '%b' "${makes[index]}"
        rest="${text#*"$find"}"
        if [[ $rest == "$text" || $rest == *"$find"* ]]; then
            echo "    not exactly once in $file: ${finds[index]}"
            return 1
        fi
        text="${text%%"$find"*}$make$rest"
    done
    printf '%s\n' "$text" >"$path"
}

try() {
    local log="$copy/log" status begun=$SECONDS
    if ! plant; then
        report "GONE" "$bug"
        failed=$((failed + 1))
        return
    fi
    if [[ -n $plants_only ]]; then
        cp "$file" "$copy/$file"
        return
    fi
    # shellcheck disable=SC2086 # the arguments are words
    if ! (cd "$copy" && run_tests ${tests%% -- *} --no-run) >"$log" 2>&1; then
        if [[ $tests == compile* ]]; then
            report "caught" "$bug ($(grep -m1 -oE '^error\[E[0-9]+\]' "$log"))"
            caught=$((caught + 1))
        else
            tail -n 20 "$log"
            report "BROKEN" "$bug"
            failed=$((failed + 1))
        fi
    elif [[ $tests == compile* ]]; then
        report "MISSED" "$bug"
        failed=$((failed + 1))
    else
        # shellcheck disable=SC2086
        run_limited "$log" $tests
        status=$?
        if [[ $status -ne 0 ]]; then
            report "caught" "$bug ($(grep -m1 -oE "$noticed" "$log" || echo "status $status"))"
            caught=$((caught + 1))
        else
            report "MISSED" "$bug"
            failed=$((failed + 1))
        fi
    fi
    cp "$file" "$copy/$file"
}

# What a test says that has noticed.
noticed='^test .* FAILED|Causality violation: [A-Za-z ]+|AddressSanitizer: [a-z-]+|signal: [0-9]+'

# Ends as soon as one test fails, since the others may take long. One that hangs has noticed, too: models are given more time for
# that, as each is many runs, and on a machine that others use they are not to be taken for hung.
run_limited() { # log, kind, arguments...
    local log=$1 limit=120 status pid deadline
    shift
    [[ $1 == loom ]] && limit=900
    export -f run_tests
    export target
    # shellcheck disable=SC2016 # expanded by the inner shell
    (cd "$copy" && exec setsid bash -c 'run_tests "$@"' mutants "$@") >"$log" 2>&1 &
    pid=$!
    deadline=$((SECONDS + limit))
    while kill -0 "$pid" 2>/dev/null; do
        if grep -qE "$noticed" "$log"; then
            status=1
        elif ((SECONDS > deadline)); then
            status=124
        else
            sleep 0.2
            continue
        fi
        kill -9 -- "-$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
        return "$status"
    done
    wait "$pid"
}

wanted() {
    [[ ${#words[@]} -eq 0 ]] && return 0
    local word
    for word in "${words[@]}"; do
        [[ $bug == *"$word"* ]] && return 0
    done
    return 1
}

plants_only=''
if [[ ${1:-} == --plant ]]; then
    plants_only=1
    shift
fi
words=("$@")
clear_block() { bug='' file='' tests='' finds=() makes=(); }
end_block() {
    [[ -n $bug ]] && wanted && try
    clear_block
}

clear_block
for table in ci/mutants/*.txt; do
    while IFS= read -r line || [[ -n $line ]]; do
        key="${line%% *}"
        value="${line#* }"
        value="${value#"${value%%[![:space:]]*}"}"
        case $key in
            '') end_block ;;
            '#'*) ;;
            bug) bug=$value ;;
            file) file=$value ;;
            find) finds+=("$value") ;;
            make) makes+=("$value") ;;
            test) tests=$value ;;
            *) echo "mutants: $table: what is \`$key\`?" >&2 && exit 2 ;;
        esac
    done <"$table"
    end_block
done
if [[ -n $plants_only ]]; then
    echo "mutants: $failed do not apply"
else
    echo "mutants: $caught caught, $failed not"
fi
[[ $failed -eq 0 ]]
