//! Which functions run inside a frame, and on which way they are reached.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use framealloc_syntax::{Denied, Effect};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::engine::flow::declared;
use crate::engine::flow::event::{CallSite, Cold, LoopAround, Site};
use crate::engine::flow::generics::Given;
use crate::engine::flow::summary::AllAnalysed;
use crate::engine::flow::types::Ty;
use crate::engine::flow::value::{Callable, Slot};
use crate::engine::hir::ir::ExprId;
use crate::engine::resolve::{FnId, Program};
use crate::model::finding::Confidence;

/// A call on the way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) site: Site,
    pub(crate) callee: FnId,
    pub(crate) called: Called,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Called {
    Function,
    /// A closure that the function made and a field kept.
    Closure,
}

/// How a function is reached from a frame root.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    /// The root, or the function whose begin and end bracket the call.
    pub(crate) root: FnId,
    /// The calls on the way, the root's first.
    pub(crate) path: Vec<Step>,
    pub(crate) confidence: Confidence,
    /// Loops around the calls on the way.
    pub(crate) loops: Vec<(Site, LoopAround)>,
    /// What the root promises of all that it calls.
    pub(crate) denied: Denied,
    /// The root has what is asked of the heap bumped.
    ambient: bool,
    /// What its generic parameters are on this way.
    pub(crate) given: Given,
    /// The call on the way of which nobody knows whose method it means, and the one that is followed here.
    pub(crate) either: Option<(Site, FnId)>,
    /// The root runs in every frame; others run in those in which something happens.
    pub(crate) every_frame: bool,
    /// A call on the way is made where something has changed. Such calls are followed where the heap may not be used.
    pub(crate) changed: bool,
}

/// A generic function is told apart by what its parameters are this many times; after that they count as unknown.
const MOST_WAYS: usize = 24;
/// How many calls a way may have.
const LONGEST: usize = 24;

/// The ways to each function: one, or one for each of the types that a generic function is called with.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    ways: FxHashMap<FnId, Vec<Reached>>,
    /// Closures that fields keep, by the function that makes them.
    closures: FxHashMap<(FnId, ExprId), Reached>,
    later: Arc<Later>,
}

/// What is to be followed.
#[derive(Clone, Copy)]
enum Node {
    Function(FnId, usize),
    Closure(FnId, ExprId),
}

impl Reach {
    /// The way to report: the shortest of those from where the heap may not be used, if there are any.
    pub(crate) fn get(&self, id: FnId) -> Option<&Reached> {
        self.without(Effect::Heap, id)
    }

    /// The way to report: the shortest of those from where an effect is denied, if there are any.
    fn without(&self, effect: Effect, id: FnId) -> Option<&Reached> {
        let ways = self.ways.get(&id)?;
        let surest = |way: &&Reached| (way.denied.has(effect), !way.ambient, !way.changed, way.either.is_none());
        // The first of those, which is the shortest.
        ways.iter().rev().max_by_key(surest)
    }

    /// Whether there is a way to a function, and on each of them what is asked of the heap is bumped.
    pub(crate) fn is_only_ambient(&self, id: FnId) -> bool {
        self.ways.get(&id).is_some_and(|ways| ways.iter().all(|way| way.ambient))
    }

    /// The way to something of this effect in a function: to the function, or to the closure around it.
    pub(crate) fn to(&self, effect: Effect, id: FnId, closure: Option<ExprId>) -> Option<&Reached> {
        let (way, kept) = (self.without(effect, id), closure.and_then(|closure| self.closures.get(&(id, closure))));
        if closure.is_some_and(|closure| self.later.contains(&(id, closure))) {
            return kept;
        }
        match (way, kept) {
            // Whoever is handed the closure may promise what the function around it does not.
            (Some(way), Some(kept)) if kept.denied.has(effect) && !way.denied.has(effect) => Some(kept),
            (way, kept) => way.or(kept),
        }
    }

