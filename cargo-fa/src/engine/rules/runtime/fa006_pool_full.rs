//! Reported by a running allocator.

use crate::engine::rules::rule;

rule! {
    code: FA006,
    name: "pool-full",
    summary: "a pool of fixed capacity had no slot left",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
