"""Compares what `cargo fa prove` says of systems with what a run counted: prove.py BUILD PROOFS RUN"""

import json
import sys

FRAMES = 8
build, proofs, run = sys.argv[1:]
calls, waits = {}, {}
for line in open(run):
    name, count, waited = line.rsplit(maxsplit=2)
    calls[name] = int(count)
    if waited != "-":
        waits[name] = int(waited)
verdicts = {system["name"]: system["verdict"] for system in json.load(open(proofs))[0]["systems"]}

failures = []
if len(verdicts) < 110:
    failures.append(f"only {len(verdicts)} systems were found")
for name in sorted(set(calls) - set(verdicts)):
    failures.append(f"{name} ran, but was not found in the program")
tally = {}
for name, verdict in sorted(verdicts.items()):
    count, kind = calls.get(name, 0), name.rsplit("::", 1)[1].split("_")[0]
    tally.setdefault((kind, verdict), []).append(name)
    if verdict == "proven" and count:
        failures.append(f"{name} is called proven, and took from the heap {count} times")
    if verdict == "proven" and waits.get(name) and kind == "blocks":
        failures.append(f"{name} is called proven, and waited in {waits[name]} frames")
    # A debug build has more ways than it takes.
    if kind == "keeps" and verdict == "violated" and build != "dev":
        failures.append(f"{name} keeps its word and is called violated")
    # What framealloc itself does in a steady frame.
    # Formatting is proven or open by where the code generator puts `Write::write_fmt` (docs/internals/prove.md).
    formats = name.endswith("::steady_format") and verdict == "open"
    if kind == "steady" and verdict != "proven" and not formats and build == "release":
        failures.append(f"{name} is a steady path of framealloc and is called {verdict}")
    if kind == "keeps" and count:
        failures.append(f"{name} is said to keep its word, and took from the heap {count} times")
    # The kernel may count a wait for a page now and then.
    if kind == "keeps" and waits.get(name, 0) == FRAMES:
        failures.append(f"{name} is said to wait for nobody, and waited in each frame")
    if kind == "blocks" and not waits.get(name):
        failures.append(f"{name} is said to wait, and never did")
    if kind == "breaks" and not count and build == "dev":
        failures.append(f"{name} is said to break its word, and did not")
for (kind, verdict), names in sorted(tally.items()):
    listed = "" if len(names) > 8 else ": " + ", ".join(name.rsplit("::", 1)[1] for name in names)
    print(f"prove: {build}: {kind:6} {len(names):3} {verdict}{listed}")
for failure in failures:
    print(f"prove: {build}: {failure}", file=sys.stderr)
sys.exit(bool(failures))
