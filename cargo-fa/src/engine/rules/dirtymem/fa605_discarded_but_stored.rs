//! Values that are discarded and expected later.

use crate::engine::flow::event::EventKind;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA605,
    name: "discarded-but-stored",
    summary: "a value retained with the policy `Discard` is expected after its frame",
    level: Warn,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::Retention { discards: true, .. } = &occurrence.event.kind else { return None };
    let message = "a value retained with `Discard` is taken after the frame, when it is gone";
    let finding = Finding::new(CODE, message, cx.here(occurrence)).caption("discarded at the end of the frame");
    Some(finding.help("retain it with `PromoteToPool` or `PromoteToHeap`"))
}
