//! Tasks and stored closures that capture frame data.

use crate::engine::flow::event::{EventKind, Runner};
use crate::engine::rules::escapes::{spawned, stored};
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA703,
    name: "captured-by-task",
    summary: "a spawned task or a stored closure captures frame data",
    level: Deny,
    refusal: Partly,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    match occurrence.event.kind {
        EventKind::Escape { captured: true, .. } => stored(cx, occurrence, CODE),
        EventKind::Spawned { runner: Runner::Task, .. } => spawned(cx, occurrence, CODE),
        _ => None,
    }
}
