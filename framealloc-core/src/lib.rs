//! Frame arenas, object pools, tags and budgets for games. Use it through the crate `framealloc`.
//!
//! # Which memory for which lifetime
//!
//! | you want | you call | it dies |
//! |---|---|---|
//! | scratch for this frame | [`SmartAlloc::frame_box`] and friends | at [`SmartAlloc::end_frame`] |
//! | scratch for this system only | the same calls inside [`SmartAlloc::scoped`] or `#[frame_system]` | when the scope closes |
//! | the hot loop | [`SmartAlloc::cursor`] | with the frame or scope |
//! | a value for a later system of this frame | [`SmartAlloc::frame_share`] | with the frame |
//! | what a frame shared, while later ones run | [`SmartAlloc::end_frame_in_flight`] | with its last holder |
//! | the newest frame, for whoever comes | [`FramePublisher::publish`] | when a newer one is there and nobody reads it |
//! | an object that comes and goes | [`SmartAlloc::pool_box`], [`pool::Pooled`] | on drop, on any thread |
//! | objects known by keys | [`PoolMap`] | on removal, or with the map |
//! | a `Vec` or the like that keeps its buffer | [`RecyclePool::take`] | never: it comes back empty |
//! | a level, a match, a subsystem | [`SmartAlloc::scratch`] | when the region is reset or dropped |
//! | a frame value that proved worth keeping | [`SmartAlloc::frame_retained`] | as its new home |
//! | a value for another thread | [`SmartAlloc::frame_box_for_transfer`] | after receipt |
//! | a destructor off the hot thread | [`RetireQueue::retire`] | when the queue is drained |
//! | what unported code asks of the heap | [`SmartAlloc::ambient`] | on drop, on any thread |
//! | what plain code asks of the heap, by tag | [`heap_tag`] | on drop, on any thread |
//! | something large or persistent | [`SmartAlloc::heap_box`] | on drop |
#![deny(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(feature = "nightly", feature(allocator_api))]
#![cfg_attr(feature = "rtsan", feature(sanitize, cfg_sanitize))]

// The documentation tests and the macros' own tests name the crate as users do.
extern crate self as framealloc_core;

mod alloc;
mod barrier;
mod box_traits;
mod box_values;
mod budget;
mod clock;
mod closed;
mod config;
mod drops;
mod error;
mod frame;
mod frame_test;
mod observe;
mod panics;
mod phase;
mod pool_settings;
mod probes;
#[allow(unsafe_code, reason = "the one place for it: `raw/mod.rs` says which invariants it rests on")]
#[allow(clippy::needless_borrow, reason = "rustc wants references through raw pointers to be explicit")]
mod raw;
mod retire;
mod rows;
mod sampling;
mod scratch;
#[cfg(feature = "serde")]
mod serialize;
mod site;
mod stack;
mod strict;
mod sync;
mod tag;
mod thread_token;
mod transfer;

#[cfg(any(feature = "allocator-api2", feature = "nightly"))]
pub mod compat;
#[cfg(feature = "debug")]
#[cfg_attr(docsrs, doc(cfg(feature = "debug")))]
pub mod debug;
pub mod heap;
pub mod pool;

/// The parts of a [`Snapshot`].
pub mod snapshot {
    pub use crate::observe::snapshot::{
        BudgetKind, BudgetSnapshot, FlightSnapshot, FrameSnapshot, HeapSnapshot, PhaseSnapshot, PoolSnapshot,
        ScratchSnapshot, SystemSnapshot, TagSnapshot, ThreadSnapshot, TransferSnapshot, UnreceivedSnapshot,
    };
    pub use crate::observe::snapshot_heap::{HeapTagSnapshot, ZoneSnapshot};
}

/// The iterators, errors and traits of the collections in frame memory, and what maps are made of.
pub mod collections {
    pub use crate::frame::collect::{CollectIn, CollectInto, FromFrameIterator};
    pub use crate::frame::deque::{DequeDrain, DequeIntoIter, DequeIter, DequeIterMut};
    pub use crate::frame::heap_queue::{HeapIntoIter, PeekMut};
    pub use crate::frame::par_collect::ParIntoIter;
    pub use crate::frame::sorted::{
        SortedDrain, SortedEntry, SortedIntoIter, SortedIter, SortedIterMut, SortedOccupied, SortedVacant,
    };
    pub use crate::frame::string::text::Text;
    pub use crate::frame::string::{FromUtf8Error, FromUtf16Error, StringDrain};
    pub use crate::frame::table::{FrameAllocator, FrameHasher, Map, Set};
    pub use crate::frame::table_iter::{IntoKeys, IntoValues, MapDrain, MapIntoIter, SetDrain, SetIntoIter};
    pub use crate::frame::vec::{Drain, ExtractIf, IntoIter, SliceIntoIter};
    pub use hashbrown::Equivalent;
}

