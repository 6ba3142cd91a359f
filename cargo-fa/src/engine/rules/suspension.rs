//! FA701 and FA702: frames and `async`.

use super::{Context, Happening};
use crate::engine::flow::event::{Event, EventKind};
use crate::engine::hir::ir::Span;
use crate::model::codes;
use crate::model::finding::Finding;

pub(super) fn system(cx: &Context<'_, '_>, of: &Happening<'_>) -> Finding {
    let finding = Finding::new(
        &codes::FA701,
        "`#[frame_system]` on an `async fn`: its frame would end at the first suspension",
        cx.here(of),
    )
    .caption("an async function")
    .note("the macro refuses this as well");
    finding.help("make the frame's work a plain function that the async one calls, or use `#[alloc_tag]`")
}

pub(super) fn across(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::AcrossAwait { name, awaited, allocated } = &of.event.kind else { return None };
    let message = if name == "the awaited future" {
        "frame data is held by a future across a suspension".to_owned()
    } else {
        format!("`{name}` holds frame data across a suspension")
    };
    let finding = Finding::new(&codes::FA702, message, cx.here(of)).caption("used again after the suspension");
    Some(
        described(cx, of, finding, *awaited, *allocated)
            .help("finish with it before the `.await`, or copy out what is needed afterwards"),
    )
}

pub(super) fn held(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::HeldAtAwait { name, awaited, allocated } = &of.event.kind else { return None };
    // What is used again afterwards is FA702, and once is enough.
    let used = |other: &Event| matches!(other.kind, EventKind::AcrossAwait { .. }) && other.span == of.event.span;
    if of.of.events.iter().any(used) {
        return None;
    }
    let message = format!("`{name}` is frame memory that is still held at a suspension");
    let finding = Finding::new(&codes::FA701, message, cx.here(of)).caption("dropped only after the suspension");
    Some(
        described(cx, of, finding, *awaited, *allocated)
            .help(format!("drop `{name}` before the `.await`, or put its use into a block of its own")),
    )
}

fn described(cx: &Context<'_, '_>, of: &Happening<'_>, finding: Finding, awaited: Span, allocated: Span) -> Finding {
    let finding = finding.label(cx.at(of, awaited), "suspended here: the frame may end before it goes on");
    if allocated.hi > 0 && allocated != of.event.span {
        finding.label(cx.at(of, allocated), "allocated here")
    } else {
        finding
    }
}
