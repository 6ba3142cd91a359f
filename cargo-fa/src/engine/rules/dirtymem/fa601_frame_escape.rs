//! Frame data that outlives its frame.

use crate::engine::flow::event::{Event, EventKind};
use crate::engine::rules::escapes::{refused, stored};
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA601,
    name: "frame-escape",
    summary: "frame data is stored, returned, leaked, sent or kept as a raw pointer past its frame",
    level: Deny,
    refusal: Partly,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    match occurrence.event.kind {
        EventKind::Escape { captured: false, .. } => stored(cx, occurrence, CODE),
        EventKind::UseAfterEnd { .. } => use_after_end(cx, occurrence),
        EventKind::DroppedAfterEnd { .. } => dropped_after_end(cx, occurrence),
        _ => None,
    }
}

fn dropped_after_end(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::DroppedAfterEnd { name, ended, allocated } = &occurrence.event.kind else { return None };
    let used =
        |event: &Event| matches!(&event.kind, EventKind::UseAfterEnd { allocated: other, .. } if other == allocated);
    if occurrence.function.events.iter().any(used) {
        return None;
    }
    let mut finding = Finding::new(CODE, format!("`{name}` is dropped after its frame ended"), cx.here(occurrence))
        .caption("dropped at the end of its block")
        .label(cx.at(occurrence, *ended), "the frame or scope ends here");
    if allocated.hi > 0 && *allocated != occurrence.event.span {
        finding = finding.label(cx.at(occurrence, *allocated), "allocated here");
    }
    Some(
        refused(finding, occurrence)
            .help(format!("drop `{name}` before the frame ends, or put its use into a block of its own")),
    )
}

fn use_after_end(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::UseAfterEnd { name, ended, raw, allocated } = &occurrence.event.kind else { return None };
    let mut finding = Finding::new(CODE, format!("`{name}` is used after its frame ended"), cx.here(occurrence))
        .caption("used here")
        .label(cx.at(occurrence, *ended), "the frame or scope ends here");
    if allocated.hi > 0 {
        finding = finding.label(cx.at(occurrence, *allocated), "allocated here");
    }
    finding = match raw {
        true => finding.note("the memory is handed out again in the next frame"),
        false => refused(finding, occurrence),
    };
    Some(finding.help("use it before the frame ends, or keep a copy or a `PoolBox`"))
}
