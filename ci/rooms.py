"""Reads the imports of a crate's sources and holds them against the table of rooms: see rooms.sh."""

import re
import sys
import tempfile
from pathlib import Path

# Files that import each other in a loop, all of one room: more of them nobody can hold in the head at once.
LARGEST_CIRCLE = 8


def blank(match):
    """Spaces in place of text, so that line numbers stay."""
    return re.sub(r"[^\n]", " ", match.group(0))


NOT_CODE = re.compile(
    r"""//[^\n]*|/\*.*?\*/|r(\#*)".*?"\1|b?"(?:[^"\\]|\\.)*"|b?'(?:[^'\\\n]|\\[^\n]{1,8}?)'""", re.DOTALL
)
VISIBILITY = re.compile(r"\bpub\(in [^)]*\)")
TEST = re.compile(r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?mod\s+\w+\s*(?=[{;])")
MODULE = re.compile(r"\bmod\s+(\w+)\s*([{;])")
USE = re.compile(r"(?:(\bpub)(?:\([^)]*\))?\s+)?\buse\s+([^;]+);")
ITEM = re.compile(r"\b(?:struct|enum|union|trait|fn|const(?!\s+(?:unsafe\s+)?fn)|static|type|macro_rules!)\s+(?:mut\s+)?(\w+)")
EXPORTED = re.compile(r"#\[macro_export\]\s*(?:#\[[^\]]*\]\s*)*macro_rules!\s+(\w+)")
PATH = re.compile(r"(?<![\w:$])(?:\w+\s*::\s*)+\w+")


def block_end(text, start):
    """The place behind the brace that closes the one at `start`."""
    depth = 0
    for place in range(start, len(text)):
        if text[place] == "{":
            depth += 1
        elif text[place] == "}":
            depth -= 1
            if depth == 0:
                return place + 1
    return len(text)


def trees(text, prefix=()):
    """The paths that a use tree imports, each with the name that it gets."""
    text = text.strip()
    if "{" in text:
        head, rest = text.split("{", 1)
        inner = rest.rsplit("}", 1)[0]
        prefix = prefix + tuple(part.strip() for part in head.split("::") if part.strip())
        depth, part = 0, ""
        for letter in inner + ",":
            depth += {"{": 1, "}": -1}.get(letter, 0)
            if letter == "," and depth == 0:
                if part.strip():
                    yield from trees(part, prefix)
                part = ""
            else:
                part += letter
        return
    path, _, name = text.partition(" as ")
    path = prefix + tuple(part.strip() for part in path.split("::") if part.strip())
    if path[-1] == "self":
        path = path[:-1]
    yield path, name.strip() or path[-1]


class Module:
    def __init__(self, path, file):
        self.path, self.file = path, file
        self.children, self.items, self.names, self.globs = {}, set(), {}, []
        self.paths = []  # (path, line), as written


class Crate:
    def __init__(self, source):
        self.source = source
        self.modules = {}
        self.read((), source / "lib.rs" if (source / "lib.rs").exists() else source / "main.rs")

    def read(self, path, file):
        text = VISIBILITY.sub(blank, NOT_CODE.sub(blank, file.read_text()))
        for test in reversed(list(TEST.finditer(text))):
            end = block_end(text, test.end()) if text[test.end()] == "{" else test.end() + 1
            text = text[: test.start()] + re.sub(r"[^\n]", " ", text[test.start() : end]) + text[end:]
        inside = file.parent if file.name in ("lib.rs", "main.rs", "mod.rs") else file.parent / file.stem
        self.module(path, file, text, 0, inside)

    def module(self, path, file, text, line, folder):
        module = self.modules[path] = Module(path, file)
        own, place = "", 0
        for found in MODULE.finditer(text):
            if found.start() < place:
                continue
            own += text[place : found.start()]
            name, place = found.group(1), found.end()
            module.children[name] = path + (name,)
            if found.group(2) == "{":
                place = block_end(text, found.end() - 1)
                lines = line + text.count("\n", 0, found.end())
                self.module(path + (name,), file, text[found.end() : place - 1], lines, folder / name)
                own += "\n" * text.count("\n", found.start(), place)
            else:
                own += "\n" * text.count("\n", found.start(), place)
                for below in (folder / f"{name}.rs", folder / name / "mod.rs"):
                    if below.exists():
                        self.read(path + (name,), below)
        own += text[place:]
        module.items.update(ITEM.findall(own))
        for name in EXPORTED.findall(own):
            self.modules[()].names[name] = ("crate", *path, name)
        for found in USE.finditer(own):
            at = line + own.count("\n", 0, found.start(2)) + 1
            for imported, name in trees(found.group(2)):
                module.paths.append((imported, at))
                if imported[-1] == "*":
                    module.globs.append(imported[:-1])
                else:
                    module.names[name] = imported
        rest = USE.sub(blank, own)
        for found in PATH.finditer(rest):
            written = tuple(part.strip() for part in found.group(0).split("::"))
            module.paths.append((written, line + rest.count("\n", 0, found.start()) + 1))

    def absolute(self, module, path):
        """A path from the root of the crate, or none where it leads to another crate."""
        at = module.path
        if path[0] == "crate":
            return path[1:]
        if path[0] == "self":
            return at + path[1:]
        if path[0] == "super":
            while path and path[0] == "super":
                at, path = at[:-1], path[1:]
            return at + path
        if path[0] in module.names and module.names[path[0]][0] != path[0]:
            below = self.absolute(module, module.names[path[0]])
            return None if below is None else below + path[1:]
        if path[0] in module.children:
            return at + path
        return None

    def find(self, path, depth=0):
        """The module in which what a path names is defined, through re-exports, and its name there."""
        at = ()
        for index, name in enumerate(path):
            module = self.modules[at]
            if name in module.children and at + (name,) in self.modules:
                at = at + (name,)
                continue
            if name in module.names and depth < 16:
                target = self.absolute(module, module.names[name])
                if target is None:
                    return module, name
                return self.find(target + tuple(path[index + 1 :]), depth + 1)
            if name not in module.items and depth < 16:
                for glob in module.globs:
                    target = self.absolute(module, glob)
                    if target is not None:
                        below, found = self.find(target + tuple(path[index:]), depth + 1)
                        if found in below.items:
                            return below, found
            return module, name
        return self.modules[at], ""

    def imports(self):
        """Every import of another file of the crate: file, line, other file, name."""
        for module in self.modules.values():
            # What a module only hands on is an import of whoever names it there.
            seen = set()
            for path, line in module.paths:
                target = self.absolute(module, path)
                if target is None or path[-1] == "*" and self.find(target[:-1])[0].file == module.file:
                    continue
                below, name = self.find(target[:-1] if path[-1] == "*" else target)
                if below.file != module.file and (below.file, name, line) not in seen:
                    seen.add((below.file, name, line))
                    yield module.file, line, below.file, name


def circles(arrows):
    """The sets of files that import each other in a loop (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(file):
        index[file] = low[file] = len(index)
        stack.append(file)
        for below in sorted(arrows.get(file, ())):
            if below not in index:
                visit(below)
                low[file] = min(low[file], low[below])
            elif below in stack:
                low[file] = min(low[file], index[below])
        if low[file] == index[file]:
            circle = []
            while circle[-1:] != [file]:
                circle.append(stack.pop())
            if len(circle) > 1:
                found.append(sorted(circle))

    sys.setrecursionlimit(10_000)
    for file in sorted(arrows):
        if file not in index:
            visit(file)
    return found


def read_table(text):
    """The table: sources of a crate -> its rooms, each with its places and the rooms that it may import."""
    crates, rooms = {}, None
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        if line.startswith("crate "):
            rooms = crates.setdefault(line.split()[1], {})
            continue
        found = re.fullmatch(r"(\w+): (.*?) *->(.*)", line)
        if not found or rooms is None:
            sys.exit(f"rooms: line {number} of the table is neither a crate nor a room: {line}")
        name, places, below = found.group(1), found.group(2).split(), found.group(3).split()
        # Each room may import those above it in the table only, so that no circle can be allowed.
        for room in below:
            if room not in rooms:
                sys.exit(f"rooms: line {number} of the table: {name} -> {room}, which is no room above it")
        rooms[name] = (places, {name, *below})
    return crates


def room_of(file, rooms):
    """The room with the longest place that the file is in."""
    best = None
    for name, (places, _) in rooms.items():
        for place in places:
            inside = file == place or file.startswith(place.rstrip("/") + "/")
            if inside and (best is None or len(place) > best[0]):
                best = (len(place), name)
    return best and best[1]


def check(source, rooms):
    """What is wrong with the imports of one crate, a line each."""
    crate = Crate(source)
    complaints, arrows, used = [], {}, set()
    files = {module.file for module in crate.modules.values()}
    place = {file: room_of(file.relative_to(source).as_posix(), rooms) for file in files}
    for file in sorted(files):
        if place[file] is None:
            complaints.append(f"{file}: in no room")
        used.add(place[file])
    complaints += [f"{name}: no file is in this room" for name in rooms if name not in used]
    for file, line, below, name in crate.imports():
        arrows.setdefault(file, set()).add(below)
        upper, lower = place[file], place[below]
        if upper and lower and lower not in rooms[upper][1]:
            complaints.append(f"{file}:{line}: `{name}` is of {below}: {upper} may not import {lower}")
    for circle in circles(arrows):
        if len(circle) > LARGEST_CIRCLE:
            names = ", ".join(file.relative_to(source).as_posix() for file in circle)
            complaints.append(f"{len(circle)} files import each other in a loop, {LARGEST_CIRCLE} are allowed: {names}")
    return complaints


def planted():
    """Wrong imports of every form must be seen: a check that cannot fail is none."""
    table = read_table("crate src\nlow: low ->\nhigh: high ->\nroot: lib.rs -> low high")["src"]
    wrong = [
        "use crate::high::Thing;",
        "use super::super::high::{Other, Thing};",
        "use crate::{high::Thing as Renamed, low};",
        "use crate::high; fn f() { high::make() }",
        "use crate::Thing;",
        "fn f() -> crate::high::Thing { loop {} }",
        "mod inner { use super::super::super::high::*; }",
    ]
    right = [
        "use crate::low::Own;",
        "// use crate::high::Thing;",
        '#[cfg(test)] mod tests { use crate::high::Thing; }',
        'const TEXT: &str = "crate::high::Thing";',
        "use std::high::Thing;",
    ]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder)
        (source / "low").mkdir()
        (source / "lib.rs").write_text("mod high;\nmod low;\npub use high::Thing;\n")
        (source / "high.rs").write_text("pub struct Thing;\npub struct Other;\npub fn make() {}\n")
        (source / "low" / "mod.rs").write_text("mod file;\npub struct Own;\n")
        table["high"] = (["high.rs"], table["high"][1])
        for text in wrong + right:
            (source / "low" / "file.rs").write_text(text + "\n")
            if bool(check(source, table)) != (text in wrong):
                sys.exit(f"rooms: the check itself is broken: it is wrong about `{text}`")


def main():
    planted()
    failed = False
    for source, rooms in read_table(Path(sys.argv[1]).read_text()).items():
        complaints = check(Path(source), rooms)
        failed |= bool(complaints)
        for complaint in complaints:
            print(f"rooms: {complaint}", file=sys.stderr)
        if not complaints:
            print(f"rooms: {source}: {len(rooms)} rooms, every import goes down")
    sys.exit(failed)


if __name__ == "__main__":
    main()
