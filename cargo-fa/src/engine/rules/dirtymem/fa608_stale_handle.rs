//! Handles that are resolved in a later frame.

use crate::engine::flow::event::EventKind;
use crate::engine::flow::value::Age;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA608,
    name: "stale-handle",
    summary: "a `FrameHandle` is resolved in a later frame as if its value must be there",
    level: Warn,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::StaleHandle { age, since } = &occurrence.event.kind else { return None };
    if *age == Age::Later {
        let message = "a `FrameHandle` of the open frame is looked up in the flight of an earlier one";
        let finding = Finding::new(CODE, message, cx.here(occurrence))
            .caption("panics: a flight has what was shared in its own frame")
            .label(cx.at(occurrence, *since), "shared here, after that frame had ended");
        return Some(finding.help("take the flight that `end_frame_in_flight` returns for this frame"));
    }
    let stale = *age == Age::Stale;
    let message = if stale {
        "a `FrameHandle` of an ended frame is resolved as if its value must still be there"
    } else {
        "a `FrameHandle` that is kept from frame to frame is resolved as if its value must still be there"
    };
    let finding = Finding::new(CODE, message, cx.here(occurrence))
        .caption("panics in every frame but the one that made it")
        .label(cx.at(occurrence, *since), if stale { "its frame ends here" } else { "kept here" });
    Some(
        finding
            .help("handle `None` (`if let Some(value) = handle.get(&alloc)`), or share the value again in each frame"),
    )
}
