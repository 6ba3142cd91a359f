//! What a function does, as its callers need to know it.

use std::sync::{Arc, OnceLock};

use framealloc_syntax::Denied;
use serde::{Deserialize, Serialize};

use super::event::{CallSite, Event, Lent, Site};
use super::signals::Signals;
use super::steady::Reach;
use super::types::Ty;
use super::value::{Callable, Slot};
use crate::engine::hir::ir::Span;
use crate::engine::hir::offset;
use crate::engine::resolve::{FnId, UserType};
use crate::model::finding::Confidence;

/// Everything known about one function.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Analysed {
    pub(crate) events: Vec<Event>,
    pub(crate) calls: Vec<CallSite>,
    /// Heap containers that it lends to functions that it calls.
    pub(crate) lent: Vec<Lent>,
    /// Containers in fields that it empties, sizes or takes elements out of.
    pub(crate) emptied: Vec<(UserType, Arc<str>, Reach)>,
    /// Containers that it is lent, by the parameter, and empties.
    pub(crate) emptied_params: Vec<u16>,
    pub(crate) summary: Summary,
    /// An allocator is among what it deals with.
    pub(crate) has_allocator: bool,
    /// The function is a frame root of its own.
    pub(crate) system: bool,
    /// What it promises not to do, by an attribute of its own or of the trait that it implements.
    #[serde(with = "super::texts::denied")]
    pub(crate) denied: Denied,
    /// What it asks of the heap is bumped.
    pub(crate) ambient: bool,
    /// What runs there likewise, in a function that is not.
    pub(crate) ambient_in: Vec<Span>,
    /// What is made in such a zone and is there when it is over.
    pub(crate) leaves_zone: Vec<Span>,
    /// What is made on the heap and put into a parameter.
    pub(crate) kept_in: Vec<(Span, u16)>,
    pub(crate) budget: Option<u64>,
    pub(crate) tag: Option<Arc<str>>,
    /// What is put into fields that keep callables.
    pub(crate) stored: Vec<(Slot, Callable)>,
    /// What one such field keeps comes into another.
    pub(crate) moved: Vec<(Slot, Slot)>,
    /// Calls of what such fields keep.
    pub(crate) slot_calls: Vec<(Slot, CallSite)>,
}

impl Analysed {
    /// Whether what is asked of the heap there is bumped by a call of this function.
    pub(crate) fn is_ambient_at(&self, place: Span) -> bool {
        self.ambient_in.iter().any(|zone| zone.lo <= place.lo && place.hi <= zone.hi)
    }

    /// Whether it is judged by itself: it is a system, or declares an effect.
    pub(crate) fn is_root(&self) -> bool {
        self.system || self.denied.is_any()
    }
}

/// What is known about functions: of most, which nobody analyses, there is nothing to know.
#[derive(Debug)]
pub(crate) struct AllAnalysed {
    functions: Vec<Option<Box<Analysed>>>,
    /// Of their summaries, once somebody asked.
    fingerprints: Vec<OnceLock<Option<u64>>>,
    nothing: Analysed,
}

impl AllAnalysed {
    pub(crate) fn new(functions: usize) -> Self {
        let mut known = Vec::new();
        known.resize_with(functions, || None);
        let mut fingerprints = Vec::new();
        fingerprints.resize_with(functions, OnceLock::new);
        Self { functions: known, fingerprints, nothing: Analysed::default() }
    }

    /// As [`Summary::fingerprint`].
    pub(crate) fn fingerprint(&self, id: FnId) -> Option<u64> {
        match &self.functions[id.0 as usize] {
            None => self.nothing.summary.fingerprint(),
            Some(known) => *self.fingerprints[id.0 as usize].get_or_init(|| known.summary.fingerprint()),
        }
    }

    pub(crate) fn of(&self, id: FnId) -> &Analysed {
        self.functions[id.0 as usize].as_deref().unwrap_or(&self.nothing)
    }

    /// Those of which something is known.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (FnId, &Analysed)> {
        let known = self.functions.iter().enumerate().filter_map(|(at, function)| Some((at, function.as_deref()?)));
        known.map(|(at, function)| (FnId(offset(at)), function))
    }

    pub(crate) fn keep(&mut self, id: FnId, analysed: Box<Analysed>) {
        self.functions[id.0 as usize] = Some(analysed);
        self.fingerprints[id.0 as usize] = OnceLock::new();
    }
}

/// What callers need to know.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// Parameters that the result refers to.
    pub(crate) result: Vec<ResultFlow>,
    /// Parameters that are kept.
    pub(crate) stores: Vec<Store>,
    /// Parameters that whole-frame or scope memory is allocated from, and where.
    pub(crate) allocates: Vec<(u16, Site)>,
    /// Allocators that the function leaves open (+1) or closes (-1): by parameter and field.
    pub(crate) frame_changes: Vec<(u16, Option<Arc<str>>, i8)>,
    /// What happens to the barriers among its parameters.
    pub(crate) signals: Vec<(u16, Signals)>,
    /// It sets a budget for the thread that runs it.
    pub(crate) sets_budget: bool,
    /// What is done to generic parameters that allocates for some types, by their index.
    pub(crate) parameter_uses: Vec<(u16, ParameterUse)>,
    /// Parameters that are called.
    pub(crate) calls: Vec<u16>,
    /// Parameters that are put into fields that keep callables.
    pub(crate) keeps: Vec<(u16, Slot)>,
    /// It gets an allocator exclusively and does with it what is not known.
    pub(crate) diverges: bool,
    /// The result is a container that something which outlives the frame has kept.
    pub(crate) result_kept: bool,
    /// The result leads to a container that is this field of what this parameter refers to.
    pub(crate) leads_to: Option<(u16, UserType, Arc<str>)>,
    /// What the result is, where the signature does not say.
    pub(crate) result_type: Option<Ty>,
}

impl Summary {
    /// Whether it is that of a function of which nothing is known.
    pub(super) fn says_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether callers that have nothing to do with frames otherwise need to know of it: where they hand a frame in, or
    /// take what is of one out, they have.
    pub(crate) fn brings_frames(&self) -> bool {
        self.result.iter().any(|flow| flow.frame)
            || self.stores.iter().any(|store| store.frame)
            || !(self.allocates.is_empty() && self.frame_changes.is_empty() && self.signals.is_empty())
            || self.sets_budget
            || self.diverges
            || !self.keeps.is_empty()
            || self.result_type.as_ref().is_some_and(Ty::may_hold_frames)
    }
}

/// Something that allocates or not, as the type is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ParameterUse {
    /// `value.clone()` where it is `T: Clone`.
    Clone,
    /// `value.into()` where it is `impl Into<String>`.
    IntoOwned,
    /// `value.to_owned()` where it is `T: ToOwned`.
    ToOwned,
}

/// A part of the result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ResultFlow {
    pub(crate) param: u16,
    /// It is frame memory that the function allocated.
    pub(crate) frame: bool,
    pub(crate) raw: bool,
    pub(crate) captured: bool,
    pub(crate) confidence: Confidence,
}

/// A parameter that is kept somewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Store {
    pub(crate) param: u16,
    pub(crate) target: StoreTarget,
    /// It is frame memory that the function allocated.
    pub(crate) frame: bool,
    pub(crate) raw: bool,
    pub(crate) captured: bool,
    pub(crate) confidence: Confidence,
    /// Where, the innermost last.
    pub(crate) path: Vec<(Site, String)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum StoreTarget {
    Static(String),
    Param(u16),
    Thread,
    Task,
}
