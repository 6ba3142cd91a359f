//! What is known about a value, and what is known at a point of the program.

use std::collections::hash_map::Entry;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::in_place::UsedUp;
use super::open_tag::OpenTag;
use super::types::{Link, Origin, Ty};
use crate::engine::api::Known;
use crate::engine::hir::ir::{ExprId, Span};
use crate::engine::resolve::{FnId, StaticId, UserType};
use crate::model::finding::Confidence;

/// Memory that ends with something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Region {
    /// What the caller passed; the receiver is 0.
    Param(u16),
    /// A frame or scope that this function opens.
    Scope(u16),
}

/// A variable of the function, by the pattern that binds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Var(pub(crate) u32);

/// Where a place starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Root {
    Local(Var),
    Param(u16),
    Static(StaticId),
}

/// One piece of memory that a value refers to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flow {
    pub(crate) region: Region,
    /// It is known to be frame memory, not just something of the caller.
    pub(crate) frame: bool,
    /// It went through a raw pointer: rustc no longer watches it.
    pub(crate) raw: bool,
    /// It was captured by a closure or future.
    pub(crate) captured: bool,
    pub(crate) confidence: Confidence,
    /// Where it was allocated, or where it came in.
    pub(crate) site: Span,
    /// What lies in the memory; `None` until something tells, `Unknown` where it is several things.
    pub(crate) content: Option<Ty>,
    /// Where its frame ended, if it did.
    pub(crate) stale: Option<Span>,
    /// A suspension it was held across.
    pub(crate) crossed: Option<Span>,
}

/// Of what lies in one region this many kinds are told apart in a value.
const MOST_CONTENTS: usize = 4;

impl Flow {
    /// Is of the same region, in the same way.
    pub(crate) fn same_memory(&self, other: &Self) -> bool {
        self.region == other.region && self.raw == other.raw
    }

    pub(crate) fn link(&self) -> Link {
        if self.raw { Link::Address } else { Link::Borrow }
    }

    /// Of one of the two nothing has told yet what is in it, or it is the same.
    fn may_hold_the_same(&self, other: &Self) -> bool {
        self.content.is_none() || other.content.is_none() || self.content == other.content
    }
}

/// What is known about a value.
#[expect(clippy::struct_excessive_bools, reason = "each is found out and asked by itself")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    pub(crate) ty: Ty,
    pub(crate) flows: Vec<Flow>,
    /// What an iterator takes its items from, although they refer to nothing there.
    pub(crate) lazy: Vec<Flow>,
    /// What it is a reference into.
    pub(crate) alias: Option<Root>,
    /// The name of the last field on the way to it, to tell `self.a` from `self.b`.
    pub(crate) field: Option<Arc<str>>,
    /// The type that has this field.
    pub(crate) owner: Option<UserType>,
    /// A container that something which outlives the frame has kept, although it is a variable now.
    pub(crate) kept: bool,
    /// Where the heap memory that it owns was made.
    pub(crate) made: Vec<Span>,
    pub(crate) number: Option<u64>,
    /// A name for an unknown number: the variable or `x.len()` it comes from.
    pub(crate) symbol: Option<Arc<str>>,
    pub(crate) text: Option<Arc<str>>,
    /// The tag of the arena that it is.
    pub(crate) tag: Option<OpenTag>,
    /// A container whose capacity was asked for.
    pub(crate) reserved: bool,
    /// A container that is empty and owned here.
    pub(crate) fresh: bool,
    /// A `FrameHandle` from an earlier frame, or what it resolves to; with what makes it so.
    pub(crate) handle: Option<Handle>,
    /// How often an iterator runs.
    pub(crate) bound: Option<Bound>,
    /// The vector that an iterator uses up.
    pub(crate) used_up: Option<Arc<UsedUp>>,
    /// The closure that it is.
    pub(crate) closure: Option<ExprId>,
    /// What runs when it, or what is in it, is called.
    pub(crate) callables: Vec<Callable>,
    /// The field that it was read from, where callables are kept.
    pub(crate) slot: Option<Slot>,
    /// It was given away on some path.
    pub(crate) moved: bool,
    /// A policy given to `frame_retained`, or what it was given for.
    pub(crate) at_end: Option<AtEnd>,
    /// The type of another crate that made it, where its own type is not known.
    pub(crate) origin: Origin,
}

/// Something that can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Callable {
    Closure(ExprId),
    Function(FnId),
    /// What the caller passed.
    Param(u16),
}

/// A field that keeps callables.
pub(crate) type Slot = (UserType, Arc<str>);

/// What becomes of a retained value when its frame ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtEnd {
    Promoted,
    Discarded,
}

