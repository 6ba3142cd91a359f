//! Heap memory that is given back in the frame path.

use crate::engine::flow::event::{EventKind, Freed};
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA403,
    name: "heap-freed-on-frame-path",
    summary: "code that runs every frame frees memory of the general heap",
    level: Allow,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::HeapFree { ty, by } = &occurrence.event.kind else { return None };
    if occurrence.event.cold.is_some() || !occurrence.runs_in_frame() {
        return None;
    }
    let name = cx.types.display(ty);
    let message = match by {
        Freed::Shrunk => format!("a `{name}` gives memory back to the heap in the frame path"),
        _ => format!("a `{name}` is dropped in the frame path, which gives its memory back to the heap"),
    };
    let finding = Finding::new(CODE, message, cx.here(occurrence)).caption(match by {
        Freed::Dropped => "dropped here",
        Freed::AtEnd => "dropped at the end of its block",
        Freed::Removed => "elements are dropped here",
        Freed::Shrunk => "what is spare of its memory goes back, and it will grow again",
    });
    Some(
        cx.with_path(occurrence, finding)
            .help("use frame memory, which is given back all at once, or keep the value from frame to frame"),
    )
}
