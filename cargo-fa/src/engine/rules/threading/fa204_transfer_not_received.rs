//! Transfers that nobody receives.

use crate::engine::flow::event::EventKind;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA204,
    name: "transfer-not-received",
    summary: "a `TransferHandle` is dropped or forgotten before it is received",
    level: Warn,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::TransferLost { how } = &occurrence.event.kind else { return None };
    let finding =
        Finding::new(CODE, format!("a `TransferHandle` is {how} before anybody received it"), cx.here(occurrence))
            .caption("the value is lost here");
    Some(finding.help("send it to the thread that calls `receive()`, or use `alloc.frame_box(…)` if it stays here"))
}
