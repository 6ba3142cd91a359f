//! What happens in a function, as the rules want to hear it.

use std::sync::Arc;

use framealloc_syntax::{Denied, Effect};
use serde::{Deserialize, Serialize};

use super::generics::{Condition, Given};
use super::open_tag::OpenTag;
use super::texts::{self, Fixed};
use super::types::Ty;
use super::value::{Bound, Root};
use crate::engine::api::waits::WaitsFor;
use crate::engine::hir::ir::{ExprId, Span};
use crate::engine::resolve::{FnId, UserType};
use crate::model::finding::Confidence;

/// A place in some file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Site {
    pub(crate) file: usize,
    pub(crate) span: Span,
}

/// A loop around an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LoopAround {
    pub(crate) span: Span,
    pub(crate) bound: Bound,
}

/// Why frames seldom come to some code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Cold {
    /// It is done once for each value, and for no other reason.
    OnceForEach,
    /// It is done where something has changed or was asked for, which most frames do not see.
    OnChange,
    /// Something went wrong, or it is for debugging.
    Seldom,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) kind: EventKind,
    pub(crate) span: Span,
    pub(crate) confidence: Confidence,
    /// Loops around it that run within one frame (and within the scope of the memory).
    pub(crate) loops: Vec<LoopAround>,
    /// The code around it runs inside a frame that this function knows of.
    pub(crate) in_frame: bool,
    /// Runs on another thread, outside of this frame.
    pub(crate) spawned: bool,
    /// Why frames seldom come to it, if they do not.
    pub(crate) cold: Option<Cold>,
    /// Branches around it, outermost first: of the arms of one branch, one runs.
    pub(crate) arms: Vec<Arm>,
    /// The closure around it that somebody else may run.
    pub(crate) closure: Option<ExprId>,
}

/// One arm of an `if` or a `match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Arm {
    /// The condition or the matched value.
    pub(crate) branch: Span,
    pub(crate) index: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum EventKind {
    /// Memory from a frame.
    FrameAlloc {
        #[serde(with = "texts::fixed")]
        what: Fixed,
        ty: Ty,
        count: Option<Count>,
        once: bool,
        own: bool,
        /// The tag of the arena.
        tag: Option<OpenTag>,
    },
    /// Memory from the general heap.
    HeapAlloc {
        what: String,
        ty: Ty,
        api: HeapApi,
        fate: Fate,
    },
    /// A function that is called in a zone gives something back that may be on the heap.
    MadeInZone {
        callee: FnId,
        ty: Ty,
        fate: Fate,
    },
    /// A heap container may grow.
    HeapGrowth {
        what: String,
        container: Container,
        fate: Fate,
    },
    /// Something is waited for.
    Waits {
        what: String,
        on: WaitsFor,
    },
    /// A call of what nobody can see into, and what is declared of it.
    Unseen(Unseen, #[serde(with = "texts::denied")] Denied),
    /// Heap memory is given back at the end of a block.
    HeapFree {
        ty: Ty,
        by: Freed,
    },
    /// Frame data gets somewhere that outlives its frame.
    Escape {
        route: EscapeRoute,
        raw: bool,
        captured: bool,
        allocated: Site,
        via: Vec<(Site, String)>,
    },
    /// Frame data is used after its frame ended.
    UseAfterEnd {
        name: String,
        ended: Span,
        raw: bool,
        allocated: Span,
    },
    /// A value that has to be dropped is dropped after its frame ended.
    DroppedAfterEnd {
        name: String,
        ended: Span,
        allocated: Span,
    },
    /// Frame data reaches a thread or task.
    Spawned {
        runner: Runner,
        name: String,
        allocated: Site,
        raw: bool,
        via: Vec<(Site, String)>,
    },
    /// A frame value is used after a suspension.
    AcrossAwait {
        name: String,
        awaited: Span,
        allocated: Span,
    },
    /// A frame value is still held at a suspension although it is not used any more.
    HeldAtAwait {
        name: String,
        awaited: Span,
        allocated: Span,
    },
    /// A frame that is left open.
    LeftOpen {
        begun: Span,
        why: Open,
    },
    EndedWithoutBegin,
    /// A loop that allocates frame memory from an allocator whose frame never ends.
    FrameNeverEnds {
        allocated: Span,
    },
    /// A callee that takes the allocator allocates whole-frame memory although a scope is open.
    WholeFrameFromScope {
        callee: FnId,
        allocates: Site,
    },
    /// A value is forgotten or leaked that has something to drop.
    DropSkipped {
        #[serde(with = "texts::fixed")]
        what: Fixed,
        ty: Ty,
    },
    /// A handle is resolved as if it must be of this frame.
    StaleHandle {
        age: super::value::Age,
        since: Span,
    },
    /// A frame in flight is put into a container.
    FlightKept {
        container: Container,
    },
    /// A transfer is thrown away.
    TransferLost {
        #[serde(with = "texts::fixed")]
        how: Fixed,
    },
    /// A pooled type in a box.
    PooledInBox {
        #[serde(with = "texts::fixed")]
        what: Fixed,
        ty: Ty,
    },
    /// A boxed value that is made and dropped within the frame.
    Churn {
        #[serde(with = "texts::fixed")]
        what: Fixed,
        ty: Ty,
    },
    /// `#[frame_system]` on an async function.
    AsyncSystem,
    /// What `frame_retained` promises and what is done differ.
    Retention {
        discards: bool,
        /// The last word of the policy, where it is written in the call, and the word that discards.
        #[serde(with = "texts::fixed_at")]
        policy: Option<(Span, Fixed)>,
    },
    /// A tag that is named in the source is entered.
    Tag {
        /// As it is written.
        name: Arc<str>,
        tag: OpenTag,
        /// The place of the event is the text of the name, quotes and all.
        literal: bool,
    },
    /// A tag whose name is not written where it is opened.
    DynamicTag {
        /// It is made at run time, not one of the texts of the program.
        anything: bool,
    },
    /// A tag is given a budget of the heap.
    HeapBudget {
        /// The path of the tag.
        name: Arc<str>,
        /// Where it is known.
        bytes: Option<u64>,
        /// The place of the event is the text of the name, quotes and all.
        literal: bool,
    },
    /// `FrameBarrier::new(n)` with how many take part.
    BarrierCount {
        declared: u64,
        participants: u64,
    },
    /// A frame ends although threads of a barrier were not waited for.
    FrameEndsWithoutBarrier {
        barrier: Span,
    },
    /// A thread allocates without a budget.
    NoBudget,
}

impl EventKind {
    /// The effect that it is, or may be.
    pub(crate) fn effect(&self) -> Effect {
        match self {
            Self::Waits { .. } => Effect::Block,
            _ => Effect::Heap,
        }
    }
}

/// What is called and cannot be seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Unseen {
    /// Something of another crate: its path, as far as it is known.
    Path(Arc<str>),
    /// A method of a value whose type is not known.
    Method(Arc<str>),
    /// A method of a trait of the workspace that nobody there implements.
    OfTrait(Arc<str>),
    /// A function pointer or a closure that a field, a variable or a table holds.
    Pointer(Arc<str>),
    /// What a parameter is: the caller knows.
    Parameter(Arc<str>),
    /// A macro of another crate.
    Macro(Arc<str>),
}

