//! Boxes that live for a frame.

use crate::engine::flow::event::EventKind;
use crate::engine::flow::types::Ty;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA552,
    name: "churn-without-pool",
    summary: "a type is made and dropped every frame and has no pool",
    level: Hint,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::Churn { what, ty } = &occurrence.event.kind else { return None };
    if occurrence.event.cold.is_some() || !occurrence.runs_in_frame() || !matches!(ty, Ty::User(..)) {
        return None;
    }
    let name = cx.types.display(ty);
    let message = format!("a boxed `{name}` is made and dropped every frame, and has no pool");
    let finding = Finding::new(CODE, message, cx.here(occurrence))
        .caption(format!("made with `{what}`, dropped at the end of its block"));
    Some(cx.with_path(occurrence, finding).help(format!(
        "use `alloc.frame_box(…)` where it ends with the frame; where it comes and goes, `alloc.pool_box(…)` or `#[derive(Pooled)]` on `{name}`"
    )))
}
