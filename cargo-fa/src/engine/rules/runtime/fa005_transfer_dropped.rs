//! Reported by a running allocator.

use crate::engine::rules::rule;

rule! {
    code: FA005,
    name: "transfer-dropped",
    summary: "a transfer was dropped before anybody received it",
    level: Event,
    since: "0.12.0",
    found_by: RunTime,
}
