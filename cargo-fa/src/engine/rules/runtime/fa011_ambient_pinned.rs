//! Reported by a running allocator.

use crate::engine::rules::rule;

rule! {
    code: FA011,
    name: "ambient-pinned",
    summary: "what escapes from the zones of a tag pins far more memory than lives there",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
