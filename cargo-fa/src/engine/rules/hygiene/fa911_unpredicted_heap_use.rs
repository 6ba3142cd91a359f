//! Reported by `evidence/join.rs`.

use crate::engine::rules::rule;

rule! {
    code: FA911,
    name: "unpredicted-heap-use",
    summary: "a run saw a system use the heap, and no finding says that it would",
    level: Warn,
    since: "0.12.0",
    found_by: Driver,
}
