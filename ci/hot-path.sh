#!/usr/bin/env bash
# Disassembles framealloc-core/examples/hot_path.rs and counts what an allocation costs, up to the store of the value (the
# new end of the arena is stored after it): through `&Frame` at most 6 instructions with one conditional branch, through
# `&SmartAlloc` at most 11 with two. In a loop (beside the 3 instructions that count it; moves between registers cost
# nothing) through a frame at most 5, with two stores and no load but that of the limit, whether it is the frame of a tag
# or not; with a cursor at most 5, without a single load (8 in a function that gets it by reference). An array of 4 KiB is
# filled where it lies, in the frame of a tag as well.
# A call of a guarded global allocator reads one thread-local flag.
# From a pool of its size it is at most 8 with one branch, from one of its own 9; a drop is at most 14 with two.
# A call of an annotated system is at most 118, the loop around it included, as valgrind counts them.
# A change that moves a check, a counter or a reference to the cold path's arguments into the hot path fails here.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(uname -m)" != x86_64 ]; then
    echo "hot-path: counts instructions of x86-64 only, this is $(uname -m): skipped"
    exit 0
fi

# Saving registers for the cold path is not counted: nobody inlines that into a loop.
frame_of='^(push|pop|endbr64|nop|(sub|add) +rsp,)'

# Reads a function from the disassembly on stdin and prints "instructions branches" up to the store of the value, which
# is the second argument (rsi, or rdi where the first one is not used). Prints nothing if there is no such store.
up_to_store() {
    awk -v skip="$frame_of" '
        { sub(/^ *[0-9a-f]+:[ \t]*/, "") }
        $0 ~ skip { next }
        /^[a-z]/ { count++ }
        /^j/ && !/^jmp/ { branches++ }
        /^call/ { exit }
        /^mov +QWORD PTR \[r[a-z0-9]+\],r[sd]i$/ { print count, branches + 0; exit }'
}

# Reads a function and prints "instructions branches" up to its first return.
up_to_return() {
    awk '
        { sub(/^ *[0-9a-f]+:[ \t]*/, "") }
        /^[a-z]/ { count++ }
        /^j/ && !/^jmp/ { branches++ }
        /^ret/ { print count, branches + 0; exit }'
}

