//! The filter as methods of the allocator.

use super::filter::Filter;
use super::{BehaviorReport, BehaviorThresholds};
use crate::SmartAlloc;
use crate::observe::Observers;
use crate::probes::filter::Settled;

impl SmartAlloc {
    /// The filter, as the last end of a frame left it.
    pub(crate) fn behavior_filter(&self) -> Option<&Filter> {
        self.observers()?.downcast_ref::<Observers>()?.behavior.as_deref()
    }

    /// Enables the behaviour filter with the default thresholds: from the frame that is open, or the next one, on.
    ///
    /// A filter that is enabled already begins anew. While one is enabled, pools and promotions take a lock per operation;
    /// frame memory costs what it did.
    ///
    /// ```
    /// # use framealloc_core::SmartAlloc;
    /// let mut alloc = SmartAlloc::default();
    /// alloc.enable_behavior_filter();
    /// for frame in 0..100 {
    ///     alloc.begin_frame();
    ///     let contact = alloc.tagged("physics").pool_box([frame; 4]); // gone before the frame is: frame memory would do
    ///     drop(contact);
    ///     alloc.end_frame();
    /// }
    /// let report = alloc.behavior_report();
    /// for issue in &report.issues {
    ///     eprintln!("[{}] {}", issue.code, issue.message);
    /// }
    /// assert_eq!(report.issues[0].code, "FA510");
    /// ```
    pub fn enable_behavior_filter(&mut self) {
        self.enable_behavior_filter_with(BehaviorThresholds::default());
    }

    /// Like [`Self::enable_behavior_filter`], with thresholds of your own.
    pub fn enable_behavior_filter_with(&mut self, thresholds: BehaviorThresholds) {
        self.disable_behavior_filter();
        let filter = Filter::new(self, thresholds);
        self.change_observers(|observers| observers.behavior = Some(Box::new(filter)));
    }

    /// Disables the filter and returns its last report.
    pub fn disable_behavior_filter(&mut self) -> BehaviorReport {
        let report = self.behavior_report();
        self.change_observers(|observers| observers.behavior = None);
        report
    }

    /// Returns whether the behaviour filter is enabled.
    #[must_use]
    pub fn is_behavior_filter_enabled(&self) -> bool {
        self.behavior_filter().is_some()
    }

    /// Returns what the filter has seen up to the last frame that ended; of a filter that is not enabled, nothing.
    #[must_use]
    pub fn behavior_report(&self) -> BehaviorReport {
        self.behavior_filter().map_or_else(BehaviorReport::default, Filter::report)
    }

    /// Tells the filter what became of retained values.
    pub(crate) fn notify_filter(&mut self, settled: &Settled) {
        if settled.values.is_empty() {
            return;
        }
        self.change_observers(|observers| {
            if let Some(filter) = &mut observers.behavior {
                filter.settle(&settled.values);
            }
        });
    }
}