    /// As [`Reach::keep`], for a closure.
    fn keep_closure(&mut self, id: FnId, closure: ExprId, way: Reached) -> Option<Node> {
        let known = self.closures.get(&(id, closure));
        if known.is_some_and(|known| known.denied.covers(way.denied)) {
            return None;
        }
        self.closures.insert((id, closure), way);
        Some(Node::Closure(id, closure))
    }

    /// Whether nobody has come to this function like this; then it is kept.
    fn keep(&mut self, id: FnId, mut way: Reached) -> Option<Node> {
        let ways = self.ways.entry(id).or_default();
        if ways.len() >= MOST_WAYS {
            way.given.clear();
        }
        let covers = |known: &Reached| {
            known.given == way.given
                && known.denied.covers(way.denied)
                // What is bumped on one way is of the heap on another.
                && known.ambient <= way.ambient
                && known.either.is_none() >= way.either.is_none()
                && known.changed <= way.changed
        };
        if ways.iter().any(covers) || ways.len() >= 2 * MOST_WAYS {
            return None;
        }
        ways.push(way);
        Some(Node::Function(id, ways.len() - 1))
    }
}

/// Breadth first, so that paths are the shortest: from the roots that are preferred, then from all others.
///
/// `roots` are those besides systems with attributes, with how sure it is that they run every frame.
pub(crate) fn reach(
    program: &Program<'_>,
    analysed: &AllAnalysed,
    roots: &BTreeMap<FnId, Confidence>,
    preferred: &dyn Fn(FnId) -> bool,
) -> Reach {
    let kept = kept(analysed);
    let mut reach = Reach { later: Arc::clone(&kept.later), ..Reach::default() };
    let mut queue = VecDeque::new();
    let mut later = VecDeque::new();
    let systems = analysed.iter().filter(|(_, function)| function.is_root()).map(|(id, _)| id);
    let mut roots = roots.clone();
    roots.extend(systems.map(|id| (id, Confidence::High)));
    // The surest first: what they reach is as sure.
    let mut roots: Vec<(FnId, Confidence)> = roots.into_iter().collect();
    roots.sort_by_key(|(id, confidence)| (std::cmp::Reverse(*confidence), *id));
    for (id, confidence) in roots {
        let every_frame = confidence == Confidence::High;
        let function = analysed.of(id);
        let (denied, ambient) = (function.denied, function.ambient);
        let node = reach.keep(id, Reached { confidence, denied, ambient, every_frame, ..start(id) });
        if preferred(id) { queue.extend(node) } else { later.extend(node) }
    }
    // Whatever is put into a field that declares something is held to that.
    let mut slots: Vec<_> = kept.callables.iter().collect();
    slots.sort_by(|left, right| left.0.cmp(right.0));
    for (slot, callables) in slots {
        let denied = declared::of_slot(program, slot);
        for (maker, callable) in callables.iter().filter(|_| denied.is_any()) {
            match *callable {
                Callable::Function(function) => {
                    queue.extend(reach.keep(function, Reached { denied, ..start(function) }));
                }
                Callable::Closure(closure) => {
                    queue.extend(reach.keep_closure(*maker, closure, Reached { denied, ..start(*maker) }));
                }
                Callable::Param(_) => {}
            }
        }
    }
    // Calls between begin and end in functions that are no roots themselves.
    let of_preferred = analysed.iter().filter(|(id, _)| preferred(*id));
    for (id, _) in of_preferred.chain(analysed.iter().filter(|(id, _)| !preferred(*id))) {
        let def = program.fn_def(id);
        if reach.get(id).is_some() || def.in_test {
            continue;
        }
        let here =
            |call: &CallSite| call.in_frame && call.cold.is_none() && !call.spawned && kept.runs_with(id, call.closure);
        let walk = Walk { program, analysed, kept: &kept, changes: Changes::IfDenied };
        let to_follow = if preferred(id) { &mut queue } else { &mut later };
        walk.on(id, &start(id), &here, &mut reach, to_follow);
    }
    let walk = Walk { program, analysed, kept: &kept, changes: Changes::IfDenied };
    follow(walk, &mut reach, queue, later);
    reach
}

/// What one root reaches, and nothing else.
#[derive(Debug)]
pub(crate) struct Below<'k> {
    reach: Reach,
    kept: &'k Kept,
}

