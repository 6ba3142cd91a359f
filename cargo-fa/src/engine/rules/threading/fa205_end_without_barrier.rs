//! Frames that end while threads work on them.

use crate::engine::flow::event::EventKind;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA205,
    name: "end-without-barrier",
    summary: "a frame is ended while threads of its barrier have not signalled",
    level: Warn,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::FrameEndsWithoutBarrier { barrier } = &occurrence.event.kind else { return None };
    let message = "the frame is ended without waiting for the threads of its barrier";
    let finding = Finding::new(CODE, message, cx.here(occurrence))
        .caption("threads may still work on this frame")
        .label(cx.at(occurrence, *barrier), "their barrier");
    Some(finding.help("call `barrier.wait_all()` before the frame ends"))
}
