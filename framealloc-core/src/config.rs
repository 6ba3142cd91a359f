//! How an allocator is set up.

use crate::budget::{Budget, DeclaredBudgets};
use crate::error::Limit;
use crate::sampling::SiteSampling;
use crate::tag::{Tag, TagId};

/// Returns the bytes of `count` KiB.
///
/// # Panics
/// If they are more than `usize::MAX`.
#[must_use]
pub const fn kilobytes(count: usize) -> usize {
    scaled(count, 10)
}

/// Returns the bytes of `count` MiB.
///
/// # Panics
/// If they are more than `usize::MAX`.
#[must_use]
pub const fn megabytes(count: usize) -> usize {
    scaled(count, 20)
}

/// Returns the bytes of `count` GiB.
///
/// # Panics
/// If they are more than `usize::MAX`.
#[must_use]
pub const fn gigabytes(count: usize) -> usize {
    scaled(count, 30)
}

const fn scaled(count: usize, shift: u32) -> usize {
    match count.checked_mul(1 << shift) {
        Some(bytes) => bytes,
        None => panic!("the size is over `usize::MAX` bytes"),
    }
}

/// How an allocator is set up; [`AllocConfig::default`] suits most games.
///
/// ```
/// use framealloc_core::{AllocConfig, SmartAlloc, megabytes};
///
/// let config = AllocConfig::default().with_frame_chunk(megabytes(4)).with_prefault(true);
/// let alloc = SmartAlloc::new(config);
/// assert_eq!(alloc.config().frame_chunk(), megabytes(4));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocConfig {
    pub(crate) frame_chunk: usize,
    pub(crate) prefault: bool,
    pub(crate) huge_pages: bool,
    pub(crate) heap_threshold: usize,
    pub(crate) decay: usize,
    pub(crate) thread_budget: Option<Budget>,
    pub(crate) global_budget: Option<Budget>,
    pub(crate) tag_budgets: Vec<(TagId, Budget)>,
    heap_budgets: Vec<(TagId, usize)>,
    promotion_budget: usize,
    pub(crate) frames_in_flight: usize,
    pub(crate) prewarm_pools: bool,
    pub(crate) purpose: Purpose,
    pub(crate) sites: Option<SiteSampling>,
    region: usize,
    /// The allocator whose seal holds for this one as well, by its number; 0 for none.
    pub(crate) sealed_with: u64,
}

/// What the allocator serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Frames,
    /// Whose frame memory comes from the region all the same, where the parent's does.
    ScratchRegion {
        in_region: bool,
    },
}

impl Default for AllocConfig {
    fn default() -> Self {
        Self {
            frame_chunk: kilobytes(64),
            prefault: false,
            huge_pages: false,
            heap_threshold: usize::MAX,
            decay: 256,
            thread_budget: None,
            global_budget: None,
            tag_budgets: Vec::new(),
            heap_budgets: Vec::new(),
            promotion_budget: usize::MAX,
            frames_in_flight: 0,
            prewarm_pools: false,
            purpose: Purpose::Frames,
            sites: None,
            region: 0,
            sealed_with: 0,
        }
    }
}

impl AllocConfig {
    /// Makes room, when the allocator is made, for the whole capacity of every pool of a type that was used before: pools
    /// are process-wide and become known at their first use. See [`pool::prewarm_known`](crate::pool::prewarm_known).
    #[must_use]
    pub fn prewarm_pools(mut self) -> Self {
        self.prewarm_pools = true;
        self
    }

    /// Sets the bytes that a thread's frame memory starts with. It grows to what frames need and stays there, so this
    /// only decides how the first frames go.
    #[must_use]
    pub fn with_frame_chunk(mut self, bytes: usize) -> Self {
        self.frame_chunk = bytes;
        self
    }

    /// Has every page of a new chunk touched when it is made, so that the first frames do not pay for page faults
    /// (some 2 µs per 4 KiB).
    #[must_use]
    pub fn with_prefault(mut self, prefault: bool) -> Self {
        self.prefault = prefault;
        self
    }

    /// Asks the system to back chunks of 2 MiB and more with huge pages, where it has them (Linux). Their size is then
    /// a multiple of 2 MiB.
    #[must_use]
    pub fn with_huge_pages(mut self, huge_pages: bool) -> Self {
        self.huge_pages = huge_pages;
        self
    }