impl Below<'_> {
    /// The functions, those with the closures that are reached among them, in the order of the program.
    pub(crate) fn functions(&self) -> Vec<FnId> {
        let closures = self.reach.closures.keys().map(|(id, _)| id);
        let mut functions: Vec<FnId> = self.reach.ways.keys().chain(closures).copied().collect();
        functions.sort_unstable();
        functions.dedup();
        functions
    }

    /// As [`Reach::to`].
    pub(crate) fn to(&self, effect: Effect, id: FnId, closure: Option<ExprId>) -> Option<&Reached> {
        self.reach.to(effect, id, closure)
    }

    /// Whether anything is known to be put into a field.
    pub(crate) fn is_kept(&self, slot: &Slot) -> bool {
        self.kept.callables.contains_key(slot)
    }
}

/// Follows the calls of one function that declares an effect.
pub(crate) fn below<'k>(
    program: &Program<'_>,
    analysed: &AllAnalysed,
    kept: &'k Kept,
    root: FnId,
    changes: Changes,
) -> Below<'k> {
    let mut reach = Reach { later: Arc::clone(&kept.later), ..Reach::default() };
    let mut queue = VecDeque::new();
    queue.extend(reach.keep(root, Reached { denied: analysed.of(root).denied, ..start(root) }));
    follow(Walk { program, analysed, kept, changes }, &mut reach, queue, VecDeque::new());
    Below { reach, kept }
}

fn follow(walk: Walk<'_, '_>, reach: &mut Reach, mut queue: VecDeque<Node>, mut later: VecDeque<Node>) {
    while let Some(node) = queue.pop_front().or_else(|| later.pop_front()) {
        let (id, from, closure) = match node {
            Node::Function(id, at) => (id, reach.ways.get(&id).and_then(|ways| ways.get(at)), None),
            Node::Closure(id, closure) => (id, reach.closures.get(&(id, closure)), Some(closure)),
        };
        let Some(from) = from.filter(|from| from.path.len() <= LONGEST).cloned() else { continue };
        let here = |call: &CallSite| {
            let of_node = match closure {
                Some(_) => call.closure == closure,
                None => walk.kept.runs_with(id, call.closure),
            };
            walk.goes_into(call, from.denied) && !call.spawned && of_node
        };
        walk.on(id, &from, &here, reach, &mut queue);
    }
}

/// Goes on from functions to those that they call.
#[derive(Clone, Copy)]
struct Walk<'w, 'l> {
    program: &'w Program<'l>,
    analysed: &'w AllAnalysed,
    kept: &'w Kept,
    changes: Changes,
}

/// Where calls are followed that are made where something has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Changes {
    /// Where the heap may not be used.
    IfDenied,
    Always,
    Never,
}

impl Walk<'_, '_> {
    fn goes_into(&self, call: &CallSite, denied: Denied) -> bool {
        match call.cold {
            None => true,
            Some(Cold::OnChange) => match self.changes {
                Changes::IfDenied => denied.has(Effect::Heap),
                Changes::Always => true,
                Changes::Never => false,
            },
            Some(_) => false,
        }
    }

