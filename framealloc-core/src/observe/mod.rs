//! What can be seen of memory: figures are derived from arena positions at the end of the frame. Counted one by one are
//! requests under the feature `diagnostics`, and pool objects under `memory_filter` while a filter is enabled.

#[cfg(feature = "debug")]
mod alive;
pub(crate) mod ambient;
#[cfg(feature = "debug")]
pub(crate) mod ambient_escapes;
pub(crate) mod behavior;
pub(crate) mod diagnostic;
pub(crate) mod diagnostics;
pub(crate) mod events;
pub(crate) mod findings;
pub(crate) mod heap_tags;
pub(crate) mod phases;
pub(crate) mod record;
mod record_calls;
mod record_lives;
mod record_served;
mod record_sink;
mod record_sites;
mod recorded_zones;
pub(crate) mod refusals;
pub(crate) mod repeats;
pub(crate) mod snapshot;
pub(crate) mod snapshot_heap;
pub(crate) mod stats;
#[cfg(feature = "tracy")]
pub(crate) mod tracy;
pub(crate) mod watch;

use core::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::panics::{Payload, drop_caught, first_panic};
use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::frames::hooks::{FrameBefore, FrameHooks};
use crate::raw::frames::promotions::PromotionSummary;
use crate::raw::frames::report::FrameReport;
use crate::raw::global::zone::outside_of_zones;
use crate::sync::AtomicU32;
#[cfg(feature = "memory_filter")]
use behavior::filter::Filter;
use events::Watcher;
use record::Recorder;
use refusals::Refusals;
use watch::Watch;

/// Whoever looks at every frame. An allocator that nobody watches has none, and the end of its frame asks one word.
#[derive(Default)]
pub(crate) struct Observers {
    pub(crate) recorder: Option<Recorder>,
    /// Collects what subscribers hear; they are called when no observer looks any more.
    watcher: Option<Watcher>,
    #[cfg(feature = "tracy")]
    tracy: Option<tracy::Tracy>,
    #[cfg(feature = "memory_filter")]
    pub(crate) behavior: Option<Box<Filter>>,
}

impl Observers {
    /// The frame has begun. Returns the panic of a function that the program gave.
    pub(crate) fn begin(&mut self) -> Option<Payload> {
        let panicked = self.recorder.as_mut().and_then(Recorder::begin);
        #[cfg(feature = "tracy")]
        if let Some(tracy) = &mut self.tracy {
            tracy.begin();
        }
        panicked
    }

    /// The frame has ended, and the figures of the allocator are those of this frame. Returns the panic of a function that the
    /// program gave.
    pub(crate) fn end(&mut self, alloc: &SmartAlloc, report: FrameReport) -> Option<Payload> {
        let panicked = self.recorder.as_mut().and_then(|recorder| recorder.end(alloc, report));
        #[cfg(feature = "tracy")]
        if let Some(tracy) = &mut self.tracy {
            tracy.end(alloc, report);
        }
        #[cfg(feature = "memory_filter")]
        if let Some(filter) = &mut self.behavior {
            filter.end(alloc);
        }
        panicked
    }

    /// Whether anybody looks at every frame; the watcher looks at those in which there is something.
    fn look_at_frames(&self) -> bool {
        #[cfg(feature = "memory_filter")]
        if self.behavior.is_some() {
            return true;
        }
        #[cfg(feature = "tracy")]
        if self.tracy.is_some() {
            return true;
        }
        self.recorder.is_some()
    }

    fn is_empty(&self) -> bool {
        !self.look_at_frames() && self.watcher.is_none()
    }
}

/// The observers of an allocator, taken out of it while they look at it. Dropping this puts them back, by a panic as well: an
/// allocator never goes deaf.
struct Taken<'a> {
    alloc: &'a mut SmartAlloc,
    observers: Option<Box<Observers>>,
}

