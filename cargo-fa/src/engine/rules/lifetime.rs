//! FA604 to FA608: memory that lives longer or shorter than its user thinks.

use super::{Context, Happening};
use crate::engine::flow::event::EventKind;
use crate::engine::flow::value::Age;
use crate::model::codes;
use crate::model::finding::{Applicability, Edit, Finding, Fix};

pub(super) fn whole_frame(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::WholeFrameFromScope { callee, allocates } = &of.event.kind else { return None };
    let name = cx.program.fn_name(*callee);
    let message = format!(
        "`{name}` takes `&SmartAlloc`, so that what it allocates here lives to the end of the whole frame, not of this scope"
    );
    let finding = Finding::new(&codes::FA606, message, cx.here(of))
        .caption("the scope's `&Frame` becomes `&SmartAlloc` here")
        .note_at(cx.place(*allocates), "allocated here");
    Some(finding.help(format!("let `{name}` take `&Frame`, or say `frame.whole()` where that is meant")))
}

pub(super) fn drop_skipped(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::DropSkipped { what, ty } = &of.event.kind else { return None };
    let name = cx.types.display(ty);
    let finding = Finding::new(
        &codes::FA607,
        format!("`{what}` never drops the `{name}`, which has something to drop"),
        cx.here(of),
    )
    .caption(format!("what the `{name}` owns is leaked at the end of the frame"));
    Some(finding.help("use `frame_box`, whose drop runs, or a type without a destructor"))
}

pub(super) fn stale_handle(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::StaleHandle { age, since } = &of.event.kind else { return None };
    let stale = *age == Age::Stale;
    let message = if stale {
        "a `FrameHandle` of an ended frame is resolved as if its value must still be there"
    } else {
        "a `FrameHandle` that is kept from frame to frame is resolved as if its value must still be there"
    };
    let finding = Finding::new(&codes::FA608, message, cx.here(of))
        .caption("panics in every frame but the one that made it")
        .label(cx.at(of, *since), if stale { "its frame ends here" } else { "kept here" });
    Some(
        finding
            .help("handle `None` (`if let Some(value) = handle.get(&alloc)`), or share the value again in each frame"),
    )
}

pub(super) fn retention(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::Retention { discards, policy } = &of.event.kind else { return None };
    let finding = if *discards {
        Finding::new(
            &codes::FA605,
            "a value retained with `Discard` is taken after the frame, when it is gone",
            cx.here(of),
        )
        .caption("discarded at the end of the frame")
        .help("retain it with `PromoteToPool` or `PromoteToHeap`")
    } else {
        Finding::new(&codes::FA604, "a value is promoted at the end of the frame and nobody takes it", cx.here(of))
            .caption("promoted and dropped")
            .help("take it from the promotions of `end_frame_with_promotions`, or allocate it with `frame_box`")
            .maybe_fix(policy.map(|(word, discards)| Fix {
                // Dropped with the frame or just after it, by nobody's hand: only the copy is saved.
                title: format!("write `{discards}`: nobody sees the difference"),
                edits: vec![Edit { place: cx.at(of, word), replacement: discards.to_owned() }],
                applicability: Applicability::MachineApplicable,
            }))
    };
    Some(finding)
}
