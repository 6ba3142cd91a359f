//! What an analysis found, as it is kept for the next run, and what it was told by the rest of the program.
//!
//! An analysis of a function is made of its own file, of what all files say outside of functions, and of a few answers
//! about what is in other functions: those are taken down, and where they would still be the same, so is the result.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use super::changes::{CallsByName, Change, Changed, Changes, DoneByMethod};
use super::summary::{AllAnalysed, Summary};
use crate::engine::hir::hash::hash;
use crate::engine::hir::ir::ExprId;
use crate::engine::resolve::FnId;
use crate::model::finding::Confidence;

/// What an analysis asks, while it runs.
#[derive(Default)]
pub(crate) struct Asking<'l> {
    summaries: FxHashSet<FnId>,
    changes: FxHashSet<Changed<'l>>,
    beside: FxHashSet<Changed<'l>>,
    by_methods: FxHashSet<DoneByMethod<'l>>,
    systems: BTreeSet<(ExprId, Option<Confidence>)>,
}

impl<'l> Asking<'l> {
    pub(super) fn summary(&mut self, of: FnId) {
        self.summaries.insert(of);
    }

    pub(super) fn change(&mut self, asked: Changed<'l>) {
        self.changes.insert(asked);
    }

    pub(super) fn change_beside(&mut self, asked: Changed<'l>) {
        self.beside.insert(asked);
    }

    pub(super) fn change_by_method(&mut self, asked: DoneByMethod<'l>) {
        self.by_methods.insert(asked);
    }

    pub(super) fn system_closure(&mut self, body: ExprId, answer: Option<Confidence>) {
        self.systems.insert((body, answer));
    }

    /// What was asked, with what was answered; `None` where an answer cannot be written.
    pub(crate) fn told(&self, id: FnId, known: &Known<'_, 'l>) -> Option<Told> {
        let mut summaries: Vec<(FnId, u64)> =
            self.summaries.iter().map(|of| Some((*of, known.summary(*of)?))).collect::<Option<_>>()?;
        summaries.sort_unstable();
        let about = |asked: &Changed<'l>, told: bool| {
            let (owner, name, change) = *asked;
            AboutChange { owner: owner.map(str::to_owned), name: name.to_owned(), change, told }
        };
        let changes = self.changes.iter().map(|asked| about(asked, known.changes.has(asked.0, asked.1, asked.2)));
        let beside =
            self.beside.iter().map(|asked| about(asked, known.changes.is_done_beside(known.calls, *asked, id)));
        let by_methods = self.by_methods.iter().map(|asked| {
            let (method, name, change) = *asked;
            about(&(Some(method), name, change), known.changes.is_done_by_method(*asked))
        });
        Some(Told {
            summaries,
            changes: changes.collect(),
            beside: beside.collect(),
            by_methods: by_methods.collect(),
            systems: self.systems.iter().copied().collect(),
        })
    }
}

/// Where an analysis gets its answers.
#[derive(Clone, Copy)]
pub(crate) struct Known<'p, 'l> {
    pub(crate) analysed: &'p AllAnalysed,
    pub(crate) circle: &'p [(FnId, Summary)],
    pub(crate) changes: &'p Changes<'l>,
    pub(crate) calls: &'p dyn CallsByName,
}

impl Known<'_, '_> {
    fn summary(&self, of: FnId) -> Option<u64> {
        match self.circle.binary_search_by_key(&of, |(member, _)| *member) {
            Ok(at) => self.circle[at].1.fingerprint(),
            Err(_) => self.analysed.fingerprint(of),
        }
    }
}

/// What an analysis was told.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    summaries: Vec<(FnId, u64)>,
    changes: Vec<AboutChange>,
    /// In the frames in which the function runs.
    beside: Vec<AboutChange>,
    /// By methods to fields of `self`: the owner is the method's name.
    by_methods: Vec<AboutChange>,
    systems: Vec<(ExprId, Option<Confidence>)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct AboutChange {
    owner: Option<String>,
    name: String,
    change: Change,
    told: bool,
}

impl Told {
    /// Whether the analysis of this function would be told the same now; `system` says whether a closure of its file is a
    /// system.
    pub(crate) fn still_holds(
        &self,
        id: FnId,
        known: &Known<'_, '_>,
        system: impl Fn(ExprId) -> Option<Confidence>,
    ) -> bool {
        self.summaries.iter().all(|(of, told)| known.summary(*of) == Some(*told))
            && self.systems.iter().all(|(body, told)| system(*body) == *told)
            && self
                .changes
                .iter()
                .all(|about| known.changes.has(about.owner.as_deref(), &about.name, about.change) == about.told)
            && self.beside.iter().all(|about| {
                let asked = (about.owner.as_deref(), &*about.name, about.change);
                known.changes.is_done_beside(known.calls, asked, id) == about.told
            })
            && self.by_methods.iter().all(|about| {
                let asked = (about.owner.as_deref().unwrap_or_default(), &*about.name, about.change);
                known.changes.is_done_by_method(asked) == about.told
            })
    }
}

impl Summary {
    /// Two summaries of one fingerprint tell callers the same. That of one which says nothing is zero.
    pub(crate) fn fingerprint(&self) -> Option<u64> {
        if self.says_nothing() {
            return Some(0);
        }
        // Were there functions in it, it could not be written here: their numbers differ from run to run.
        let bytes = postcard::to_stdvec(self).ok()?;
        u64::try_from(hash(&bytes) >> 64).ok().map(|word| word | 1)
    }
}
