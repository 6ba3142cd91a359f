//! In which order functions are analysed, on all threads at once and with the same result on any number of them.
//!
//! First every function that deals with frames by itself, callees before callers as far as names tell, and with each what
//! it turned out to call: that is far less than the functions whose names fit. Then callees before callers once more, but
//! only where a callee turned out to do something that its callers did not know; most do not, and what was found first
//! stands. Then whoever may call such a function, and so on upwards: nobody else can see a frame through a call.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::by_name::ByName;
use super::graph::{Callers, Calls, Graph};
use super::results::Results;
use crate::engine::flow::declared::Asked;
use crate::engine::flow::stored::{Asking, Known};
use crate::engine::flow::summary::{AllAnalysed, Analysed, Summary};
use crate::engine::flow::value::Callable;
use crate::engine::flow::{self, Surroundings};
use crate::engine::hir::ir::ExprId;
use crate::engine::resolve::{FnId, Program, UserType};
use crate::model::finding::Confidence;

/// How often the functions of a circle of calls are analysed before their summaries are taken as they are.
const ROUNDS: usize = 4;
/// How often what summaries reveal about types may reveal new calls.
const PASSES: usize = 4;

/// How many functions a thread takes at once: threads are done at the same time, which halves of all would not be.
const SHARE: usize = 8;

