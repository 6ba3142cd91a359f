//! Heap containers that grow in the frame path.

use framealloc_syntax::Effect;

use crate::engine::flow::event::{EventKind, Keys};
use crate::engine::rules::heap_advice::instead_of_growth;
use crate::engine::rules::kept::Memory;
use crate::engine::rules::{Context, Occurrence, rewrites, rule};
use crate::model::finding::Finding;

rule! {
    code: FA402,
    name: "growth-on-frame-path",
    summary: "a heap container may grow in code that runs every frame",
    level: Warn,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::HeapGrowth { what, container, fate } = &occurrence.event.kind else { return None };
    if cx.is_cold(occurrence) || !occurrence.runs_in_frame() {
        return None;
    }
    if cx.is_ambient(occurrence) {
        return None;
    }
    let memory = cx.memory_of(occurrence, container);
    // Once it has seen all keys it asks for nothing.
    let fills_a_cache = memory == Memory::Kept && container.keys == Keys::OfCache && !cx.ends_with_call(occurrence);
    if memory == Memory::Steady || fills_a_cache {
        return occurrence.is_no_heap().then(|| until_the_largest_frame(cx, occurrence, what));
    }
    let mut finding =
        Finding::new(CODE, format!("`{what}` may grow a heap container in the frame path"), cx.here(occurrence))
            .caption("allocates and copies when the capacity is used up");
    // Sooner or later it has seen all keys, if there is an end to them.
    finding.occasional = memory == Memory::Kept && container.keys != Keys::Any;
    finding.escalated = occurrence.is_no_heap() && occurrence.is_surely_reached() && !finding.occasional;
    let finding = cx.with_path(occurrence, finding).help(match memory {
        Memory::Local => instead_of_growth(occurrence, *fate),
        _ => "use its memory again: empty it in each frame (`clear`, `drain`), or make it with room (`with_capacity`)",
    });
    let fix = if memory == Memory::Local { rewrites::grown_in_frame(cx, occurrence) } else { None };
    Some(finding.maybe_fix(fix))
}

/// A system that declares `no_heap` fills a container whose memory is used again.
fn until_the_largest_frame(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>, what: &str) -> Finding {
    let message = format!("`{what}` may grow until it has seen its largest frame");
    let finding = Finding::new(CODE, message, cx.here(occurrence))
        .caption("allocates only where a frame needs more room than every one before it");
    let mut finding = cx.under_promise(occurrence, Effect::Heap, finding);
    // A frame that is like those before it asks for nothing: the promise is nearly kept.
    finding.escalated = false;
    finding.occasional = true;
    cx.with_path(occurrence, finding).help(
        "use frame memory (`alloc.frame_vec()`), or make it with room for the largest frame and say so: `// fa: allow(FA402, reason = \"…\")`",
    )
}
