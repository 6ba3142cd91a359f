//! Which functions run inside a frame, and on which way they are reached.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::engine::flow::event::{CallSite, LoopAround, Site};
use crate::engine::flow::generics::Given;
use crate::engine::flow::summary::AllAnalysed;
use crate::engine::flow::types::Ty;
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
    /// What its generic parameters are on this way.
    pub(crate) given: Given,
    /// The call on the way of which nobody knows whose method it means, and the one that is followed here.
    pub(crate) either: Option<(Site, FnId)>,
}

/// A generic function is told apart by what its parameters are this many times; after that they count as unknown.
const MOST_WAYS: usize = 24;
/// How many calls a way may have.
const LONGEST: usize = 24;

/// The ways to each function: one, or one for each of the types that a generic function is called with.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    ways: FxHashMap<FnId, Vec<Reached>>,
}

impl Reach {
    /// The way to report: one from where no heap may be used, and the shortest.
    pub(crate) fn get(&self, id: FnId) -> Option<&Reached> {
        let ways = self.ways.get(&id)?;
        let surest = |way: &&Reached| (way.no_heap, way.either.is_none());
        // The first of those, which is the shortest.
        ways.iter().rev().max_by_key(surest)
    }

    /// Whether nobody has come to this function like this; then it is kept.
    fn keep(&mut self, id: FnId, mut way: Reached) -> Option<usize> {
        let ways = self.ways.entry(id).or_default();
        if ways.len() >= MOST_WAYS {
            way.given.clear();
        }
        let covers = |known: &Reached| {
            known.given == way.given && known.no_heap >= way.no_heap && known.either.is_none() >= way.either.is_none()
        };
        if ways.iter().any(covers) || ways.len() >= 2 * MOST_WAYS {
            return None;
        }
        ways.push(way);
        Some(ways.len() - 1)
    }
}

/// Breadth first from all roots, so that paths are the shortest.
pub(crate) fn reach(program: &Program<'_>, analysed: &AllAnalysed, roots: &[FnId]) -> Reach {
    let mut reach = Reach::default();
    let mut queue = VecDeque::new();
    let systems = analysed.iter().filter(|(_, function)| function.system).map(|(id, _)| id);
    let mut roots: Vec<FnId> = systems.chain(roots.iter().copied()).collect();
    roots.sort_unstable();
    roots.dedup();
    for id in roots {
        queue.extend(reach.keep(id, start(id, analysed.of(id).no_heap)).map(|at| (id, at)));
    }
    let is_cold = |id: FnId| program.fn_def(id).item.attrs.cold;
    // Calls between begin and end in functions that are no roots themselves.
    for (id, caller) in analysed.iter() {
        let def = program.fn_def(id);
        if reach.get(id).is_some() || def.in_test {
            continue;
        }
        for call in caller.calls.iter().filter(|call| call.in_frame && !call.cold && !call.spawned) {
            if is_cold(call.callee) {
                continue;
            }
            if let Some(way) = step(program, id, &start(id, false), call) {
                queue.extend(reach.keep(call.callee, way).map(|at| (call.callee, at)));
            }
        }
    }
    while let Some((id, at)) = queue.pop_front() {
        let Some(from) = reach.ways.get(&id).and_then(|ways| ways.get(at)).cloned() else { continue };
        if from.path.len() > LONGEST {
            continue;
        }
        for call in analysed.of(id).calls.iter().filter(|call| !call.cold && !call.spawned) {
            let is_root = analysed.of(call.callee).system;
            if is_cold(call.callee) || is_root {
                continue;
            }
            if let Some(way) = step(program, id, &from, call) {
                queue.extend(reach.keep(call.callee, way).map(|at| (call.callee, at)));
            }
        }
    }
    reach
}

fn start(root: FnId, no_heap: bool) -> Reached {
    Reached {
        root,
        path: Vec::new(),
        confidence: Confidence::High,
        loops: Vec::new(),
        no_heap,
        given: Given::new(),
        either: None,
    }
}

/// The way that goes on with a call, unless it means another function where it comes from here.
fn step(program: &Program<'_>, id: FnId, from: &Reached, call: &CallSite) -> Option<Reached> {
    let site = Site { file: program.fn_def(id).file, span: call.span };
    let mut confidence = from.confidence.min(call.confidence);
    let mut either = from.either;
    match call.only.as_ref().map(|only| only.holds(&from.given)) {
        Some(Some(false)) => return None,
        Some(None) => {
            confidence = confidence.min(Confidence::Medium);
            let is_dyn = from.given.iter().any(|(param, ty)| {
                call.only.as_ref().is_some_and(|only| only.param == *param) && matches!(ty.peeled(), Ty::Trait(_))
            });
            either = either.or((!is_dyn).then_some((site, call.callee)));
        }
        Some(Some(true)) | None => {}
    }
    let mut path = from.path.clone();
    path.push((site, call.callee));
    let mut loops = from.loops.clone();
    loops.extend(call.loops.iter().map(|around| (site, around.clone())));
    Some(Reached {
        root: from.root,
        path,
        confidence,
        loops,
        no_heap: from.no_heap,
        given: known_here(&call.given, &from.given),
        either,
    })
}

/// What the parameters of a callee are, where those of its caller are known.
fn known_here(given: &Given, of_caller: &Given) -> Given {
    let mut known: Given = given
        .iter()
        .filter_map(|(param, ty)| match ty.peeled() {
            Ty::Generic { index, .. } => {
                of_caller.iter().find(|(known, _)| known == index).map(|(_, ty)| (*param, ty.clone()))
            }
            _ => Some((*param, ty.with_given(of_caller))),
        })
        .collect();
    known.sort_by_key(|(param, _)| *param);
    known
}
