//! Reported by the Bevy plugin, at run time.

use crate::engine::rules::rule;

rule! {
    code: FA102,
    name: "bevy-frame-did-not-end",
    summary: "an app updated and the frame of its allocator did not end",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
