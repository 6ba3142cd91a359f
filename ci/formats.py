"""Reads every report of one run with foreign parsers and compares what they say. Called by ci/formats.sh."""

import json
import pathlib
import sys

import jsonschema
import junitparser
from lxml import etree

out = pathlib.Path(sys.argv[1])
sarif_schema = json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8-sig"))
root = pathlib.Path(__file__).resolve().parent.parent


def load(name):
    return json.loads((out / name).read_text(encoding="utf-8"))


report = load("report.json")
jsonschema.validate(report, json.loads((root / "cargo-fa/schema/report.schema.json").read_text(encoding="utf-8")))
jsonschema.validate(load("report.sarif"), sarif_schema)

# What CI shows beside a change names files from the root of the repository, where there is one.
prefix = sys.argv[3] if (root / ".git").exists() else ""
expected = sorted((f["code"], f["place"]["file"], f["place"]["start"]["line"]) for f in report["findings"])
from_root = sorted((code, prefix + file, line) for code, file, line in expected)

results = [r for r in load("report.sarif")["runs"][0]["results"] if "suppressions" not in r]
place = lambda r: r["locations"][0]["physicalLocation"]
sarif = sorted((r["ruleId"], place(r)["artifactLocation"]["uri"], place(r)["region"]["startLine"]) for r in results)
assert sarif == from_root, sarif

junit = []
for suite in junitparser.JUnitXml.fromfile(str(out / "report.xml")):
    for case in suite:
        if case.name != "no findings":
            code, where = case.name.split(" ", 1)
            file, line, _ = where.rsplit(":", 2)
            junit.append((code, file, int(line)))
assert sorted(junit) == expected, junit

checkstyle = []
for file in etree.parse(str(out / "checkstyle.xml")).getroot():
    for error in file:
        checkstyle.append((error.get("source").removeprefix("cargo-fa."), file.get("name"), int(error.get("line"))))
assert sorted(checkstyle) == expected, checkstyle

gitlab = [(i["check_name"], i["location"]["path"], i["location"]["lines"]["begin"]) for i in load("gitlab.json")]
assert sorted(gitlab) == from_root, gitlab

compact = []
for line in (out / "compact.txt").read_text(encoding="utf-8").splitlines():
    where, rest = line.split(": ", 1)
    file, number, _ = where.rsplit(":", 2)
    compact.append((rest.split(" ")[1], file, int(number)))
assert sorted(compact) == expected, compact

print(f"{out.name}: {len(expected)} findings, the same in json, sarif, junit, checkstyle, gitlab and compact")
