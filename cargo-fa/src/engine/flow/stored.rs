//! What an analysis found, as it is kept for the next run, and what it was told by the rest of the program.
//!
//! An analysis of a function is made of its own file, of what all files say outside of functions, and of a few answers
//! about what is in other functions: those are taken down, and where they would still be the same, so is the result.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use framealloc_syntax::{Denied, Effect};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Interpreter;
use super::changes::{Change, Changed, Changes};
use super::summary::{AllAnalysed, Summary};
use crate::engine::hir::hash::hash;
use crate::engine::hir::ir::{ExprId, Span};
use crate::engine::resolve::FnId;
use crate::model::finding::Confidence;

/// What an analysis asks, while it runs.
#[derive(Default)]
pub(crate) struct Asking<'l> {
    summaries: FxHashSet<FnId>,
    changes: FxHashSet<Changed<'l>>,
    systems: BTreeSet<(ExprId, Option<Confidence>)>,
}

impl<'l> Asking<'l> {
    pub(super) fn summary(&mut self, of: FnId) {
        self.summaries.insert(of);
    }

    pub(super) fn system_closure(&mut self, body: ExprId, answer: Option<Confidence>) {
        self.systems.insert((body, answer));
    }

    /// What was asked, with what was answered; `None` where an answer cannot be written.
    pub(crate) fn told(&self, known: &Known<'_, 'l>) -> Option<Told> {
        let mut summaries: Vec<(FnId, u64)> =
            self.summaries.iter().map(|of| Some((*of, known.summary(*of)?))).collect::<Option<_>>()?;
        summaries.sort_unstable();
        let changes = self.changes.iter().map(|asked| {
            let (owner, name, change) = *asked;
            let told = known.changes.has(owner, name, change);
            AboutChange { owner: owner.map(str::to_owned), name: name.to_owned(), change, told }
        });
        Some(Told { summaries, changes: changes.collect(), systems: self.systems.iter().copied().collect() })
    }
}

/// Where an analysis gets its answers.
#[derive(Clone, Copy)]
pub(crate) struct Known<'p, 'l> {
    pub(crate) analysed: &'p AllAnalysed,
    pub(crate) circle: &'p [(FnId, Summary)],
    pub(crate) changes: &'p Changes<'l>,
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
    /// Whether it would be told the same now; `system` says whether a closure of its file is a system.
    pub(crate) fn still_holds(&self, known: &Known<'_, '_>, system: impl Fn(ExprId) -> Option<Confidence>) -> bool {
        self.summaries.iter().all(|(of, told)| known.summary(*of) == Some(*told))
            && self.systems.iter().all(|(body, told)| system(*body) == *told)
            && self
                .changes
                .iter()
                .all(|about| known.changes.has(about.owner.as_deref(), &about.name, about.change) == about.told)
    }
}

impl<'l> Interpreter<'_, 'l> {
    /// Whether somebody does that to a field of this type, or of one that is not known.
    pub(super) fn has_change(&self, owner: Option<&'l str>, name: &'l str, change: Change) -> bool {
        if let Some(asking) = self.around.asking {
            asking.borrow_mut().changes.insert((owner, name, change));
        }
        self.around.changes.has(owner, name, change)
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

/// A text of the analyser itself.
pub(crate) type Fixed = &'static str;

/// The text that is equal to this one and stays: there are few, and each is kept once.
fn fixed_text(text: &str) -> Fixed {
    static KNOWN: Mutex<BTreeSet<Fixed>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.get(text) {
        return known;
    }
    let text: Fixed = Box::leak(text.into());
    known.insert(text);
    text
}

pub(super) mod fixed {
    use super::{Deserialize, Deserializer, Fixed, Serialize, Serializer, fixed_text};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    pub(in super::super) fn serialize<S: Serializer>(text: &Fixed, serializer: S) -> Result<S::Ok, S::Error> {
        text.serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fixed, D::Error> {
        <&str>::deserialize(deserializer).map(fixed_text)
    }
}

pub(super) mod fixed_at {
    use super::{Deserialize, Deserializer, Fixed, Serialize, Serializer, Span, fixed_text};

    pub(in super::super) fn serialize<S: Serializer>(
        text: &Option<(Span, Fixed)>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        text.serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<(Span, Fixed)>, D::Error> {
        let read = Option::<(Span, &str)>::deserialize(deserializer)?;
        Ok(read.map(|(at, text)| (at, fixed_text(text))))
    }
}

pub(super) mod denied {
    use super::{Denied, Deserialize, Deserializer, Effect, Serialize, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
    pub(in super::super) fn serialize<S: Serializer>(denied: &Denied, serializer: S) -> Result<S::Ok, S::Error> {
        Effect::ALL.map(|effect| denied.has(effect)).serialize(serializer)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Denied, D::Error> {
        let has = <[bool; Effect::ALL.len()]>::deserialize(deserializer)?;
        let all = Effect::ALL.into_iter().zip(has).filter(|(_, has)| *has);
        Ok(all.fold(Denied::NOTHING, |denied, (effect, _)| denied.and(effect)))
    }
}
