//! A pooled type in a box of the heap.

use crate::engine::flow::event::EventKind;
use crate::engine::rules::{Context, Occurrence, rewrites, rule};
use crate::model::finding::Finding;

rule! {
    code: FA551,
    name: "boxed-pooled-type",
    summary: "a `#[pooled]` type is put into a heap box",
    level: Hint,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::PooledInBox { what, ty } = &occurrence.event.kind else { return None };
    let name = cx.types.display(ty);
    let finding =
        Finding::new(CODE, format!("`{name}` has a pool of its own but is made with `{what}`"), cx.here(occurrence))
            .caption("allocates on the heap");
    let finding = finding.help(format!("use `{name} {{ … }}.pooled()` or `{name}::pool()`"));
    Some(finding.maybe_fix(rewrites::pooled(cx, occurrence)))
}
