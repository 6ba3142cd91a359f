//! Snapshots: everything the allocator knows of its last frame, as plain data for other programs.

use crate::budget::{BudgetEvent, BudgetOutcome};
use crate::error::Limit;
use crate::frame::FlightStats;
use crate::observe::phases::PhaseStats;
use crate::observe::snapshot_heap::{HeapTagSnapshot, ZoneSnapshot};
use crate::pool::{self, PoolStats};
use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::frames::last_frame::{SystemStats, TagStats, ThreadStats};
use crate::raw::frames::scratch_region::ScratchStats;
use crate::raw::frames::transfers::TransferStats;
use crate::raw::global::zone::{HeapUse, HeapZone};

/// The version of [`Snapshot`]: a change that breaks a reader raises it, a new field does not.
pub const SNAPSHOT_VERSION: u32 = 1;

/// What kept a text from being read as a snapshot.
#[cfg(feature = "snapshot-json")]
#[derive(Debug)]
#[non_exhaustive]
pub enum SnapshotError {
    /// It is no JSON, or a field is missing or of another type.
    Malformed(serde_json::Error),
    /// It is a snapshot of another version.
    Version {
        /// The version that it has.
        found: u32,
    },
}

#[cfg(feature = "snapshot-json")]
impl core::fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "this is not a snapshot of framealloc: {error}"),
            Self::Version { found } => {
                write!(f, "the snapshot has version {found}, this program reads version {SNAPSHOT_VERSION}")
            }
        }
    }
}

#[cfg(feature = "snapshot-json")]
impl core::error::Error for SnapshotError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            Self::Version { .. } => None,
        }
    }
}

