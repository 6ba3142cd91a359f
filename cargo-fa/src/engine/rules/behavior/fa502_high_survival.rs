//! Reported by the behaviour filter, at run time.

use crate::engine::rules::rule;

rule! {
    code: FA502,
    name: "high-survival",
    summary: "most of what a tag allocates from frames survives them",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