/// How a handle may be older than the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handle {
    pub(crate) resolved: bool,
    pub(crate) age: Age,
    pub(crate) since: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Age {
    Fresh,
    /// It is kept in something that outlives the frame.
    Kept,
    /// The frame ended here.
    Stale,
    /// What a flight made of it, which ended before the value was shared.
    Later,
}

/// How often a loop runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Bound {
    AtMost(u64),
    /// As often as this has elements, or as this number says.
    Input(Arc<str>),
    Unknown,
}

impl Value {
    pub(crate) fn of(ty: Ty) -> Self {
        Self {
            ty,
            flows: Vec::new(),
            lazy: Vec::new(),
            alias: None,
            field: None,
            owner: None,
            kept: false,
            made: Vec::new(),
            number: None,
            symbol: None,
            text: None,
            tag: None,
            reserved: false,
            fresh: false,
            handle: None,
            bound: None,
            used_up: None,
            closure: None,
            callables: Vec::new(),
            slot: None,
            moved: false,
            at_end: None,
            origin: Origin::NOWHERE,
        }
    }

    pub(crate) fn unknown() -> Self {
        Self::of(Ty::Unknown)
    }

    pub(crate) fn unit() -> Self {
        Self::of(Ty::Unit)
    }

    /// What lies in the memory that it refers to is known from here on.
    pub(crate) fn learn_content(&mut self, content: &Ty) {
        if content.is_unknown() {
            return;
        }
        for flow in self.flows.iter_mut().filter(|flow| flow.frame && !flow.raw && flow.content.is_none()) {
            flow.content = Some(content.clone());
        }
    }

    /// It owns what was made on the heap at these places.
    pub(crate) fn own_made(&mut self, made: &[Span]) {
        for place in made {
            if !self.made.contains(place) {
                self.made.push(*place);
            }
        }
    }

    /// An element is moved out of where it was; what was kept there is kept memory until somebody drops it.
    pub(crate) fn taken_out(&mut self, at: Span) {
        self.kept |= matches!(self.alias, Some(Root::Param(_) | Root::Static(_)));
        self.alias = None;
        if self.kept {
            self.made = vec![at];
        }
    }

    /// It is in memory of its own, not in that of what it was made of.
    pub(crate) fn becomes_its_own(&mut self) {
        self.lazy.clear();
        self.used_up = None;
        self.kept = false;
        self.owner = None;
    }

    pub(crate) fn with_flows(mut self, flows: Vec<Flow>) -> Self {
        self.flows = flows;
        self
    }

    pub(crate) fn add_flows(&mut self, flows: &[Flow]) {
        for flow in flows {
            let several = self.flows.iter().filter(|known| known.same_memory(flow)).count() >= MOST_CONTENTS;
            let same = |known: &&mut Flow| known.same_memory(flow) && (several || known.may_hold_the_same(flow));
            match self.flows.iter_mut().find(same) {
                Some(known) => {
                    known.frame |= flow.frame;
                    known.captured |= flow.captured;
                    known.content = match (known.content.take(), &flow.content) {
                        (Some(mine), Some(theirs)) if mine != *theirs => Some(Ty::Unknown),
                        (mine, theirs) => mine.or_else(|| theirs.clone()),
                    };
                    known.confidence = known.confidence.max(flow.confidence);
                    known.stale = known.stale.or(flow.stale);
                    known.crossed = known.crossed.or(flow.crossed);
                }
                None => self.flows.push(flow.clone()),
            }
        }
    }

    pub(crate) fn add_callables(&mut self, callables: &[Callable]) {
        for callable in callables {
            if !self.callables.contains(callable) {
                self.callables.push(*callable);
            }
        }
    }

    /// The value on either of two paths.
    pub(crate) fn join(&mut self, other: &Self) {
        if self == other {
            return;
        }
        let mine = std::mem::take(&mut self.flows);
        let on_both = |flow: &Flow| {
            let same = |known: &&Flow| known.same_memory(flow);
            mine.iter().any(|known| same(&known)) && other.flows.iter().any(|known| same(&known))
        };
        let mut joined = Vec::new();
        for flow in mine.iter().chain(&other.flows) {
            let mut flow = flow.clone();
            if !on_both(&flow) {
                flow.confidence = flow.confidence.min(Confidence::Medium);
            }
            joined.push(flow);
        }
        self.add_flows(&joined);
        let unknown = self.ty.is_unknown();
        if unknown || self.ty == Ty::Never {
            self.ty = other.ty.clone();
        }
        if self.alias != other.alias {
            self.alias = self.alias.or(other.alias);
        }
        if self.number != other.number {
            self.number = None;
        }
        if self.symbol != other.symbol {
            self.symbol = None;
        }
        if self.text != other.text {
            self.text = None;
        }
        if self.tag != other.tag {
            self.tag = Some(OpenTag::Unknown(None));
        }
        self.moved |= other.moved;
        self.kept |= other.kept;
        self.own_made(&other.made);
        // What is not known on the other path does not contradict.
        if unknown && self.owner.is_none() {
            (self.owner, self.field) = (other.owner, other.field.clone());
        } else if self.owner != other.owner && !other.ty.is_unknown() {
            self.owner = None;
        }
        self.reserved &= other.reserved;
        self.fresh &= other.fresh;
        self.handle = match (self.handle, other.handle) {
            (Some(mine), Some(theirs)) => Some(if mine.age == Age::Fresh { theirs } else { mine }),
            (mine, theirs) => mine.or(theirs),
        };
        if self.bound != other.bound {
            self.bound = None;
        }
        if self.used_up != other.used_up {
            self.used_up = None;
        }
        if self.closure != other.closure {
            self.closure = None;
        }
        self.add_callables(&other.callables);
        if self.slot.is_none() {
            self.slot.clone_from(&other.slot);
        }
    }

