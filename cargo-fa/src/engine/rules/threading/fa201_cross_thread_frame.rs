//! Threads that capture frame data.

use crate::engine::flow::event::{EventKind, Runner};
use crate::engine::rules::escapes::spawned;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA201,
    name: "cross-thread-frame",
    summary: "frame data reaches a thread or task that may outlive the frame",
    level: Deny,
    refusal: Partly,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    matches!(occurrence.event.kind, EventKind::Spawned { runner: Runner::Thread, .. })
        .then(|| spawned(cx, occurrence, CODE))?
}
