//! Frames that begin and do not end, end and did not begin, or never end.

use crate::engine::flow::event::{EventKind, Open};
use crate::engine::hir::ir::Span;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA603,
    name: "missing-frame-boundary",
    summary: "a frame is not ended on some path, ended without begin, or never ended",
    level: Warn,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    match occurrence.event.kind {
        EventKind::LeftOpen { begun, why } => Some(left_open(cx, occurrence, begun, why)),
        EventKind::EndedWithoutBegin => Some(ended_without_begin(cx, occurrence)),
        EventKind::FrameNeverEnds { allocated } => Some(frame_never_ends(cx, occurrence, allocated)),
        _ => None,
    }
}

fn left_open(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>, begun: Span, why: Open) -> Finding {
    let (message, caption) = match why {
        Open::Return => ("this `return` leaves the frame open", "the frame is still open here"),
        Open::Question => ("this `?` leaves the frame open when it hands an error on", "the frame is still open here"),
        Open::Continue => {
            ("this `continue` begins the next round with the frame still open", "the frame is still open here")
        }
        Open::End => ("this frame is begun and not ended on every path", "begun here"),
        Open::Begin => ("a frame is begun while the last one is still open", "begun again here"),
    };
    let mut finding = Finding::new(CODE, message, cx.here(occurrence)).caption(caption);
    if begun != occurrence.event.span {
        finding = finding.label(cx.at(occurrence, begun), "the frame is begun here");
    }
    finding.help(
        "bracket the frame with `alloc.whole_frame(|alloc| …)`, `alloc.frame_guard()` or `#[frame_system]` on `alloc: &mut SmartAlloc`: they end it on every path",
    )
}

fn ended_without_begin(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Finding {
    let finding =
        Finding::new(CODE, "a frame is ended that was not begun", cx.here(occurrence)).caption("no frame is open here");
    finding.help("call `begin_frame` first, or use `alloc.whole_frame(|alloc| …)`")
}

fn frame_never_ends(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>, allocated: Span) -> Finding {
    let message = "this loop allocates from frames and never begins or ends one, so that memory only grows";
    let finding = Finding::new(CODE, message, cx.here(occurrence))
        .caption("no frame ends in here")
        .label(cx.at(occurrence, allocated), "allocated here");
    finding.help("call `alloc.begin_frame()` and `alloc.end_frame()` in each round, or wrap it in `alloc.whole_frame(|alloc| …)`")
}
