//! Reported by the behaviour filter, at run time.

use crate::engine::rules::rule;

rule! {
    code: FA530,
    name: "heap-in-hot-path",
    summary: "a tag allocates from the heap many times per frame",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
