//! Taking elements out of the middle: `retain`, `dedup`, `drain`, `extract_if`; and putting others in their place: `splice`.

use core::fmt;
use core::ops::{Bound, RangeBounds};

use super::FrameVec;
use crate::error::{AllocError, Failure, infallible};
use crate::raw::collections::gap::Gap;
use crate::raw::collections::values::Values;

/// What a range of a collection of `len` elements is: its first, and the one behind its last.
#[track_caller]
pub(crate) fn resolve(range: &impl RangeBounds<usize>, len: usize) -> (usize, usize) {
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
        _ => panic!("range {:?}..{:?} is out of range for a length of {len}", range.start_bound(), range.end_bound()),
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

    /// Takes out the elements of a range for which `take` returns true, one by one. Those not asked for stay.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut agents = alloc.frame_vec();
    /// agents.extend([3, -1, 4, -2]);
    /// let dead = agents.extract_if(.., |health| *health < 0).count();
    /// assert_eq!((dead, agents.as_slice()), (2, &[3, 4][..]));
    /// ```
    ///
    /// # Panics
    /// If the range does not lie inside the vector.
    #[track_caller]
    pub fn extract_if<F, R>(&mut self, range: R, take: F) -> ExtractIf<'_, 'f, T, F>
    where
        F: FnMut(&mut T) -> bool,
        R: RangeBounds<usize>,
    {
        let (front, back) = resolve(&range, self.len());
        ExtractIf { gap: Gap::within(self, front, back), take }
    }

    /// Puts values in the place of a range of elements, which the iterator yields or drops.
    ///
    /// The values are asked for at once, so that a refusal is a failure of this call and not of a drop: while the iterator lives, the
    /// vector has room for what goes and what comes. `Vec::splice` asks for them when its iterator is dropped.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut route = alloc.frame_vec();
    /// route.extend(["home", "bridge", "tower"]);
    /// assert!(route.splice(1..2, ["ford", "wood"]).eq(["bridge"]));
    /// assert_eq!(route, ["home", "ford", "wood", "tower"]);
    /// ```
    ///
    /// # Panics
    /// If the range does not lie inside the vector, or a budget or the global allocator refuses; if the iterator panics, the vector
    /// is as it was.
    #[track_caller]
    pub fn splice<I: IntoIterator<Item = T>>(&mut self, range: impl RangeBounds<usize>, values: I) -> Drain<'_, 'f, T> {
        infallible(self.replace(&range, values.into_iter()))
    }

    /// Like [`FrameVec::splice`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses; then the vector is as it was, and what the iterator has yielded is dropped.
    ///
    /// # Panics
    /// If the range does not lie inside the vector.
    #[track_caller]
    pub fn try_splice<I: IntoIterator<Item = T>>(
        &mut self,
        range: impl RangeBounds<usize>,
        values: I,
    ) -> Result<Drain<'_, 'f, T>, AllocError> {
        self.replace(&range, values.into_iter())
    }

    #[track_caller]
    fn replace<E: Failure>(
        &mut self,
        range: &impl RangeBounds<usize>,
        values: impl Iterator<Item = T>,
    ) -> Result<Drain<'_, 'f, T>, E> {
        let (front, back) = resolve(range, self.len());
        let before = self.len();
        // The values come to the end first: where the iterator panics or memory is refused, nothing has moved.
        self.extend_or_undo::<E>(values)?;
        let (removed, added) = (back - front, self.len() - before);
        let (old, new) = self.split_at_mut(before);
        let exchanged = removed.min(added);
        old[front..front + exchanged].swap_with_slice(&mut new[..exchanged]);
        // One of the two has a rest, and the elements behind the range are on its wrong side.
        if added > removed {
            self[back..].rotate_right(added - removed);
        } else {
            self[front + added..].rotate_left(removed - added);
        }
        let end = self.len();
        let (values, gap) = Gap::cut(self, end - removed, end);
        Ok(Drain { values, gap })
    }

    /// Appends what the iterator yields; where it panics or memory is refused, nothing of it.
    #[track_caller]
    fn extend_or_undo<E: Failure>(&mut self, values: impl Iterator<Item = T>) -> Result<(), E> {
        let mut undo = Undo { len: self.len(), vec: self };
        undo.vec.extend_values::<E>(values)?;
        undo.len = undo.vec.len();
        Ok(())
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
    pub(crate) fn extend_from_own<E: Failure>(&mut self, front: usize, back: usize) -> Result<(), E>
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

/// Drops what came to the end of a vector after it had `len` elements.
struct Undo<'v, 'f, T> {
    vec: &'v mut FrameVec<'f, T>,
    len: usize,
}

impl<T> Drop for Undo<'_, '_, T> {
    fn drop(&mut self) {
        self.vec.truncate(self.len);
    }
}

/// The elements of a range, on their way out of a vector: see [`FrameVec::drain`] and [`FrameVec::splice`].
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

impl<T> AsRef<[T]> for Drain<'_, '_, T> {
    fn as_ref(&self) -> &[T] {
        self.as_slice()
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
        (0, Some(self.gap.ahead()))
    }
}

impl<T, F> fmt::Debug for ExtractIf<'_, '_, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractIf").field("left", &self.gap.ahead()).finish_non_exhaustive()
    }
}
