//! What FA701 and FA702 say alike of a suspension.

use super::{Context, Occurrence};
use crate::engine::hir::ir::Span;
use crate::model::finding::Finding;

/// The finding with where the function is suspended, and where the memory is from.
pub(super) fn described(
    cx: &Context<'_, '_>,
    occurrence: &Occurrence<'_>,
    finding: Finding,
    awaited: Span,
    allocated: Span,
) -> Finding {
    let finding = finding.label(cx.at(occurrence, awaited), "suspended here: the frame may end before it goes on");
    if allocated.hi > 0 && allocated != occurrence.event.span {
        finding.label(cx.at(occurrence, allocated), "allocated here")
    } else {
        finding
    }
}
