//! Reported by the Bevy plugin, at run time.

use crate::engine::rules::rule;

rule! {
    code: FA101,
    name: "bevy-plugin-missing",
    summary: "a Bevy system asked for the allocator and no `SmartAllocPlugin` was added",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
