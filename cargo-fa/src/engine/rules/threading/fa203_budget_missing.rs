//! Threads that allocate without a budget.

use crate::engine::flow::event::EventKind;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA203,
    name: "budget-missing",
    summary: "a thread allocates from frames and no budget is set on its path",
    level: Allow,
    since: "0.12.0",
    found_by: Event(check),
}

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::NoBudget = occurrence.event.kind else { return None };
    if !cx.config.budgets.required || cx.config.budgets.thread.is_some() {
        return None;
    }
    let finding = Finding::new(CODE, "a thread allocates from frames without a budget", cx.here(occurrence))
        .caption("allocated here");
    Some(finding.help("call `alloc.set_thread_frame_budget(…)` first, or set `thread` in `[budgets]` of `.fa.toml`"))
}
