//! Events: what a subscriber hears at the end of every frame.
//!
//! Events are collected while the end of the frame looks at the figures, and reported when it is over: no lock and no borrow of the
//! allocator is held while a subscriber runs, and no thread is pinned. Its callback is taken out of its seat for the time of
//! the call, and put back unless it has unsubscribed meanwhile.

use core::fmt;
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::phases::PhaseStats;
use super::refusals::Refusals;
use super::watch::{Listed, SharedWatch, Subscriber};
use crate::budget::BudgetEvent;
use crate::clock::Instant;
use crate::observe::diagnostic::Diagnostic;
use crate::observe::repeats::{Limiter, Repeats};
use crate::panics::{Payload, drop_caught, first_panic, resume};
use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::frames::growth::Growth;
use crate::raw::frames::held::HeldBytes;
use crate::raw::frames::hooks::FrameBefore;
use crate::raw::frames::promotions::{PromotionCount, PromotionSummary};
use crate::raw::frames::report::FrameReport;
use crate::raw::frames::transfers::TransferStats;
use crate::raw::global::zone::outside_of_zones;
use crate::strict::Level;

/// Without a subscriber all figures are looked at once in this many frames, at the least.
const LOOK_EVERY: u64 = 64;

/// What happened in a frame. [`Began`](Self::Began) is the first event of a frame and [`Ended`](Self::Ended) the last.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameEvent {
    /// A frame has begun. What the subscriber allocates now lives until it ends.
    #[non_exhaustive]
    Began {
        /// The number of the frame.
        frame: u64,
    },
    /// A budget refused, promoted, was exceeded or nearly so: one event for each budget and outcome of a frame.
    Budget(BudgetEvent),
    /// Retained values were settled by
    /// [`end_frame_with_promotions`](crate::SmartAlloc::end_frame_with_promotions).
    #[non_exhaustive]
    Promoted {
        /// Moved to pools.
        pool: PromotionCount,
        /// Moved to the heap.
        heap: PromotionCount,
        /// Moved to scratch regions.
        scratch: PromotionCount,
        /// Dropped, as their policy was.
        discarded: PromotionCount,
        /// Dropped because they could not be moved.
        failed: PromotionCount,
    },
    /// Values were sent to other threads, received from them, or lost.
    #[non_exhaustive]
    Transfers {
        /// Handles made in the frame.
        sent: usize,
        /// Handles received in the frame, whenever they were made.
        received: usize,
        /// Handles dropped unreceived.
        dropped: usize,
        /// Handles on their way when the frame ended.
        in_flight: usize,
    },
    /// An arena took chunks from the global allocator. In steady frames there are none.
    #[non_exhaustive]
    Grew {
        /// The name of the thread, if it has one.
        thread: Option<Arc<str>>,
        /// The path of the tag of the arena; `(untagged)` for memory without a tag.
        tag: &'static str,
        /// Chunks taken in the frame, those that its end put in the place of several included.
        chunks: usize,
        /// Bytes of those.
        bytes: usize,
    },
    /// A phase ended in the frame: its figures over all threads.
    Phase(PhaseStats),
    /// Something went wrong. Repetitions are reported less and less often: [`Repeats`](crate::Repeats).
    Diagnostic(Diagnostic),
    /// A frame has ended: its memory is taken back, and
    /// [`SmartAlloc::stats`](crate::SmartAlloc::stats) has its figures. What the subscriber allocates now lives until the end
    /// of the next frame.
    #[non_exhaustive]
    Ended {
        /// The number of the frame; that of the last one, if none was open.
        frame: u64,
        /// How long it took, if it began while somebody was subscribed.
        duration: Option<Duration>,
        /// Bytes handed out in it.
        bytes: usize,
        /// The most bytes of any frame so far.
        high_water: usize,
        /// Scopes that were forgotten instead of closed.
        scopes_left_open: usize,
    },
}

