//! What a program says, as SARIF 2.1.0, for code scanning: a result for each way, at the system that declares what the way
//! breaks, with the calls of the way as a code flow.

use std::path::Path;

use serde_json::{Value, json};

use super::places::Place;
use super::verdict::{CallPath, Proofs, SystemProof};
use crate::model::uri::{directory, uri};

/// What a result says, with what it is called, how grave it is, and a sentence of it.
const RULES: [(&str, &str, &str, &str); 3] = [
    (
        "prove-heap",
        "ProveHeap",
        "error",
        "The linked program has a way from a system that declares no_heap or no_block to a function that takes from the heap. \
         The run may never take it.",
    ),
    (
        "prove-wait",
        "ProveWait",
        "error",
        "The linked program has a way from a system that declares no_block to a function that may wait. The run may never \
         take it.",
    ),
    (
        "prove-open",
        "ProveOpen",
        "note",
        "A system that declares an effect comes to a call that nobody can follow in the linked program, so that nothing is \
         proven.",
    ),
];

/// Where files are: those of the workspace are named from its root by the compiler, and shown from the base.
#[derive(Clone, Copy, Debug)]
pub struct Paths<'a> {
    /// The root of the workspace.
    pub root: &'a Path,
    /// The directory that shown paths start from.
    pub base: &'a Path,
}

/// For code scanning. Calls that nobody can follow are errors only where every system must be proven.
#[must_use]
pub fn sarif(proofs: &[Proofs], paths: Paths<'_>, open_is_error: bool) -> String {
    let results: Vec<Value> = proofs
        .iter()
        .flat_map(|proofs| proofs.systems.iter().map(move |system| (proofs, system)))
        .flat_map(|(proofs, system)| of_system(proofs, system, paths, open_is_error))
        .collect();
    let rules = RULES.map(|(id, name, level, text)| {
        json!({
            "id": id,
            "name": name,
            "shortDescription": { "text": text },
            "fullDescription": { "text": text },
            "help": { "text": text, "markdown": text },
            "defaultConfiguration": { "level": level },
            "properties": { "tags": ["framealloc"], "problem.severity": if level == "error" { "error" } else { "recommendation" } },
        })
    });
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cargo-fa prove",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "automationDetails": { "id": "cargo-fa-prove/" },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                "SRCROOT": {
                    "uri": directory(paths.base),
                    "description": { "text": "The directory that paths start from." },
                },
            },
            "invocations": [{ "executionSuccessful": true }],
            "results": results,
        }],
    });
    format!("{document:#}\n")
}

fn of_system(proofs: &Proofs, system: &SystemProof, paths: Paths<'_>, open_is_error: bool) -> Vec<Value> {
    let program = proofs.program.file_name().unwrap_or(proofs.program.as_os_str()).to_string_lossy();
    let declared = format!("`{}` declares {}, and in `{program}`", system.name, system.effects);
    let mut results = Vec::new();
    for instance in &system.instances {
        if let Some(path) = &instance.violation {
            let text = format!("{declared} a way leads to `{}`, which takes from the heap.", path.end);
            results.push(result(0, "error", system, &text, Some(path), paths));
        }
        if let Some(path) = &instance.wait {
            let text = format!("{declared} a way leads to `{}`, which may wait.", path.end);
            results.push(result(1, "error", system, &text, Some(path), paths));
        }
        if instance.violation.is_none() && instance.wait.is_none() {
            let level = if open_is_error { "error" } else { "note" };
            results.extend(instance.open.iter().map(|path| {
                let text = format!("{declared} it comes to what nobody can follow: {}.", path.end);
                result(2, level, system, &text, Some(path), paths)
            }));
        }
    }
    if system.instances.is_empty() {
        let level = if open_is_error { "error" } else { "note" };
        results.push(result(2, level, system, &format!("{declared} its body was not found."), None, paths));
    }
    results
}

fn result(
    rule: usize,
    level: &str,
    system: &SystemProof,
    text: &str,
    path: Option<&CallPath>,
    paths: Paths<'_>,
) -> Value {
    let id = RULES[rule].0;
    let mut location = location(&system.declared, paths);
    location["logicalLocations"] = json!([{ "fullyQualifiedName": system.name, "kind": "function" }]);
    // Names alone: they are the same whatever was edited above them.
    let last = path.and_then(|path| path.steps.last()).map_or("", |step| step.function.as_str());
    let end = path.map_or("", |path| path.end.as_str());
    let mut result = json!({
        "ruleId": id,
        "ruleIndex": rule,
        "level": level,
        "kind": "fail",
        "message": { "text": text },
        "locations": [location],
        "partialFingerprints": { "faProof/v1": format!("{id} {} {last} {end}", system.name) },
    });
    if let Some(path) = path {
        let mut steps: Vec<Value> =
            path.steps.iter().map(|step| of_step(&step.function, &step.places, paths)).collect();
        steps.push(json!({ "location": { "message": { "text": path.end } } }));
        result["codeFlows"] = json!([{ "threadFlows": [{ "locations": steps }] }]);
    }
    result
}

fn of_step(function: &str, places: &[Place], paths: Paths<'_>) -> Value {
    let name = if function.is_empty() { "(without a name)" } else { function };
    let mut location = places.first().map_or_else(|| json!({}), |place| location(place, paths));
    location["message"] = json!({ "text": name });
    location["logicalLocations"] = json!([{ "fullyQualifiedName": name, "kind": "function" }]);
    json!({ "location": location })
}

fn location(place: &Place, paths: Paths<'_>) -> Value {
    let file = Path::new(&place.file);
    let file = if file.is_absolute() { file.to_owned() } else { paths.root.join(file) };
    let artifact = if let Ok(inside) = file.strip_prefix(paths.base) {
        json!({ "uri": uri(&slashed(inside)), "uriBaseId": "SRCROOT" })
    } else {
        // Of the standard library or another package: where the compiler found it.
        let file = slashed(&file);
        let slash = if file.starts_with('/') { "" } else { "/" };
        json!({ "uri": format!("file://{slash}{}", uri(&file).replace("%3A", ":")) })
    };
    json!({ "physicalLocation": { "artifactLocation": artifact, "region": { "startLine": place.line } } })
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}
