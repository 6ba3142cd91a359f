//! FA603: where frames begin and end.

use super::{Context, Happening};
use crate::engine::flow::event::{EventKind, Open};
use crate::model::codes;
use crate::model::finding::Finding;

pub(super) fn left_open(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::LeftOpen { begun, why } = &of.event.kind else { return None };
    let (message, caption) = match why {
        Open::Return => ("this `return` leaves the frame open", "the frame is still open here"),
        Open::Question => ("this `?` leaves the frame open when it hands an error on", "the frame is still open here"),
        Open::Continue => {
            ("this `continue` begins the next round with the frame still open", "the frame is still open here")
        }
        Open::End => ("this frame is begun and not ended on every path", "begun here"),
        Open::Begin => ("a frame is begun while the last one is still open", "begun again here"),
    };
    let mut finding = Finding::new(&codes::FA603, message, cx.here(of)).caption(caption);
    if *begun != of.event.span {
        finding = finding.label(cx.at(of, *begun), "the frame is begun here");
    }
    Some(finding.help(
        "bracket the frame with `alloc.whole_frame(|alloc| …)`, `alloc.frame_guard()` or `#[frame_system]` on `alloc: &mut SmartAlloc`: they end it on every path",
    ))
}

pub(super) fn ended_without_begin(cx: &Context<'_, '_>, of: &Happening<'_>) -> Finding {
    let finding = Finding::new(&codes::FA603, "a frame is ended that was not begun", cx.here(of))
        .caption("no frame is open here");
    finding.help("call `begin_frame` first, or use `alloc.whole_frame(|alloc| …)`")
}

pub(super) fn never_turns(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::NeverTurns { allocated } = &of.event.kind else { return None };
    let message = "this loop allocates from frames and never begins or ends one, so that memory only grows";
    let finding = Finding::new(&codes::FA603, message, cx.here(of))
        .caption("no frame ends in here")
        .label(cx.at(of, *allocated), "allocated here");
    Some(finding.help("call `alloc.begin_frame()` and `alloc.end_frame()` in each round, or wrap it in `alloc.whole_frame(|alloc| …)`"))
}
