//! Reported by `model/suppress`.

use crate::engine::rules::rule;

rule! {
    code: FA902,
    name: "unknown-code",
    summary: "a suppression names a code that does not exist, or cannot be read",
    level: Warn,
    since: "0.12.0",
    found_by: Driver,
}
