#!/usr/bin/env python3
"""What rust-analyzer makes of the attributes, asked over its protocol: options and paths that it completes, documentation, mistakes.

Usage: ci/targets/editor.py FOLDER: makes a crate in FOLDER that depends on this repository. Needs rust-analyzer, and the compiler
that it was built with. Prints one line a case, as libtest does.
"""

import json
import pathlib
import queue
import shutil
import subprocess
import sys
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
HEAD = """use framealloc::{Pooled, SmartAlloc, Tag, alloc_tag, frame_system, pooled};
pub static PHYSICS: Tag = Tag::new("physics");
pub const LIMIT: usize = 4096;
"""
SYSTEM = ["alloc", "budget", "name", "no_heap", "out", "tag"]
POOLED = ["capacity", "grow", "name", "prewarm", "tag"]
FUNCTION = "fn step(alloc: &SmartAlloc) -> u32 { 1 }"

# Name, source with `^` for the cursor, what must be offered: of a list nothing else may be, of a set no name of ours, of a word anything.
COMPLETED = [
    ("an option", f"#[frame_system(bud^)] {FUNCTION}", SYSTEM),
    ("an option of none", f"#[frame_system(^)] {FUNCTION}", SYSTEM),
    ("an option after another", f'#[frame_system(tag = "x", n^)] {FUNCTION}', SYSTEM),
    ("an option after a comma", f'#[frame_system(tag = "x", ^)] {FUNCTION}', SYSTEM),
    ("an option before another", f'#[frame_system(no^, tag = "x")] {FUNCTION}', SYSTEM),
    ("an option on a method", f"struct S; impl S {{ #[frame_system(bud^)] {FUNCTION} }}", SYSTEM),
    ("an option after a tag", f'#[alloc_tag("x", ^)] {FUNCTION}', ["alloc"]),
    ("an option of a pool", "#[pooled(cap^)] struct Bullet(u32);", POOLED),
    ("an option of a derived pool", "#[derive(Pooled)] #[pooled(capacity = 4, ^)] struct Bullet(u32);", POOLED),
    ("a tag", f"#[frame_system(tag = ^)] {FUNCTION}", {"PHYSICS"}),
    ("a tag half typed", f"#[frame_system(tag = PH^)] {FUNCTION}", {"PHYSICS"}),
    ("a tag alone", f"#[alloc_tag(PH^)] {FUNCTION}", {"PHYSICS"}),
    ("a tag of none", f"#[alloc_tag(^)] {FUNCTION}", {"PHYSICS"}),
    ("a tag of a block", f"struct S; #[alloc_tag(PH^)] impl S {{ {FUNCTION} }}", {"PHYSICS"}),
    ("a budget", f"#[frame_system(budget = LI^)] {FUNCTION}", {"LIMIT"}),
    ("a method in a system", "#[frame_system] fn step(alloc: &SmartAlloc) { alloc.frame_^ }", "frame_box"),
    ("a method in a future", "#[alloc_tag(PHYSICS)] async fn step(alloc: &SmartAlloc) { alloc.frame_^ }", "frame_box"),
]
# Words of the documentation.
EXPLAINED = [
    ("an option", f'#[frame_system(bud^get = "4KiB")] {FUNCTION}', "the most bytes"),
    ("a tag", f"#[frame_system(tag = PHY^SICS)] {FUNCTION}", "PHYSICS: Tag"),
]
# Words of each mistake, in their order.
MISTAKES = [
    ("an option half typed", f"#[frame_system(bud^)] {FUNCTION}", ["did you mean `budget`?"]),
    ("a value that is missing", f"#[frame_system(tag = ^)] {FUNCTION}", ["expected an expression"]),
    ("none", f"#[frame_system(tag = PHYSICS, budget = LIMIT, no_heap)]^ {FUNCTION}", []),
    ("none in a pool", "#[pooled(capacity = 4, grow = fixed)]^ struct Bullet(u32);", []),
]
# What scopes of ours hold; `alloc` and `step` are the user's.
OURS = {"SITE", "__FRAMEALLOC_SITE", "TAG", "tagged", "result"} | set(SYSTEM) - {"alloc"}


