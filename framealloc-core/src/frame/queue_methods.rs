//! Every call that makes a queue or a sorted map in frame memory, once, for `Frame` and for `SmartAlloc`: see `methods.rs`.

use super::{Frame, FrameDeque, FrameHeap, FrameSortedMap};
use crate::SmartAlloc;
use crate::error::{AllocError, infallible};

macro_rules! queue_methods {
    ($this:ident => $frame:expr) => {
        /// Makes an empty double-ended queue, which takes no memory before the first element: see [`FrameDeque`].
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let mut recent = alloc.frame_deque();
        /// recent.push_back("jump");
        /// recent.push_front("run");
        /// assert_eq!(recent, ["run", "jump"]);
        /// ```
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_deque<T>(&self) -> FrameDeque<'_, T> {
            let $this = self;
            FrameDeque::new($frame)
        }

        /// Makes an empty queue with room for `capacity` elements.
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_deque_with_capacity<T>(&self, capacity: usize) -> FrameDeque<'_, T> {
            let $this = self;
            infallible(FrameDeque::with_capacity($frame, capacity))
        }

        /// Like [`Self::frame_deque_with_capacity`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_deque_with_capacity<T>(&self, capacity: usize) -> Result<FrameDeque<'_, T>, AllocError> {
            let $this = self;
            FrameDeque::with_capacity($frame, capacity)
        }

        /// Makes an empty priority queue, which takes no memory before the first element: see [`FrameHeap`].
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let mut threats = alloc.frame_heap();
        /// threats.extend([3, 9, 4]);
        /// assert_eq!(threats.pop(), Some(9));
        /// ```
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_heap<T: Ord>(&self) -> FrameHeap<'_, T> {
            let $this = self;
            FrameHeap::new($frame)
        }

        /// Makes an empty priority queue with room for `capacity` elements.
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_heap_with_capacity<T: Ord>(&self, capacity: usize) -> FrameHeap<'_, T> {
            let $this = self;
            infallible(FrameHeap::with_capacity($frame, capacity))
        }

        /// Like [`Self::frame_heap_with_capacity`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_heap_with_capacity<T: Ord>(&self, capacity: usize) -> Result<FrameHeap<'_, T>, AllocError> {
            let $this = self;
            FrameHeap::with_capacity($frame, capacity)
        }

        /// Makes an empty sorted map, which takes no memory before the first insertion: see [`FrameSortedMap`].
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let mut scores = alloc.frame_sorted_map();
        /// scores.extend([(20, "second"), (10, "third"), (30, "first")]);
        /// assert_eq!(scores.last_key_value(), Some((&30, &"first")));
        /// ```
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_sorted_map<K: Ord, V>(&self) -> FrameSortedMap<'_, K, V> {
            let $this = self;
            FrameSortedMap::new($frame)
        }

        /// Makes an empty sorted map with room for `capacity` entries.
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_sorted_map_with_capacity<K: Ord, V>(&self, capacity: usize) -> FrameSortedMap<'_, K, V> {
            let $this = self;
            infallible(FrameSortedMap::with_capacity($frame, capacity))
        }

        /// Like [`Self::frame_sorted_map_with_capacity`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_sorted_map_with_capacity<K: Ord, V>(
            &self,
            capacity: usize,
        ) -> Result<FrameSortedMap<'_, K, V>, AllocError> {
            let $this = self;
            FrameSortedMap::with_capacity($frame, capacity)
        }
    };
}

impl Frame {
    queue_methods!(this => this);
}

impl SmartAlloc {
    queue_methods!(this => this.frame());
}
