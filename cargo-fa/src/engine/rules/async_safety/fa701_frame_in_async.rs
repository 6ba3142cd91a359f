//! Frame memory that is held at a suspension.

use crate::engine::flow::event::{Event, EventKind};
use crate::engine::rules::suspensions::described;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA701,
    name: "frame-in-async",
    summary: "frame memory is allocated in an async function and held at a suspension",
    level: Deny,
    refusal: Partly,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    match occurrence.event.kind {
        EventKind::AsyncSystem => Some(of_system(cx, occurrence)),
        EventKind::HeldAtAwait { .. } => held(cx, occurrence),
        _ => None,
    }
}

fn of_system(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Finding {
    let finding = Finding::new(
        CODE,
        "`#[frame_system]` on an `async fn`: its frame would end at the first suspension",
        cx.here(occurrence),
    )
    .caption("an async function")
    .note("the macro refuses this as well");
    finding.help("make the frame's work a plain function that the async one calls, or use `#[alloc_tag]`")
}

fn held(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::HeldAtAwait { name, awaited, allocated } = &occurrence.event.kind else { return None };
    // What is used again afterwards is FA702, and once is enough.
    let used =
        |other: &Event| matches!(other.kind, EventKind::AcrossAwait { .. }) && other.span == occurrence.event.span;
    if occurrence.function.events.iter().any(used) {
        return None;
    }
    let message = format!("`{name}` is frame memory that is still held at a suspension");
    let finding = Finding::new(CODE, message, cx.here(occurrence)).caption("dropped only after the suspension");
    Some(
        described(cx, occurrence, finding, *awaited, *allocated)
            .help(format!("drop `{name}` before the `.await`, or put its use into a block of its own")),
    )
}
