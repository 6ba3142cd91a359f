//! Collections in frame memory and rayon's pool (feature `rayon`).
//!
//! An arena belongs to its thread. So the pool reads and changes elements where they are (`par_iter`, `par_iter_mut`), but what it
//! makes it collects on the heap, in vectors of the standard library, a few per thread; the calling thread then moves that into the
//! frame (`par_extend`), in the order of the iterator, and frees the vectors. Tasks that want frame memory of their own take the
//! allocator by reference: each thread of the pool has its own arenas.

use core::hash::{BuildHasher, Hash};

use rayon::iter::{Chain, IntoParallelIterator, Map, ParallelExtend, ParallelIterator};
use rayon::slice;

use super::{FrameDeque, FrameHeap, FrameMap, FrameSet, FrameSortedMap, FrameString, FrameVec};
use crate::error::{AllocError, infallible};

/// What the pool made, in order, with the count of what is left.
struct Made<I> {
    values: I,
    left: usize,
}

fn made<T: Send>(values: impl IntoParallelIterator<Item = T>) -> Made<impl Iterator<Item = T>> {
    let lists = values.into_par_iter().collect_vec_list();
    let left = lists.iter().map(Vec::len).sum();
    Made { values: lists.into_iter().flatten(), left }
}

impl<I: Iterator> Iterator for Made<I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        self.left = self.left.saturating_sub(1);
        self.values.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

macro_rules! extend_in_parallel {
    ($Collection:ty, $Item:ty, [$($bounds:tt)*], |$this:ident, $values:ident| $extend:expr) => {
        impl<$($bounds)*> $Collection {
            /// Like `par_extend`: the pool makes the values, on the heap, and this thread moves them into the frame.
            ///
            /// # Errors
            /// If a budget or the global allocator refuses room in the frame. What was moved before the failure stays. A heap
            /// without memory for what the pool makes ends the program, as all of rayon's collecting does.
            #[cfg_attr(feature = "debug", track_caller)]
            pub fn try_par_extend<I: IntoParallelIterator<Item = $Item>>(&mut self, values: I) -> Result<(), AllocError> {
                let $this = self;
                let $values = made(values);
                $extend
            }
        }

        impl<$($bounds)*> ParallelExtend<$Item> for $Collection {
            #[cfg_attr(feature = "debug", track_caller)]
            fn par_extend<I: IntoParallelIterator<Item = $Item>>(&mut self, values: I) {
                let $this = self;
                let $values = made(values);
                infallible($extend);
            }
        }
    };
}

extend_in_parallel!(FrameVec<'_, T>, T, [T: Send], |this, values| this.extend_values(values));
extend_in_parallel!(FrameDeque<'_, T>, T, [T: Send], |this, values| this.extend_values(values));
extend_in_parallel!(FrameHeap<'_, T>, T, [T: Ord + Send], |this, values| this.extend_values(values));
extend_in_parallel!(FrameSet<'_, T, S>, T, [T: Eq + Hash + Send, S: BuildHasher], |this, values| this
    .extend_values(values));
extend_in_parallel!(FrameMap<'_, K, V, S>, (K, V), [K: Eq + Hash + Send, V: Send, S: BuildHasher], |this, entries| this
    .extend_entries(entries));
extend_in_parallel!(FrameSortedMap<'_, K, V>, (K, V), [K: Ord + Send, V: Send], |this, entries| this
    .extend_entries(entries));

impl ParallelExtend<char> for FrameString<'_> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn par_extend<I: IntoParallelIterator<Item = char>>(&mut self, text: I) {
        self.extend(made(text));
    }
}

impl<'a> ParallelExtend<&'a str> for FrameString<'_> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn par_extend<I: IntoParallelIterator<Item = &'a str>>(&mut self, text: I) {
        self.extend(made(text));
    }
}

impl ParallelExtend<String> for FrameString<'_> {
    #[cfg_attr(feature = "debug", track_caller)]
    fn par_extend<I: IntoParallelIterator<Item = String>>(&mut self, text: I) {
        made(text).for_each(|piece| self.push_str(&piece));
    }
}

macro_rules! iterate_in_parallel {
    ($([$($bounds:tt)*] $Collection:ty => $Iter:ty, |$this:ident| $iter:expr;)+) => {$(
        impl<'b, $($bounds)*> IntoParallelIterator for $Collection {
            type Item = <$Iter as ParallelIterator>::Item;
            type Iter = $Iter;

            fn into_par_iter(self) -> Self::Iter {
                let $this = self;
                $iter
            }
        }
    )+};
}

/// The entries of a sorted map, by reference.
type SortedParIter<'b, K, V> = Map<slice::Iter<'b, (K, V)>, fn(&'b (K, V)) -> (&'b K, &'b V)>;

iterate_in_parallel! {
    [T: Sync] &'b FrameVec<'_, T> => slice::Iter<'b, T>, |vec| vec.as_slice().into_par_iter();
    [T: Send] &'b mut FrameVec<'_, T> => slice::IterMut<'b, T>, |vec| vec.as_mut_slice().into_par_iter();
    [T: Ord + Sync] &'b FrameHeap<'_, T> => slice::Iter<'b, T>, |heap| heap.as_slice().into_par_iter();
    [T: Sync] &'b FrameDeque<'_, T> => Chain<slice::Iter<'b, T>, slice::Iter<'b, T>>, |deque| {
        let (front, back) = deque.as_slices();
        front.into_par_iter().chain(back)
    };
    [T: Send] &'b mut FrameDeque<'_, T> => Chain<slice::IterMut<'b, T>, slice::IterMut<'b, T>>, |deque| {
        let (front, back) = deque.as_mut_slices();
        front.into_par_iter().chain(back)
    };
    [T: Sync, S] &'b FrameSet<'_, T, S> => hashbrown::hash_set::rayon::ParIter<'b, T>, |set| (**set).into_par_iter();
    [K: Sync, V: Sync, S] &'b FrameMap<'_, K, V, S> => hashbrown::hash_map::rayon::ParIter<'b, K, V>,
        |map| (**map).into_par_iter();
    [K: Sync, V: Send, S] &'b mut FrameMap<'_, K, V, S> => hashbrown::hash_map::rayon::ParIterMut<'b, K, V>,
        |map| map.table_mut().into_par_iter();
    [K: Sync, V: Sync] &'b FrameSortedMap<'_, K, V> => SortedParIter<'b, K, V>, |map| {
        map.as_slice().into_par_iter().map(|(key, value)| (key, value))
    };
}

impl<K: Sync + Send, V: Send, S> FrameMap<'_, K, V, S> {
    /// Returns a parallel iterator over the values, mutable.
    ///
    /// ```
    /// use rayon::iter::ParallelIterator;
    ///
    /// let alloc = framealloc_core::SmartAlloc::default();
    /// let mut health = alloc.frame_map();
    /// health.extend([("ann", 90), ("bo", 40)]);
    /// health.par_values_mut().for_each(|value| *value += 5);
    /// assert_eq!(health["bo"], 45);
    /// ```
    pub fn par_values_mut(&mut self) -> hashbrown::hash_map::rayon::ParValuesMut<'_, K, V> {
        self.table_mut().par_values_mut()
    }
}
