#!/usr/bin/env bash
# The workflow for pull requests in docs/guide/src/cargo-fa-ci.md does what is said of it: its steps are run here for a game
# and for a change of it, with stand-ins for the checkouts and for the program that posts the comment.
set -euo pipefail
cd "$(dirname "$0")/.."

repository="$PWD"
root="${CARGO_TARGET_DIR:-$PWD/target}"
cargo build --quiet -p cargo-fa
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# game DIRECTORY VERSION WORDS LINE: a game whose only system takes so many words, and runs this line.
game() {
    mkdir -p "$1/src"
    cat >"$1/Cargo.toml" <<TOML
[package]
name = "game"
version = "$2"
edition = "2024"
[dependencies]
framealloc = { path = "$repository/framealloc" }
[workspace]
TOML
    cp Cargo.lock "$1/Cargo.lock"
    cat >"$1/src/main.rs" <<RUST
use framealloc::{SmartAlloc, frame_system};

#[frame_system(tag = "physics", no_heap)]
fn step(alloc: &SmartAlloc, frame: u64) -> u64 {
    let words = alloc.frame_slice_fill_copy($3, frame);
    $4
    words.iter().sum()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut alloc = SmartAlloc::default();
    let file = std::env::args().skip_while(|word| word != "--record").nth(1).ok_or("--record FILE")?;
    alloc.record(file)?;
    let sum: u64 = (0..120).map(|frame| alloc.whole_frame(|alloc| step(alloc, frame))).sum();
    alloc.stop_recording()?;
    assert!(sum > 0);
    Ok(())
}
RUST
}
# By the version cargo tells the two apart in one target directory, so that what they depend on is built once.
game "$work/before" 0.1.0 1000 ""
game "$work/after" 0.1.1 3000 'drop(vec![frame; 10]);'

# What stands on the way to the workflow's programs.
mkdir "$work/bin"
ln -s "$root/debug/cargo-fa" "$work/bin/cargo-fa"
cat >"$work/bin/gh" <<'SH'
#!/bin/sh
echo "$@" >posted.txt
SH
chmod +x "$work/bin/gh"

python3 - docs/guide/src/cargo-fa-ci.md "$work" <<'PY'
import pathlib, re, sys

text = pathlib.Path(sys.argv[1]).read_text()
workflow = next(block for block in re.findall(r"```yaml\n(.*?)```", text, re.S) if block.startswith("name: frames"))
steps = re.findall(r"- name: (.*?)\n(.*?)(?=\n      - |\Z)", workflow, re.S)
for number, (name, rest) in enumerate(steps):
    script = re.search(r"run: \|\n((?: {10}.*\n?)+)", rest)
    assert script, f"{name} has no script"
    pathlib.Path(sys.argv[2], f"step{number}.sh").write_text(re.sub(r"(?m)^ {10}", "", script.group(1)))
assert [name for name, _ in steps] == ["Analyse and record both", "Compare", "Draw", "Comment"], steps
PY

cd "$work"
export PATH="$work/bin:$PATH" GITHUB_STEP_SUMMARY="$work/summary.md" PULL_REQUEST=1 PICTURES=of-the-run
export CARGO_TARGET_DIR="$root/pull-request" CARGO_PROFILE_RELEASE_OPT_LEVEL=0
bash -e step0.sh
code=0
bash -e step1.sh >compared.txt || code=$?
[ "$code" = 1 ] || {
    echo "pull-request: memory grew and an error is new, and the comparison exits with $code" >&2
    cat compared.txt >&2
    exit 1
}
bash -e step2.sh
[ -s after.svg ] && grep -q '<html' after.html
bash -e step3.sh
grep -q '(of-the-run)' comment.md
grep -q -- "--body-file comment.md" posted.txt
for text in comment.md summary.md; do
    grep -q '^## Findings: 1 new finding, 0 fixed' "$text"
    grep -q '^| FA40[12] | deny | `src/main.rs:' "$text"
    grep -q '^| physics | .*█▒' "$text"
done
head -n 1 comment.md | grep -q '^<!-- cargo-fa report -->$'
echo "pull-request: the workflow of the guide compares, fails and comments"
