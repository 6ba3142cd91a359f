//! Reported by `evidence/join.rs`.

use crate::engine::rules::rule;

rule! {
    code: FA913,
    name: "budget-never-reached",
    summary: "a budget is more than twice what any run took",
    level: Hint,
    since: "0.12.0",
    found_by: Driver,
}