/// A subscription to the events of an allocator. Dropping it ends it: the subscriber is not called again, and dropped.
///
/// It may be dropped on any thread, by the subscriber itself, and after the allocator. A call that is under way on another
/// thread meanwhile goes on to its end.
#[must_use = "the subscription ends when this is dropped"]
pub struct Subscription {
    watch: SharedWatch,
    /// 0 if it is for ever.
    number: u64,
}

impl Subscription {
    /// Keeps the subscriber for as long as the allocator lives.
    pub fn forever(mut self) {
        self.number = 0;
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if self.number != 0 {
            drop(self.watch.unsubscribe(self.number));
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("number", &self.number).finish_non_exhaustive()
    }
}

/// What is collected between two ends of frames. Its lists keep their memory: a steady frame makes no call of the
/// global allocator.
#[derive(Default)]
pub(crate) struct Watcher {
    /// When a frame began, and its number.
    began: Option<(u64, Instant)>,
    events: Vec<FrameEvent>,
    raised: Vec<Diagnostic>,
    /// Those that are told of events.
    listed: Listed,
    limiter: Limiter,
    pub(super) refusals: Refusals,
    /// Frame memory that subscribers took when they were told of the end of the last frame.
    taken_by_subscribers: Vec<HeldBytes>,
    /// How many frames had ended then.
    taken_after: u64,
    held: Vec<HeldBytes>,
}

impl Watcher {
    pub(super) fn new(refusals: Refusals) -> Self {
        Self { refusals, ..Self::default() }
    }

    fn begin(&mut self, alloc: &SmartAlloc, before: FrameBefore, held: &[HeldBytes]) {
        if alloc.watch().has_subscribers() {
            self.began = Some((alloc.frame_number(), Instant::now()));
            self.events.push(FrameEvent::Began { frame: alloc.frame_number() });
        }
        if before == FrameBefore::LeftOpen {
            self.find_left_open(alloc);
        }
        self.find_outside(alloc, held);
        self.take_raised(alloc);
    }

    fn end(&mut self, alloc: &SmartAlloc, report: FrameReport, promoted: Option<&PromotionSummary>) {
        let has_subscribers = alloc.watch().has_subscribers();
        if has_subscribers {
            self.events.extend(alloc.budget_events().iter().copied().map(FrameEvent::Budget));
            self.events.extend(promoted.and_then(promoted_event));
            self.events.extend(transfers_of(alloc));
            alloc.each_grown(|thread, tag, Growth { chunks, bytes, .. }| {
                if chunks > 0 {
                    let (thread, tag) = (thread.cloned(), tag.path());
                    self.events.push(FrameEvent::Grew { thread, tag, chunks, bytes });
                }
            });
            self.events.extend(alloc.each_phase().map(FrameEvent::Phase));
        }
        self.find_in_frame(alloc, report);
        self.take_raised(alloc);
        if has_subscribers {
            let FrameReport { frame, bytes, high_water, scopes_left_open, .. } = report;
            let began = self.began.take().filter(|(began, _)| *began == frame);
            let duration = began.map(|(_, began)| began.elapsed());
            self.events.push(FrameEvent::Ended { frame, duration, bytes, high_water, scopes_left_open });
        }
    }

    /// What subscribers took when they were told of the end of the last frame, if they were.
    pub(super) fn taken_by_subscribers(&self, alloc: &SmartAlloc) -> &[HeldBytes] {
        if self.taken_after == alloc.frames_ended() { &self.taken_by_subscribers } else { &[] }
    }

    /// Takes in what was raised since the last end of a frame.
    fn take_raised(&mut self, alloc: &SmartAlloc) {
        let mut raised = core::mem::take(&mut self.raised);
        let lost = alloc.watch().take_raised(&mut raised);
        if let Some(last) = raised.last_mut() {
            last.left_out += lost;
        }
        for diagnostic in raised.drain(..) {
            let (code, level, subject) = (diagnostic.code, diagnostic.level, diagnostic.subject());
            if let Some(left_out) = self.admit(alloc, code, level, subject) {
                self.events.push(FrameEvent::Diagnostic(diagnostic.and_left_out(left_out)));
            }
        }
        self.raised = raised;
    }

