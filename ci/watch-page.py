#!/usr/bin/env python3
"""The page of `cargo fa watch` in a real browser, and over curl, on a recording that grows. Run by ci/report.sh.

    watch-page.py CARGO_FA RECORDING FOLDER

Chromium is driven over its debugging pipe, so that the page is the one that is served, with its security policy. Fails on any
message of the page's console. Screenshots, light and dark, are left in FOLDER.
"""

import base64
import json
import os
import select
import subprocess
import sys
import time

PATIENCE = 60


class Browser:
    """Chromium, over a pipe of messages that end with a zero."""

    def __init__(self, folder):
        ours, theirs = os.pipe(), os.pipe()
        # It reads from descriptor 3 and writes to 4.
        command = (
            f"exec 3<&{ours[0]} 4>&{theirs[1]}; exec chromium --headless --no-sandbox --disable-gpu --disable-quic "
            "--no-first-run --disable-background-networking --disable-component-update --disable-sync "
            f"--remote-debugging-pipe --user-data-dir='{folder}/profile.watch' about:blank"
        )
        log = open(f"{folder}/watch.log", "w")
        self.process = subprocess.Popen(
            ["bash", "-c", command], pass_fds=(ours[0], theirs[1]), stdout=log, stderr=log
        )
        os.close(ours[0])
        os.close(theirs[1])
        self.out, self.back = ours[1], theirs[0]
        self.buffer, self.number, self.session, self.console = b"", 0, None, []

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + PATIENCE
        while True:
            answer = self.read(until - time.monotonic())
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]
            if answer.get("method") in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"):
                self.console.append(json.dumps(answer["params"]))

    def read(self, patience):
        while b"\0" not in self.buffer:
            if not select.select([self.back], [], [], max(patience, 0))[0]:
                raise SystemExit("the browser does not answer")
            piece = os.read(self.back, 1 << 16)
            if not piece:
                raise SystemExit("the browser has ended")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def open(self, url):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Runtime", "Log", "Page"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=1200, height=1000, deviceScaleFactor=1, mobile=False)
        self.call("Page.navigate", url=url)

    def value(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in result:
            raise SystemExit(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def until(self, what, script):
        begun = time.monotonic()
        while not self.value(script):
            if time.monotonic() - begun > PATIENCE:
                raise SystemExit(f"{what}: {script}: {self.value('document.body.innerText')}")
            time.sleep(0.05)

    def picture(self, theme, file):
        features = [{"name": "prefers-color-scheme", "value": theme}]
        self.call("Emulation.setEmulatedMedia", features=features)
        with open(file, "wb") as out:
            out.write(base64.b64decode(self.call("Page.captureScreenshot")["data"]))


def curl(*arguments):
    return subprocess.run(["curl", "--silent", *arguments], stdout=subprocess.PIPE, text=True)


def main():
    cargo_fa, recording, folder = sys.argv[1:]
    whole = open(recording, "rb").read()
    growing = f"{folder}/growing.fa"
    with open(growing, "wb") as file:
        # The half of it, and half of a frame.
        file.write(whole[: len(whole) // 2])
    watch = subprocess.Popen([cargo_fa, "fa", "watch", "--page=0", growing], stderr=subprocess.PIPE, text=True)
    browser = None
    try:
        url = watch.stderr.readline().split()[-1]
        assert url.startswith("http://127.0.0.1:"), url

        begun = time.monotonic()
        while True:
            view = json.loads(curl("--fail", f"{url}view.json").stdout)
            if view["frame"] and view["state"] == "quiet":
                break
            assert time.monotonic() - begun < PATIENCE, view
            time.sleep(0.05)
        assert 0 < view["frames"] < 3000 and len(view["tags"]) == 16, view
        assert curl("--fail", url).stdout.startswith("<!doctype html>")
        assert curl("--fail", "--header", "Host: evil.example", f"{url}view.json").returncode == 22
        events = curl("--no-buffer", "--max-time", "1", f"{url}events").stdout
        first = next(line for line in events.splitlines() if line.startswith("data: "))
        assert json.loads(first[6:])["frame"] == view["frame"]
        print("watch: page, figures and events over curl: passed")

        browser = Browser(folder)
        browser.open(url)
        rows = "[...document.querySelectorAll('#%s tbody tr')].map((row) => row.cells[0].textContent)"
        browser.until("the first frames", f"document.documentElement?.dataset.frame === '{view['frame']}'")
        assert len(browser.value(rows % "tags")) == 16
        with open(growing, "ab") as file:
            file.write(whole[len(whole) // 2 :])
        browser.until("all frames", "document.documentElement.dataset.frame === '3000'")
        assert browser.value("document.getElementById('area').getAttribute('d').length > 100")
        assert browser.value("document.querySelector('#budgets tbody tr.full') !== null"), "a budget that was met"
        # Sorted by bytes at first, then by name, both ways.
        assert browser.value(rows % "tags")[0] == "render::visibility"
        browser.value("document.querySelector('#tags thead button').click()")
        names = browser.value(rows % "tags")
        assert names[0] == "(framealloc)" or names[0] == "(untagged)" or names[0] == "ai", names
        browser.value("document.querySelector('#tags thead button').click()")
        assert browser.value(rows % "tags") == names[::-1]
        browser.value(
            "{ const field = document.getElementById('filter'); field.value = 'PATHFINDING';"
            " field.dispatchEvent(new Event('input')); }"
        )
        assert browser.value(rows % "tags") == ["ai::pathfinding"]
        assert browser.value(rows % "systems") == ["game::ai::pathfinding::search"]
        browser.value(
            "{ const field = document.getElementById('filter'); field.value = '';"
            " field.dispatchEvent(new Event('input')); }"
        )
        browser.value("document.getElementById('pause').click()")
        assert browser.value("document.getElementById('state').textContent") == "paused"
        browser.value("document.getElementById('pause').click()")
        for theme in ("light", "dark"):
            browser.picture(theme, f"{folder}/watch-{theme}.png")
        assert not browser.console, browser.console
        # Whoever ends the program is told; that the connection broke is in the console then.
        watch.terminate()
        watch.wait(PATIENCE)
        browser.until("the end", "document.getElementById('state').textContent.includes('has ended')")
        print("watch: page in the browser: passed")
    finally:
        watch.kill()
        if browser:
            browser.process.kill()


main()
