//! Heap containers that grow in the frame path.

use crate::engine::flow::event::EventKind;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA402,
    name: "growth-on-frame-path",
    summary: "a heap container may grow in code that runs every frame",
    level: Warn,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::HeapGrowth { what } = &occurrence.event.kind else { return None };
    if occurrence.event.cold || !occurrence.runs_in_frame() {
        return None;
    }
    let mut finding =
        Finding::new(CODE, format!("`{what}` may grow a heap container in the frame path"), cx.here(occurrence))
            .caption("allocates and copies when the capacity is used up");
    finding.escalated = occurrence.is_no_heap();
    Some(cx.with_path(occurrence, finding).help(
        "use `alloc.frame_vec()` and its kin for what ends with the frame, or reserve the capacity before the frame (`with_capacity`)",
    ))
}
