//! A hole in a vector, open while elements are chosen or taken.

use super::values::Values;
use super::vec::FrameVec;

/// A hole in a vector: elements before `write` and from `read` to `end` are there, those between are not. Elements from
/// `stop` on are not looked at, only moved.
///
/// The vector owns only what is before the hole while it is open, so a panic or a forgotten guard leaks at worst; the
/// drop moves the rest down (V2).
pub(crate) struct Gap<'d, 'f, T> {
    vec: &'d mut FrameVec<'f, T>,
    write: usize,
    read: usize,
    stop: usize,
    end: usize,
}

impl<'d, 'f, T> Gap<'d, 'f, T> {
    /// Opens a hole of no width before the element `at`, which is at most the length.
    #[inline]
    pub(crate) fn open(vec: &'d mut FrameVec<'f, T>, at: usize) -> Self {
        let end = vec.len();
        Self::within(vec, at, end)
    }

    /// As [`Gap::open`], to go no further than `stop`, which is not under `at` and at most the length.
    #[inline]
    pub(crate) fn within(vec: &'d mut FrameVec<'f, T>, at: usize, stop: usize) -> Self {
        let end = vec.len();
        let at = at.min(end);
        // SAFETY: fewer elements than there are.
        unsafe { vec.relength(at) };
        Self { vec, write: at, read: at, stop: stop.clamp(at, end), end }
    }

    /// Opens a hole over `front..back` and returns what was there. `front <= back`, and `back` is at most the length.
    #[inline]
    pub(crate) fn cut(vec: &'d mut FrameVec<'f, T>, front: usize, back: usize) -> (Values<'d, T>, Self) {
        let mut gap = Self::open(vec, front);
        gap.read = back.clamp(gap.write, gap.end);
        // SAFETY: initialised, and in the hole, so no longer the vector's; the vector is borrowed for `'d`.
        (unsafe { Values::new(gap.vec.as_non_null(0), gap.write, gap.read) }, gap)
    }

    /// The next element behind the hole and, if there is one, the last before it.
    #[inline(always)]
    pub(crate) fn peek(&mut self) -> Option<(&mut T, Option<&mut T>)> {
        if self.read == self.stop {
            return None;
        }
        // SAFETY: both are initialised, `write <= read`, so they are two elements; borrowed as `self` is.
        unsafe {
            let before = self.write.checked_sub(1).map(|at| self.vec.as_non_null(at).as_mut());
            Some((self.vec.as_non_null(self.read).as_mut(), before))
        }
    }

    /// Moves the next element to before the hole. There must be one (`peek`).
    #[inline(always)]
    pub(crate) fn keep(&mut self) {
        assert!(self.read < self.stop, "there is no element to keep");
        // SAFETY: both are inside the block, and the place before the hole is free unless it is the same.
        unsafe {
            if self.read != self.write {
                self.vec.as_non_null(self.write).copy_from_nonoverlapping(self.vec.as_non_null(self.read), 1);
            }
        }
        self.read += 1;
        self.write += 1;
    }

    /// Takes the next element into the hole. There must be one (`peek`).
    #[inline(always)]
    pub(crate) fn take(&mut self) -> T {
        assert!(self.read < self.stop, "there is no element to take");
        let at = self.read;
        self.read += 1;
        // SAFETY: it was initialised and is now in the hole.
        unsafe { self.vec.as_non_null(at).read() }
    }

    /// Elements that are still to be looked at.
    #[inline]
    pub(crate) fn ahead(&self) -> usize {
        self.stop - self.read
    }

    /// Elements behind the hole.
    #[inline]
    pub(crate) fn behind(&self) -> usize {
        self.end - self.read
    }
}

impl<T> Drop for Gap<'_, '_, T> {
    #[inline]
    fn drop(&mut self) {
        let tail = self.end - self.read;
        // SAFETY: what is behind the hole moves to where the hole begins; then all up to its end is initialised.
        unsafe {
            if self.read != self.write {
                self.vec.as_non_null(self.write).copy_from(self.vec.as_non_null(self.read), tail);
            }
            self.vec.relength(self.write + tail);
        }
    }
}