/// Adds to each type what all of them have: with the feature `serde`, reading and writing too.
macro_rules! plain_data {
    ($($(#[$attribute:meta])* $visibility:vis $kind:ident $name:ident { $($body:tt)* })*) => {$(
        $(#[$attribute])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
        #[non_exhaustive]
        $visibility $kind $name { $($body)* }
    )*};
}
pub(super) use plain_data;

plain_data! {
    /// Everything the allocator knows of its last frame: made by [`SmartAlloc::snapshot`].
    ///
    /// With the feature `snapshot-json` it is written and read as JSON, which
    /// `framealloc-core/schema/snapshot.schema.json` describes.
    pub struct Snapshot {
        /// [`SNAPSHOT_VERSION`] of the program that made it.
        pub version: u32,
        /// The number of the allocator in its process.
        pub allocator: u64,
        /// Whether a frame is open; the figures are those of the frame before it.
        pub in_frame: bool,
        /// The last frame that ended.
        pub frame: FrameSnapshot,
        /// The tags that have been used.
        pub tags: Vec<TagSnapshot>,
        /// The threads that had frame memory in the frame.
        pub threads: Vec<ThreadSnapshot>,
        /// The annotated systems that ran in the frame.
        pub systems: Vec<SystemSnapshot>,
        /// The phases that ended in the frame.
        pub phases: Vec<PhaseSnapshot>,
        /// What budgets did in the frame: one entry for each limit and outcome.
        pub budgets: Vec<BudgetSnapshot>,
        /// The pools of types, as they are now; they belong to the process.
        pub pools: Vec<PoolSnapshot>,
        /// The pools of sizes that have been used, for types without a pool of their own, likewise.
        pub pool_classes: Vec<PoolSnapshot>,
        /// The scratch regions that are alive, as they are now.
        pub scratch: Vec<ScratchSnapshot>,
        /// Transfers to other threads in the frame.
        pub transfers: TransferSnapshot,
        /// Whether a `HeapGuard` is the program's global allocator: where none is, figures named `heap` are 0.
        #[cfg_attr(feature = "serde", serde(default))]
        pub heap_is_counted: bool,
        /// What ended frames hold that are in flight, as it is now. Not in snapshots of 0.11.
        #[cfg_attr(feature = "serde", serde(default))]
        pub flights: FlightSnapshot,
        /// What each tag has of the heap, over the whole program. Not in snapshots of 0.11.
        #[cfg_attr(feature = "serde", serde(default))]
        pub heap_tags: Vec<HeapTagSnapshot>,
        /// What zones of each tag have used and kept, over the whole program. Not in snapshots of 0.11.
        #[cfg_attr(feature = "serde", serde(default))]
        pub zones: Vec<ZoneSnapshot>,
    }

    /// What frames in flight hold beside the open frame.
    #[derive(Default)]
    pub struct FlightSnapshot {
        /// Frames in flight.
        pub frames: u64,
        /// How many may be.
        pub limit: u64,
        /// Bytes of what they shared.
        pub bytes: u64,
        /// Bytes that they hold from the global allocator.
        pub capacity: u64,
        /// How often one more was refused in the frame that ended last.
        #[cfg_attr(feature = "serde", serde(default))]
        pub refused: u64,
    }

    /// The whole of a frame.
    pub struct FrameSnapshot {
        /// Its number; 0 before the first one has ended.
        pub number: u64,
        /// Bytes over all tags and threads.
        pub bytes: u64,
        /// The most bytes of any frame.
        pub high_water: u64,
        /// Scopes that were forgotten.
        pub scopes_left_open: u64,
        /// Phases that were begun and not ended.
        pub phases_left_open: u64,
    }

    /// Bytes of one tag, without those of nested tags.
    pub struct TagSnapshot {
        /// The path; `(untagged)` for memory without a tag.
        pub path: String,
        /// Bytes of the frame.
        pub bytes: u64,
        /// The most bytes of any frame.
        pub high_water: u64,
        /// Requests that were served from the heap.
        pub heap_fallbacks: u64,
        /// Bytes that these asked for; they are not part of `bytes`.
        pub heap_bytes: u64,
        /// How often memory was asked for, where it is counted (feature `diagnostics`).
        pub allocations: Option<u64>,
        /// What its systems took from the heap: as in `systems`.
        pub heap: HeapSnapshot,
    }

    /// Calls of the global allocator where there should be none.
    pub struct HeapSnapshot {
        /// Calls.
        pub calls: u64,
        /// Bytes that were asked for.
        pub bytes: u64,
    }

    /// Bytes of one thread.
    pub struct ThreadSnapshot {
        /// The name, or `(unnamed)`.
        pub name: String,
        /// Bytes of the frame.
        pub bytes: u64,
        /// The most bytes of any frame.
        pub high_water: u64,
        /// Frames that have ended and in which it took frame memory.
        pub frames: u64,
        /// Bytes of all frames that have ended.
        pub total_bytes: u64,
        /// Its bytes by tag.
        pub tags: Vec<TagSnapshot>,
    }

    /// Calls and bytes of one annotated system.
    pub struct SystemSnapshot {
        /// The name.
        pub name: String,
        /// Calls.
        pub calls: u64,
        /// Bytes of all calls.
        pub bytes: u64,
        /// The most bytes of one call.
        pub largest_call: u64,
        /// What it took from the heap: of systems with `no_heap`, and of all while some allocator records.
        pub heap: HeapSnapshot,
    }

    /// Calls, bytes and time of one phase, with those nested in it.
    pub struct PhaseSnapshot {
        /// The path.
        pub path: String,
        /// How often it ended.
        pub calls: u64,
        /// Bytes.
        pub bytes: u64,
        /// Time it was open, in nanoseconds, summed over threads.
        pub nanoseconds: u64,
        /// The longest time it was open at once, in nanoseconds.
        pub longest: u64,
    }

    /// What one budget did.
    pub struct BudgetSnapshot {
        /// What the budget limits.
        pub kind: BudgetKind,
        /// The tag or system that it limits.
        pub name: Option<String>,
        /// The limit in bytes, where the configuration has it.
        pub limit: Option<u64>,
        /// What became of the requests.
        pub outcome: BudgetOutcome,
        /// Bytes that the first of them asked for.
        pub asked: u64,
        /// Bytes that were left then.
        pub left: u64,
        /// How many there were.
        pub count: u64,
    }

    /// What a budget limits.
    pub enum BudgetKind {
        /// What one thread may hold.
        Thread,
        /// What a tag may hold.
        Tag,
        /// What one call of a system may hold.
        System,
        /// What the whole allocator may hold.
        Global,
    }

    /// One pool, of a type or of a size.
    pub struct PoolSnapshot {
        /// The name.
        pub name: String,
        /// The tag.
        pub tag: Option<String>,
        /// Bytes of one object.
        pub slot_bytes: u64,
        /// Objects alive.
        pub live: u64,
        /// The most that were alive at once, at most this many.
        pub high_water: u64,
        /// The capacity.
        pub capacity: u64,
        /// Whether it never grows.
        pub fixed: bool,
        /// Requests that were refused.
        pub refused: u64,
        /// Bytes held from the global allocator.
        pub bytes: u64,
    }

    /// One scratch region.
    pub struct ScratchSnapshot {
        /// The name.
        pub name: String,
        /// Bytes handed out since its last reset.
        pub bytes: u64,
        /// The most bytes at any reset.
        pub high_water: u64,
        /// Values that were promoted to it.
        pub promoted: u64,
        /// How often it was reset.
        pub resets: u64,
    }

    /// Transfers to other threads.
    pub struct TransferSnapshot {
        /// Handles made.
        pub sent: u64,
        /// Handles received.
        pub received: u64,
        /// Handles dropped unreceived.
        pub dropped: u64,
        /// Handles on their way.
        pub in_flight: u64,
        /// Those dropped unreceived, by type.
        pub unreceived: Vec<UnreceivedSnapshot>,
    }

    /// Handles of one type that were dropped unreceived.
    pub struct UnreceivedSnapshot {
        /// The type of the value.
        pub type_name: String,
        /// How many.
        pub count: u64,
    }
}

#[cfg(feature = "snapshot-json")]
impl Snapshot {
    /// Writes it as one line of JSON.
    ///
    /// ```
    /// use framealloc_core::{SmartAlloc, Snapshot};
    ///
    /// let mut alloc = SmartAlloc::default();
    /// alloc.whole_frame(|alloc| alloc.with_tag("ui", |ui| ui.frame_str("hello").len()));
    /// let snapshot = alloc.snapshot();
    /// assert_eq!(Snapshot::from_json(&snapshot.to_json())?, snapshot);
    /// # Ok::<(), framealloc_core::SnapshotError>(())
    /// ```
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "numbers, strings and lists can always be written")]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers, strings and lists can always be written")
    }

    /// Reads what [`Snapshot::to_json`] wrote. Fields that this version does not know are left out.
    ///
    /// # Errors
    /// If it is no snapshot, or one of another version.
    pub fn from_json(json: &str) -> Result<Self, SnapshotError> {
        #[derive(serde::Deserialize)]
        struct Version {
            version: u32,
        }
        let Version { version } = serde_json::from_str(json).map_err(SnapshotError::Malformed)?;
        if version != SNAPSHOT_VERSION {
            return Err(SnapshotError::Version { found: version });
        }
        serde_json::from_str(json).map_err(SnapshotError::Malformed)
    }
}

