#!/usr/bin/env python3
"""`cargo fa lsp` in Neovim, with the lines of the guide: hints, edits, hover, a fix, a second crate, and the end of the server.

Usage: ci/targets/neovim.py FOLDER: makes crates in FOLDER. Needs Neovim from 0.11 on, cargo and `cargo-fa` in the path. Prints one
line a case, as libtest does.
"""

import pathlib
import re
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
GAME = """use framealloc::{SmartAlloc, frame_system};

#[frame_system(tag = "physics", budget = "4KiB")]
pub fn solve(alloc: &SmartAlloc) -> usize {
    alloc.frame_slice_zeroed::<u64>(100).len()
}

#[frame_system]
pub fn grow(alloc: &SmartAlloc, count: usize) -> usize {
    /* ß𝄞 */ let text = format!("{count}");
    alloc.frame_slice_zeroed::<u8>(count).len() + text.len()
}
"""


def lines_of_the_guide():
    """The block of Lua in the chapter about editors."""
    chapter = (REPOSITORY / "docs/guide/src/cargo-fa-ci.md").read_text()
    block = re.search(r"\*\*Neovim\*\*.*?```lua\n(.*?)```", chapter, re.S)
    assert block, "the guide has no lines for Neovim"
    return block[1]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in ["game", "other"]:
        (folder / name / "src").mkdir(parents=True, exist_ok=True)
        (folder / name / "Cargo.toml").write_text(
            f'[package]\nname = "{name}"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n'
            f'[dependencies]\nframealloc = {{ path = "{REPOSITORY}/framealloc" }}\n'
        )
        (folder / name / "src/lib.rs").write_text(GAME)
    init = folder / "init.lua"
    init.write_text(lines_of_the_guide())
    command = ["nvim", "--headless", "-u", str(init), "-c", f"luafile {REPOSITORY}/ci/targets/neovim.lua", str(folder / "game/src/lib.rs")]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=folder)
    except subprocess.TimeoutExpired as late:
        sys.exit(f"neovim: nothing for five minutes: {late.stdout} {late.stderr}")
    print(ran.stderr + ran.stdout)
    failed = ran.returncode != 0 or "test end of the server ... ok" not in ran.stderr + ran.stdout
    count = (ran.stderr + ran.stdout).count("... ok")
    print(f"test result: {'FAILED' if failed else 'ok'}. {count} passed; {int(failed)} failed; 0 ignored; 0 measured; 0 filtered out")
    sys.exit(failed)


if __name__ == "__main__":
    main()
