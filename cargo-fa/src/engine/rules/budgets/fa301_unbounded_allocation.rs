//! Loops without a known bound that allocate from a frame.

use crate::engine::rules::loops::LoopAllocation;
use crate::engine::rules::{Context, Occurrence, rewrites, rule};
use crate::model::finding::Finding;

rule! {
    code: FA301,
    name: "unbounded-allocation",
    summary: "a loop without a known bound allocates from a frame",
    level: Warn,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let allocation = LoopAllocation::find(cx, occurrence).filter(|allocation| allocation.unbounded)?;
    let what = allocation.what;
    let message = match allocation.call {
        Some(_) => {
            let name = cx.program.fn_name(occurrence.id);
            format!("`{name}` allocates from the frame (`{what}`) and is called in a loop without a known bound")
        }
        None => format!("`{what}` allocates from the frame in a loop without a known bound"),
    };
    let finding =
        Finding::new(CODE, message, allocation.place(cx, occurrence)).caption("the frame grows with every round").help(
            "bound the loop, reserve the memory before it, or open a scope in each round (`alloc.scoped(|frame| …)`)",
        );
    let fix = if allocation.call.is_none() { rewrites::hoisted(cx, occurrence) } else { None };
    Some(allocation.described(cx, occurrence, finding).maybe_fix(fix))
}