impl<'a> Taken<'a> {
    fn new(alloc: &'a mut SmartAlloc) -> Self {
        let observers = alloc.set_observers(None).and_then(|observers| observers.downcast().ok());
        Self { alloc, observers }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if self.observers.as_ref().is_some_and(|observers| !observers.is_empty()) {
            let observers = self.observers.take();
            self.alloc.set_observers(observers.map(|observers| observers as Box<dyn Any + Send>));
        }
    }
}

impl FrameHooks for Watch {
    fn interest(&self) -> Arc<AtomicU32> {
        self.flags()
    }

    fn frame_began(alloc: &mut SmartAlloc, before: FrameBefore, panicked: &mut Option<Payload>) {
        if alloc.watch().has_observers() {
            alloc.observe(panicked, |observers, _| observers.begin());
        }
        alloc.notify_begin(before, panicked);
    }

    fn frame_ended(
        alloc: &mut SmartAlloc,
        report: FrameReport,
        promoted: Option<&PromotionSummary>,
        panicked: &mut Option<Payload>,
    ) {
        if alloc.watch().has_observers() {
            alloc.observe(panicked, |observers, alloc| observers.end(alloc, report));
        }
        alloc.notify_end(report, promoted, panicked);
    }

    fn allocator_ends(alloc: &mut SmartAlloc) {
        // Whoever wants to know how the recording went stops it first.
        let _ = alloc.stop_recording();
    }

    fn allocator_ended(alloc: &mut SmartAlloc, panicked: &mut Option<Payload>) {
        for subscriber in alloc.watch().clear() {
            first_panic(panicked, drop_caught(subscriber));
        }
    }
}

impl SmartAlloc {
    /// Who watches the allocator.
    #[inline]
    pub(crate) fn watch(&self) -> &Watch {
        self.hooks().expect("every allocator is made with a watch")
    }

    /// As [`watch`](Self::watch), for who may outlive the allocator.
    fn share_watch(&self) -> Arc<Watch> {
        self.share_hooks().expect("every allocator is made with a watch")
    }

    /// Calls `visit` with the observers, if there are any. Notes its panic, or the one that it returns, if it is the first.
    pub(crate) fn observe(
        &mut self,
        panicked: &mut Option<Payload>,
        visit: impl FnOnce(&mut Observers, &Self) -> Option<Payload>,
    ) {
        let mut taken = Taken::new(self);
        if let Some(observers) = &mut taken.observers {
            let alloc: &Self = taken.alloc;
            // Whatever unwinds, the rest of the end of the frame goes on.
            let result = catch_unwind(AssertUnwindSafe(|| visit(observers, alloc)));
            first_panic(panicked, result.unwrap_or_else(Some));
        }
    }

    /// Adds, changes or removes observers.
    pub(crate) fn change_observers<R>(&mut self, change: impl FnOnce(&mut Observers) -> R) -> R {
        let mut taken = Taken::new(self);
        let observers = taken.observers.get_or_insert_default();
        let result = change(observers);
        let is_observed = observers.look_at_frames();
        taken.alloc.watch().set_observed(is_observed);
        result
    }

    /// Replaces what the last watcher knows by nothing: nobody watched for a while.
    fn reset_watcher(&mut self, refusals: Refusals) {
        outside_of_zones(|| self.change_observers(|observers| observers.watcher = Some(Watcher::new(refusals))));
    }

    /// Calls `visit` with the watcher, if there is one. It is our own code, but reads the allocator. What it lists is kept for the
    /// next frame, in whichever zone this one ends.
    fn with_watcher<R: Default>(&mut self, visit: impl FnOnce(&mut Watcher, &Self) -> R) -> R {
        let mut taken = Taken::new(self);
        let watcher = taken.observers.as_mut().and_then(|observers| observers.watcher.as_mut());
        watcher.map(|watcher| outside_of_zones(|| visit(watcher, taken.alloc))).unwrap_or_default()
    }
}