    /// Sends frame requests of more than `bytes` bytes to the heap, where an arena has no room for them: they do not
    /// make it grow, are freed when the frame or scope ends, and are counted by tag
    /// ([`TagStats::heap_fallbacks`](crate::TagStats::heap_fallbacks)). Without it arenas grow to whatever a frame
    /// needs, and calls of the global allocator cease.
    ///
    /// Requests to the pools through this allocator of more than `bytes` bytes go to the heap too, as those over 8 KiB always
    /// do, until they are dropped; by tag they are in [`heap::tag_stats`](crate::heap::tag_stats). Those under 1 KiB never do,
    /// nor do types with a pool of their own.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, SmartAlloc, kilobytes, megabytes};
    ///
    /// let mut alloc = SmartAlloc::new(AllocConfig::default().with_heap_threshold(kilobytes(256)));
    /// alloc.whole_frame(|alloc| {
    ///     alloc.frame_slice_zeroed::<u8>(megabytes(1));
    /// });
    /// let stats = alloc.stats();
    /// assert_eq!(stats.tag("(untagged)").map(|tag| (tag.heap_fallbacks, tag.bytes)), Some((1, 0)));
    /// ```
    #[must_use]
    pub fn with_heap_threshold(mut self, bytes: usize) -> Self {
        self.heap_threshold = bytes;
        self
    }

    /// Sets how long memory is kept that frames no longer need: what is remembered of the largest frame shrinks by one part in
    /// `frames` at the end of each frame. Memory is given back when four times less is remembered than is held, looked at every
    /// 64 frames, or as often as a quarter of `frames`: by default, 256, some 360 frames after a burst, and 6 seconds at 60
    /// frames a second. With 1 nothing is remembered; 0 is 1.
    ///
    /// [`SmartAlloc::trim`](crate::SmartAlloc::trim) gives memory back at once.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, SmartAlloc, megabytes};
    ///
    /// let mut alloc = SmartAlloc::new(AllocConfig::default().with_decay(8));
    /// alloc.whole_frame(|alloc| {
    ///     alloc.frame_slice_zeroed::<u8>(megabytes(8));
    /// });
    /// for _ in 0..20 {
    ///     alloc.whole_frame(|_| ());
    /// }
    /// assert!(alloc.capacity() < megabytes(2));
    /// ```
    #[must_use]
    pub fn with_decay(mut self, frames: usize) -> Self {
        self.decay = frames.max(1);
        self
    }

    /// Limits the frame memory that each thread may hold;
    /// [`SmartAlloc::set_thread_frame_budget`](crate::SmartAlloc::set_thread_frame_budget) changes it for one.
    #[must_use]
    pub fn with_thread_frame_budget(mut self, budget: impl Into<Budget>) -> Self {
        self.thread_budget = Some(budget.into());
        self
    }

    /// Limits the frame memory that all threads together may hold.
    #[must_use]
    pub fn with_global_frame_budget(mut self, budget: impl Into<Budget>) -> Self {
        self.global_budget = Some(budget.into());
        self
    }

    /// Limits the frame memory that a tag may hold, over all threads. Tags nested in it are not part of it: they have
    /// budgets of their own, by their own paths.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, Budget, BudgetPolicy, SmartAlloc, kilobytes, megabytes};
    ///
    /// let config = AllocConfig::default()
    ///     .with_tag_budget("physics", megabytes(2))
    ///     .with_tag_budget("ai::pathfinding", Budget::new(kilobytes(64)).with_policy(BudgetPolicy::Warn));
    /// # let _ = SmartAlloc::new(config);
    /// ```
    ///
    /// # Panics
    /// If a segment of the path is empty: [`Tag::try_intern`] tells before.
    #[must_use]
    pub fn with_tag_budget(mut self, path: &str, budget: impl Into<Budget>) -> Self {
        let tag = Tag::intern(path);
        self.tag_budgets.retain(|(known, _)| *known != tag);
        self.tag_budgets.push((tag, budget.into()));
        self
    }

    /// Returns the tags that have a budget, by path, in the order in which they got it.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, kilobytes};
    ///
    /// let config = AllocConfig::default().with_tag_budget("physics", kilobytes(64));
    /// let budgets: Vec<_> = config.tag_budgets().map(|(path, budget)| (path, budget.bytes())).collect();
    /// assert_eq!(budgets, [("physics", kilobytes(64))]);
    /// ```
    pub fn tag_budgets(&self) -> impl Iterator<Item = (&'static str, Budget)> {
        self.tag_budgets.iter().map(|(tag, budget)| (tag.path(), *budget))
    }

