//! Reported by the behaviour filter, at run time.

use crate::engine::rules::rule;

rule! {
    code: FA510,
    name: "pool-as-scratch",
    summary: "pool objects are freed in the frame that made them",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