    /// Has a diagnostic reported, unless it is a repetition that is left out. Only then it is made, from one without words.
    pub(super) fn find(
        &mut self,
        alloc: &SmartAlloc,
        (code, level): (&'static str, Level),
        subject: u64,
        make: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        if let Some(left_out) = self.admit(alloc, code, level, subject) {
            let diagnostic = make(Diagnostic::new(code, level, "").in_frame(alloc.frame_number()));
            self.events.push(FrameEvent::Diagnostic(diagnostic.and_left_out(left_out)));
        }
    }

    fn admit(&mut self, alloc: &SmartAlloc, code: &'static str, level: Level, subject: u64) -> Option<u64> {
        let watch = alloc.watch();
        // What ends the program is reported in any case.
        let repeats = if watch.strict().panics_at(level) { Repeats::All } else { watch.repeats() };
        self.limiter.admit((code, subject), alloc.frames_ended(), repeats)
    }
}

fn promoted_event(summary: &PromotionSummary) -> Option<FrameEvent> {
    let PromotionSummary { discarded, pool, heap, scratch, failed, .. } = *summary;
    let settled = [discarded, pool, heap, scratch, failed].iter().any(|count| count.values > 0);
    settled.then_some(FrameEvent::Promoted { pool, heap, scratch, discarded, failed })
}

/// Calls subscribers with an event, but for those that have unsubscribed meanwhile.
fn notify_subscribers(
    alloc: &SmartAlloc,
    event: &FrameEvent,
    subscribers: &[Arc<Subscriber>],
    panicked: &mut Option<Payload>,
) {
    for subscriber in subscribers {
        let Some(mut callback) = subscriber.take() else { continue };
        first_panic(panicked, catch_unwind(AssertUnwindSafe(|| callback(alloc, event))).err());
        if let Some(gone) = subscriber.put_back(callback) {
            first_panic(panicked, drop_caught(gone));
        }
    }
}

/// What became of transfers in the last frame, if anything did.
fn transfers_of(alloc: &SmartAlloc) -> Option<FrameEvent> {
    let &TransferStats { sent, received, dropped, in_flight, .. } = alloc.transfer_stats();
    (sent + received + dropped > 0).then_some(FrameEvent::Transfers { sent, received, dropped, in_flight })
}

impl SmartAlloc {
    /// Has `subscriber` called with what happens in every frame, from the next end of a frame on, until the
    /// subscription is dropped.
    ///
    /// It is called by the thread that ends the frame, at the end of the frame, while nothing is locked or borrowed: it
    /// may allocate, subscribe and unsubscribe (itself and others), end frames of other allocators and panic. After a
    /// panic the other subscribers are called, the frame ends, and the first panic is resumed. Without a subscriber the
    /// end of the frame costs one load more.
    ///
    /// ```
    /// use framealloc_core::{FrameEvent, SmartAlloc};
    /// use std::sync::{Arc, Mutex};
    ///
    /// let mut alloc = SmartAlloc::default();
    /// let most = Arc::new(Mutex::new(0));
    /// let subscription = alloc.on_frame_event({
    ///     let most = Arc::clone(&most);
    ///     move |_, event| {
    ///         if let FrameEvent::Ended { bytes, .. } = event {
    ///             let mut most = most.lock().unwrap();
    ///             *most = (*most).max(*bytes);
    ///         }
    ///     }
    /// });
    /// alloc.whole_frame(|alloc| alloc.frame_box([0_u64; 16]).len());
    /// drop(subscription);
    /// alloc.whole_frame(|alloc| alloc.frame_box([0_u64; 1000]).len());
    /// assert_eq!(*most.lock().unwrap(), 128);
    /// ```
    pub fn on_frame_event(&self, subscriber: impl FnMut(&Self, &FrameEvent) + Send + 'static) -> Subscription {
        let watch = self.share_watch();
        let number = watch.subscribe(Box::new(subscriber));
        Subscription { watch, number }
    }

