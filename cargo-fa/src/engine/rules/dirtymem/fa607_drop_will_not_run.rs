//! Destructors that never run.

use crate::engine::flow::event::EventKind;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA607,
    name: "drop-will-not-run",
    summary: "a value with drop glue is leaked or forgotten in a frame",
    level: Warn,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::DropSkipped { what, ty } = &occurrence.event.kind else { return None };
    let name = cx.types.display(ty);
    let finding = Finding::new(
        CODE,
        format!("`{what}` never drops the `{name}`, which has something to drop"),
        cx.here(occurrence),
    )
    .caption(format!("what the `{name}` owns is leaked at the end of the frame"));
    Some(finding.help("use `frame_box`, whose drop runs, or a type without a destructor"))
}
