//! Reported by `model/config`.

use crate::engine::rules::rule;

rule! {
    code: FA905,
    name: "unknown-config-key",
    summary: "the configuration has a key that means nothing",
    level: Warn,
    since: "0.12.0",
    found_by: Driver,
}
