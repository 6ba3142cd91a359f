//! FA401, FA402, FA403, FA551 and FA552: the frame path and the general heap.

use super::{Context, Happening};
use crate::engine::flow::event::EventKind;
use crate::engine::flow::types::Ty;
use crate::model::codes;
use crate::model::finding::Finding;

pub(super) fn allocation(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::HeapAlloc { what, ty, ours } = &of.event.kind else { return None };
    let no_heap = is_no_heap(of);
    if of.event.cold || !of.runs_in_frame() || (*ours && !no_heap) {
        return None;
    }
    let made = cx.types.display(ty);
    let mut finding =
        Finding::new(&codes::FA401, format!("`{what}` allocates on the heap in the frame path"), cx.here(of));
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
        "Rc::new" | "Arc::new" => "make it once and keep it, or use `alloc.frame_share(…)` within the frame",
        _ => "use frame memory, or do this once outside of the frame",
    };
    Some(cx.with_path(of, finding).help(help))
}

fn is_no_heap(of: &Happening<'_>) -> bool {
    of.of.no_heap || of.reached.is_some_and(|reached| reached.no_heap)
}

pub(super) fn growth(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::HeapGrowth { what } = &of.event.kind else { return None };
    if of.event.cold || !of.runs_in_frame() {
        return None;
    }
    let mut finding =
        Finding::new(&codes::FA402, format!("`{what}` may grow a heap container in the frame path"), cx.here(of))
            .caption("allocates and copies when the capacity is used up");
    finding.escalated = is_no_heap(of);
    Some(cx.with_path(of, finding).help(
        "use `alloc.frame_vec()` and its kin for what ends with the frame, or reserve the capacity before the frame (`with_capacity`)",
    ))
}

pub(super) fn free(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::HeapFree { ty } = &of.event.kind else { return None };
    if of.event.cold || !of.runs_in_frame() {
        return None;
    }
    let message =
        format!("a `{}` is dropped in the frame path, which gives its memory back to the heap", cx.types.display(ty));
    let finding = Finding::new(&codes::FA403, message, cx.here(of)).caption("dropped at the end of its block");
    Some(
        cx.with_path(of, finding)
            .help("use frame memory, which is given back all at once, or keep the value from frame to frame"),
    )
}

pub(super) fn pooled(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::PooledInBox { what, ty } = &of.event.kind else { return None };
    let name = cx.types.display(ty);
    let finding =
        Finding::new(&codes::FA551, format!("`{name}` has a pool of its own but is made with `{what}`"), cx.here(of))
            .caption("allocates on the heap");
    Some(finding.help(format!("use `{name} {{ … }}.pooled()` or `{name}::pool()`")))
}

pub(super) fn churn(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::Churn { what, ty } = &of.event.kind else { return None };
    if of.event.cold || !of.runs_in_frame() || !matches!(ty, Ty::User(..)) {
        return None;
    }
    let name = cx.types.display(ty);
    let message = format!("a boxed `{name}` is made and dropped every frame, and has no pool");
    let finding = Finding::new(&codes::FA552, message, cx.here(of))
        .caption(format!("made with `{what}`, dropped at the end of its block"));
    Some(cx.with_path(of, finding).help(format!(
        "use `alloc.frame_box(…)` where it ends with the frame; where it comes and goes, `alloc.pool_box(…)` or `#[derive(Pooled)]` on `{name}`"
    )))
}