#[doc(hidden)]
pub mod __private;

#[cfg(framealloc_loom)]
pub use raw::loom_model as model;

pub use alloc::{FrameGuard, SmartAlloc};
pub use barrier::{BarrierError, BarrierGuard, FrameBarrier, FrameBarrierBuilder};
pub use budget::{Budget, BudgetEvent, BudgetOutcome, BudgetPolicy, DeclaredBudgets};
pub use closed::Growth;
pub use config::{AllocConfig, gigabytes, kilobytes, megabytes};
pub use error::{AllocError, FillError, Grower, InteriorNulError, Limit};
pub use frame::CloneInFrame;
pub use frame::heap_tag::{heap_tag, try_heap_tag};
pub use frame::{
    Cursor, Frame, FrameBox, FrameDeque, FrameHandle, FrameHeap, FrameMap, FrameScope, FrameSet, FrameSlot,
    FrameSortedMap, FrameString, FrameVec,
};
pub use frame::{FailedPromotion, Promoted, Promotion, PromotionCount, PromotionFailure, PromotionSummary, Promotions};
pub use frame::{FlightError, FlightStats, FrameInFlight, FramePublisher, FrameReader, Published};
pub use frame::{FrameRetained, Importance, RetainKey, RetainedSlot, RetentionPolicy};
pub use frame::{ParCollect, ParLocal};
pub use frame_test::{FrameTest, FrameTestFailure, Frames};
pub use heap::{HeapBox, HeapSlot};
pub use observe::ambient::{AmbientStats, AmbientTagStats};
#[cfg(feature = "debug")]
#[cfg_attr(docsrs, doc(cfg(feature = "debug")))]
pub use observe::ambient_escapes::EscapeSite;
#[cfg(feature = "memory_filter")]
#[cfg_attr(docsrs, doc(cfg(feature = "memory_filter")))]
pub use observe::behavior::{
    report::{BehaviorIssue, BehaviorReport, ObjectBehavior, PoolBehavior, SystemBehavior, TagBehavior},
    thresholds::BehaviorThresholds,
};
pub use observe::diagnostic::Diagnostic;
pub use observe::diagnostics::StrictGuard;
pub use observe::events::{FrameEvent, Subscription};
pub use observe::heap_tags::HeapTagStats;
pub use observe::phases::{PhaseGuard, PhaseStats};
pub use observe::record::{RecordError, RecordOptions, RecordSummary};
pub use observe::repeats::Repeats;
#[cfg(feature = "snapshot-json")]
#[cfg_attr(docsrs, doc(cfg(feature = "snapshot-json")))]
pub use observe::snapshot::SnapshotError;
pub use observe::snapshot::{SNAPSHOT_VERSION, Snapshot};
pub use observe::stats::AllocStats;
pub use phase::PhaseSpan;
pub use pool::{Pool, PoolBox, PoolSlot, PoolSpec, PoolStats, Pooled, Refused};
pub use pool::{PoolKey, PoolMap, Recycle, RecyclePool, Recycled};
pub use raw::frames::last_frame::{SystemStats, TagStats, ThreadStats};
#[doc(hidden)]
pub use raw::frames::one_thread::UseAllocWholeInTasks;
pub use raw::frames::report::FrameReport;
pub use raw::frames::sampled::SampledSite;
pub use raw::frames::scratch::Scratch;
pub use raw::frames::scratch_region::ScratchStats;
pub use raw::frames::transfers::{TransferStats, UnreceivedTransfer};
pub use raw::global::ambient::allocator::AmbientAlloc;
pub use raw::global::by_tag::{HeapTags, NoTags, Tags};
pub use raw::global::counting::{AllocCalls, CountingAlloc};
pub use raw::global::heap_guard::{HeapGuard, no_heap};
pub use raw::global::heap_use::{HeapGuardMode, HeapSite};
pub use raw::global::zone::HeapUse;
pub use raw::mem::region::RegionStats;
pub use retire::{Drain, DrainReport, RetireQueue};
pub use sampling::SiteSampling;
pub use scratch::ScratchSet;
pub use stack::StackCall;
pub use strict::{Level, Strict};
pub use tag::{IntoTag, Tag, TagId, TagNameError};
pub use transfer::TransferHandle;
