//! Loops of many rounds that allocate from a frame in each.

use crate::engine::rules::loops::{LoopAllocation, loop_words};
use crate::engine::rules::{Context, Occurrence, rewrites, rule};
use crate::model::finding::Finding;

rule! {
    code: FA602,
    name: "allocation-in-hot-loop",
    summary: "a loop on the frame path allocates once per iteration what could be hoisted or batched",
    level: Warn,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let allocation = LoopAllocation::find(cx, occurrence).filter(|allocation| !allocation.unbounded)?;
    let what = allocation.what;
    let words = loop_words(&allocation.hot.bound);
    let message = match allocation.call {
        Some(_) => {
            let name = cx.program.fn_name(occurrence.id);
            format!("`{name}` allocates from the frame (`{what}`) and is called in a hot loop, {words}")
        }
        None => format!("`{what}` allocates in a hot loop, {words}"),
    };
    let help = match what {
        "frame_vec" | "frame_vec!" | "frame_map" | "frame_set" | "frame_string" | "frame_format!" => {
            "make it once before the loop and clear it in each round"
        }
        "frame_box" | "frame_ref" | "frame_leak" | "frame_alloc" => {
            "allocate once for all rounds (`frame_slice_fill_with`, `frame_vec_with_capacity`), or take a `cursor()` before the loop"
        }
        _ => "allocate once before the loop, or open a scope in each round (`alloc.scoped(|frame| …)`)",
    };
    let finding =
        Finding::new(CODE, message, allocation.place(cx, occurrence)).caption("allocates in every round").help(help);
    let fix = if allocation.call.is_none() { rewrites::hoisted(cx, occurrence) } else { None };
    Some(allocation.described(cx, occurrence, finding).maybe_fix(fix))
}
