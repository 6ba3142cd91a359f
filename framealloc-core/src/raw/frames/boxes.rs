//! The public owners of values in frame memory. Their methods are in `frame`.

use super::owned::{Owned, Place};

/// A value in frame memory, dropped with the box and at the latest with its frame.
///
/// Like `Box`, but dropping it gives no memory back: that comes with the end of the frame or scope. One that is
/// forgotten is never dropped; its memory is used again all the same, which is why it cannot be pinned.
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut name = alloc.frame_box(String::from("player"));
/// name.push_str(" one");
/// assert_eq!(*name, "player one");
/// ```
pub struct FrameBox<'f, T: ?Sized>(pub(crate) Owned<'f, T>);

impl<'f, T: ?Sized> FrameBox<'f, T> {
    #[inline(always)]
    pub(crate) fn from_owned(owned: Owned<'f, T>) -> Self {
        Self(owned)
    }

    #[inline(always)]
    pub(crate) fn into_owned(self) -> Owned<'f, T> {
        self.0
    }
}

/// A place in frame memory for a `T` that is not there yet.
///
/// It has no drop, so that loops of `begin_frame` and `end_frame` need no block for it, and may go to another thread: one that is not
/// written keeps its room until the frame ends, and so does one whose `make` panics.
/// [`frame_box_with`](crate::SmartAlloc::frame_box_with) and [`frame_box_try_with`](crate::SmartAlloc::frame_box_try_with) give the room
/// back.
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let matrix = alloc.frame_alloc::<[f32; 16]>().zeroed();
/// let label = alloc.frame_alloc::<String>().write_with(|| "hit".to_owned());
/// assert_eq!((matrix[5], label.as_str()), (0.0, "hit"));
/// ```
#[must_use = "the place is uninitialised until it is written"]
pub struct FrameSlot<'f, T>(pub(crate) Place<'f, T>);

impl<'f, T> FrameSlot<'f, T> {
    #[inline(always)]
    pub(crate) fn from_place(place: Place<'f, T>) -> Self {
        Self(place)
    }
}
