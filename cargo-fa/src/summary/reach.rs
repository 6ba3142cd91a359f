//! Which functions run inside a frame, and on which way they are reached.

use std::collections::VecDeque;

use super::Analysed;
use crate::finding::Confidence;
use crate::flow::event::{LoopAround, Site};
use crate::resolve::{FnId, Program};

/// How a function is reached from a frame root.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    /// The root, or the function whose begin and end bracket the call.
    pub(crate) root: FnId,
    /// The calls on the way, the root's first.
    pub(crate) path: Vec<(Site, FnId)>,
    pub(crate) confidence: Confidence,
    /// Loops around the calls on the way.
    pub(crate) loops: Vec<(Site, LoopAround)>,
    pub(crate) no_heap: bool,
}

/// Breadth first from all roots, so that paths are the shortest.
pub(crate) fn reach(program: &Program<'_>, analysed: &[Analysed], roots: &[FnId]) -> Vec<Option<Reached>> {
    let mut reached: Vec<Option<Reached>> = vec![None; analysed.len()];
    let mut queue = VecDeque::new();
    let mut is_root = vec![false; analysed.len()];
    for root in roots {
        is_root[root.0 as usize] = true;
    }
    for (at, of) in analysed.iter().enumerate() {
        let id = FnId(u32::try_from(at).unwrap_or(u32::MAX));
        if of.system || is_root[at] {
            reached[at] = Some(Reached {
                root: id,
                path: Vec::new(),
                confidence: Confidence::High,
                loops: Vec::new(),
                no_heap: of.no_heap,
            });
            queue.push_back(id);
        }
    }
    // Calls between begin and end in functions that are no roots themselves.
    for (at, of) in analysed.iter().enumerate() {
        if reached[at].is_some() || program.fns[at].in_test {
            continue;
        }
        let id = FnId(u32::try_from(at).unwrap_or(u32::MAX));
        for call in of.calls.iter().filter(|call| call.in_frame && !call.cold && !call.spawned) {
            let callee = call.callee.0 as usize;
            if reached[callee].is_none() && !program.fns[callee].item.attrs.cold {
                let site = Site { file: program.fns[at].file, span: call.span };
                reached[callee] = Some(Reached {
                    root: id,
                    path: vec![(site, call.callee)],
                    confidence: call.confidence,
                    loops: call.loops.iter().map(|of| (site, of.clone())).collect(),
                    no_heap: false,
                });
                queue.push_back(call.callee);
            }
        }
    }
    while let Some(id) = queue.pop_front() {
        let at = id.0 as usize;
        let Some(from) = reached[at].clone() else { continue };
        if from.path.len() > 24 {
            continue;
        }
        for call in analysed[at].calls.iter().filter(|call| !call.cold && !call.spawned) {
            let callee = call.callee.0 as usize;
            let stricter = from.no_heap
                && reached[callee].as_ref().is_some_and(|known| !known.no_heap)
                && !analysed[callee].system;
            if (reached[callee].is_some() && !stricter) || program.fns[callee].item.attrs.cold {
                continue;
            }
            let site = Site { file: program.fns[at].file, span: call.span };
            let mut path = from.path.clone();
            path.push((site, call.callee));
            let mut loops = from.loops.clone();
            loops.extend(call.loops.iter().map(|of| (site, of.clone())));
            reached[callee] = Some(Reached {
                root: from.root,
                path,
                confidence: from.confidence.min(call.confidence),
                loops,
                no_heap: from.no_heap,
            });
            queue.push_back(call.callee);
        }
    }
    reached
}
