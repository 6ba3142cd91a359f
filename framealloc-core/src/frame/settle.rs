//! The end of a frame that promotes: where each retained value goes, and who gets what was promoted.

use std::panic::resume_unwind;

use crate::SmartAlloc;
use crate::panics::{Payload, drop_caught, first_panic, resume};
use crate::probes::filter::{PromotedValue, Settled};
use crate::raw::frames::promotions::{
    FailedPromotion, Promotion, PromotionCount, PromotionFailure, PromotionSummary, Promotions, RetentionPolicy,
};
use crate::raw::frames::report::FrameReport;
use crate::raw::frames::retained::Retained;
use crate::raw::frames::scratch;
use crate::tag::TagId;

impl Promotions {
    fn promoted(&mut self, tag: TagId, bytes: usize) {
        let known = self.summary.by_tag.iter_mut().find(|(known, _)| *known == tag);
        match known {
            Some((_, count)) => count.add(bytes),
            None => self.summary.by_tag.push((tag, PromotionCount { values: 1, bytes })),
        }
    }

    fn fail(&mut self, retained: Retained<'_>, reason: PromotionFailure) -> Option<Payload> {
        let bytes = retained.bytes();
        self.summary.failed.add(bytes);
        match self.summary.by_reason.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => count.add(bytes),
            None => self.summary.by_reason.push((reason.clone(), PromotionCount { values: 1, bytes })),
        }
        let (type_name, tag) = (retained.type_name(), retained.tag());
        self.failures.push(FailedPromotion { type_name, bytes, tag, reason });
        drop_caught(retained)
    }

    /// Moves a value where its policy says. Returns the panic of a drop.
    fn settle(&mut self, retained: Retained<'_>, budget: &mut usize, settled: &mut Settled) -> Option<Payload> {
        settled.retained(retained.tag());
        let frame_bytes = retained.frame_bytes();
        let (bytes, tag, type_name) = (retained.bytes(), retained.tag(), retained.type_name());
        let (name, policy) = (retained.name(), retained.policy());
        if policy == RetentionPolicy::Discard {
            self.summary.discarded.add(bytes);
            return drop_caught(retained);
        }
        if bytes > *budget {
            return self.fail(retained, PromotionFailure::BudgetExceeded);
        }
        let region = match policy {
            RetentionPolicy::PromoteToScratch(region) => match scratch::find(retained.allocator(), region) {
                Some(found) => Some(found),
                None => return self.fail(retained, PromotionFailure::NoScratch(region)),
            },
            _ => None,
        };
        let moved = match policy {
            RetentionPolicy::PromoteToHeap => retained.into_heap(),
            _ => retained.into_pool(),
        };
        let value = match moved {
            Ok(value) => value,
            Err((retained, error)) => return self.fail(retained, PromotionFailure::Refused(error)),
        };
        *budget -= bytes;
        settled.promoted(value.address(), PromotedValue { bytes, frame_bytes, to_heap: value.is_on_heap() });
        self.promoted(tag, bytes);
        if let Some(region) = region {
            self.summary.scratch.add(bytes);
            // A region that was dropped in the meantime gives the value back: it dies with it.
            return region.adopt(name, value).and_then(drop_caught);
        }
        match policy {
            RetentionPolicy::PromoteToHeap => self.summary.heap.add(bytes),
            _ => self.summary.pool.add(bytes),
        }
        self.values.push(Promotion { name, value, tag, bytes, type_name });
        None
    }

    /// Adds the values of an earlier frame. The figures stay those of this one.
    fn add_undelivered(&mut self, earlier: Self) {
        self.values.extend(earlier.values);
        self.failures.extend(earlier.failures);
    }
}

