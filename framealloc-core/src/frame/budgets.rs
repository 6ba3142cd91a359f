//! Budgets as methods of frames and allocators: what is left, what a thread may hold, what happened.

use crate::budget::{Budget, BudgetEvent};
use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::frames::frame::Frame;

macro_rules! budget_methods {
    ($this:ident => $frame:expr) => {
        /// Returns the bytes that this arena can still hand out in this frame before a budget is exhausted: the least of
        /// what is left in those that apply to it, or `None` where none does.
        ///
        /// ```
        /// # use framealloc_core::{SmartAlloc, kilobytes};
        /// let alloc = SmartAlloc::default();
        /// assert_eq!(alloc.frame_remaining(), None);
        /// alloc.set_thread_frame_budget(kilobytes(4));
        /// alloc.frame_box([0_u8; 1024]);
        /// assert!(alloc.frame_remaining() <= Some(kilobytes(3)));
        /// ```
        #[must_use]
        pub fn frame_remaining(&self) -> Option<usize> {
            let $this = self;
            let frame: &Frame = $frame;
            frame.arenas().remaining(frame)
        }
    };
}

impl Frame {
    budget_methods!(this => this);
}

impl SmartAlloc {
    budget_methods!(this => this.frame());

    /// Limits the frame memory that the calling thread may hold, from now on and in every frame; replaces the one that
    /// [`AllocConfig::with_thread_frame_budget`](crate::AllocConfig::with_thread_frame_budget) gives every thread.
    ///
    /// What the thread holds already counts.
    ///
    /// ```
    /// use framealloc_core::{Budget, BudgetPolicy, SmartAlloc, megabytes};
    ///
    /// let alloc = SmartAlloc::default();
    /// alloc.set_thread_frame_budget(megabytes(8)); // fails beyond it
    /// alloc.set_thread_frame_budget(Budget::new(megabytes(8)).with_policy(BudgetPolicy::Warn));
    /// ```
    pub fn set_thread_frame_budget(&self, budget: impl Into<Budget>) {
        self.frame().arenas().set_thread_budget(Some(budget.into()));
    }

    /// Takes the limit of the calling thread away.
    pub fn clear_thread_frame_budget(&self) {
        self.frame().arenas().set_thread_budget(None);
    }

    /// Returns the limit of the calling thread, if it has one.
    #[must_use]
    pub fn thread_frame_budget(&self) -> Option<Budget> {
        self.frame().arenas().thread_budget()
    }

    /// Returns what budgets did in the last frame that ended: one entry for each limit and outcome. Makes no call to the
    /// system's allocator, as [`SmartAlloc::stats`] does.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, Budget, BudgetOutcome, BudgetPolicy, SmartAlloc, kilobytes};
    ///
    /// let budget = Budget::new(kilobytes(1)).with_policy(BudgetPolicy::Promote);
    /// let mut alloc = SmartAlloc::new(AllocConfig::default().with_tag_budget("ai", budget));
    /// alloc.whole_frame(|alloc| alloc.tagged("ai").frame_slice_copy(&[0_u8; 2000]).len());
    /// assert_eq!(alloc.budget_events()[0].outcome, BudgetOutcome::Promoted);
    /// ```
    #[must_use]
    pub fn budget_events(&self) -> &[BudgetEvent] {
        self.events_of_budgets()
    }
}
