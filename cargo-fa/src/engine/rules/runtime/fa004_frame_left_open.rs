//! Reported by a running allocator.

use crate::engine::rules::rule;

rule! {
    code: FA004,
    name: "frame-left-open",
    summary: "a frame or a scope was begun and never ended",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