# Reads a function and prints "instructions stores loads" of the shortest loop that stores; moves between registers
# are not counted.
shortest_loop() {
    awk '
        /^ *[0-9a-f]+:/ {
            address = $1; sub(/:/, "", address)
            line = $0; sub(/^ *[0-9a-f]+:[ \t]*/, "", line)
            at[++last] = address; text[last] = line; index_of[address] = last
        }
        END {
            for (to = 1; to <= last; to++) {
                if (text[to] !~ /^j/) continue
                split(text[to], words, " +")
                from = index_of[words[2]]
                if (!from || from > to) continue
                count = stores = loads = 0
                for (i = from; i <= to; i++) {
                    if (text[i] ~ /^nop|^xchg +ax,ax|^mov +r[a-z0-9]+,r[a-z0-9]+$/) continue
                    count++
                    if (text[i] ~ /^mov[a-z]* +[A-Z]+ PTR \[/) stores++
                    else if (text[i] ~ /\[/ && text[i] !~ /^lea/) loads++
                }
                if (stores && (!best || count < best)) { best = count; found = count " " stores " " loads }
            }
            if (best) print found
        }'
}

failed=0
# expect NAME WHAT FOUND LIMIT: complains if FOUND is missing or over LIMIT.
expect() {
    if [ -z "$3" ]; then
        echo "hot-path: $1: $2 not found"
        failed=1
    elif [ "$3" -gt "$4" ]; then
        echo "hot-path: $1: $3 $2, at most $4 are allowed"
        failed=1
    else
        echo "hot-path: $1: $3 $2 (at most $4)"
    fi
}

# A check that cannot fail is none: a loop that loads its limit must be seen as such.
planted=$(printf '%s\n' '  10: lea    rax,[r12-0x8]' '  14: cmp    rax,QWORD PTR [rdi+0x18]' \
    '  18: js     40 <f+0x40>' '  1a: mov    QWORD PTR [rax],rbx' '  1d: jmp    10 <f+0x10>' | shortest_loop)
if [ "$planted" != "5 1 1" ]; then
    echo "hot-path: the check itself is broken: it found \"$planted\" in a loop of 5 instructions, 1 store and 1 load"
    exit 1
fi

# disassemble OPTIONS: builds the example with these options of cargo.
disassemble() {
    cargo build --quiet --release -p framealloc-core --example hot_path "$@"
    example="$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/examples/hot_path"
    listing=$(objdump -d --no-show-raw-insn -M intel -C "$example")
}
disassemble
# function NAME: its lines.
function_of() {
    awk -v name="<hot_path::$1>:" 'index($0, name) { inside = 1; next } /^$/ { inside = 0 } inside' <<<"$listing"
}

read -r instructions branches <<<"$(function_of alloc_u64_shared | up_to_store)"
expect "&Frame" instructions "${instructions:-}" "${SHARED_MAX:-6}"
expect "&Frame" "conditional branches" "${branches:-}" 1
read -r instructions branches <<<"$(function_of alloc_u64_any_thread | up_to_store)"
expect "&SmartAlloc" instructions "${instructions:-}" "${ANY_THREAD_MAX:-11}"
expect "&SmartAlloc" "conditional branches" "${branches:-}" 2
read -r instructions branches <<<"$(function_of alloc_u64_cursor | up_to_store)"
expect "&mut Cursor" instructions "${instructions:-}" "${CURSOR_CALL_MAX:-8}"
expect "&mut Cursor" "conditional branches" "${branches:-}" 1
read -r instructions stores loads <<<"$(function_of loop_u64_cursor | shortest_loop)"
expect "cursor in a loop" "instructions with those of the loop" "${instructions:-}" "${CURSOR_MAX:-8}"
expect "cursor in a loop" stores "${stores:-}" 1
expect "cursor in a loop" loads "${loads:-}" 0

# An end that is loaded in each turn waits for the store of the turn before: five cycles where the processor does not
# guess it.
for frame in shared tagged; do
    read -r instructions stores loads <<<"$(function_of "loop_u64_$frame" | shortest_loop)"
    expect "$frame frame in a loop" "instructions with those of the loop" "${instructions:-}" "${LOOP_MAX:-8}"
    expect "$frame frame in a loop" stores "${stores:-}" 2
    expect "$frame frame in a loop" "loads (of the limit)" "${loads:-}" 1
done
# expect_array NAME: complains if a function of the example builds its array of 4 KiB on the stack.
expect_array() {
    local body fills
    body=$(function_of "$1")
    fills=$(grep -c 'memset' <<<"$body" || true)
    if [ "$fills" -eq 0 ]; then
        echo "hot-path: $1: it does not fill its array"
        failed=1
    fi
    expect "$1" "copies of its array" "$(grep -cE 'mem(cpy|move)|rep movs' <<<"$body" || true)" 0
    expect "$1" "arrays on the stack" "$(grep -cE 'sub +rsp,0x[1-9a-f][0-9a-f]{3}' <<<"$body" || true)" 0
}
expect_array arrays_shared
expect_array arrays_tagged

read -r instructions branches <<<"$(function_of pool_u64 | up_to_store)"
expect "pool_box" instructions "${instructions:-}" "${POOL_MAX:-8}"
expect "pool_box" "conditional branches" "${branches:-}" 1
read -r instructions branches <<<"$(function_of pool_u64_own | up_to_store)"
expect "pooled" instructions "${instructions:-}" "${POOL_OWN_MAX:-9}"
expect "pooled" "conditional branches" "${branches:-}" 1
read -r instructions branches <<<"$(function_of pool_u64_drop | up_to_return)"
expect "drop of a PoolBox" instructions "${instructions:-}" "${POOL_DROP_MAX:-14}"
expect "drop of a PoolBox" "conditional branches" "${branches:-}" 2

# The guard of the heap, where nothing is watched: one flag of the thread, then the allocator itself.
reads=$(awk '/<__rustc::__rust_alloc>:$/ { inside = 1; next } /^$/ { inside = 0 } inside && /fs:/ { reads++ }
    inside && /jmp.*<?malloc/ { if (reads) print reads; exit }' <<<"$listing")
expect "HeapGuard" "reads of a thread-local" "${reads:-}" 1

# A call of an annotated system that does nothing, with its loop: its way out is no function that is called. Of branches it is known only as
# it runs which of them are taken, so it is run.
if command -v valgrind >/dev/null; then
    instructions_of() {
        valgrind --tool=callgrind --callgrind-out-file=/dev/null "$example" "$1" 2>&1 | sed -n 's/.*Collected : *//p'
    }
    expect "annotated system" instructions "$((($(instructions_of 2000) - $(instructions_of 1000)) / 1000))" "${SYSTEM_MAX:-118}"
else
    echo "hot-path: no valgrind here; the instructions of an annotated system were not counted"
fi

# With the behaviour filter in the program and not enabled: one flag and one branch more (four instructions or five, since the flag is
# found through a table, and two for the tag of the handle), and nothing in frames.
disassemble --features memory_filter
read -r instructions branches <<<"$(function_of alloc_u64_shared | up_to_store)"
expect "&Frame, filter off" instructions "${instructions:-}" "${SHARED_MAX:-6}"
expect "&Frame, filter off" "conditional branches" "${branches:-}" 1
read -r instructions branches <<<"$(function_of pool_u64 | up_to_store)"
expect "pool_box, filter off" instructions "${instructions:-}" 14
expect "pool_box, filter off" "conditional branches" "${branches:-}" 2
read -r instructions branches <<<"$(function_of pool_u64_own | up_to_store)"
expect "pooled, filter off" instructions "${instructions:-}" 13
expect "pooled, filter off" "conditional branches" "${branches:-}" 2
read -r instructions branches <<<"$(function_of pool_u64_drop | up_to_return)"
expect "drop of a PoolBox, filter off" instructions "${instructions:-}" 19
expect "drop of a PoolBox, filter off" "conditional branches" "${branches:-}" 3

exit "$failed"
