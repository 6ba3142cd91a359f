//! Reported by a running allocator.

use crate::engine::rules::rule;

rule! {
    code: FA008,
    name: "tag-not-told-apart",
    summary: "tags were opened that share a row: nested too deep, or after too many names",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
