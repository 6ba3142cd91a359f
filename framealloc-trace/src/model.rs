//! What a recording says.

/// What a number stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A tag path, for example `ai::pathfinding`.
    Tag,
    /// A function with `#[frame_system]`.
    System,
    /// A thread.
    Thread,
    /// An object pool.
    Pool,
    /// A budget; its limit is in bytes.
    Budget,
    /// A named span inside frames.
    Phase,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] = [Self::Tag, Self::System, Self::Thread, Self::Pool, Self::Budget, Self::Phase];

    pub(crate) fn number(self) -> u64 {
        Self::ALL.iter().zip(0..).find(|(kind, _)| **kind == self).map_or(0, |(_, number)| number)
    }
}

/// A name for a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What is named.
    pub kind: Kind,
    /// The number that frames use for it.
    pub id: u32,
    /// The name.
    pub name: String,
    /// Of a budget: its limit in bytes; of a tag: its heap budget, if it has one; of a system: the budget of one call, if it
    /// has one; else 0.
    pub limit: u64,
    /// Of a budget: what it limits. Not in recordings of 0.11.
    pub limits: Option<Limits>,
}

/// What a budget limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limits {
    /// The whole allocator.
    Allocator,
    /// Each thread.
    Thread,
    /// The tag with this number.
    Tag(u32),
    /// The system with this number, in each call.
    System(u32),
}

impl Limits {
    /// As it is written.
    pub(crate) fn fields(self) -> [u64; 2] {
        match self {
            Self::Allocator => [0, 0],
            Self::Thread => [1, 0],
            Self::Tag(id) => [2, id.into()],
            Self::System(id) => [3, id.into()],
        }
    }

    /// As it is read; `None` of what later versions may limit.
    pub(crate) fn of(what: u64, id: u32) -> Option<Self> {
        match what {
            0 => Some(Self::Allocator),
            1 => Some(Self::Thread),
            2 => Some(Self::Tag(id)),
            3 => Some(Self::System(id)),
            _ => None,
        }
    }
}

/// Figures of one system in one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SystemFigures {
    /// The number of the system.
    pub id: u32,
    /// Calls.
    pub calls: u64,
    /// Bytes of all calls.
    pub bytes: u64,
    /// The most bytes of one call.
    pub largest_call: u64,
    /// What it asked of the heap, where that is counted. Not in recordings of 0.11.
    pub heap: Option<SystemHeap>,
}

/// What was asked of the heap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SystemHeap {
    /// Calls.
    pub calls: u64,
    /// Bytes of all calls.
    pub bytes: u64,
}

/// Figures of one pool at the end of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolFigures {
    /// The number of the pool.
    pub id: u32,
    /// Objects alive.
    pub live: u64,
    /// The most objects that were alive at once, at most this many.
    pub high_water: u64,
    /// Bytes held.
    pub bytes: u64,
}

/// What happened to a request over its budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was refused.
    #[default]
    Refused,
    /// It was granted, with a warning.
    Warned,
    /// It was granted.
    Allowed,
    /// It went to memory of its own.
    Promoted,
    /// The soft threshold was passed; the budget itself was not.
    Soft,
}

impl Outcome {
    pub(crate) const ALL: [Self; 5] = [Self::Refused, Self::Warned, Self::Allowed, Self::Promoted, Self::Soft];

    pub(crate) fn number(self) -> u64 {
        Self::ALL.iter().zip(0..).find(|(outcome, _)| **outcome == self).map_or(0, |(_, number)| number)
    }
}

/// A request that met its budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BudgetHit {
    /// The number of the budget.
    pub id: u32,
    /// Bytes that were asked for.
    pub asked: u64,
    /// Bytes that were left.
    pub left: u64,
    /// What happened.
    pub outcome: Outcome,
}

/// Figures of one phase in one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhaseFigures {
    /// The number of the phase.
    pub id: u32,
    /// How often it ended.
    pub calls: u64,
    /// Bytes that were handed out in it, in all calls.
    pub bytes: u64,
    /// Nanoseconds from begin to end, in all calls.
    pub nanoseconds: u64,
    /// Nanoseconds of the longest call.
    pub longest: u64,
}

