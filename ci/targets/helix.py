#!/usr/bin/env python3
"""`cargo fa lsp` in Helix, with the files of the guide: hints, hover and a fix, as they stand on the screen.

Usage: ci/targets/helix.py FOLDER: makes a crate and a configuration in FOLDER. Needs Helix (`hx`), cargo and `cargo-fa` in the path.
Prints one line a case, as libtest does.
"""

import fcntl
import os
import pathlib
import pty
import re
import select
import struct
import sys
import termios
import time

from neovim import GAME, REPOSITORY

ROWS, COLUMNS = 40, 160
KEYS = re.compile(r"\x1b(?:\[[0-9;?<>=:]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[P_^][^\x1b]*\x1b\\|[()][A-Z0-9]|[=>78cDEHM])")


class Screen:
    """What a program writes to its terminal: enough of it to read what it says."""

    def __init__(self, command, environment):
        self.child, self.terminal = pty.fork()
        if self.child == 0:
            os.execvpe(command[0], command, environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.said = ""

    def type(self, *parts):
        """Types the parts with pauses in between: what follows an escape at once would be one key with it."""
        for keys in parts:
            self.wait_for("\0", 0.5)
            self.said = ""
            os.write(self.terminal, keys.encode())

    def wait_for(self, words, seconds=60):
        """Whether that is written. Redraws write what changed: words that stand there already are not written again."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.2)[0]:
                try:
                    self.said += os.read(self.terminal, 1 << 16).decode(errors="replace")
                except OSError:
                    return False
            if words in self.text():
                return True
        return False

    def wait_for_moving(self, words):
        """As `wait_for`, with a cursor that goes down and up again now and then."""
        for _ in range(10):
            if self.wait_for(words, 6):
                return True
            os.write(self.terminal, b"jk")
        return False

    def text(self):
        # A jump of the cursor stands for blanks that were there already.
        return re.sub(r"\s+", " ", KEYS.sub(lambda found: " " if found[0].endswith("H") else "", self.said))

    def ends(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if os.waitpid(self.child, os.WNOHANG)[0]:
                return True
            if select.select([self.terminal], [], [], 0.2)[0]:
                try:
                    os.read(self.terminal, 1 << 16)
                except OSError:
                    pass
        return False


def files_of_the_guide():
    """The two blocks of TOML for Helix: languages.toml and config.toml."""
    chapter = (REPOSITORY / "docs/guide/src/cargo-fa-ci.md").read_text()
    part = re.search(r"\*\*Helix\*\*(.*?)\n- \*\*", chapter, re.S)
    blocks = re.findall(r"```toml\n(.*?)```", part[1], re.S)
    assert len(blocks) == 2, "the guide has not the two files of Helix"
    return blocks


def main():
    folder = pathlib.Path(sys.argv[1])
    game, configuration = folder / "game", folder / "config/helix"
    (game / "src").mkdir(parents=True, exist_ok=True)
    configuration.mkdir(parents=True, exist_ok=True)
    (game / "Cargo.toml").write_text(
        f'[package]\nname = "game"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n'
        f'[dependencies]\nframealloc = {{ path = "{REPOSITORY}/framealloc" }}\n'
    )
    (game / "src/lib.rs").write_text(GAME)
    for name, text in zip(["languages.toml", "config.toml"], files_of_the_guide()):
        (configuration / name).write_text(text)
    os.chdir(game)
    environment = {**os.environ, "XDG_CONFIG_HOME": str(folder / "config"), "TERM": "xterm-256color"}
    screen = Screen(["hx", "src/lib.rs"], environment)
    failed = 0

    def case(name, holds):
        nonlocal failed
        failed += not holds
        print(f"test {name} ... {'ok' if holds else 'FAILED'}")
        if not holds:
            print(screen.text()[-3000:])

    # Hints are asked for when the cursor rests after it has moved.
    case("hints arrive", screen.wait_for_moving("≤ 800 B of 4.00 KiB"))
    screen.type("4Gfs", " k")
    case("hover opens", screen.wait_for("at most 800 bytes"))
    screen.type("\x1b", "10G", "ff", " a")
    case("a fix is offered", screen.wait_for("FA401"))
    screen.type("\r")
    case("a fix is applied", screen.wait_for("frame_format"))
    screen.type("\x1b", ":wq!\r")
    case("the editor ends", screen.ends())
    written = (game / "src/lib.rs").read_text()
    case("what was applied is written", 'framealloc::frame_format!(alloc, "{count}")' in written)
    print(f"test result: {'FAILED' if failed else 'ok'}. {6 - failed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
