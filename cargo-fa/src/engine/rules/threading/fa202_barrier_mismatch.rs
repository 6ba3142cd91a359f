//! Barriers that wait for too many or too few.

use crate::engine::flow::event::EventKind;
use crate::engine::rules::{Context, Occurrence, rewrites, rule};
use crate::model::finding::{Applicability, Edit, Finding, Fix};

rule! {
    code: FA202,
    name: "barrier-mismatch",
    summary: "the number of participants of a `FrameBarrier` is not its count",
    level: Warn,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::BarrierCount { declared, participants } = &occurrence.event.kind else { return None };
    let message = format!("the barrier waits for {declared} participants and {participants} signal it");
    let consequence =
        if declared > participants { "nobody ever gets past it" } else { "the frame counts as complete too early" };
    let finding = Finding::new(CODE, message, cx.here(occurrence)).caption(consequence);
    Some(
        finding
            .help(format!(
                "`FrameBarrier::new({participants})`, or let every participant call `signal_frame_complete()`"
            ))
            .maybe_fix(rewrites::number_in(cx, occurrence).map(|at| Fix {
                title: format!("wait for {participants} participants"),
                edits: vec![Edit { place: cx.at(occurrence, at), replacement: participants.to_string() }],
                // Or a participant forgets to signal.
                applicability: Applicability::MaybeIncorrect,
            })),
    )
}