impl SmartAlloc {
    /// Returns everything the allocator knows of the last frame that ended, as plain data.
    ///
    /// Any thread may ask at any time, while others allocate: the figures change only when the frame ends, those of pools and
    /// scratch regions are of now. Allocates: for a few times a second, not for every frame of a shipped game.
    ///
    /// ```
    /// let mut alloc = framealloc_core::SmartAlloc::default();
    /// alloc.whole_frame(|alloc| alloc.with_tag("ui", |ui| ui.frame_str("hello").len()));
    /// let snapshot = alloc.snapshot();
    /// assert_eq!((snapshot.frame.number, snapshot.in_frame), (1, false));
    /// assert_eq!(snapshot.frame.bytes, snapshot.tags.iter().map(|tag| tag.bytes).sum::<u64>());
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let stats = self.stats();
        let report = self.frame_report();
        Snapshot {
            version: SNAPSHOT_VERSION,
            allocator: self.id(),
            in_frame: self.is_in_frame(),
            frame: FrameSnapshot {
                number: report.frame,
                bytes: report.bytes as u64,
                high_water: report.high_water as u64,
                scopes_left_open: report.scopes_left_open as u64,
                phases_left_open: report.phases_left_open as u64,
            },
            tags: stats.tags.iter().map(TagSnapshot::from).collect(),
            threads: stats.threads.iter().map(ThreadSnapshot::from).collect(),
            systems: stats.systems.iter().map(SystemSnapshot::from).collect(),
            phases: stats.phases.iter().map(PhaseSnapshot::from).collect(),
            budgets: stats.budget_events.iter().map(|event| BudgetSnapshot::of(self, event)).collect(),
            pools: pool::own_pools().iter().map(PoolSnapshot::from).collect(),
            pool_classes: pool::class_pools().iter().filter(|pool| pool.bytes > 0).map(PoolSnapshot::from).collect(),
            scratch: stats.scratch.into_iter().map(ScratchSnapshot::from).collect(),
            transfers: TransferSnapshot::from(&stats.transfers),
            heap_is_counted: HeapZone::is_counted(),
            flights: FlightSnapshot::from(stats.flights),
            heap_tags: stats.heap_tags.iter().map(|tag| HeapTagSnapshot::of(self, tag)).collect(),
            zones: stats.ambient.tags.iter().map(ZoneSnapshot::from).collect(),
        }
    }
}