/// Where a heap container is, as far as that tells whether its memory is used again in the next frame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Container {
    /// What it is a part of; `None` where it is not known or a variable of its own.
    pub(crate) root: Option<Root>,
    /// The field that it is.
    pub(crate) field: Option<Arc<str>>,
    /// The type that has the field.
    pub(crate) owner: Option<UserType>,
    /// It outlives the function.
    pub(crate) kept: bool,
    /// The function empties it, or reserves for it.
    pub(crate) steady: bool,
    pub(crate) keys: Keys,
    /// It is in the container that the field is, or the parameter.
    pub(crate) is_element: bool,
    /// Where it was made, if the function did that.
    pub(crate) made: Option<Span>,
}

/// Under which keys a container grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Keys {
    /// Any, or it has none.
    Any,
    /// New ones, and nobody takes keys out of it: it has seen all of them sooner or later.
    AllSeen,
    /// Of that kind, and what it has under one is made by a closure: a cache.
    OfCache,
}

/// How heap memory comes to be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Freed {
    /// Its owner is dropped.
    Dropped,
    /// Its owner is dropped at the end of a block.
    AtEnd,
    /// Its owner is removed from a container.
    Removed,
    /// A container gives back what it does not need.
    Shrunk,
}

/// What becomes of something that is made on the heap: it says whether frame memory would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Fate {
    /// It stays in the function.
    #[default]
    Here,
    /// The caller gets it.
    Returned,
    /// A function gets it by value.
    Given,
    /// It is put into something that outlives the function.
    Kept,
    Sent,
    /// A task, a thread or a closure that is kept owns it.
    Job,
}

/// A container that a function lends to one that it calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lent {
    pub(crate) callee: FnId,
    pub(crate) span: Span,
    pub(crate) param: u16,
    /// The callee has the name of the method that is called: which type it is of, nobody knows.
    pub(crate) guessed: bool,
    pub(crate) container: Container,
}

/// Who runs what is spawned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Runner {
    Thread,
    Task,
}

/// Whose API allocates from the general heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum HeapApi {
    Std,
    Framealloc,
    /// Std's, where what is at hand is large enough: only said where the system promises not to.
    IfLarge,
}

/// How many elements an allocation has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Count {
    Exactly(u64),
    Symbol(Arc<str>),
}

/// How a frame stays open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Open {
    Return,
    Question,
    Continue,
    /// The function, or the life of the allocator, ends.
    End,
    /// The next frame begins.
    Begin,
}

/// How frame data gets out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum EscapeRoute {
    Returned,
    Static(String),
    /// A field of something that outlives the frame.
    Field(String),
    /// A container that outlives the frame, by this method.
    Container(String, String),
    Variable(String),
    Channel,
    /// `transmute` to `'static`.
    Transmuted,
    /// A callee keeps it.
    Callee(String),
    /// It is given, or declared, where `'static` is asked for: by this call or name.
    Fixed(String),
}

/// What a method is called on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CalledOn {
    /// A value that the caller has just made.
    Made,
    /// The caller's own `self`.
    Own,
    Other,
}

/// A call of a function of the workspace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CallSite {
    pub(crate) callee: FnId,
    pub(crate) span: Span,
    pub(crate) confidence: Confidence,
    pub(crate) loops: Vec<LoopAround>,
    pub(crate) in_frame: bool,
    pub(crate) cold: Option<Cold>,
    pub(crate) called_on: CalledOn,
    /// The tag that the code around it is under.
    pub(crate) tag: Option<OpenTag>,
    /// The tags of the arenas that are handed over: by parameter.
    pub(crate) arenas: Vec<(u16, Option<OpenTag>)>,
    /// Runs on another thread, outside of this frame.
    pub(crate) spawned: bool,
    pub(crate) arms: Vec<Arm>,
    /// What the parameters of the callee are, in the words of the caller.
    pub(crate) given: Given,
    /// For which types it is this function that is called.
    pub(crate) only: Option<Condition>,
    /// The closure around it that somebody else may run.
    pub(crate) closure: Option<ExprId>,
    /// One of several functions is called, and nobody knows which.
    pub(crate) several: bool,
}