    fn on(
        &self,
        id: FnId,
        from: &Reached,
        here: &dyn Fn(&CallSite) -> bool,
        reach: &mut Reach,
        queue: &mut VecDeque<Node>,
    ) {
        // A system, or what promises as much as this way asks for, is a root of its own. A system that promises less goes on
        // with what its caller promised: it runs in its time.
        let stops = |callee: FnId| {
            let function = self.analysed.of(callee);
            self.program.fn_def(callee).cold || (function.is_root() && function.denied.covers(from.denied))
        };
        let function = self.analysed.of(id);
        for call in function.calls.iter().filter(|call| here(call)) {
            if !stops(call.callee)
                && let Some(way) = step(self, id, from, call)
            {
                queue.extend(reach.keep(call.callee, way));
            }
            // One of several may be built.
            for twin in self.program.twins(call.callee).iter().copied().filter(|twin| !stops(*twin)) {
                let call = CallSite { callee: twin, ..call.clone() };
                if let Some(way) = step(self, id, from, &call) {
                    queue.extend(reach.keep(twin, way));
                }
            }
        }
        for (slot, call) in function.slot_calls.iter().filter(|(_, call)| here(call)) {
            let declared = declared::of_slot(self.program, slot);
            if declared.is_any() && declared.covers(from.denied) {
                continue;
            }
            for (maker, callable) in self.kept.callables.get(slot).into_iter().flatten() {
                let mut call = call.clone();
                match *callable {
                    Callable::Function(function) if !stops(function) => {
                        call.callee = function;
                        if let Some(way) = step(self, id, from, &call) {
                            queue.extend(reach.keep(function, way));
                        }
                    }
                    Callable::Closure(closure) => {
                        call.callee = *maker;
                        let Some(mut way) = step(self, id, from, &call) else { continue };
                        if let Some(last) = way.path.last_mut() {
                            last.called = Called::Closure;
                        }
                        queue.extend(reach.keep_closure(*maker, closure, way));
                    }
                    _ => {}
                }
            }
        }
    }
}

/// What fields keep that can be called, and who put it there.
#[derive(Debug)]
pub(crate) struct Kept {
    callables: FxHashMap<Slot, Vec<(FnId, Callable)>>,
    later: Arc<Later>,
}

/// Closures in fields: they run where the fields are called, and not where they are made.
type Later = FxHashSet<(FnId, ExprId)>;

impl Kept {
    /// Whether something in a function runs while the function does, given the closure around it.
    fn runs_with(&self, id: FnId, closure: Option<ExprId>) -> bool {
        closure.is_none_or(|closure| !self.later.contains(&(id, closure)))
    }
}

/// How often what one field keeps may come into another.
const HANDED_ON: usize = 3;

pub(crate) fn kept(analysed: &AllAnalysed) -> Kept {
    let mut kept: FxHashMap<Slot, Vec<(FnId, Callable)>> = FxHashMap::default();
    for (id, function) in analysed.iter().filter(|(_, function)| !function.stored.is_empty()) {
        for (slot, callable) in &function.stored {
            kept.entry(slot.clone()).or_default().push((id, *callable));
        }
    }
    for _ in 0..HANDED_ON {
        for (_, function) in analysed.iter() {
            for (from, to) in &function.moved {
                let more = kept.get(from).cloned().unwrap_or_default();
                let known = kept.entry(to.clone()).or_default();
                for callable in more {
                    if !known.contains(&callable) {
                        known.push(callable);
                    }
                }
            }
        }
    }
    let closures = kept.values().flatten().filter_map(|(maker, callable)| match callable {
        Callable::Closure(closure) => Some((*maker, *closure)),
        _ => None,
    });
    let later = Arc::new(closures.collect());
    Kept { callables: kept, later }
}

fn start(root: FnId) -> Reached {
    Reached {
        root,
        path: Vec::new(),
        confidence: Confidence::High,
        loops: Vec::new(),
        denied: Denied::NOTHING,
        ambient: false,
        given: Given::new(),
        either: None,
        every_frame: true,
        changed: false,
    }
}

/// The way that goes on with a call, unless it means another function where it comes from here.
fn step(walk: &Walk<'_, '_>, id: FnId, from: &Reached, call: &CallSite) -> Option<Reached> {
    let site = Site { file: walk.program.fn_def(id).file, span: call.span };
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
        Some(Some(true)) | None => either = either.or(call.several.then_some((site, call.callee))),
    }
    let mut path = from.path.clone();
    path.push(Step { site, callee: call.callee, called: Called::Function });
    let mut loops = from.loops.clone();
    loops.extend(call.loops.iter().map(|around| (site, around.clone())));
    Some(Reached {
        root: from.root,
        path,
        confidence,
        loops,
        denied: from.denied,
        ambient: from.ambient || walk.analysed.of(id).is_ambient_at(call.span),
        given: known_here(&call.given, &from.given),
        either,
        every_frame: from.every_frame,
        changed: from.changed || call.cold.is_some(),
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
