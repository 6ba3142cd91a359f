//! Reported by `cli/baseline.rs`.

use crate::engine::rules::rule;

rule! {
    code: FA904,
    name: "stale-baseline",
    summary: "the baseline lists a finding that is no longer there",
    level: Warn,
    since: "0.12.0",
    found_by: Driver,
}
