//! Reported by a running allocator.

use crate::engine::rules::rule;

rule! {
    code: FA007,
    name: "heap-in-no-heap",
    summary: "the general heap was used inside a system that declares `no_heap`",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
