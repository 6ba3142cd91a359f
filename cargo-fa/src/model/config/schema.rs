//! The JSON Schema of `.fa.toml`, for editors that complete and check TOML.

use serde_json::{Value, json};

use super::read::settable_groups;
use crate::model::codes::{ALL, Stage};

/// Segments of lower case letters, digits and `_`.
const TAG_NAME: &str = "^[a-z0-9_]+(::[a-z0-9_]+)*$";

/// The schema, built from the registry so that it lists every code, name and group.
#[must_use]
pub fn schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": ".fa.toml",
        "description": "What cargo fa should know about a project: its tags, budgets, bounds and levels.",
        "type": "object",
        "additionalProperties": false,
        "definitions": { "level": { "enum": ["allow", "hint", "warn", "deny"] }, "tag": tag() },
        "properties": {
            "analysis": analysis(),
            "lints": {
                "description": "Levels of codes, names, prefixes such as FA6, and groups; the narrowest one decides.",
                "type": "object",
                "properties": lints(),
                "patternProperties": { "^[Ff][Aa][0-9]{1,2}([xX]{2})?$": { "$ref": "#/definitions/level" } },
                "additionalProperties": false
            },
            "tags": {
                "description": "The tags of the project; the macros' feature check-tags reads them too.",
                "type": "object",
                "propertyNames": { "pattern": TAG_NAME },
                "additionalProperties": { "$ref": "#/definitions/tag" }
            },
            "budgets": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "required": {
                        "description": "Every thread that allocates needs a budget (FA203).",
                        "type": "boolean", "default": false
                    },
                    "thread": size("Bytes per thread and frame where the program sets nothing else.")
                }
            },
            "thresholds": {
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "hot_loop_bound": {
                        "description": "Loops known to run at most this often are not hot.",
                        "type": "integer", "minimum": 0, "default": 16
                    }
                }
            },
            "effects": {
                "description": "What functions of other crates do: by path, with all below; * is one part, ** any number.",
                "type": "object",
                "propertyNames": { "pattern": "^(\\*\\*?|[^:*]+)(::(\\*\\*?|[^:*]+))*$" },
                "additionalProperties": {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": false,
                    "properties": {
                        "heap": { "description": "Whether they use the heap.", "type": "boolean" },
                        "block": { "description": "Whether they may wait.", "type": "boolean" }
                    }
                }
            },
            "assume": {
                "description": "Upper bounds for names that occur in symbolic sizes.",
                "type": "object",
                "additionalProperties": { "type": "integer", "minimum": 0 }
            }
        }
    })
}

/// One tag; tags below it are its properties.
fn tag() -> Value {
    json!({
        "type": "object",
        "propertyNames": { "pattern": TAG_NAME },
        "properties": {
            "modules": patterns(
                "Module paths that may use the tag, with their submodules; crate is any crate, * one part, ** any number.",
                "^(\\*\\*?|[^:*]+)(::(\\*\\*?|[^:*]+))*$"
            ),
            "may_use": strings("Tags that code under this tag may call into; absent means any."),
            "budget": size_from_one("Bytes per frame, at least one."),
            "heap_budget": size_from_one("Bytes of the heap at once, over the whole program, at least one (FA010).")
        },
        "additionalProperties": { "$ref": "#/definitions/tag" }
    })
}

/// `[analysis]`.
fn analysis() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "exclude": strings("Path globs, relative to this file; nothing in them is reported."),
            "min_severity": {
                "description": "Findings below this level are not reported.",
                "enum": ["hint", "warn", "deny"], "default": "hint"
            },
            "deny_warnings": { "description": "Every warning fails the run.", "type": "boolean", "default": false },
            "roots": patterns(
                "Paths of functions that run every frame, besides those that attributes and begin/end pairs mark.",
                "^[^:*]+(::[^:*]+)*$"
            ),
            "bevy_schedules": {
                "description": "Bevy schedules whose systems run every frame.",
                "type": "array", "items": { "type": "string" },
                "default": super::BEVY_SCHEDULES
            }
        }
    })
}

/// `[lints]`: every code by number and by name, every group, and `all`.
fn lints() -> Value {
    let mut lints = serde_json::Map::new();
    for code in ALL.iter().filter(|code| code.stage == Stage::Analyser) {
        for word in [code.number, code.name] {
            lints.insert(word.to_owned(), json!({ "description": code.summary, "$ref": "#/definitions/level" }));
        }
    }
    for group in settable_groups() {
        let about = format!("every code of {}: {}", group.range(), group.title());
        lints.insert(group.name().to_owned(), json!({ "description": about, "$ref": "#/definitions/level" }));
    }
    lints.insert("all".to_owned(), json!({ "description": "every code", "$ref": "#/definitions/level" }));
    Value::Object(lints)
}

fn strings(about: &str) -> Value {
    json!({ "description": about, "type": "array", "items": { "type": "string" } })
}

fn patterns(about: &str, pattern: &str) -> Value {
    json!({ "description": about, "type": "array", "items": { "type": "string", "pattern": pattern } })
}

fn size(about: &str) -> Value {
    json!({
        "description": about,
        "oneOf": [
            { "type": "integer", "minimum": 0 },
            { "type": "string", "pattern": "^[0-9][0-9_]*(B|KiB|MiB|GiB)?$" }
        ]
    })
}

fn size_from_one(about: &str) -> Value {
    json!({
        "description": about,
        "oneOf": [
            { "type": "integer", "minimum": 1 },
            { "type": "string", "pattern": "^[0-9_]*[1-9][0-9_]*(B|KiB|MiB|GiB)?$" }
        ]
    })
}
