//! `SmartAlloc`: one that has its memory from the start, and the ways to bracket a frame.

use core::ops::Deref;
use std::sync::Arc;

use crate::config::AllocConfig;
use crate::error::{AllocError, Failure, infallible};
use crate::frame::FrameVec;
use crate::observe::watch::Watch;

use crate::raw::mem::region;

pub use crate::raw::frames::allocator::SmartAlloc;

impl SmartAlloc {
    /// Makes an allocator. No memory is taken before the first allocation.
    ///
    /// ```
    /// use framealloc_core::{AllocConfig, SmartAlloc, megabytes};
    ///
    /// let alloc = SmartAlloc::new(AllocConfig::default().with_frame_chunk(megabytes(1)));
    /// assert_eq!(alloc.frame_number(), 0);
    /// ```
    ///
    /// # Panics
    /// If the global allocator refuses [a region](AllocConfig::with_region).
    #[must_use]
    pub fn new(config: AllocConfig) -> Self {
        infallible(Self::of(config))
    }

    /// Like [`Self::new`].
    ///
    /// # Errors
    /// If the global allocator refuses [a region](AllocConfig::with_region).
    pub fn try_new(config: AllocConfig) -> Result<Self, AllocError> {
        Self::of(config)
    }

    fn of<E: Failure>(config: AllocConfig) -> Result<Self, E> {
        region::claim(config.region(), config.prefault).map_err(E::fail)?;
        if config.prewarm_pools {
            // What cannot be had now is asked for again when it is needed.
            crate::pool::prewarm_known();
        }
        let watch = Arc::new(Watch::of(&config));
        Ok(Self::with_hooks(config, watch))
    }

    /// Makes an allocator of which the calling thread has `bytes` bytes of frame memory at once. Other threads start with as much
    /// when they first allocate, as by [`AllocConfig::with_frame_chunk`].
    ///
    /// ```
    /// let alloc = framealloc_core::SmartAlloc::with_frame_capacity(framealloc_core::kilobytes(100));
    /// assert_eq!(alloc.frame().used_bytes(), 0);
    /// assert!(alloc.frame().capacity_bytes() >= 100 * 1024);
    /// ```
    ///
    /// # Panics
    /// If the global allocator refuses, or `bytes` is over `isize::MAX`.
    #[must_use]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn with_frame_capacity(bytes: usize) -> Self {
        infallible(Self::with_room(bytes))
    }

    /// Like [`Self::with_frame_capacity`].
    ///
    /// # Errors
    /// If the global allocator refuses, or `bytes` is over `isize::MAX`.
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_with_frame_capacity(bytes: usize) -> Result<Self, AllocError> {
        Self::with_room(bytes)
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn with_room<E: Failure>(bytes: usize) -> Result<Self, E> {
        let alloc = Self::new(AllocConfig::default().with_frame_chunk(bytes));
        // The request takes the chunk; the vector gives its room back.
        drop(FrameVec::<u8>::with_capacity::<E>(alloc.frame(), bytes)?);
        Ok(alloc)
    }

    /// Begins a frame and returns a guard that ends it when dropped, by a panic as well.
    ///
    /// ```
    /// let mut alloc = framealloc_core::SmartAlloc::default();
    /// {
    ///     let frame = alloc.frame_guard();
    ///     let scratch = frame.frame_box([0_u8; 64]);
    ///     assert_eq!(scratch.len(), 64);
    /// }
    /// assert!(!alloc.is_in_frame());
    /// ```
    pub fn frame_guard(&mut self) -> FrameGuard<'_> {
        // First the guard: where the begin panics, the frame ends all the same.
        let frame = FrameGuard { alloc: self };
        frame.alloc.begin_frame();
        frame
    }

    /// Calls `body` in a frame of its own: begins it before, ends it after, by a panic as well.
    ///
    /// ```
    /// let mut alloc = framealloc_core::SmartAlloc::default();
    /// let sum = alloc.whole_frame(|alloc| alloc.frame_slice_copy(&[1, 2, 3]).iter().sum::<i32>());
    /// assert_eq!((sum, alloc.frame_number()), (6, 1));
    /// ```
    pub fn whole_frame<R>(&mut self, body: impl FnOnce(&Self) -> R) -> R {
        body(&self.frame_guard())
    }
}

impl Default for SmartAlloc {
    fn default() -> Self {
        Self::new(AllocConfig::default())
    }
}

/// A frame that ends when this is dropped. It derefs to [`SmartAlloc`].
#[derive(Debug)]
#[must_use = "the frame ends when this is dropped"]
pub struct FrameGuard<'a> {
    alloc: &'a mut SmartAlloc,
}

impl Deref for FrameGuard<'_> {
    type Target = SmartAlloc;

    fn deref(&self) -> &SmartAlloc {
        self.alloc
    }
}

impl Drop for FrameGuard<'_> {
    fn drop(&mut self) {
        self.alloc.end_frame();
    }
}
