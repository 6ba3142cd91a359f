//! FA602 and FA301: frame memory in loops.

use super::{Context, Happening, loop_words, trips};
use crate::codes;
use crate::finding::{Confidence, Finding};
use crate::flow::event::{EventKind, LoopAround, Site};
use crate::flow::value::Bound;

pub(super) fn allocation(cx: &Context<'_, '_>, of: &Happening<'_>) -> Option<Finding> {
    let EventKind::FrameAlloc { what, once, own, .. } = &of.event.kind else { return None };
    if of.event.cold || *once || !of.runs_in_frame() {
        return None;
    }
    if let Some(finding) = in_loops(cx, of, what, &of.event.loops, None) {
        return Some(finding);
    }
    // The memory of a scope is given back before the loop around the call comes round.
    let reached = of.reached.filter(|_| !*own && !of.event.in_frame)?;
    let around: Vec<LoopAround> = reached.loops.iter().map(|(_, of)| of.clone()).collect();
    let site = reached.loops.last().map(|(site, _)| *site)?;
    in_loops(cx, of, what, &around, Some(site))
}

fn in_loops(
    cx: &Context<'_, '_>,
    of: &Happening<'_>,
    what: &str,
    loops: &[LoopAround],
    call: Option<Site>,
) -> Option<Finding> {
    let limit = cx.config.thresholds.hot_loop_bound;
    let (hot, unbounded) = match trips(loops.iter(), cx.config) {
        Ok(trips) if trips <= limit => return None,
        Ok(_) => (loops.last()?, false),
        Err(_) => {
            let endless = loops.iter().find(|of| of.bound == Bound::Unknown);
            let input = loops.iter().rev().find(|of| matches!(of.bound, Bound::Input(_)));
            match (endless, input) {
                (Some(endless), _) => (endless, true),
                (None, Some(input)) => (input, false),
                (None, None) => return None,
            }
        }
    };
    let file = call.map_or(of.file, |site| site.file);
    let primary = call.map_or_else(|| cx.here(of), |site| cx.place(site));
    let name = cx.program.fn_name(of.id);
    let finding = if unbounded {
        let message = match call {
            Some(_) => {
                format!("`{name}` allocates from the frame (`{what}`) and is called in a loop without a known bound")
            }
            None => format!("`{what}` allocates from the frame in a loop without a known bound"),
        };
        let help =
            "bound the loop, reserve the memory before it, or open a scope in each round (`alloc.scoped(|frame| …)`)";
        Finding::new(&codes::FA301, message, primary).caption("the frame grows with every round").help(help)
    } else {
        let words = loop_words(&hot.bound);
        let message = match call {
            Some(_) => format!("`{name}` allocates from the frame (`{what}`) and is called in a hot loop, {words}"),
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
        Finding::new(&codes::FA602, message, primary).caption("allocates in every round").help(help)
    };
    let mut finding = finding.label(cx.place(Site { file, span: hot.span }), "in this loop");
    if call.is_some() {
        finding = finding.note_at(cx.here(of), "the allocation").confidence(Confidence::Medium);
    }
    Some(cx.with_path(of, finding))
}
