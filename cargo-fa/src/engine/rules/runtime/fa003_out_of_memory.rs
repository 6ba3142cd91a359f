//! Reported by a running allocator.

use crate::engine::rules::rule;

rule! {
    code: FA003,
    name: "out-of-memory",
    summary: "the system had no memory left for a chunk, a slab or a heap value",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
