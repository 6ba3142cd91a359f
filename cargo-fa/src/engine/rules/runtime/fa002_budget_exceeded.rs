//! Reported by a running allocator.

use crate::engine::rules::rule;

rule! {
    code: FA002,
    name: "budget-exceeded",
    summary: "a frame, tag, thread or system asked for more than its budget",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
