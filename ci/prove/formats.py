"""Compares what `cargo fa prove` says of ci/prove/systems.c with its names: formats.py BUILD PROOFS"""

import json
import sys

build, proofs = sys.argv[1:]
systems = json.load(open(proofs))[0]["systems"]
failures = []
tally = {}
for system in systems:
    kind = system["name"].rsplit("::", 1)[1].split("_")[0]
    verdict = system["verdict"]
    tally[verdict] = tally.get(verdict, 0) + 1
    # A processor whose code is understood less may leave more open, but never says what is not so.
    wanted = {"keeps": ("proven", "open"), "breaks": ("violated", "open"), "blocks": ("violated",), "open": ("open",)}[kind]
    if verdict not in wanted:
        failures.append(f"{system['name']} is called {verdict}")
    if system["name"].endswith("_direct") and verdict != "violated":
        failures.append(f"{system['name']} is called {verdict}, and its call is a plain one")
    if system["name"].endswith(("_arithmetic", "_sleep", "_thread")) and verdict != "proven":
        failures.append(f"{system['name']} is called {verdict}, and has plain calls only")
# Windows has no variables of threads as the others have them.
if len(systems) not in (17, 18):
    failures.append(f"{len(systems)} systems were found, there are 17 or 18")
print(f"prove: {build}: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(tally.items())))
for failure in failures:
    print(f"prove: {build}: {failure}", file=sys.stderr)
sys.exit(bool(failures))
