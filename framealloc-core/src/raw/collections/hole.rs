//! The order of a binary heap: an element is held out of the slice while others move into its place.
//!
//! Swaps would write each element of a path twice. The guard stays in this file: who forgets one has an element twice.

use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

/// A slice of which the element `at` is held outside (V10).
struct Hole<'s, T> {
    base: NonNull<T>,
    len: usize,
    at: usize,
    element: ManuallyDrop<T>,
    slice: PhantomData<&'s mut [T]>,
}

impl<'s, T> Hole<'s, T> {
    #[inline(always)]
    fn open(slice: &'s mut [T], at: usize) -> Self {
        let len = slice.len();
        assert!(at < len, "a hole is inside of its slice");
        let base = NonNull::from(slice).cast::<T>();
        // SAFETY: `at` is inside of the slice, whose elements are initialised. From here on only the guard has this one.
        let element = ManuallyDrop::new(unsafe { base.add(at).read() });
        Self { base, len, at, element, slice: PhantomData }
    }

    /// The element at a place that has one.
    ///
    /// # Safety
    /// `index` is below `len` and is not `at`.
    #[inline(always)]
    unsafe fn get(&self, index: usize) -> &T {
        debug_assert!(index < self.len && index != self.at);
        // SAFETY: inside of the slice by contract, and initialised (V10). The slice is borrowed by the guard, which is
        // borrowed as the result is.
        unsafe { self.base.add(index).as_ref() }
    }

    /// Moves an element into the hole, which is then where that was.
    ///
    /// # Safety
    /// `index` is below `len` and is not `at`.
    #[inline(always)]
    unsafe fn move_to(&mut self, index: usize) {
        debug_assert!(index < self.len && index != self.at);
        // SAFETY: two places of the slice by contract. The one that is written has no value (V10), the other one has none
        // from here on: it is the hole.
        unsafe { self.base.add(self.at).copy_from_nonoverlapping(self.base.add(index), 1) };
        self.at = index;
    }
}

impl<T: Ord> Hole<'_, T> {
    /// Moves the hole up to where its parent is not less than the element.
    #[inline(always)]
    fn rise(&mut self) {
        while self.at > 0 {
            let parent = (self.at - 1) / 2;
            // SAFETY: `parent < at < len`.
            if *self.element <= *unsafe { self.get(parent) } {
                return;
            }
            // SAFETY: `parent < at < len` still: the comparison does not reach the guard.
            unsafe { self.move_to(parent) };
        }
    }

    /// Moves the hole down to its greater child, if it has any and `wants` that child and the element so.
    #[inline(always)]
    fn descend(&mut self, wants: impl FnOnce(&T, &T) -> bool) -> bool {
        // So `2 * at + 1 < len`, and no sum below overflows, however many elements without size there are.
        if self.at >= self.len / 2 {
            return false;
        }
        let left = 2 * self.at + 1;
        let mut child = left;
        if left + 1 < self.len {
            // SAFETY: `at < left < left + 1 < len`.
            child += usize::from(unsafe { self.get(left) <= self.get(left + 1) });
        }
        // SAFETY: `at < left <= child < len`.
        if !wants(unsafe { self.get(child) }, &self.element) {
            return false;
        }
        // SAFETY: `at < left <= child < len` still: `wants` does not reach the guard.
        unsafe { self.move_to(child) };
        true
    }
}

impl<T> Drop for Hole<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: `at` is inside of the slice and its value is in the guard (V10), which is gone after this.
        unsafe { self.base.add(self.at).copy_from_nonoverlapping(NonNull::from(&*self.element), 1) };
    }
}

/// Moves the element `at` up to where its parent is not less.
///
/// # Panics
/// If `at` is outside of the slice, or a comparison panics: no element is lost then.
#[inline]
pub(crate) fn rise<T: Ord>(heap: &mut [T], at: usize) {
    Hole::open(heap, at).rise();
}

/// Moves the element `at` down to where no child is greater.
///
/// # Panics
/// As [`rise`].
#[inline]
pub(crate) fn sink<T: Ord>(heap: &mut [T], at: usize) {
    let mut hole = Hole::open(heap, at);
    while hole.descend(|child, element| child > element) {}
}

/// As [`sink`], for a first element that belongs near the bottom: it goes there along the greater children, and up again as
/// far as need be. That takes about half of the comparisons of asking at every step whether it has arrived.
///
/// # Panics
/// As [`rise`].
#[inline]
pub(crate) fn sink_far<T: Ord>(heap: &mut [T]) {
    let mut hole = Hole::open(heap, 0);
    while hole.descend(|_, _| true) {}
    hole.rise();
}