impl SmartAlloc {
    /// Ends the frame as [`SmartAlloc::end_frame`] does, but moves retained values to where their policies say instead of
    /// dropping them, the more important ones first, then by age. What cannot be moved is dropped and listed.
    ///
    /// ```
    /// use framealloc_core::{Importance, SmartAlloc};
    ///
    /// let mut alloc = SmartAlloc::default();
    /// alloc.begin_frame();
    /// alloc.with_tag("nav", |nav| nav.frame_with_importance(Importance::Reusable).write([1_u32; 16]).key());
    /// alloc.frame_with_importance(Importance::Ephemeral).write(7_u8);
    ///
    /// let promotions = alloc.end_frame_with_promotions();
    /// assert_eq!((promotions.summary().pool.bytes, promotions.summary().discarded.values), (64, 1));
    /// for promotion in promotions {
    ///     assert_eq!(promotion.tag().path(), "nav");
    ///     assert!(promotion.downcast::<[u32; 16]>().is_ok());
    /// }
    /// ```
    ///
    /// # Panics
    /// If a drop panics, a subscriber does, or a diagnostic in strict mode. All values have found their place and the frame has
    /// ended all the same. What was promoted stays with the allocator: [`take_promotions`](Self::take_promotions) returns it, or
    /// else the next call of this has it among its values. While a panic unwinds already, this returns instead.
    pub fn end_frame_with_promotions(&mut self) -> Promotions {
        self.end_promoting(|alloc, summary, panicked| {
            let (report, panic) = alloc.end_frame_caught(Some(summary));
            first_panic(panicked, panic);
            Some(report)
        })
    }

    /// Settles what is retained, then calls `end`, which ends the frame and notes a panic.
    pub(super) fn end_promoting(
        &mut self,
        end: impl FnOnce(&mut Self, &PromotionSummary, &mut Option<Payload>) -> Option<FrameReport>,
    ) -> Promotions {
        let mut promotions = Promotions::default();
        let mut panicked = None;
        if self.has_retained() {
            panicked = self.settle_all(&mut promotions);
        }
        promotions.report = end(self, &promotions.summary, &mut panicked).unwrap_or_default();
        if let Some(earlier) = self.take_promotions() {
            promotions.add_undelivered(earlier);
        }
        match panicked {
            Some(payload) if !std::thread::panicking() => {
                // A panic has no place for what a call returns.
                self.keep_promotions(promotions);
                resume_unwind(payload)
            }
            panicked => {
                resume(panicked);
                promotions
            }
        }
    }

    /// Settles all that is retained. Returns the first panic of a drop.
    #[inline(never)]
    fn settle_all(&mut self, promotions: &mut Promotions) -> Option<Payload> {
        let mut panicked = None;
        let mut settled = Settled::new(self.id());
        let mut budget = self.config().promotion_budget();
        let mut retained = self.take_retained();
        // Stable: among equals the oldest goes first.
        retained.sort_by_key(|value| core::cmp::Reverse(value.importance()));
        for value in retained {
            first_panic(&mut panicked, promotions.settle(value, &mut budget, &mut settled));
        }
        self.notify_filter(&settled);
        panicked
    }

    /// Takes what was promoted at the end of a frame that could not be returned, because
    /// [`end_frame_with_promotions`](Self::end_frame_with_promotions) panicked; `None` if nothing waits.
    ///
    /// ```
    /// use framealloc_core::{RetentionPolicy, SmartAlloc};
    /// use std::panic::{AssertUnwindSafe, catch_unwind};
    ///
    /// struct Careless;
    /// impl Drop for Careless {
    ///     fn drop(&mut self) {
    ///         panic!("a drop that panics");
    ///     }
    /// }
    ///
    /// let mut alloc = SmartAlloc::default();
    /// alloc.begin_frame();
    /// let key = alloc.frame_retain(String::from("saved game"), RetentionPolicy::PromoteToHeap).key();
    /// alloc.frame_retain(Careless, RetentionPolicy::Discard);
    ///
    /// let ended = catch_unwind(AssertUnwindSafe(|| alloc.end_frame_with_promotions()));
    /// assert!(ended.is_err());
    /// let mut promotions = alloc.take_promotions().ok_or("it waits")?;
    /// assert_eq!(promotions.take(key).map(|saved| saved.len()), Some(10));
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use = "what is not taken from it is dropped"]
    pub fn take_promotions(&mut self) -> Option<Promotions> {
        self.set_undelivered(None).map(|promotions| *promotions)
    }

    /// Has promotions wait for [`take_promotions`](Self::take_promotions), beside those that do already.
    pub(crate) fn keep_promotions(&mut self, mut promotions: Promotions) {
        if let Some(earlier) = self.take_promotions() {
            promotions.add_undelivered(earlier);
        }
        self.set_undelivered(Some(Box::new(promotions)));
    }
}