/// What frames that ended earlier held when a frame ended, because they are in flight. It is not part of the frame's bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlightFigures {
    /// How many were in flight.
    pub frames: u64,
    /// Bytes that were shared in them.
    pub bytes: u64,
    /// Bytes of the memory that those lie in.
    pub capacity: u64,
    /// How often one more was refused in the frame.
    pub refused: u64,
}

/// What one tag had of the heap when a frame ended, over the whole program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeapFigures {
    /// The number of the tag.
    pub id: u32,
    /// Bytes that lived.
    pub bytes: u64,
    /// Blocks that lived.
    pub blocks: u64,
    /// The most bytes that lived at once.
    pub peak: u64,
    /// Blocks that were made since the frame before.
    pub allocations: u64,
    /// Blocks that were freed since.
    pub frees: u64,
}

/// What zones of one tag did from the end of the frame before to the end of this one, over the whole program. A zone is a part of
/// the program whose heap is bumped: `ambient`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ZoneFigures {
    /// The number of the tag.
    pub id: u32,
    /// Bytes of the chunks that zones are through with, and that blocks which outlived them keep from being used again, when the
    /// frame ended.
    pub pinned: u64,
    /// Blocks that outlived their zone.
    pub escaped: u64,
    /// How often the heap served the rest of a zone because the tag pinned far more than lived there.
    pub refused: u64,
    /// How often it did because no chunk was free.
    pub exhausted: u64,
}

macro_rules! frame {
    ($(#[$doc:meta])* $name:ident $(<$life:lifetime>)?, $list:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct $name $(<$life>)? {
            /// The number of the frame.
            pub number: u64,
            /// Nanoseconds from the start of the recording to the begin of the frame.
            pub start: u64,
            /// Nanoseconds from begin to end.
            pub duration: u64,
            /// Bytes handed out.
            pub bytes: u64,
            /// The most bytes of any frame so far.
            pub high_water: u64,
            /// Requests that went to the heap instead of frame or pool.
            pub heap_fallbacks: u64,
            /// Calls of the global allocator, where they are counted.
            pub allocator_calls: Option<u64>,
            /// Bytes by tag.
            pub tags: $list!($($life)? (u32, u64)),
            /// Bytes by thread.
            pub threads: $list!($($life)? (u32, u64)),
            /// Systems that ran.
            pub systems: $list!($($life)? SystemFigures),
            /// Pools.
            pub pools: $list!($($life)? PoolFigures),
            /// Budgets that were met.
            pub budgets: $list!($($life)? BudgetHit),
            /// Phases that ended.
            pub phases: $list!($($life)? PhaseFigures),
            /// Frames in flight, where there may be any. Not in recordings of 0.11.
            pub flights: Option<FlightFigures>,
            /// The heap by tag, where it is known. Not in recordings of 0.11.
            pub heap: $list!($($life)? HeapFigures),
            /// Zones by tag, where something of theirs escaped. Not in recordings of 0.11.
            pub zones: $list!($($life)? ZoneFigures),
        }
    };
}

macro_rules! owned {
    ($item:ty) => { Vec<$item> };
}

macro_rules! borrowed {
    ($life:lifetime $item:ty) => {
        &$life[$item]
    };
}

frame!(
    /// One frame as it is read.
    Frame, owned
);
frame!(
    /// One frame as it is written: lists are borrowed, so that a recorder can keep its own.
    FrameView<'a>, borrowed
);

impl Frame {
    /// Borrows it as it is written.
    #[must_use]
    pub fn as_view(&self) -> FrameView<'_> {
        FrameView {
            number: self.number,
            start: self.start,
            duration: self.duration,
            bytes: self.bytes,
            high_water: self.high_water,
            heap_fallbacks: self.heap_fallbacks,
            allocator_calls: self.allocator_calls,
            tags: &self.tags,
            threads: &self.threads,
            systems: &self.systems,
            pools: &self.pools,
            budgets: &self.budgets,
            phases: &self.phases,
            flights: self.flights,
            heap: &self.heap,
            zones: &self.zones,
        }
    }
}