/// Analyses these functions, all that they call, and their callers where those need to know of it; tells how often one was
/// analysed.
pub(crate) fn analyse<'p, 'l>(
    program: &'p Program<'l>,
    pooled: &FxHashSet<UserType>,
    system_closures: &FxHashMap<(usize, ExprId), Confidence>,
    seeds: &[FnId],
    (graph, by_name): (&Graph, &'p ByName<'p, 'l>),
    asked: Asked,
    results: &Results,
) -> (AllAnalysed, usize) {
    let signatures = flow::Signatures::new(program.fns.len());
    let changes = graph.changes(program);
    let mut schedule = Schedule {
        program,
        pooled,
        system_closures,
        signatures: &signatures,
        changes: &changes,
        by_name,
        asked,
        results,
        analysed: AllAnalysed::new(program.fns.len()),
        seen: vec![0; program.fns.len()],
        changed: vec![0; program.fns.len()],
        wanted: vec![false; program.fns.len()],
        calls: Calls { callees: vec![Vec::new(); program.fns.len()] },
        now: 0,
        runs: AtomicUsize::new(0),
    };
    let mut above: Vec<Above> = vec![Above::No; program.fns.len()];
    for seed in seeds {
        above[seed.0 as usize] = Above::Quiet;
    }
    for wave in graph.callees_first(program, seeds) {
        schedule.discover(wave);
    }
    loop {
        for _ in 0..PASSES {
            if !schedule.pass() {
                break;
            }
        }
        let (fresh, again) = schedule.callers_to_notify(by_name.callers(), &mut above);
        if !again {
            break;
        }
        schedule.discover(fresh);
    }
    (schedule.analysed, schedule.runs.into_inner())
}

/// Whether a function deals with frames, by itself or through those that it may call.
#[derive(Clone, Copy, PartialEq)]
enum Above {
    No,
    Quiet,
    /// Its callers need to know of it, and were notified.
    Notified,
}

struct Schedule<'p, 'l> {
    program: &'p Program<'l>,
    pooled: &'p FxHashSet<UserType>,
    system_closures: &'p FxHashMap<(usize, ExprId), Confidence>,
    signatures: &'p flow::Signatures<'l>,
    changes: &'p flow::changes::Changes<'l>,
    by_name: &'p ByName<'p, 'l>,
    asked: Asked,
    results: &'p Results,
    analysed: AllAnalysed,
    /// By function: the step after which its callees were analysed; a change in that step or later is news to it.
    seen: Vec<u32>,
    /// By function: the step in which its summary changed, at the end of it.
    changed: Vec<u32>,
    wanted: Vec<bool>,
    calls: Calls,
    now: u32,
    /// How many were run.
    runs: AtomicUsize,
}

impl<'l> Schedule<'_, 'l> {
    /// What a function does, given what is known now, or in the circle that it is part of.
    fn analyse(&self, id: FnId, circle: &[(FnId, Summary)]) -> Box<Analysed> {
        if !self.results.is_kept() {
            return Box::new(self.run(id, circle, None));
        }
        let known = Known { analysed: &self.analysed, circle, changes: self.changes, calls: self.by_name };
        let file = self.program.fn_def(id).file;
        let system = |body: ExprId| self.system_closures.get(&(file, body)).copied();
        if let Some(found) = self.results.find(self.program, id, &known, system) {
            return found;
        }
        let asking = RefCell::default();
        let analysed = Box::new(self.run(id, circle, Some(&asking)));
        if let Some(told) = asking.into_inner().told(id, &known) {
            self.results.add(id, &told, &analysed);
        }
        analysed
    }

    fn run(&self, id: FnId, circle: &[(FnId, Summary)], asking: Option<&RefCell<Asking<'l>>>) -> Analysed {
        self.runs.fetch_add(1, Ordering::Relaxed);
        let around = Surroundings {
            program: self.program,
            analysed: &self.analysed,
            pooled: self.pooled,
            system_closures: self.system_closures,
            signatures: self.signatures,
            changes: self.changes,
            calls: self.by_name,
            asks_effects: self.asked.effects,
            limits_channels: self.asked.limits_channels,
            circle,
            asking,
        };
        flow::analyse(around, id)
    }

    /// Analyses functions for the first time, in waves, each with the callees that the one before it found.
    fn discover(&mut self, mut wave: Vec<FnId>) {
        wave.retain(|id| !self.wanted[id.0 as usize]);
        while !wave.is_empty() {
            self.now += 1;
            let found: Vec<Box<Analysed>> =
                wave.par_iter().with_max_len(SHARE).map(|id| self.analyse(*id, &[])).collect();
            for (id, fresh) in wave.iter().zip(found) {
                self.wanted[id.0 as usize] = true;
                self.keep(*id, fresh);
            }
            wave = self.unknown(&wave);
        }
    }

    /// The callers of functions that bring frames into them, as far as nobody has analysed them; and whether there are such
    /// functions whose callers were not notified before.
    fn callers_to_notify(&self, callers: &Callers<'_>, above: &mut [Above]) -> (Vec<FnId>, bool) {
        let brings = |id: &FnId| above[id.0 as usize] == Above::Quiet && self.analysed.of(*id).summary.brings_frames();
        let bringing: Vec<FnId> = self.program.all_fns().filter(brings).collect();
        let mut fresh = Vec::new();
        for id in &bringing {
            above[id.0 as usize] = Above::Notified;
            for caller in callers.of(self.program, *id) {
                let at = caller.0 as usize;
                if above[at] == Above::No {
                    above[at] = Above::Quiet;
                    if !self.wanted[at] {
                        fresh.push(caller);
                    }
                }
            }
        }
        fresh.sort_unstable();
        (fresh, !bringing.is_empty())
    }

    /// The callees of these that nobody has analysed.
    fn unknown(&self, function: &[FnId]) -> Vec<FnId> {
        let callees = function.iter().flat_map(|id| &self.calls.callees[id.0 as usize]).copied();
        let mut unknown: Vec<FnId> = callees.filter(|callee| !self.wanted[callee.0 as usize]).collect();
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }

    /// Keeps a result, and notes whether it is news to callers.
    fn keep(&mut self, id: FnId, fresh: Box<Analysed>) {
        let at = id.0 as usize;
        if self.analysed.of(id).summary != fresh.summary {
            self.changed[at] = self.now;
        }
        self.seen[at] = self.now;
        let kept = fresh.stored.iter().filter_map(|(_, callable)| match callable {
            Callable::Function(function) => Some(*function),
            _ => None,
        });
        let mut callees: Vec<FnId> = fresh.calls.iter().map(|call| call.callee).chain(kept).collect();
        callees.sort_unstable();
        callees.dedup();
        self.calls.callees[at] = callees;
        self.analysed.keep(id, fresh);
    }

    /// Callees before callers, once; tells whether anything was analysed again.
    fn pass(&mut self) -> bool {
        let mut again = false;
        let mut found = Vec::new();
        for level in self.calls.levels(&self.wanted) {
            self.now += 1;
            let stale: Vec<Vec<FnId>> = level.into_iter().filter(|component| self.is_stale(component)).collect();
            again |= !stale.is_empty();
            let fresh: Vec<Vec<Box<Analysed>>> =
                stale.par_iter().with_max_len(SHARE).map(|component| self.again(component)).collect();
            for (id, fresh) in stale.iter().flatten().zip(fresh.into_iter().flatten()) {
                self.keep(*id, fresh);
                found.push(*id);
            }
            // The members of a circle have seen each other.
            self.now += 1;
            for id in stale.iter().flatten() {
                self.seen[id.0 as usize] = self.now;
            }
        }
        let unknown = self.unknown(&found);
        self.discover(unknown);
        again
    }

    fn is_stale(&self, component: &[FnId]) -> bool {
        component.iter().any(|id| {
            let seen = self.seen[id.0 as usize];
            self.calls.callees[id.0 as usize].iter().any(|callee| self.changed[callee.0 as usize] >= seen)
        })
    }

    /// Analyses a function again, or all of a circle of calls until nothing changes.
    #[expect(clippy::vec_box, reason = "each is kept by itself, and most are found one at a time")]
    fn again(&self, component: &[FnId]) -> Vec<Box<Analysed>> {
        if !self.calls.is_recursive(component) {
            return component.iter().map(|id| self.analyse(*id, &[])).collect();
        }
        let mut known: Vec<(FnId, Summary)> =
            component.iter().map(|id| (*id, self.analysed.of(*id).summary.clone())).collect();
        let mut result: Vec<Box<Analysed>> = Vec::new();
        for _ in 0..ROUNDS {
            let mut changed = false;
            result.clear();
            for at in 0..known.len() {
                let fresh = self.analyse(known[at].0, &known);
                if known[at].1 != fresh.summary {
                    changed = true;
                    known[at].1 = fresh.summary.clone();
                }
                result.push(fresh);
            }
            if !changed {
                break;
            }
        }
        result
    }
}
