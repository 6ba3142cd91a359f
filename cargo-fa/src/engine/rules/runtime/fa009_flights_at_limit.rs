//! Reported by a running allocator.

use crate::engine::rules::rule;

rule! {
    code: FA009,
    name: "flights-at-limit",
    summary: "a frame was to end in flight while as many were as may be",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
