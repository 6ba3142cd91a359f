//! Allocations of the general heap in the frame path.

use crate::engine::flow::event::{EventKind, HeapApi};
use crate::engine::rules::heap_advice::instead;
use crate::engine::rules::{Context, Occurrence, rewrites, rule};
use crate::model::finding::Finding;

rule! {
    code: FA401,
    name: "heap-on-frame-path",
    summary: "code that runs every frame allocates from the general heap",
    level: Warn,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::HeapAlloc { what, ty, api, fate } = &occurrence.event.kind else { return None };
    let no_heap = occurrence.is_no_heap();
    if occurrence.event.cold || !occurrence.runs_in_frame() || (*api != HeapApi::Std && !no_heap) {
        return None;
    }
    if cx.is_ambient(occurrence) {
        return None;
    }
    let made = cx.types.display(ty);
    let mut finding =
        Finding::new(CODE, format!("`{what}` allocates on the heap in the frame path"), cx.here(occurrence));
    finding = if made == "value" { finding } else { finding.caption(format!("makes a `{made}` every frame")) };
    finding.escalated = no_heap;
    if no_heap {
        finding = finding.note("the system declares `no_heap`");
    }
    let help = match api {
        HeapApi::Framealloc => "use `alloc.frame_box(…)` or `alloc.pool_box(…)`",
        HeapApi::Std | HeapApi::IfLarge => instead(occurrence, what, ty, *fate),
    };
    Some(cx.with_path(occurrence, finding).help(help).maybe_fix(rewrites::into_frame(cx, occurrence)))
}
