//! Taking elements out of the middle: `retain`, `dedup`, `drain`, `extract_if`.

use core::fmt;
use core::ops::{Bound, RangeBounds};

use super::FrameVec;
use crate::error::{AllocError, Failure, infallible};
use crate::raw::gap::Gap;
use crate::raw::values::Values;

#[track_caller]
fn resolve(range: &impl RangeBounds<usize>, len: usize) -> (usize, usize) {
    // Each bound is asked for once: user code could answer differently the next time.
    let front = match range.start_bound() {
        Bound::Included(&at) => Some(at),
        Bound::Excluded(&at) => at.checked_add(1),
        Bound::Unbounded => Some(0),
    };
    let back = match range.end_bound() {
        Bound::Included(&at) => at.checked_add(1),
        Bound::Excluded(&at) => Some(at),
        Bound::Unbounded => Some(len),
    };
    match (front, back) {
        (Some(front), Some(back)) if front <= back && back <= len => (front, back),
        _ => panic!(
            "range {:?}..{:?} is out of range for a vector of length {len}",
            range.start_bound(),
            range.end_bound()
        ),
    }
}

impl<'f, T> FrameVec<'f, T> {
    /// Keeps the elements for which `keep` returns true, in order, and drops the others.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut hits = alloc.frame_vec();
    /// hits.extend([5, 0, 7, 0]);
    /// hits.retain(|damage| *damage > 0);
    /// assert_eq!(hits, [5, 7]);
    /// ```
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.retain_mut(|value| keep(value));
    }

    /// Like [`FrameVec::retain`], with mutable access.
    pub fn retain_mut(&mut self, mut keep: impl FnMut(&mut T) -> bool) {
        let mut gap = Gap::open(self, 0);
        while let Some((value, _)) = gap.peek() {
            if keep(value) {
                gap.keep();
            } else {
                drop(gap.take());
            }
        }
    }

    /// Drops every element that equals the one before it.
    pub fn dedup(&mut self)
    where
        T: PartialEq,
    {
        self.dedup_by(|value, before| value == before);
    }

    /// Drops every element whose key equals that of the one before it.
    pub fn dedup_by_key<K: PartialEq>(&mut self, mut key: impl FnMut(&mut T) -> K) {
        self.dedup_by(|value, before| key(value) == key(before));
    }

    /// Drops every element for which `same(element, the last one kept)` returns true.
    pub fn dedup_by(&mut self, mut same: impl FnMut(&mut T, &mut T) -> bool) {
        let mut gap = Gap::open(self, 1);
        while let Some((value, before)) = gap.peek() {
            if before.is_some_and(|before| same(value, before)) {
                drop(gap.take());
            } else {
                gap.keep();
            }
        }
    }

    /// Takes a range of elements out. Those that the iterator does not yield are dropped with it; then the rest moves down.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut queue = alloc.frame_vec();
    /// queue.extend(0..5);
    /// assert_eq!(queue.drain(1..3).sum::<i32>(), 3);
    /// assert_eq!(queue, [0, 3, 4]);
    /// ```
    ///
    /// # Panics
    /// If the range does not lie inside the vector.
    #[track_caller]
    pub fn drain(&mut self, range: impl RangeBounds<usize>) -> Drain<'_, 'f, T> {
        let (front, back) = resolve(&range, self.len());
        let (values, gap) = Gap::cut(self, front, back);
        Drain { values, gap }
    }

    /// Takes out the elements for which `take` returns true, one by one. Those not asked for stay.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut agents = alloc.frame_vec();
    /// agents.extend([3, -1, 4, -2]);
    /// let dead = agents.extract_if(|health| *health < 0).count();
    /// assert_eq!((dead, agents.as_slice()), (2, &[3, 4][..]));
    /// ```
    pub fn extract_if<F: FnMut(&mut T) -> bool>(&mut self, take: F) -> ExtractIf<'_, 'f, T, F> {
        ExtractIf { gap: Gap::open(self, 0), take }
    }

    /// Takes the last element out if `take` returns true for it.
    pub fn pop_if(&mut self, take: impl FnOnce(&mut T) -> bool) -> Option<T> {
        if take(self.last_mut()?) { self.pop() } else { None }
    }

    /// Appends clones of a range of the vector's own elements.
    ///
    /// # Panics
    /// If the range does not lie inside the vector, a clone panics, or a budget or the global allocator refuses.
    #[track_caller]
    pub fn extend_from_within(&mut self, range: impl RangeBounds<usize>)
    where
        T: Clone,
    {
        let (front, back) = resolve(&range, self.len());
        infallible(self.extend_from_own(front, back));
    }

    /// Like [`FrameVec::extend_from_within`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    ///
    /// # Panics
    /// If the range does not lie inside the vector, or a clone panics.
    #[track_caller]
    pub fn try_extend_from_within(&mut self, range: impl RangeBounds<usize>) -> Result<(), AllocError>
    where
        T: Clone,
    {
        let (front, back) = resolve(&range, self.len());
        self.extend_from_own(front, back)
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn extend_from_own<E: Failure>(&mut self, front: usize, back: usize) -> Result<(), E>
    where
        T: Clone,
    {
        self.reserve_more::<E>(back - front)?;
        for index in front..back {
            let value = self[index].clone();
            self.push_value::<E>(value)?;
        }
        Ok(())
    }
}

/// The elements of a range, on their way out of a vector: see [`FrameVec::drain`].
///
/// A forgotten one leaves the vector with what was before the range.
pub struct Drain<'d, 'f, T> {
    // Dropped in this order: what nobody took goes before the rest moves down.
    values: Values<'d, T>,
    gap: Gap<'d, 'f, T>,
}

impl<T> Drain<'_, '_, T> {
    /// Returns the elements that are still to come.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        self.values.as_slice()
    }
}

impl<T> Iterator for Drain<'_, '_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.values.first()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.values.remaining();
        (left, Some(left))
    }
}

impl<T> DoubleEndedIterator for Drain<'_, '_, T> {
    #[inline]
    fn next_back(&mut self) -> Option<T> {
        self.values.last()
    }
}

impl<T> ExactSizeIterator for Drain<'_, '_, T> {}
impl<T> core::iter::FusedIterator for Drain<'_, '_, T> {}

impl<T: fmt::Debug> fmt::Debug for Drain<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain").field("values", &self.as_slice()).field("kept", &self.gap.behind()).finish()
    }
}

/// The elements that a closure chooses, on their way out of a vector: see [`FrameVec::extract_if`].
#[must_use = "elements are taken out as the iterator is asked for them"]
pub struct ExtractIf<'d, 'f, T, F> {
    gap: Gap<'d, 'f, T>,
    take: F,
}

impl<T, F: FnMut(&mut T) -> bool> Iterator for ExtractIf<'_, '_, T, F> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        while let Some((value, _)) = self.gap.peek() {
            if (self.take)(value) {
                return Some(self.gap.take());
            }
            self.gap.keep();
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.gap.behind()))
    }
}

impl<T, F> fmt::Debug for ExtractIf<'_, '_, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").field("left", &self.gap.behind()).finish_non_exhaustive()
    }
}
