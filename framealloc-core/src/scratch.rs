//! Scratch regions: named memory that outlives frames and is taken back at once.

use core::fmt;
use core::ops::{Deref, Index};
use core::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::Arc;

use crate::error::{AllocError, infallible};
use crate::frame::retain::RetainKey;
use crate::panics::{Payload, first_panic, resume};
use crate::raw::frames::allocator::SmartAlloc;
use crate::raw::frames::hooks::FrameBefore;
use crate::raw::frames::scratch::{self as raw, RegionEnd, Scratch};
use crate::raw::frames::scratch_region::{Inbox, Region, ScratchStats};

impl Scratch {
    fn new(parent: &SmartAlloc, name: &str) -> Self {
        let mut alloc = SmartAlloc::new(parent.config().of_scratch(parent.id()));
        alloc.begin_frame();
        let region = Arc::new(Region {
            name: name.into(),
            account: alloc.global_account(),
            inbox: Inbox::default(),
            high_water: AtomicUsize::new(0),
            resets: AtomicU64::new(0),
        });
        parent.inner().regions.add(&region);
        Self { alloc, region }
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.region.name
    }

    /// Moves a value into the region, which drops it when it is reset or dropped.
    ///
    /// # Panics
    /// If the global allocator refuses; the value is dropped.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn keep<T: Send + 'static>(&self, value: T) -> &mut T {
        infallible(raw::keep(self.alloc.frame(), value))
    }

    /// Like [`Self::keep`]; the value is dropped where there is no room.
    ///
    /// # Errors
    /// If the global allocator refuses.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_keep<T: Send + 'static>(&self, value: T) -> Result<&mut T, AllocError> {
        raw::keep(self.alloc.frame(), value)
    }

    /// Returns a value that was promoted to the region
    /// ([`RetentionPolicy::PromoteToScratch`](crate::RetentionPolicy::PromoteToScratch)).
    ///
    /// ```
    /// use framealloc_core::{RetentionPolicy, SmartAlloc};
    ///
    /// let mut alloc = SmartAlloc::default();
    /// let level = alloc.scratch("level");
    /// let key = alloc.frame_retain([1, 2, 3], RetentionPolicy::PromoteToScratch("level")).key();
    /// let promotions = alloc.end_frame_with_promotions();
    /// assert_eq!(promotions.summary().scratch.values, 1);
    /// assert_eq!(level.promoted(key), Some(&[1, 2, 3]));
    /// ```
    #[must_use]
    pub fn promoted<T: Send + Sync + 'static>(&self, key: RetainKey<T>) -> Option<&T> {
        raw::promoted(self, key.name())
    }

    /// Returns a value that was promoted to the region, for changing it.
    #[must_use]
    pub fn promoted_mut<T: Send + 'static>(&mut self, key: RetainKey<T>) -> Option<&mut T> {
        raw::promoted_mut(self, key.name())
    }

    /// Drops what the region keeps and takes all its memory back, for use anew. Returns the bytes that were handed out.
    ///
    /// # Panics
    /// If a drop panics. All other values are dropped and the region is empty all the same.
    pub fn reset(&mut self) -> usize {
        let (bytes, panicked) = self.reset_caught();
        resume(panicked);
        bytes
    }

    fn reset_caught(&mut self) -> (usize, Option<Payload>) {
        let mut panicked = raw::drain(self, RegionEnd::Reset);
        let (report, panic) = self.alloc.end_frame_caught(None);
        first_panic(&mut panicked, panic);
        first_panic(&mut panicked, self.alloc.begin_frame_caught(FrameBefore::Ended));
        self.region.high_water.fetch_max(report.bytes, Ordering::Relaxed);
        self.region.resets.fetch_add(1, Ordering::Relaxed);
        (report.bytes, panicked)
    }

    /// Returns the figures of the region. What the calling thread has handed out is exact then.
    #[must_use]
    pub fn region_stats(&self) -> ScratchStats {
        let _withdrawn = self.alloc.frame().arenas().withdraw_all();
        self.region.stats()
    }

    /// Returns the bytes that the region holds from the global allocator.
    pub fn region_capacity(&mut self) -> usize {
        self.alloc.capacity()
    }
}

impl Deref for Scratch {
    type Target = SmartAlloc;

    #[inline(always)]
    fn deref(&self) -> &SmartAlloc {
        &self.alloc
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What was kept in the arenas drops with the allocator, right after this.
        let panicked = raw::drain(self, RegionEnd::Dropped);
        resume(panicked);
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch").field("name", &self.name()).finish_non_exhaustive()
    }
}

impl SmartAlloc {
    /// Makes a scratch region: memory that outlives frames, until it is reset or dropped. It shows in
    /// [`AllocStats::scratch`](crate::AllocStats::scratch), and values can be promoted to it by its name.
    ///
    /// The region takes the settings for chunks from this allocator and may outlive it.
    #[must_use]
    pub fn scratch(&self, name: &str) -> Scratch {
        Scratch::new(self, name)
    }

    /// Makes one scratch region for each name, to be reset together.
    #[must_use]
    pub fn scratch_set<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> ScratchSet {
        ScratchSet { regions: names.into_iter().map(|name| self.scratch(name)).collect() }
    }

    pub(crate) fn scratch_stats(&self) -> Vec<ScratchStats> {
        self.inner().regions.alive().iter().map(|region| region.stats()).collect()
    }
}

/// Several scratch regions that live and die together: the parts of a level.
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut level = alloc.scratch_set(["terrain", "pathfinding"]);
/// let heights = level["terrain"].frame_slice_zeroed::<f32>(64);
/// let graph = level["pathfinding"].keep(vec![(0, 1), (1, 2)]);
/// assert_eq!((heights.len(), graph.len()), (64, 2));
/// level.reset_all();
/// ```
#[derive(Debug)]
pub struct ScratchSet {
    regions: Vec<Scratch>,
}

impl ScratchSet {
    /// Returns the region of this name.
    #[must_use]
    pub fn region(&self, name: &str) -> Option<&Scratch> {
        self.regions.iter().find(|region| region.name() == name)
    }

    /// Returns the region of this name, to reset it alone.
    #[must_use]
    pub fn region_mut(&mut self, name: &str) -> Option<&mut Scratch> {
        self.regions.iter_mut().find(|region| region.name() == name)
    }

    /// Returns all regions.
    pub fn iter(&self) -> core::slice::Iter<'_, Scratch> {
        self.regions.iter()
    }

    /// Resets all regions. Returns the bytes that were handed out from them.
    ///
    /// # Panics
    /// If a drop panics. All regions are empty all the same.
    pub fn reset_all(&mut self) -> usize {
        let mut panicked = None;
        let mut bytes = 0;
        for region in &mut self.regions {
            let (of_region, panic) = region.reset_caught();
            bytes += of_region;
            first_panic(&mut panicked, panic);
        }
        resume(panicked);
        bytes
    }
}

impl<'a> IntoIterator for &'a ScratchSet {
    type Item = &'a Scratch;
    type IntoIter = core::slice::Iter<'a, Scratch>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// # Panics
/// If there is no region of this name.
impl Index<&str> for ScratchSet {
    type Output = Scratch;

    fn index(&self, name: &str) -> &Scratch {
        self.region(name).unwrap_or_else(|| panic!("there is no scratch region `{name}`"))
    }
}
