//! Allocations of the general heap in the frame path.

use framealloc_syntax::Effect;

use crate::engine::flow::event::{EventKind, HeapApi};
use crate::engine::rules::heap_advice::instead;
use crate::engine::rules::unseen::path_of;
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
    let EventKind::HeapAlloc { what, ty, api, fate } = &occurrence.event.kind else {
        return declared_elsewhere(cx, occurrence);
    };
    let no_heap = occurrence.is_no_heap();
    if cx.is_cold(occurrence) || !occurrence.runs_in_frame() || (*api != HeapApi::Std && !no_heap) {
        return None;
    }
    if cx.is_ambient(occurrence) {
        return None;
    }
    let made = cx.types.display(ty);
    let mut finding =
        Finding::new(CODE, format!("`{what}` allocates on the heap in the frame path"), cx.here(occurrence));
    finding = if made == "value" { finding } else { finding.caption(format!("makes a `{made}` every frame")) };
    finding = cx.under_promise(occurrence, Effect::Heap, finding);
    let help = match api {
        HeapApi::Framealloc => "use `alloc.frame_box(…)` or `alloc.pool_box(…)`",
        HeapApi::Std | HeapApi::IfLarge => instead(occurrence, what, ty, *fate),
    };
    Some(cx.with_path(occurrence, finding).help(help).maybe_fix(rewrites::into_frame(cx, occurrence)))
}

/// A call into another crate of which `.fa.toml` says that it uses the heap.
fn declared_elsewhere(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::Unseen(unseen, _) = &occurrence.event.kind else { return None };
    let path = path_of(unseen).filter(|path| cx.config.declares(Effect::Heap, path) == Some(true))?;
    if cx.is_cold(occurrence) || !occurrence.runs_in_frame() {
        return None;
    }
    let finding = Finding::new(CODE, format!("`{path}` uses the heap in the frame path"), cx.here(occurrence))
        .caption("`.fa.toml` declares that it does");
    let finding = cx.under_promise(occurrence, Effect::Heap, finding);
    Some(cx.with_path(occurrence, finding).help("do this outside of the frame, or where nothing is promised"))
}