    /// Is this type, looking through references.
    pub(crate) fn is(&self, known: Known) -> bool {
        self.ty.head() == Some(known)
    }
}

/// Whether a frame is open, as one path knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameState {
    /// As the caller left it.
    Entry,
    Closed,
    /// It was the caller's and has been ended here.
    Released,
    /// Since here, with this many loops around.
    Open(Span, usize),
    /// Open since here on some paths and not on others.
    Maybe(Span, usize),
    /// Somebody else may have ended it.
    Unknown,
}

impl FrameState {
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (mine, theirs) if mine == theirs => mine,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Open(span, loops) | Self::Maybe(span, loops), _)
            | (_, Self::Open(span, loops) | Self::Maybe(span, loops)) => Self::Maybe(span, loops),
            (mine, _) => mine,
        }
    }
}

/// An allocator, by where it is kept.
pub(crate) type AllocatorKey = (Root, Option<Arc<str>>);

/// The values of variables: those that no path has changed are shared between the paths.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Values(FxHashMap<Var, Rc<Value>>);

impl Values {
    pub(crate) fn get(&self, var: Var) -> Option<&Value> {
        self.0.get(&var).map(Rc::as_ref)
    }

    pub(crate) fn get_mut(&mut self, var: Var) -> Option<&mut Value> {
        self.0.get_mut(&var).map(Rc::make_mut)
    }

    pub(crate) fn insert(&mut self, var: Var, value: Value) {
        self.0.insert(var, Rc::new(value));
    }

    pub(crate) fn remove(&mut self, var: Var) -> Option<Value> {
        self.0.remove(&var).map(Rc::unwrap_or_clone)
    }

    /// The variables that were given away.
    pub(crate) fn moved(&self) -> impl Iterator<Item = Var> + '_ {
        self.0.iter().filter(|(_, value)| value.moved).map(|(var, _)| *var)
    }

    pub(crate) fn retain(&mut self, keeps: impl Fn(Var) -> bool) {
        self.0.retain(|var, _| keeps(*var));
    }

    /// Changes those that refer to memory or hold a handle.
    pub(crate) fn change_referring(&mut self, mut change: impl FnMut(&mut Value)) {
        for value in self.0.values_mut().filter(|value| !value.flows.is_empty() || value.handle.is_some()) {
            change(Rc::make_mut(value));
        }
    }

    /// The values on either of two paths.
    fn join(&mut self, other: &Self) {
        for (var, value) in &other.0 {
            match self.0.entry(*var) {
                Entry::Occupied(mut known) => {
                    if !Rc::ptr_eq(known.get(), value) && known.get() != value {
                        Rc::make_mut(known.get_mut()).join(value);
                    }
                }
                Entry::Vacant(place) => {
                    let value = place.insert(Rc::clone(value));
                    if value.flows.iter().any(|flow| flow.confidence > Confidence::Medium) {
                        for flow in &mut Rc::make_mut(value).flows {
                            flow.confidence = flow.confidence.min(Confidence::Medium);
                        }
                    }
                }
            }
        }
    }
}

/// What holds at a point of the program.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    pub(crate) values: Values,
    pub(crate) frames: FxHashMap<AllocatorKey, FrameState>,
    /// Nothing gets here.
    pub(crate) dead: bool,
}

impl State {
    pub(crate) fn join(&mut self, other: &Self) {
        if other.dead {
            return;
        }
        if self.dead {
            *self = other.clone();
            return;
        }
        self.values.join(&other.values);
        let keys: Vec<AllocatorKey> = self.frames.keys().chain(other.frames.keys()).cloned().collect();
        for key in keys {
            let mine = self.frames.get(&key).copied().unwrap_or(FrameState::Entry);
            let theirs = other.frames.get(&key).copied().unwrap_or(FrameState::Entry);
            self.frames.insert(key, mine.join(theirs));
        }
    }
}
