//! Every call that makes a collection in frame memory, once, for `Frame` and for `SmartAlloc`: see `methods.rs`.

use core::fmt;
use core::hash::Hash;

use super::collect::CollectInto;
use super::table::FrameHasher;
use super::{Frame, FrameMap, FrameSet, FrameString, FrameVec};
use crate::SmartAlloc;
use crate::error::{AllocError, Failure, infallible};
use crate::raw::frames::boxes::FrameBox;

macro_rules! collection_methods {
    ($this:ident => $frame:expr) => {
        /// Makes an empty vector, which takes no memory before the first push.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let mut contacts = alloc.frame_vec::<(u32, u32)>();
        /// contacts.push((3, 4));
        /// assert_eq!(contacts, [(3, 4)]);
        /// ```
        #[inline(always)]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_vec<T>(&self) -> FrameVec<'_, T> {
            let $this = self;
            FrameVec::new($frame)
        }

        /// Makes an empty vector with room for `capacity` elements.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let render_list = alloc.frame_vec_with_capacity::<u64>(1000);
        /// assert_eq!(render_list.capacity(), 1000);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_vec_with_capacity<T>(&self, capacity: usize) -> FrameVec<'_, T> {
            let $this = self;
            infallible(FrameVec::with_capacity($frame, capacity))
        }

        /// Like [`Self::frame_vec_with_capacity`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_vec_with_capacity<T>(&self, capacity: usize) -> Result<FrameVec<'_, T>, AllocError> {
            let $this = self;
            FrameVec::with_capacity($frame, capacity)
        }

        /// Moves the elements of an array into a vector: what [`frame_vec!`](crate::frame_vec) calls with a list.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let names = alloc.frame_vec_from_array([String::from("a"), String::from("b")]);
        /// assert_eq!(names, ["a", "b"]);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_vec_from_array<T, const N: usize>(&self, values: [T; N]) -> FrameVec<'_, T> {
            let $this = self;
            infallible(FrameVec::of_array($frame, values))
        }

        /// Like [`Self::frame_vec_from_array`]; the elements are dropped where there is no room.
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_vec_from_array<T, const N: usize>(
            &self,
            values: [T; N],
        ) -> Result<FrameVec<'_, T>, AllocError> {
            let $this = self;
            FrameVec::of_array($frame, values)
        }

        /// Makes a vector of a value and its clones, `len` in all: what [`frame_vec!`](crate::frame_vec) calls with `value; len`.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// assert_eq!(alloc.frame_vec_from_elem(1, 3), [1, 1, 1]);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or a clone panics.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_vec_from_elem<T: Clone>(&self, value: T, len: usize) -> FrameVec<'_, T> {
            let $this = self;
            infallible(FrameVec::of_elem($frame, value, len))
        }

        /// Like [`Self::frame_vec_from_elem`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_vec_from_elem<T: Clone>(&self, value: T, len: usize) -> Result<FrameVec<'_, T>, AllocError> {
            let $this = self;
            FrameVec::of_elem($frame, value, len)
        }

        /// Makes any collection in frame memory, or a boxed slice, of what an iterator yields, as `collect` does; or a `Result` or `Option` of
        /// one. For collections of your own see [`FromFrameIterator`](crate::collections::FromFrameIterator).
        ///
        /// ```
        /// use framealloc_core::{FrameMap, FrameString, FrameVec};
        ///
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let squares = alloc.frame_collect::<FrameVec<_>>((0..4).map(|n| n * n));
        /// assert_eq!(squares, [0, 1, 4, 9]);
        /// let by_name: FrameMap<&str, u32> = alloc.frame_collect([("ann", 3), ("bo", 5)]);
        /// assert_eq!(by_name["bo"], 5);
        /// assert_eq!(alloc.frame_collect::<FrameString>("abc".chars().rev()), "cba");
        /// let numbers: Result<FrameVec<u8>, _> = alloc.frame_collect("1 2 x".split(' ').map(str::parse));
        /// assert!(numbers.is_err());
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_collect<'f, C>(&'f self, values: impl IntoIterator<Item: CollectInto<'f, C>>) -> C {
            let $this = self;
            infallible(CollectInto::try_collect_into(values, $frame).map_err(Failure::fail))
        }

        /// Like [`Self::frame_collect`]; what was made of the values until then is dropped.
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_collect<'f, C>(
            &'f self,
            values: impl IntoIterator<Item: CollectInto<'f, C>>,
        ) -> Result<C, AllocError> {
            let $this = self;
            CollectInto::try_collect_into(values, $frame)
        }

        /// Makes a slice of what an iterator yields.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let alive = alloc.frame_slice_from_iter([3, -1, 4].into_iter().filter(|health| *health > 0));
        /// assert_eq!(*alive, [3, 4]);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_slice_from_iter<T>(&self, values: impl IntoIterator<Item = T>) -> FrameBox<'_, [T]> {
            let $this = self;
            infallible(FrameVec::collect_from($frame, values)).into_boxed()
        }

        /// Like [`Self::frame_slice_from_iter`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_slice_from_iter<T>(
            &self,
            values: impl IntoIterator<Item = T>,
        ) -> Result<FrameBox<'_, [T]>, AllocError> {
            let $this = self;
            Ok(FrameVec::collect_from::<AllocError>($frame, values)?.into_boxed())
        }

        /// Makes a slice of what an iterator yields and returns a plain reference; the values are never dropped, as by `frame_leak`.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let squares: &mut [u32] = alloc.frame_leak_from_iter((1..4).map(|n| n * n));
        /// assert_eq!(squares, [1, 4, 9]);
        /// ```
        ///
        /// # Panics
        /// If a budget or the global allocator refuses; the values are dropped then.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_leak_from_iter<T>(&self, values: impl IntoIterator<Item = T>) -> &mut [T] {
            let $this = self;
            infallible(FrameVec::collect_from($frame, values)).leak()
        }

        /// Like [`Self::frame_leak_from_iter`]; the values are dropped where there is no room.
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_leak_from_iter<T>(&self, values: impl IntoIterator<Item = T>) -> Result<&mut [T], AllocError> {
            let $this = self;
            Ok(FrameVec::collect_from::<AllocError>($frame, values)?.leak())
        }

        /// Makes an empty map, which takes no memory before the first insertion: see [`FrameMap`].
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let mut names = alloc.frame_map();
        /// names.insert(7, "seven");
        /// assert_eq!(names.get(&7), Some(&"seven"));
        /// ```
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_map<K: Eq + Hash, V>(&self) -> FrameMap<'_, K, V> {
            let $this = self;
            FrameMap::with_hasher($frame, FrameHasher::default())
        }

        /// Makes an empty map with room for `capacity` entries.
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_map_with_capacity<K: Eq + Hash, V>(&self, capacity: usize) -> FrameMap<'_, K, V> {
            let $this = self;
            infallible(FrameMap::with_capacity($frame, capacity))
        }

        /// Like [`Self::frame_map_with_capacity`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_map_with_capacity<K: Eq + Hash, V>(
            &self,
            capacity: usize,
        ) -> Result<FrameMap<'_, K, V>, AllocError> {
            let $this = self;
            FrameMap::with_capacity($frame, capacity)
        }

        /// Makes an empty set, which takes no memory before the first insertion: see [`FrameSet`].
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let mut seen = alloc.frame_set();
        /// seen.extend([1, 2, 1]);
        /// assert_eq!(seen.len(), 2);
        /// ```
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_set<T: Eq + Hash>(&self) -> FrameSet<'_, T> {
            let $this = self;
            FrameSet::with_hasher($frame, FrameHasher::default())
        }

        /// Makes an empty set with room for `capacity` values.
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_set_with_capacity<T: Eq + Hash>(&self, capacity: usize) -> FrameSet<'_, T> {
            let $this = self;
            infallible(FrameSet::with_capacity($frame, capacity))
        }

        /// Like [`Self::frame_set_with_capacity`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses, or the size in bytes is over `isize::MAX`.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_set_with_capacity<T: Eq + Hash>(
            &self,
            capacity: usize,
        ) -> Result<FrameSet<'_, T>, AllocError> {
            let $this = self;
            FrameSet::with_capacity($frame, capacity)
        }

        /// Makes an empty string, which takes no memory before the first character.
        ///
        /// ```
        /// # let alloc = framealloc_core::SmartAlloc::default();
        /// let mut line = alloc.frame_string();
        /// line.push_str("ready");
        /// assert_eq!(line, "ready");
        /// ```
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_string(&self) -> FrameString<'_> {
            let $this = self;
            FrameString::empty(FrameVec::new($frame))
        }

        /// Makes an empty string with room for `bytes` bytes.
        ///
        /// # Panics
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_string_with_capacity(&self, bytes: usize) -> FrameString<'_> {
            let $this = self;
            infallible(FrameString::with_capacity($frame, bytes))
        }

        /// Like [`Self::frame_string_with_capacity`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_string_with_capacity(&self, bytes: usize) -> Result<FrameString<'_>, AllocError> {
            let $this = self;
            FrameString::with_capacity($frame, bytes)
        }

        /// Formats into frame memory: what [`frame_format!`](crate::frame_format) calls.
        ///
        /// # Panics
        /// If a budget or the global allocator refuses, or a formatting trait returns an error.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn frame_format(&self, text: fmt::Arguments<'_>) -> FrameString<'_> {
            let $this = self;
            infallible(FrameString::formatted($frame, text))
        }

        /// Like [`Self::frame_format`].
        ///
        /// # Errors
        /// If a budget or the global allocator refuses.
        ///
        /// # Panics
        /// If a formatting trait returns an error of its own.
        #[inline]
        #[cfg_attr(feature = "debug", track_caller)]
        pub fn try_frame_format(&self, text: fmt::Arguments<'_>) -> Result<FrameString<'_>, AllocError> {
            let $this = self;
            FrameString::formatted($frame, text)
        }
    };
}

impl Frame {
    collection_methods!(this => this);
}

impl SmartAlloc {
    collection_methods!(this => this.frame());
}
