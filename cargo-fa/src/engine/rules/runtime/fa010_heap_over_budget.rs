//! Reported by a running allocator.

use crate::engine::rules::rule;

rule! {
    code: FA010,
    name: "heap-over-budget",
    summary: "a tag had more of the heap than its `heap_budget`",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
