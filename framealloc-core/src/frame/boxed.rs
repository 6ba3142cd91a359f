//! `FrameBox` and `FrameSlot`: one value, or one slice, in frame memory.

use core::fmt;
use core::mem::{MaybeUninit, needs_drop};

use super::Frame;
use crate::box_traits::value_traits;
use crate::error::AllocError;
use crate::raw::frames::boxes::{FrameBox, FrameSlot};

/// Every type itself. A function that returns `<T as Itself>::Value` takes `T` from its arguments, never from what its result is
/// wanted as: the result can be coerced then.
pub trait Itself {
    /// The type.
    type Value: ?Sized;
}

impl<T: ?Sized> Itself for T {
    type Value = T;
}

value_traits!(FrameBox<'f>);

impl<'f, T: ?Sized> FrameBox<'f, T> {
    /// Gives up the box and returns a reference that lives as long as the frame; the value is never dropped.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let value: &mut u32 = framealloc_core::FrameBox::leak(alloc.frame_box(1));
    /// *value += 1;
    /// assert_eq!(*value, 2);
    /// let any: &mut dyn std::any::Any = framealloc_core::FrameBox::leak(alloc.frame_box(String::new()));
    /// assert!(any.is::<String>());
    /// ```
    #[must_use]
    #[inline(always)]
    pub fn leak(this: Self) -> &'f mut <T as Itself>::Value {
        this.0.leak()
    }

    /// Returns the address of the value. What is read through it after the frame ends is no longer the value.
    #[must_use]
    #[inline]
    pub fn as_ptr(this: &Self) -> *const T {
        this.0.as_ptr()
    }
}

impl<'f, T> FrameBox<'f, T> {
    /// Moves `value` into `frame`: what `alloc.frame_box(value)` is for a path.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let name = framealloc_core::FrameBox::new_in(String::from("player"), alloc.frame());
    /// assert_eq!(*name, "player");
    /// ```
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn new_in(value: T, frame: &'f Frame) -> Self {
        frame.frame_box(value)
    }

    /// Like [`FrameBox::new_in`]; the value is dropped where there is no room.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_new_in(value: T, frame: &'f Frame) -> Result<Self, AllocError> {
        frame.try_frame_box(value)
    }

    /// Takes the value out.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let text: String = framealloc_core::FrameBox::into_inner(alloc.frame_box(String::from("kept")));
    /// assert_eq!(text, "kept");
    /// ```
    #[must_use]
    #[inline]
    pub fn into_inner(this: Self) -> T {
        this.0.into_inner()
    }
}

impl<'f, T> FrameBox<'f, [T]> {
    /// Makes a slice in `frame` of what an iterator yields: what `alloc.frame_slice_from_iter(values)` is for a path.
    ///
    /// ```
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// let digits = framealloc_core::FrameBox::from_iter_in("2 0".split(' ').map(str::len), alloc.frame());
    /// assert_eq!(*digits, [1, 1]);
    /// ```
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn from_iter_in(values: impl IntoIterator<Item = T>, frame: &'f Frame) -> Self {
        frame.frame_slice_from_iter(values)
    }

    /// Like [`FrameBox::from_iter_in`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_from_iter_in(values: impl IntoIterator<Item = T>, frame: &'f Frame) -> Result<Self, AllocError> {
        frame.try_frame_slice_from_iter(values)
    }
}

impl<'b, T> IntoIterator for &'b FrameBox<'_, [T]> {
    type Item = &'b T;
    type IntoIter = core::slice::Iter<'b, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'b, T> IntoIterator for &'b mut FrameBox<'_, [T]> {
    type Item = &'b mut T;
    type IntoIter = core::slice::IterMut<'b, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<'f, T> FrameSlot<'f, T> {
    /// Moves `value` in.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn write(self, value: T) -> FrameBox<'f, T> {
        FrameBox(self.0.write(value))
    }

    /// Puts in what `make` returns; a large value is usually built in place.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn write_with(self, make: impl FnOnce() -> T) -> FrameBox<'f, T> {
        FrameBox(self.0.write(make()))
    }

    /// Moves `value` in and returns a plain reference, as [`frame_ref`](crate::SmartAlloc::frame_ref) does.
    ///
    /// The type must have no drop glue, which is checked when the program is built (not by `cargo check`).
    ///
    /// ```
    /// # let mut alloc = framealloc_core::SmartAlloc::default();
    /// alloc.begin_frame();
    /// let position = alloc.frame_alloc::<[f32; 3]>().write_ref([1.0, 2.0, 3.0]);
    /// position[1] = 0.0;
    /// assert_eq!(position, &[1.0, 0.0, 3.0]);
    /// alloc.end_frame();
    /// ```
    ///
    /// ```compile_fail
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// alloc.frame_alloc::<String>().write_ref(String::from("would leak"));
    /// ```
    #[inline(always)]
    pub fn write_ref(self, value: T) -> &'f mut T {
        const { assert!(!needs_drop::<T>(), "the value would never be dropped: use `write`") };
        self.0.write(value).leak()
    }

    /// Puts in what `make` returns, as [`Self::write_with`] does, and returns a plain reference.
    ///
    /// The type must have no drop glue, as for [`Self::write_ref`].
    #[inline(always)]
    pub fn write_ref_with(self, make: impl FnOnce() -> T) -> &'f mut T {
        self.write_ref(make())
    }

    /// Fills the place with zeroes, for types of which that is a value, and returns a plain reference.
    ///
    /// The type must have no drop glue, as for [`Self::write_ref`].
    ///
    /// ```
    /// # let mut alloc = framealloc_core::SmartAlloc::default();
    /// alloc.begin_frame();
    /// let histogram = alloc.frame_alloc::<[u32; 1000]>().zeroed();
    /// histogram[7] += 1;
    /// alloc.end_frame();
    /// ```
    ///
    /// ```compile_fail
    /// # let alloc = framealloc_core::SmartAlloc::default();
    /// alloc.frame_alloc::<Option<Box<u8>>>().zeroed(); // what is put in would leak: use `write`
    /// ```
    #[must_use]
    #[inline(always)]
    pub fn zeroed(self) -> &'f mut T
    where
        T: bytemuck::Zeroable,
    {
        const { assert!(!needs_drop::<T>(), "the value would never be dropped: use `write`") };
        self.0.zeroed()
    }

    /// Lends the uninitialised place, for code that fills it step by step.
    #[inline(always)]
    pub fn as_uninit(&mut self) -> &mut MaybeUninit<T> {
        self.0.as_mut()
    }
}

impl<T> fmt::Debug for FrameSlot<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameSlot").field("bytes", &size_of::<T>()).finish()
    }
}
