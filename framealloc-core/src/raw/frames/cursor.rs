//! The cursor: a window owned by value, so that its ends stay in registers.

use core::alloc::Layout;
use core::mem::{MaybeUninit, needs_drop};
use core::ptr::NonNull;

use super::arena::Arena;
use super::frame::Frame;
use super::owned::Owned;
use crate::error::{AllocError, Failure, infallible};
use crate::raw::frames::boxes::FrameBox;
use crate::raw::mem::poison::unpoison;
use crate::raw::mem::window::Window;

/// The fastest way to allocate: the free part of an arena, held by value.
///
/// All arenas behind a shared reference pay a store and a load of their position per allocation. A cursor in a local
/// variable keeps it in a register: two cycles per small value. Take one before a hot loop; the rest of the arena goes
/// back when it is dropped. Meanwhile others allocate from the same frame as usual, from another chunk.
///
/// ```
/// let alloc = framealloc_core::SmartAlloc::default();
/// let mut cursor = alloc.cursor();
/// let mut previous = None;
/// for i in 0..1000_u32 {
///     previous = Some(&*cursor.alloc((i, previous.map(|(i, _): &(u32, Option<u32>)| *i))));
/// }
/// assert_eq!(previous, Some(&(999, Some(998))));
/// ```
#[derive(Debug)]
pub struct Cursor<'f> {
    window: Window,
    frame: &'f Frame,
}

impl<'f> Cursor<'f> {
    #[inline(always)]
    pub(crate) fn carve(frame: &'f Frame) -> Self {
        Self { window: frame.arena().carve(), frame }
    }

    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    fn place<E: Failure>(&mut self, layout: Layout) -> Result<NonNull<u8>, E> {
        let top = self.window.top(layout);
        // SAFETY: `top` is where the window places the block.
        unsafe { self.take(layout, top, Arena::exchange) }
    }

    /// Hands out the block at `top` if it fits, else what `exchange` finds.
    ///
    /// # Safety
    /// `top` is what the window's `top` or `top_dynamic` says of `layout`.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    unsafe fn take<E: Failure>(
        &mut self,
        layout: Layout,
        top: *mut u8,
        exchange: impl FnOnce(&Arena, Window, Layout) -> Result<(Window, NonNull<u8>), E>,
    ) -> Result<NonNull<u8>, E> {
        let block = if self.window.fits(top, layout) {
            self.window.hi = top;
            unpoison(top, layout.size());
            // SAFETY: what fits is never null (I12).
            unsafe { NonNull::new_unchecked(top) }
        } else {
            // By value in and out, and piece by piece: were `self` lent to the cold path, as it is where the whole window is
            // copied for it, its fields could not stay in registers.
            let Window { hi, base, end, lo } = self.window;
            let (window, block) = exchange(self.frame.arena(), Window { hi, base, end, lo }, layout)?;
            self.window = window;
            block
        };
        self.frame.arena().note_block(block, layout);
        self.frame.arena().count(layout);
        Ok(block)
    }

    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    fn place_slice<T, E: Failure>(&mut self, len: usize) -> Result<NonNull<T>, E> {
        let Ok(layout) = Layout::array::<T>(len) else { return Err(E::fail(AllocError::CapacityOverflow)) };
        if layout.size() == 0 {
            return Ok(NonNull::dangling());
        }
        Ok(self.place::<E>(layout)?.cast())
    }

    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn owned<T, E: Failure>(&mut self, value: T) -> Result<Owned<'f, T>, E> {
        let place = if size_of::<T>() == 0 { NonNull::dangling() } else { self.place::<E>(Layout::new::<T>())?.cast() };
        // SAFETY: the place fits a `T`, is ours, and lives as long as the frame is borrowed (I7, I14).
        unsafe {
            place.write(value);
            Ok(Owned::from_raw(place))
        }
    }

    /// Moves `value` into the frame and returns a reference that lives as long as the frame.
    ///
    /// The type must have no drop glue, which is checked when the program is built: [`Cursor::boxed`] takes all types.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn alloc<T>(&mut self, value: T) -> &'f mut T {
        const { assert!(!needs_drop::<T>(), "the value would never be dropped: use `boxed` for types with drop glue") };
        infallible(self.owned(value)).leak()
    }

    /// Like [`Cursor::alloc`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_alloc<T>(&mut self, value: T) -> Result<&'f mut T, AllocError> {
        const { assert!(!needs_drop::<T>(), "the value would never be dropped: use `boxed` for types with drop glue") };
        Ok(self.owned::<T, AllocError>(value)?.leak())
    }

    /// Moves `value` into the frame, to be dropped with the box.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn boxed<T>(&mut self, value: T) -> FrameBox<'f, T> {
        FrameBox::from_owned(infallible(self.owned(value)))
    }

    /// Like [`Cursor::boxed`]; the value is dropped where there is no room.
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_boxed<T>(&mut self, value: T) -> Result<FrameBox<'f, T>, AllocError> {
        Ok(FrameBox::from_owned(self.owned(value)?))
    }

    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn copied<T: Copy, E: Failure>(&mut self, source: &[T]) -> Result<&'f mut [T], E> {
        let place = self.place_slice::<T, E>(source.len())?;
        // SAFETY: room for the slice, fresh, and ours as long as the frame is borrowed (I7, I14).
        unsafe {
            place.as_ptr().copy_from_nonoverlapping(source.as_ptr(), source.len());
            Ok(NonNull::slice_from_raw_parts(place, source.len()).as_mut())
        }
    }

    /// Copies a slice into the frame.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn copy<T: Copy>(&mut self, source: &[T]) -> &'f mut [T] {
        infallible(self.copied(source))
    }

    /// Like [`Cursor::copy`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_copy<T: Copy>(&mut self, source: &[T]) -> Result<&'f mut [T], AllocError> {
        self.copied(source)
    }

    /// Returns uninitialised bytes of a layout that is only known at run time.
    ///
    /// # Panics
    /// If a budget or the global allocator refuses.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn bytes(&mut self, layout: Layout) -> &'f mut [MaybeUninit<u8>] {
        infallible(self.uninit(layout))
    }

    /// Like [`Cursor::bytes`].
    ///
    /// # Errors
    /// If a budget or the global allocator refuses.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub fn try_bytes(&mut self, layout: Layout) -> Result<&'f mut [MaybeUninit<u8>], AllocError> {
        self.uninit(layout)
    }

    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    fn uninit<E: Failure>(&mut self, layout: Layout) -> Result<&'f mut [MaybeUninit<u8>], E> {
        let top = self.window.top_dynamic(layout);
        // SAFETY: `top` is where the window places the block.
        let place = unsafe { self.take::<E>(layout, top, Arena::exchange_dynamic) }?;
        // SAFETY: fresh and ours as long as the frame is borrowed; any bytes are values of `MaybeUninit`.
        Ok(unsafe { NonNull::slice_from_raw_parts(place.cast(), layout.size()).as_mut() })
    }
}

impl Drop for Cursor<'_> {
    #[inline]
    fn drop(&mut self) {
        let Window { hi, base, end, lo } = self.window;
        self.frame.arena().put_back(hi, base, end, lo);
    }
}
