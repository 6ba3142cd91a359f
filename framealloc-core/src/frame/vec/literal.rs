//! `frame_vec!`.

use super::{Frame, FrameVec};
use crate::error::Failure;

/// Makes a vector in frame memory: `vec!` for frames. The result is a [`FrameVec`].
///
/// A list is moved in, nothing is cloned; of a value and a number all but one are clones. What stands after `in` is a frame, an
/// allocator, or what derefs to one.
///
/// ```
/// use framealloc_core::frame_vec;
///
/// let alloc = framealloc_core::SmartAlloc::default();
/// let names = frame_vec![in alloc; String::from("left"), String::from("right")];
/// let mut grid = frame_vec![in alloc; frame_vec![in alloc; 0_u8; 16]; 9];
/// grid.push(frame_vec![in alloc]);
/// assert_eq!((names.concat(), grid.len(), grid[8].len()), ("leftright".to_owned(), 10, 16));
/// ```
///
/// # Panics
/// If a budget or the global allocator refuses, or a clone panics.
#[macro_export]
macro_rules! frame_vec {
    (in $alloc:expr $(;)?) => {
        $alloc.frame_vec()
    };
    (in $alloc:expr; $value:expr; $len:expr) => {
        $alloc.frame_vec_from_elem($value, $len)
    };
    (in $alloc:expr; $($value:expr),+ $(,)?) => {
        $alloc.frame_vec_from_array([$($value),+])
    };
}

/// Like [`frame_vec!`], but a refusal is an error.
///
/// ```
/// use framealloc_core::try_frame_vec;
///
/// let alloc = framealloc_core::SmartAlloc::default();
/// assert_eq!(try_frame_vec![in alloc; 7; 3]?, [7, 7, 7]);
/// # Ok::<(), framealloc_core::AllocError>(())
/// ```
///
/// # Panics
/// If a clone panics.
#[macro_export]
macro_rules! try_frame_vec {
    (in $alloc:expr $(;)?) => {
        $alloc.try_frame_vec_with_capacity(0)
    };
    (in $alloc:expr; $value:expr; $len:expr) => {
        $alloc.try_frame_vec_from_elem($value, $len)
    };
    (in $alloc:expr; $($value:expr),+ $(,)?) => {
        $alloc.try_frame_vec_from_array([$($value),+])
    };
}

impl<'f, T> FrameVec<'f, T> {
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn of_elem<E: Failure>(frame: &'f Frame, value: T, len: usize) -> Result<Self, E>
    where
        T: Clone,
    {
        let mut vec = Self::with_capacity::<E>(frame, len)?;
        vec.extend_values::<E>(core::iter::repeat_n(value, len))?;
        Ok(vec)
    }
}
