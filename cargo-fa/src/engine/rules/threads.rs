//! FA202 to FA205: barriers, budgets and transfers.

use super::{Context, Happening};
use crate::engine::flow::event::EventKind;
use crate::model::codes;
use crate::model::finding::Finding;

pub(super) fn transfer_lost(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::TransferLost { how } = &of.event.kind else { return None };
    let finding =
        Finding::new(&codes::FA204, format!("a `TransferHandle` is {how} before anybody received it"), cx.here(of))
            .caption("the value is lost here");
    Some(finding.help("send it to the thread that calls `receive()`, or use `alloc.frame_box(…)` if it stays here"))
}

pub(super) fn barrier_count(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::BarrierCount { declared, participants } = &of.event.kind else { return None };
    let message = format!("the barrier waits for {declared} participants and {participants} signal it");
    let consequence =
        if declared > participants { "nobody ever gets past it" } else { "the frame counts as complete too early" };
    let finding = Finding::new(&codes::FA202, message, cx.here(of)).caption(consequence);
    Some(
        finding.help(format!(
            "`FrameBarrier::new({participants})`, or let every participant call `signal_frame_complete()`"
        )),
    )
}

pub(super) fn turn_without_barrier(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::TurnWithoutBarrier { barrier } = &of.event.kind else { return None };
    let message = "the frame is turned without waiting for the threads of its barrier";
    let finding = Finding::new(&codes::FA205, message, cx.here(of))
        .caption("threads may still work on this frame")
        .label(cx.at(of, *barrier), "their barrier");
    Some(finding.help("call `barrier.wait_all()` before the frame ends"))
}

pub(super) fn no_budget(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    if !cx.config.budgets.required || cx.config.budgets.thread.is_some() {
        return None;
    }
    let finding = Finding::new(&codes::FA203, "a thread allocates from frames without a budget", cx.here(of))
        .caption("allocated here");
    Some(finding.help("call `alloc.set_thread_frame_budget(…)` first, or set `thread` in `[budgets]` of `.fa.toml`"))
}
