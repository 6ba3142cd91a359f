//! Reported by the Bevy plugin, at run time.

use crate::engine::rules::rule;

rule! {
    code: FA104,
    name: "bevy-frame-held",
    summary: "the frame could not end: a handle of its allocator was alive",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
