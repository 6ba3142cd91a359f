//! Reported by the Bevy plugin, at run time.

use crate::engine::rules::rule;

rule! {
    code: FA103,
    name: "bevy-frame-without-flight",
    summary: "a frame ended without its flight: as many were held as may be",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
