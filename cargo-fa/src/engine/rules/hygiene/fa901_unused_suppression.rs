//! Reported by `model/suppress`.

use crate::engine::rules::rule;

rule! {
    code: FA901,
    name: "unused-suppression",
    summary: "a suppression suppresses nothing",
    level: Warn,
    since: "0.12.0",
    found_by: Driver,
}
