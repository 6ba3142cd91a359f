//! Vectors and arrays: one made of the other, and a vector of arrays seen as one of their elements.

use core::marker::PhantomData;
use core::mem::ManuallyDrop;

use super::{Block, FrameVec};
use crate::error::Failure;
use crate::raw::frames::frame::Frame;

#[cold]
#[inline(never)]
#[track_caller]
fn too_many(arrays: usize, each: usize) -> ! {
    panic!("{arrays} arrays of {each} elements are more elements than a vector can have")
}

impl<'f, T> FrameVec<'f, T> {
    /// Moves the elements of an array into a vector of just their number.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn of_array<const N: usize, E: Failure>(frame: &'f Frame, values: [T; N]) -> Result<Self, E> {
        let mut vec = Self::new(frame);
        vec.reserve_exactly::<E>(N)?;
        // SAFETY: there is room for `N` elements, and an array is aligned as its elements are.
        unsafe { vec.block.start.cast::<[T; N]>().write(values) };
        vec.len = N;
        Ok(vec)
    }

    /// The elements as an array, or the vector again where it has not just as many.
    #[inline]
    pub(crate) fn into_array<const N: usize>(mut self) -> Result<[T; N], Self> {
        if self.len != N {
            return Err(self);
        }
        self.len = 0;
        // SAFETY: the first `N` places are initialised, and the vector has let go of them (V1).
        Ok(unsafe { self.block.start.cast::<[T; N]>().read() })
    }
}

impl<'f, T, const N: usize> FrameVec<'f, [T; N]> {
    /// Returns the elements of all arrays as one vector. Nothing is copied.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let mut quads = alloc.frame_vec();
    /// quads.extend([[0, 1, 2, 3], [4, 5, 6, 7]]);
    /// assert_eq!(quads.into_flattened(), [0, 1, 2, 3, 4, 5, 6, 7]);
    /// ```
    ///
    /// # Panics
    /// If there are over `usize::MAX` elements, which only those without size can be.
    #[must_use]
    #[track_caller]
    pub fn into_flattened(self) -> FrameVec<'f, T> {
        let Some(len) = self.len.checked_mul(N) else { too_many(self.len, N) };
        if size_of::<[T; N]>() == 0 {
            // No memory to hand on. Arrays of none have capacity without end, their elements, which have size, have none (V3).
            let mut flat = FrameVec::new(self.block.frame);
            let _arrays = ManuallyDrop::new(self);
            // There are elements only where they are without size; they change hands here.
            flat.len = len;
            return flat;
        }
        let this = ManuallyDrop::new(self);
        let Block { start, capacity, frame, .. } = this.block;
        // The same bytes (V3), and the same elements, which have no other owner from here on (V1): no overflow, as all of it is in
        // memory.
        FrameVec { block: Block { start: start.cast(), capacity: capacity * N, frame, owns: PhantomData }, len }
    }
}