class Server:
    """rust-analyzer, with one file open."""

    def __init__(self, folder):
        self.uri = (folder / "src/lib.rs").as_uri()
        self.process = subprocess.Popen(["rust-analyzer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.messages, self.number, self.version = queue.Queue(), 0, 1
        threading.Thread(target=self.read, daemon=True).start()
        status = {"experimental": {"serverStatusNotification": True}}
        options = {"checkOnSave": False, "completion": {"autoimport": {"enable": False}, "postfix": {"enable": False}}}
        self.ask("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": status, "initializationOptions": options})
        self.tell("initialized", {})
        self.tell("textDocument/didOpen", {"textDocument": {"uri": self.uri, "languageId": "rust", "version": 1, "text": HEAD}})
        quiet = lambda message: message.get("method") == "experimental/serverStatus" and message["params"]["quiescent"]
        state = self.wait(quiet, 600)["params"]
        assert state["health"] == "ok", state

    def read(self):
        while line := self.process.stdout.readline():
            length = int(line.split(b":")[1]) if line.lower().startswith(b"content-length") else 0
            while self.process.stdout.readline().strip():
                pass
            self.messages.put(json.loads(self.process.stdout.read(length)))

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def wait(self, wanted, seconds):
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            message = self.messages.get(timeout=left)
            if wanted(message):
                return message
            if "id" in message and "method" in message:
                self.send({"id": message["id"], "result": None})
        raise TimeoutError

    def ask(self, method, params):
        while True:
            self.number += 1
            self.send({"id": self.number, "method": method, "params": params})
            answer = self.wait(lambda message: message.get("id") == self.number and "method" not in message, 120)
            # The text changed meanwhile.
            if answer.get("error", {}).get("code") != -32801:
                return answer.get("result")

    def at(self, source):
        """Shows the file with this source in it; returns the place of its cursor."""
        text = HEAD + source
        before = text[: text.index("^")]
        self.version += 1
        change = [{"text": text.replace("^", "", 1)}]
        self.tell("textDocument/didChange", {"textDocument": {"uri": self.uri, "version": self.version}, "contentChanges": change})
        place = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        return {"textDocument": {"uri": self.uri}, "position": place}


def completed(server, source, expected):
    items = server.ask("textDocument/completion", server.at(source)) or []
    labels = [item["label"].split("(")[0] for item in (items["items"] if isinstance(items, dict) else items)]
    if isinstance(expected, list):
        return None if sorted(labels) == expected else labels
    if isinstance(expected, set):
        return None if expected <= set(labels) and not OURS & set(labels) else labels
    return None if expected in labels else labels


def explained(server, source, expected):
    answer = str(server.ask("textDocument/hover", server.at(source)))
    return None if expected in answer else answer


def mistakes(server, source, expected):
    answer = server.ask("textDocument/diagnostic", {"textDocument": server.at(source)["textDocument"]})
    found = [mistake["message"] for mistake in answer["items"]]
    fits = len(found) == len(expected) and all(words in message for words, message in zip(expected, found))
    return None if fits else found


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    (folder / "src").mkdir(parents=True, exist_ok=True)
    dependency = json.dumps(str(REPOSITORY / "framealloc"))
    package = '[package]\nname = "probe"\nversion = "0.0.0"\nedition = "2024"\n'
    (folder / "Cargo.toml").write_text(f"{package}[dependencies]\nframealloc = {{ path = {dependency} }}\n[workspace]\n")
    (folder / "src/lib.rs").write_text(HEAD)
    shutil.copy(REPOSITORY / "Cargo.lock", folder)
    server = Server(folder)
    passed = failed = 0
    for judge, cases in [(completed, COMPLETED), (explained, EXPLAINED), (mistakes, MISTAKES)]:
        for name, source, expected in cases:
            wrong = judge(server, source, expected)
            print(f"test {judge.__name__}: {name} ... {'ok' if wrong is None else 'FAILED'}")
            if wrong is not None:
                print(f"  {source}\n  expected {expected}\n  found {wrong}")
            passed, failed = passed + (wrong is None), failed + (wrong is not None)
    server.process.kill()
    print(f"test result: {'FAILED' if failed else 'ok'}. {passed} passed; {failed} failed; 0 ignored; 0 measured; 0 filtered out")
    sys.exit(failed > 0)


main()
