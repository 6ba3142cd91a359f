//! Reported by `evidence/join.rs`.

use crate::engine::rules::rule;

rule! {
    code: FA912,
    name: "undeclared-tag-in-run",
    summary: "a run saw a tag that no source names",
    level: Hint,
    since: "0.12.0",
    found_by: Driver,
}
