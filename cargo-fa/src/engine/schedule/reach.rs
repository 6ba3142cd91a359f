//! Which functions run inside a frame, and on which way they are reached.

use std::collections::VecDeque;

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
}

/// Breadth first, so that paths are the shortest: from the roots that are preferred, then from all others.
pub(crate) fn reach(
    program: &Program<'_>,
    analysed: &AllAnalysed,
    roots: &[FnId],
    preferred: &dyn Fn(FnId) -> bool,
) -> FxHashMap<FnId, Reached> {
    let mut reached: FxHashMap<FnId, Reached> = FxHashMap::default();
    // Those to start from, the preferred ones first.
    let mut queues = [VecDeque::new(), VecDeque::new()];
    let rank = |id: FnId| usize::from(!preferred(id));
    let systems = analysed.iter().filter(|(_, function)| function.system).map(|(id, _)| id);
    let mut roots: Vec<FnId> = systems.chain(roots.iter().copied()).collect();
    roots.sort_unstable();
    roots.dedup();
    for id in roots {
        let no_heap = analysed.of(id).no_heap;
        let root = Reached { root: id, path: Vec::new(), confidence: Confidence::High, loops: Vec::new(), no_heap };
        reached.insert(id, root);
        queues[rank(id)].push_back(id);
    }
    let is_cold = |id: FnId| program.fn_def(id).cold;
    for (turn, mut queue) in queues.into_iter().enumerate() {
        // Calls between begin and end in functions that are no roots themselves.
        for (id, caller) in analysed.iter() {
            let def = program.fn_def(id);
            if reached.contains_key(&id) || def.in_test || rank(id) != turn {
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
                };
                reached.insert(call.callee, way);
                queue.push_back(call.callee);
            }
        }
        while let Some(id) = queue.pop_front() {
            let Some(from) = reached.get(&id).cloned() else { continue };
            if from.path.len() > 24 {
                continue;
            }
            for call in analysed.of(id).calls.iter().filter(|call| !call.cold && !call.spawned) {
                let known = reached.get(&call.callee);
                let stricter =
                    from.no_heap && known.is_some_and(|known| !known.no_heap) && !analysed.of(call.callee).system;
                if (known.is_some() && !stricter) || is_cold(call.callee) {
                    continue;
                }
                let site = Site { file: program.fn_def(id).file, span: call.span };
                let mut path = from.path.clone();
                path.push((site, call.callee));
                let mut loops = from.loops.clone();
                loops.extend(call.loops.iter().map(|around| (site, around.clone())));
                let way = Reached {
                    root: from.root,
                    path,
                    confidence: from.confidence.min(call.confidence),
                    loops,
                    no_heap: from.no_heap,
                };
                reached.insert(call.callee, way);
                queue.push_back(call.callee);
            }
        }
    }
    reached
}