    /// Says how many bytes of the heap a tag should have at once, over the whole program; what is nested in it has budgets of its
    /// own. Nothing is refused: FA010 tells at the end of a frame in which it had more. It takes an
    /// [`AmbientAlloc<A, Tags>`](crate::AmbientAlloc) as the global allocator to know.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, AmbientAlloc, Diagnostic, FrameEvent, SmartAlloc, Tags, heap_tag, megabytes};
    /// use std::{alloc::System, sync::mpsc};
    ///
    /// #[global_allocator]
    /// static GLOBAL: AmbientAlloc<System, Tags> = AmbientAlloc::system();
    ///
    /// let mut alloc = SmartAlloc::new(AllocConfig::default().with_heap_budget("audio", megabytes(1)));
    /// let (heard, events) = mpsc::channel();
    /// let _subscription = alloc.on_frame_event(move |_, event| {
    ///     if let FrameEvent::Diagnostic(Diagnostic { code, tag, .. }) = event {
    ///         heard.send((*code, *tag)).ok();
    ///     }
    /// });
    /// let samples = alloc.whole_frame(|_| heap_tag("audio", || vec![0_u8; megabytes(2)]));
    /// assert_eq!(events.try_recv(), Ok(("FA010", Some("audio"))));
    /// # drop(samples);
    /// ```
    ///
    /// # Panics
    /// If a segment of the path is empty: [`Tag::try_intern`] tells before.
    #[must_use]
    pub fn with_heap_budget(mut self, path: &str, bytes: usize) -> Self {
        let tag = Tag::intern(path);
        self.heap_budgets.retain(|(known, _)| *known != tag);
        self.heap_budgets.push((tag, bytes));
        self
    }

    /// The heap budgets, by path.
    pub(crate) fn heap_budget_of(&self, path: &str) -> Option<usize> {
        self.heap_budgets.iter().find(|(tag, _)| tag.path() == path).map(|(_, bytes)| *bytes)
    }

    /// The heap budgets.
    pub(crate) fn heap_budgets(&self) -> &[(TagId, usize)] {
        &self.heap_budgets
    }

    /// Sets the budgets that `.fa.toml` declares, for each thread and for its tags: `framealloc::declared_budgets!()` (feature
    /// `declared-budgets`) reads them while the program is compiled. Budgets that are set later replace them.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, Budget, DeclaredBudgets, SmartAlloc, kilobytes};
    ///
    /// # fn declared() -> DeclaredBudgets { DeclaredBudgets::new(Some(8192), &[("ai", 1024)]) }
    /// let declared: DeclaredBudgets = declared(); // declared_budgets!()
    /// let alloc = SmartAlloc::new(AllocConfig::default().with_budgets(declared));
    /// assert_eq!(alloc.frame_remaining(), Some(kilobytes(8)));
    /// assert_eq!(alloc.tagged("ai").frame_remaining(), Some(kilobytes(1)));
    /// ```
    #[must_use]
    pub fn with_budgets(mut self, declared: DeclaredBudgets) -> Self {
        if let Some(budget) = declared.thread() {
            self = self.with_thread_frame_budget(budget);
        }
        let config = declared.tags().fold(self, |config, (path, budget)| config.with_tag_budget(path, budget));
        declared.heap().fold(config, |config, (path, bytes)| config.with_heap_budget(path, bytes))
    }

    /// Limits the bytes of retained values that one
    /// [`end_frame_with_promotions`](crate::SmartAlloc::end_frame_with_promotions) moves to new homes; the rest is dropped.
    #[must_use]
    pub fn with_promotion_budget(mut self, bytes: usize) -> Self {
        self.promotion_budget = bytes;
        self
    }

    /// Returns the bytes of retained values that one end of a frame may promote; `usize::MAX` for no limit.
    #[must_use]
    pub fn promotion_budget(&self) -> usize {
        self.promotion_budget
    }

    /// Samples which places of the program ask for frame memory: [`sampled_sites`](crate::SmartAlloc::sampled_sites) and
    /// recordings tell. Not done by default.
    ///
    /// An allocation costs as much as before: the memory that is open to it ends where the next sample is, and only the
    /// allocation that meets that end is looked at. With the feature `stacks` a sample has the stack of calls that led to it;
    /// else its tag and its system. Scratch regions are not sampled.
    #[must_use]
    pub fn with_sites(mut self, sampling: SiteSampling) -> Self {
        self.sites = Some(sampling);
        self
    }

