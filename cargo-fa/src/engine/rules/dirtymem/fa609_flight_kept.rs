//! Flights that are collected and never let go of.

use crate::engine::flow::event::EventKind;
use crate::engine::flow::walk;
use crate::engine::hir::file::FileFacts;
use crate::engine::hir::ir::{ExprId, ExprKind};
use crate::engine::resolve::UserType;
use crate::engine::rules::kept::Memory;
use crate::engine::rules::{Context, Occurrence, rule};
use crate::model::finding::Finding;

rule! {
    code: FA609,
    name: "flight-kept",
    summary: "frames in flight are collected, and nothing lets go of them",
    level: Hint,
    since: "0.12.0",
    found_by: Event(check),
}

/// Whether a function of the package takes the whole collection out of its field: its memory is not used again then, but what was in it
/// is gone.
fn is_let_go(cx: &Context<'_, '_>, owner: UserType, field: &str) -> bool {
    let member = |file: usize| cx.program.loaded.files[file].member;
    let package = member(cx.program.type_def(owner).file);
    cx.program.all_fns().any(|id| {
        let def = cx.program.fn_def(id);
        let facts = cx.program.facts(def.file);
        let Some(body) = def.function.body.filter(|_| member(def.file) == package) else { return false };
        let is_field = |expr: ExprId| field_at(facts, expr) == Some(field);
        let mut found = false;
        walk::visit(facts, body, &mut |expr| {
            found |= match &facts.expr(expr).kind {
                ExprKind::Assign { left, .. } => is_field(*left),
                // By value: a loop over a borrow takes nothing out.
                ExprKind::For(looped) => {
                    matches!(facts.expr(looped.iter).kind, ExprKind::Field { .. }) && is_field(looped.iter)
                }
                ExprKind::Method(call) => {
                    matches!(facts.name(call.name), "into_iter" | "into_values" | "split_off" | "take")
                        && is_field(call.receiver)
                }
                ExprKind::Call { callee, args } => match &facts.expr(*callee).kind {
                    ExprKind::Path(path) => {
                        let last = facts.path(*path).segments.last().map(|last| facts.name(last.name));
                        matches!(last, Some("take" | "replace" | "swap")) && args.iter().any(|arg| is_field(*arg))
                    }
                    ExprKind::Name(name) => {
                        matches!(facts.name(*name), "take" | "replace" | "swap")
                            && args.iter().any(|arg| is_field(*arg))
                    }
                    _ => false,
                },
                _ => false,
            };
        });
        found
    })
}

/// The field that an expression leads to.
fn field_at(facts: &FileFacts, expr: ExprId) -> Option<&str> {
    match &facts.expr(expr).kind {
        ExprKind::Field { name, .. } => Some(facts.name(*name)),
        ExprKind::Ref { inner, .. } | ExprKind::Deref(inner) => field_at(facts, *inner),
        ExprKind::Method(call) if matches!(facts.name(call.name), "lock" | "unwrap" | "borrow_mut" | "write") => {
            field_at(facts, call.receiver)
        }
        _ => None,
    }
}

/// Only fields of known types: who empties anything else is not known.
fn check(cx: &Context<'_, '_>, occurrence: &Occurrence<'_>) -> Option<Finding> {
    let EventKind::FlightKept { container } = &occurrence.event.kind else { return None };
    let (owner, field) = container.owner.zip(container.field.as_deref())?;
    if occurrence.event.cold.is_some()
        || cx.memory_of(occurrence, container) != Memory::Kept
        || is_let_go(cx, owner, field)
    {
        return None;
    }
    let message = format!("a frame in flight is kept in `{field}`, and nothing takes it out");
    let finding = Finding::new(CODE, message, cx.here(occurrence))
        .caption("each holds what its frame shared, until as many are held as may be");
    Some(cx.with_path(occurrence, finding).help(
        "keep the last one (`Option<FrameInFlight>`), or take out the oldest (`pop_front`, `drain`); keep a copy of what is needed longer",
    ))
}
