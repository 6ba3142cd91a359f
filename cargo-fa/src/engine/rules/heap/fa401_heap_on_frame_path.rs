//! Allocations of the general heap in the frame path.

use crate::engine::flow::event::{EventKind, HeapApi};
use crate::engine::rules::{Context, Occurrence, rule};
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
    let EventKind::HeapAlloc { what, ty, api } = &occurrence.event.kind else { return None };
    let no_heap = occurrence.is_no_heap();
    if occurrence.event.cold || !occurrence.runs_in_frame() || (*api != HeapApi::Std && !no_heap) {
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
    let help = match what.as_str() {
        "format!" | "to_string" | "to_owned" | "String::from" | "to_uppercase" | "to_lowercase" => {
            "use `frame_format!(alloc, …)` or `alloc.frame_str(…)`: the text then ends with the frame"
        }
        "Box::new" | "Box::pin" => "use `alloc.frame_box(…)`, or `alloc.pool_box(…)` if it outlives the frame",
        "heap_box" => "use `alloc.frame_box(…)` or `alloc.pool_box(…)`",
        "collect" | "to_vec" | "Vec::from" => "use `alloc.frame_slice_from_iter(…)` or `alloc.frame_slice_copy(…)`",
        "vec!" | "Vec::with_capacity" => {
            "use `alloc.frame_vec_with_capacity(…)`, or keep the `Vec` from frame to frame and clear it"
        }
        "clone" => "borrow it, or copy what is needed into the frame (`alloc.frame_slice_copy`, `alloc.frame_str`)",
        "sort" | "sort_by" | "sort_by_key" => "use `sort_unstable` and its kin, which need no memory",
        "Rc::make_mut" | "Arc::make_mut" | "to_mut" => {
            "it copies what somebody else still holds: change it outside of the frame, or copy what is needed into the frame"
        }
        "Rc::new" | "Arc::new" => "make it once and keep it, or use `alloc.frame_share(…)` within the frame",
        _ => "use frame memory, or do this once outside of the frame",
    };
    Some(cx.with_path(occurrence, finding).help(help))
}