impl From<&TagStats> for TagSnapshot {
    fn from(tag: &TagStats) -> Self {
        Self {
            path: tag.path.to_owned(),
            bytes: tag.bytes as u64,
            high_water: tag.high_water as u64,
            heap_fallbacks: tag.heap_fallbacks as u64,
            heap_bytes: tag.heap_bytes as u64,
            allocations: tag.allocations.map(|count| count as u64),
            heap: tag.heap.into(),
        }
    }
}

impl From<HeapUse> for HeapSnapshot {
    fn from(heap: HeapUse) -> Self {
        Self { calls: heap.calls as u64, bytes: heap.bytes as u64 }
    }
}

impl From<&ThreadStats> for ThreadSnapshot {
    fn from(thread: &ThreadStats) -> Self {
        Self {
            name: thread.name.clone(),
            bytes: thread.bytes as u64,
            high_water: thread.high_water as u64,
            frames: thread.frames,
            total_bytes: thread.total_bytes,
            tags: thread.tags.iter().map(TagSnapshot::from).collect(),
        }
    }
}

impl From<&SystemStats> for SystemSnapshot {
    fn from(system: &SystemStats) -> Self {
        Self {
            name: system.name.to_owned(),
            calls: system.calls as u64,
            bytes: system.bytes as u64,
            largest_call: system.largest_call as u64,
            heap: system.heap.into(),
        }
    }
}

impl From<&PhaseStats> for PhaseSnapshot {
    fn from(phase: &PhaseStats) -> Self {
        let nanoseconds = |duration: core::time::Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Self {
            path: phase.path.to_owned(),
            calls: phase.calls as u64,
            bytes: phase.bytes as u64,
            nanoseconds: nanoseconds(phase.duration),
            longest: nanoseconds(phase.longest),
        }
    }
}

impl BudgetSnapshot {
    fn of(alloc: &SmartAlloc, event: &BudgetEvent) -> Self {
        let (kind, name) = match event.limit {
            Limit::Thread => (BudgetKind::Thread, None),
            Limit::Tag(path) => (BudgetKind::Tag, Some(path.to_owned())),
            Limit::System(name) => (BudgetKind::System, Some(name.to_owned())),
            Limit::Global => (BudgetKind::Global, None),
        };
        Self {
            kind,
            name,
            limit: alloc.config().budget_of(event.limit).map(|budget| budget.bytes() as u64),
            outcome: event.outcome,
            asked: event.asked as u64,
            left: event.left as u64,
            count: event.count as u64,
        }
    }
}

impl From<&PoolStats> for PoolSnapshot {
    fn from(pool: &PoolStats) -> Self {
        Self {
            name: pool.name.to_owned(),
            tag: pool.tag.map(str::to_owned),
            slot_bytes: pool.slot_bytes as u64,
            live: pool.live as u64,
            high_water: pool.high_water as u64,
            capacity: pool.capacity as u64,
            fixed: pool.fixed,
            refused: pool.refused as u64,
            bytes: pool.bytes as u64,
        }
    }
}

impl From<FlightStats> for FlightSnapshot {
    fn from(flights: FlightStats) -> Self {
        let FlightStats { frames, limit, bytes, capacity, refused } = flights;
        Self { frames: frames as u64, limit: limit as u64, bytes: bytes as u64, capacity: capacity as u64, refused }
    }
}

impl From<ScratchStats> for ScratchSnapshot {
    fn from(region: ScratchStats) -> Self {
        Self {
            name: region.name,
            bytes: region.bytes as u64,
            high_water: region.high_water as u64,
            promoted: region.promoted as u64,
            resets: region.resets,
        }
    }
}

impl From<&TransferStats> for TransferSnapshot {
    fn from(transfers: &TransferStats) -> Self {
        let unreceived = transfers
            .unreceived
            .iter()
            .map(|lost| UnreceivedSnapshot { type_name: lost.type_name.to_owned(), count: lost.count as u64 });
        Self {
            sent: transfers.sent as u64,
            received: transfers.received as u64,
            dropped: transfers.dropped as u64,
            in_flight: transfers.in_flight as u64,
            unreceived: unreceived.collect(),
        }
    }
}
