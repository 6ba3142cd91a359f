#!/usr/bin/env bash
# The rooms of the sources, and which of them may import which (ci/rooms.txt): fails with file, line and rule where an import
# goes against the table, where a file is in no room, and where more than eight files import each other in a loop. What is
# re-exported counts as an import of the file that defines it. Imports of tests are not looked at. Needs python3.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v python3 >/dev/null; then
    echo "rooms: python3 is not installed here; skipped"
    # Where it is CI that looks, nothing is skipped for want of a package.
    exit $((${CI:+1} + 0))
fi
python3 ci/rooms.py ci/rooms.txt
