//! Reported by a running allocator.

use crate::engine::rules::rule;

rule! {
    code: FA001,
    name: "allocation-outside-frame",
    summary: "frame memory was asked for while no frame was open",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
