//! Reported by the Bevy plugin, at run time.

use crate::engine::rules::rule;

rule! {
    code: FA105,
    name: "bevy-memory-before-frames",
    summary: "frame memory was taken by schedules that ran before the first frame began",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