    /// Returns how frame memory is sampled, if it is.
    #[must_use]
    pub fn sites(&self) -> Option<SiteSampling> {
        self.sites
    }

    /// Lets so many ended frames be in flight at once: held by [`FrameInFlight`](crate::FrameInFlight)s, which
    /// [`end_frame_in_flight`](crate::SmartAlloc::end_frame_in_flight) makes. None by default.
    ///
    /// For a renderer that reads frame N while the simulation makes frame N + 1 this is 1; 2 lets it fall one more frame behind.
    /// Each thread and tag holds memory for what it shares in as many frames, and in one more.
    #[must_use]
    pub fn with_frames_in_flight(mut self, frames: usize) -> Self {
        self.frames_in_flight = frames;
        self
    }

    /// Returns how many ended frames may be in flight at once.
    #[must_use]
    pub fn frames_in_flight(&self) -> usize {
        self.frames_in_flight
    }

    /// Takes `bytes` bytes for frames and pools when the allocator is made, by one request to the global allocator: frame memory
    /// of this allocator on all threads, its scratch regions, slabs of pools and lists of retired values come from there.
    ///
    /// What the region has no room for comes from the global allocator, unless memory is [sealed](crate::SmartAlloc::seal);
    /// [`SmartAlloc::region_stats`](crate::SmartAlloc::region_stats) tells how much that was, and how much the region needs. The
    /// heap that a program asks for as such, by [`HeapBox`](crate::HeapBox) or past [a threshold](Self::with_heap_threshold),
    /// is the global allocator's.
    ///
    /// Pools are the whole process's, and so is the region: it is never given back. When the allocator is gone, the next one
    /// has what is free of it and asks for what is missing; of two that live, each adds its own bytes.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, SmartAlloc, megabytes};
    ///
    /// let mut alloc = SmartAlloc::new(AllocConfig::default().with_region(megabytes(8)));
    /// alloc.whole_frame(|alloc| {
    ///     alloc.frame_slice_zeroed::<u8>(megabytes(1));
    /// });
    /// let region = SmartAlloc::region_stats();
    /// assert!(region.bytes == megabytes(8) && region.peak_bytes >= megabytes(1) && region.missed == 0);
    /// ```
    #[must_use]
    pub fn with_region(mut self, bytes: usize) -> Self {
        self.region = bytes;
        self
    }

    /// Returns the bytes that are taken for frames and pools when the allocator is made.
    #[must_use]
    pub fn region(&self) -> usize {
        self.region
    }

    /// Whether frame memory comes from the region.
    pub(crate) fn has_region(&self) -> bool {
        self.region > 0 || matches!(self.purpose, Purpose::ScratchRegion { in_region: true })
    }

    /// The configuration of a scratch region: of its memory only, and with an account that shows what it holds. It is sealed
    /// with the allocator that has this number.
    pub(crate) fn of_scratch(&self, allocator: u64) -> Self {
        Self {
            sealed_with: if self.sealed_with == 0 { allocator } else { self.sealed_with },
            frame_chunk: self.frame_chunk,
            prefault: self.prefault,
            huge_pages: self.huge_pages,
            global_budget: Some(Budget::new(usize::MAX)),
            purpose: Purpose::ScratchRegion { in_region: self.has_region() },
            ..Self::default()
        }
    }

    /// Returns the bytes beyond which a frame request goes to the heap; `usize::MAX` where none does.
    #[must_use]
    pub fn heap_threshold(&self) -> usize {
        self.heap_threshold
    }

    /// The budget of this configuration that a limit names.
    pub(crate) fn budget_of(&self, limit: Limit) -> Option<Budget> {
        match limit {
            Limit::Thread => self.thread_budget,
            Limit::Global => self.global_budget,
            Limit::Tag(path) => self.tag_budgets.iter().find(|(tag, _)| tag.path() == path).map(|(_, budget)| *budget),
            Limit::System(_) => None,
        }
    }

    /// Returns the bytes that a thread's frame memory starts with.
    #[must_use]
    pub fn frame_chunk(&self) -> usize {
        self.frame_chunk
    }
}
