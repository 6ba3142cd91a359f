//! Helpers that turn the memory of a scope into that of the frame.

use crate::engine::flow::event::EventKind;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA606,
    name: "helper-takes-allocator",
    summary: "a function taking `&SmartAlloc` allocates and is called from a scope, so it gets whole-frame memory",
    level: Hint,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::WholeFrameFromScope { callee, allocates } = &occurrence.event.kind else { return None };
    let name = cx.program.fn_name(*callee);
    let message = format!(
        "`{name}` takes `&SmartAlloc`, so that what it allocates here lives to the end of the whole frame, not of this scope"
    );
    let finding = Finding::new(CODE, message, cx.here(occurrence))
        .caption("the scope's `&Frame` becomes `&SmartAlloc` here")
        .note_at(cx.place(*allocates), "allocated here");
    Some(finding.help(format!("let `{name}` take `&Frame`, or say `frame.whole()` where that is meant")))
}
