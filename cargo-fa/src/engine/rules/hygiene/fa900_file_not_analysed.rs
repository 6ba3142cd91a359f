//! Reported by `cli/run.rs`.

use crate::engine::rules::rule;

rule! {
    code: FA900,
    name: "file-not-analysed",
    summary: "a file could not be read or parsed and was left out",
    level: Warn,
    since: "0.12.0",
    found_by: Driver,
}
