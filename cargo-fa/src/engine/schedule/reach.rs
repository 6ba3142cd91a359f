//! Which functions run inside a frame, and on which way they are reached.

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::FxHashMap;

use crate::engine::flow::event::{LoopAround, Site};
use crate::engine::flow::summary::AllAnalysed;
use crate::engine::resolve::{FnId, Program};
use crate::model::finding::Confidence;

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
    /// The root runs in every frame; others run in those in which something happens.
    pub(crate) every_frame: bool,
}

/// Breadth first, so that paths are the shortest: from the roots that are preferred, then from all others.
///
/// `roots` are those besides systems with attributes, with how sure it is that they run every frame.
pub(crate) fn reach(
    program: &Program<'_>,
    analysed: &AllAnalysed,
    roots: &BTreeMap<FnId, Confidence>,
    preferred: &dyn Fn(FnId) -> bool,
) -> FxHashMap<FnId, Reached> {
    let mut reached: FxHashMap<FnId, Reached> = FxHashMap::default();
    let mut queue = VecDeque::new();
    let mut later = VecDeque::new();
    let systems = analysed.iter().filter(|(_, function)| function.system).map(|(id, _)| id);
    let mut roots = roots.clone();
    roots.extend(systems.map(|id| (id, Confidence::High)));
    // The surest first: what they reach is as sure.
    let mut roots: Vec<(FnId, Confidence)> = roots.into_iter().collect();
    roots.sort_by_key(|(id, confidence)| (std::cmp::Reverse(*confidence), *id));
    for (id, confidence) in roots {
        let no_heap = analysed.of(id).no_heap;
        let every_frame = confidence == Confidence::High;
        reached.insert(id, Reached { root: id, path: Vec::new(), confidence, loops: Vec::new(), no_heap, every_frame });
        if preferred(id) { queue.push_back(id) } else { later.push_back(id) }
    }
    let is_cold = |id: FnId| program.fn_def(id).cold;
    // Calls between begin and end in functions that are no roots themselves.
    let of_preferred = analysed.iter().filter(|(id, _)| preferred(*id));
    for (id, caller) in of_preferred.chain(analysed.iter().filter(|(id, _)| !preferred(*id))) {
        let def = program.fn_def(id);
        if reached.contains_key(&id) || def.in_test {
            continue;
        }
        for call in caller.calls.iter().filter(|call| call.in_frame && !call.cold && !call.spawned) {
            if reached.contains_key(&call.callee) || is_cold(call.callee) {
                continue;
            }
            let site = Site { file: def.file, span: call.span };
            let way = Reached {
                root: id,
                path: vec![(site, call.callee)],
                confidence: call.confidence,
                loops: call.loops.iter().map(|around| (site, around.clone())).collect(),
                no_heap: false,
                every_frame: true,
            };
            reached.insert(call.callee, way);
            if preferred(id) { queue.push_back(call.callee) } else { later.push_back(call.callee) }
        }
    }
    while let Some(id) = queue.pop_front().or_else(|| later.pop_front()) {
        let Some(from) = reached.get(&id).cloned() else { continue };
        if from.path.len() > 24 {
            continue;
        }
        let calls = analysed.of(id).calls.iter().filter(|call| !call.cold && !call.spawned);
        // One of several may be built.
        let callees = calls.flat_map(|call| {
            let all = [call.callee].into_iter().chain(program.twins(call.callee).iter().copied());
            all.map(move |callee| (call, callee))
        });
        for (call, callee) in callees {
            let known = reached.get(&callee);
            let stricter = from.no_heap && known.is_some_and(|known| !known.no_heap) && !analysed.of(callee).system;
            if (known.is_some() && !stricter) || is_cold(callee) {
                continue;
            }
            let site = Site { file: program.fn_def(id).file, span: call.span };
            let mut path = from.path.clone();
            path.push((site, callee));
            let mut loops = from.loops.clone();
            loops.extend(call.loops.iter().map(|around| (site, around.clone())));
            let way = Reached {
                root: from.root,
                path,
                confidence: from.confidence.min(call.confidence),
                loops,
                no_heap: from.no_heap,
                every_frame: from.every_frame,
            };
            reached.insert(callee, way);
            queue.push_back(callee);
        }
    }
    reached
}