    /// Tells what was raised since the last end of a frame, without an end of a frame: for a program that has stopped
    /// ending frames.
    ///
    /// # Panics
    /// If a subscriber panics, or a diagnostic does in strict mode.
    pub fn deliver_diagnostics(&mut self) {
        let mut panicked = None;
        self.notify(&mut panicked, Watcher::take_raised);
        resume(panicked);
    }

    /// The frame has begun: notifies whoever wants to know. `before` says what had become of the one before. Notes
    /// the first panic.
    pub(crate) fn notify_begin(&mut self, before: FrameBefore, panicked: &mut Option<Payload>) {
        let watch = self.watch();
        if watch.is_watched() && (before != FrameBefore::JustEnded || watch.hears_all()) {
            self.tell_of_begin(before, panicked);
        }
    }

    #[inline(never)]
    fn tell_of_begin(&mut self, before: FrameBefore, panicked: &mut Option<Payload>) {
        let mut held = self.with_watcher(|watcher, _| core::mem::take(&mut watcher.held));
        outside_of_zones(|| self.list_held(&mut held));
        self.notify(panicked, |watcher, alloc| watcher.begin(alloc, before, &held));
        held.clear();
        self.with_watcher(|watcher, _| watcher.held = held);
    }

    /// The frame has ended and its figures are there. Notes the first panic.
    pub(crate) fn notify_end(
        &mut self,
        report: FrameReport,
        promoted: Option<&PromotionSummary>,
        panicked: &mut Option<Payload>,
    ) {
        let watch = self.watch();
        // In that order: what was refused is looked at once.
        if watch.is_watched() && (watch.more_refused() || watch.hears_all() || self.has_findings()) {
            self.tell_of_end(report, promoted, panicked);
        }
    }

    /// Whether there may be anything to find in the frame that has ended. All is looked at now and then in any case: what is
    /// counted in two places by another thread is not seen in both at once.
    #[inline]
    fn has_findings(&self) -> bool {
        self.is_notable() || !self.config().heap_budgets().is_empty() || self.frames_ended() % LOOK_EVERY == 0
    }

    #[inline(never)]
    fn tell_of_end(
        &mut self,
        report: FrameReport,
        promoted: Option<&PromotionSummary>,
        panicked: &mut Option<Payload>,
    ) {
        self.notify(panicked, |watcher, alloc| watcher.end(alloc, report, promoted));
        let mut taken = self.with_watcher(|watcher, _| core::mem::take(&mut watcher.taken_by_subscribers));
        taken.clear();
        if self.watch().has_subscribers() {
            outside_of_zones(|| self.list_held(&mut taken));
        }
        self.with_watcher(|watcher, alloc| {
            (watcher.taken_by_subscribers, watcher.taken_after) = (taken, alloc.frames_ended());
        });
    }

    fn notify(&mut self, panicked: &mut Option<Payload>, collect: impl FnOnce(&mut Watcher, &Self)) {
        if !self.watch().is_watched() {
            return;
        }
        if let Some(refusals) = self.watch().take_fresh() {
            self.reset_watcher(refusals);
        }
        let (mut events, mut listed) = self.with_watcher(|watcher, alloc| {
            collect(watcher, alloc);
            (core::mem::take(&mut watcher.events), core::mem::take(&mut watcher.listed))
        });
        let alloc: &Self = self;
        let watch = alloc.watch();
        // All at once: those that subscribe meanwhile hear from the next time on.
        watch.list_subscribers(&mut listed);
        for event in &events {
            notify_subscribers(alloc, event, &listed.subscribers, panicked);
            if let FrameEvent::Diagnostic(diagnostic) = event {
                #[cfg(feature = "tracing")]
                first_panic(panicked, catch_unwind(AssertUnwindSafe(|| diagnostic.trace())).err());
                // While another panic unwinds, a second one would end the program.
                if watch.strict().panics_at(diagnostic.level) && panicked.is_none() && !std::thread::panicking() {
                    // Caught, so that the others are told of the rest of the frame.
                    *panicked = catch_unwind(|| panic!("{diagnostic}")).err();
                }
            }
        }
        events.clear();
        self.with_watcher(|watcher, _| (watcher.events, watcher.listed) = (events, listed));
    }
}
