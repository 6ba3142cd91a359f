//! What is made in a zone and outlives it.

use crate::engine::flow::event::{Event, EventKind, Fate, HeapApi, Site};
use crate::engine::hir::ir::Span;
use crate::engine::resolve::FnId;
use crate::engine::rules::keepers::Keeper;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::{Confidence, Finding};

rule! {
    code: FA404,
    name: "ambient-escape",
    summary: "what is made in a zone of `ambient` outlives it, and keeps its chunk from being used again",
    level: Hint,
    since: "0.12.0",
    found_by: Event(check),
}

/// What is made by a call is looked for this many calls further.
const DEEPEST: u32 = 4;

fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let event = occurrence.event;
    let (what, ty, fate, callee) = match &event.kind {
        EventKind::HeapAlloc { what, ty, fate, api: HeapApi::Std } => (what.clone(), Some(ty), *fate, None),
        EventKind::HeapGrowth { what, container, fate } if is_made_empty_here(occurrence, container.made?) => {
            (what.clone(), None, *fate, None)
        }
        EventKind::MadeInZone { callee, ty, fate } => {
            (cx.program.fn_name(*callee).to_owned(), Some(ty), *fate, Some(*callee))
        }
        _ => return None,
    };
    if event.cold.is_some() || event.spawned || !cx.is_ambient(occurrence) {
        return None;
    }
    let made = match &event.kind {
        EventKind::HeapGrowth { container, .. } => container.made?,
        _ => event.span,
    };
    let function = occurrence.function;
    let (how, caption, confidence) = match fate {
        Fate::Sent => ("sent away", "whoever receives it frees it later", Confidence::High),
        Fate::Job => ("given to a job", "it lives as long as the job", Confidence::High),
        Fate::Kept => match cx.keeper(occurrence, made) {
            Keeper::Outlives => ("kept", "it is put where it outlives the zone", Confidence::High),
            Keeper::Unknown => ("kept", "it is put where it may outlive the zone", Confidence::Low),
            Keeper::Ends => return None,
        },
        Fate::Returned if function.ambient => ("returned", "the zone ends with the system", Confidence::High),
        _ if function.leaves_zone.contains(&made) => {
            ("given out", "it is there when the zone is over", Confidence::High)
        }
        _ => return None,
    };
    let source = match callee {
        Some(callee) => Some(made_below(cx, callee, 0)?),
        None => None,
    };
    let message = format!("what `{what}` makes in the zone is {how}");
    let mut finding = Finding::new(CODE, message, cx.here(occurrence)).caption(caption).confidence(confidence);
    if let Some((callee, event)) = source {
        let site = Site { file: cx.program.fn_def(callee).file, span: event.span };
        finding = finding.note_at(cx.place(site), "it is made here");
    }
    if let Some(name) = ty.map(|ty| cx.types.display(ty)).filter(|name| name != "value") {
        finding = finding
            .note(format!("a block of a `{name}` that outlives its zone keeps the chunk of 16 KiB that it is in"));
    }
    Some(cx.with_path(occurrence, finding).help(match fate {
        Fate::Kept => "fill what is kept there again (`clear`, then `push_str` or `extend`), or make it outside of the zone: what was made outside and grows is outside",
        _ => "make what is kept outside of the zone, or copy it there; `alloc.stats().ambient` says how much is pinned",
    }))
}

/// The container was made empty in this function: its first block is asked for where it first grows.
fn is_made_empty_here(occurrence: &Occurrence<'_>, made: Span) -> bool {
    let events = &occurrence.function.events;
    let grows =
        |event: &&Event| matches!(&event.kind, EventKind::HeapGrowth { container, .. } if container.made == Some(made));
    let is_first = events.iter().find(grows).is_some_and(|event| event.span == occurrence.event.span);
    is_first && !events.iter().any(|event| event.span == made && matches!(event.kind, EventKind::HeapAlloc { .. }))
}

/// Where a function makes what it gives back.
fn made_below<'c>(cx: &Context<'c, '_>, function: FnId, depth: u32) -> Option<(FnId, &'c Event)> {
    let analysed = cx.analysed.of(function);
    let makes = |event: &&Event| match &event.kind {
        EventKind::HeapAlloc { fate, .. } | EventKind::HeapGrowth { fate, .. } => {
            *fate == Fate::Returned && event.cold.is_none()
        }
        _ => false,
    };
    if let Some(event) = analysed.events.iter().find(makes) {
        return Some((function, event));
    }
    let mut calls =
        analysed.calls.iter().filter(|call| depth < DEEPEST && call.cold.is_none() && call.callee != function);
    calls.find_map(|call| made_below(cx, call.callee, depth + 1))
}
