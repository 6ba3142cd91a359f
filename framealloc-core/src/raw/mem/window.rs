//! Windows: stretches of a chunk that an arena or a cursor hands blocks out from.

use core::alloc::Layout;
use core::ptr::NonNull;

use super::chunk::{CHUNK_ALIGN, Chunk};
use super::poison::{REDZONE, unpoison};
use crate::error::AllocError;

/// Objects are placed at multiples of this many bytes, so that most types need no mask.
pub(crate) const MIN_ALIGN: usize = 8;

/// The largest size whose signed compare cannot wrap (I11) once a red zone is added to it.
const LARGEST_WITH_REDZONE: usize = isize::MAX.unsigned_abs() - 2 * (MIN_ALIGN + REDZONE);

/// A stretch of a chunk and the two cursors that close in on each other inside it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// Objects end here: the next one is placed below.
    pub(crate) hi: *mut u8,
    /// Bottom of the window.
    pub(crate) base: *mut u8,
    /// Top of the window.
    pub(crate) end: *mut u8,
    /// Growables end here: the next one is placed above.
    pub(crate) lo: *mut u8,
}

/// The window of an arena that has no chunk: nothing fits, so no path needs to ask whether there is one (I12).
pub(crate) const EMPTY: Window = {
    let nowhere = core::ptr::without_provenance_mut(MIN_ALIGN);
    Window { hi: nowhere, base: nowhere, end: nowhere, lo: nowhere }
};

impl Window {
    /// A window over all of a chunk.
    pub(crate) fn whole(chunk: &Chunk) -> Self {
        Self { hi: chunk.end(), base: chunk.start(), end: chunk.end(), lo: chunk.start() }
    }

    /// Bytes handed out from this window.
    pub(crate) fn used(&self) -> usize {
        (self.end.addr() - self.hi.addr()) + (self.lo.addr() - self.base.addr())
    }

    /// Bytes not handed out from this window.
    pub(crate) fn unused(&self) -> usize {
        self.hi.addr() - self.lo.addr()
    }

    /// Bytes between bottom and top.
    pub(crate) fn capacity(&self) -> usize {
        self.end.addr() - self.base.addr()
    }

    /// Where a block of the object side would lie: it is taken by setting `hi`, if [it fits](Self::fits). Zero-sized layouts
    /// must not come here (I12).
    #[inline(always)]
    pub(crate) fn top(&self, layout: Layout) -> *mut u8 {
        let at = self.hi.wrapping_sub(padded(layout.size()));
        if layout.align() > MIN_ALIGN { at.map_addr(|address| address & !(layout.align() - 1)) } else { at }
    }

    /// Whether there is room for a block down to `at`, where [`Self::top`] placed it. It is never null then (I12).
    #[inline(always)]
    pub(crate) fn fits(&self, at: *mut u8, layout: Layout) -> bool {
        // Else the difference is negative: `at` may be below the chunk, by at most `isize::MAX` (I11).
        (REDZONE == 0 || layout.size() <= LARGEST_WITH_REDZONE)
            && at.addr().wrapping_sub(self.lo.addr()) <= isize::MAX.unsigned_abs()
    }

    /// Takes a block from the object side. Zero-sized layouts must not come here (I12).
    #[inline(always)]
    pub(crate) fn place(&mut self, layout: Layout) -> Option<NonNull<u8>> {
        let at = self.top(layout);
        if !self.fits(at, layout) {
            return None;
        }
        self.hi = at;
        unpoison(at, layout.size());
        // SAFETY: `at` is not below `lo`, which is never null (I12).
        Some(unsafe { NonNull::new_unchecked(at) })
    }

    /// Like [`Self::top`], for a layout that is not known before run time: without asking whether the alignment matters, which
    /// would take a jump, or the larger of two. For a constant layout the mask would be one operation too many.
    #[inline(always)]
    pub(crate) fn top_dynamic(&self, layout: Layout) -> *mut u8 {
        // Two operations from the old end to the new one. The address is taken relative to `hi`: with a new one relative to
        // itself the compiler keeps five.
        self.hi.with_addr(self.hi.addr().wrapping_sub(padded(layout.size())) & layout.align().wrapping_neg())
    }

    pub(crate) fn is_empty_state(&self) -> bool {
        core::ptr::eq(self.end, EMPTY.end)
    }
}

/// Which end of the window a block comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Objects: from the top, downwards.
    Object,
    /// Growable buffers: from the bottom, upwards.
    Growable,
}

/// Bytes that a block of `size` bytes takes on the object side, where its alignment is at most [`MIN_ALIGN`].
#[inline(always)]
pub(crate) const fn padded(size: usize) -> usize {
    // A `Layout` is at most `isize::MAX` bytes, so this does not overflow (I11).
    ((size + (MIN_ALIGN - 1)) & !(MIN_ALIGN - 1)) + REDZONE
}

/// The least bytes that a fresh window beginning at the address `base` must have for a block: exactly, so that a budget
/// serves its last byte. A multiple of [`MIN_ALIGN`], as `base` is.
///
/// A layout is never larger than a value may be; where its padding takes it over that, it is memory that there is not.
pub(crate) fn needed(layout: Layout, side: Side, base: usize) -> Result<usize, AllocError> {
    let bytes = match side {
        Side::Object => padded(layout.size()).checked_add(base.wrapping_neg() % layout.align().max(MIN_ALIGN)),
        Side::Growable => {
            let pad = REDZONE + base.wrapping_add(REDZONE).wrapping_neg() % layout.align();
            layout.size().checked_add(pad).and_then(|bytes| bytes.checked_next_multiple_of(MIN_ALIGN))
        }
    };
    bytes.filter(|bytes| isize::try_from(*bytes).is_ok()).ok_or(AllocError::OutOfMemory { asked: layout.size() })
}

/// As [`needed`], for the bottom of a chunk that is not there yet: exactly up to an alignment of [`CHUNK_ALIGN`].
pub(crate) fn needed_in_chunk(layout: Layout, side: Side) -> Result<usize, AllocError> {
    let bytes = needed(layout, side, 0)?;
    let unknown = layout.align().saturating_sub(CHUNK_ALIGN);
    let bytes = bytes.checked_add(unknown).filter(|bytes| isize::try_from(*bytes).is_ok());
    bytes.ok_or(AllocError::OutOfMemory { asked: layout.size() })
}

/// An aligned address for a value without size.
pub(crate) fn dangling(layout: Layout) -> NonNull<u8> {
    // An alignment is a power of two, so never zero; the other arm is for the type checker.
    NonNull::new(core::ptr::without_provenance_mut(layout.align())).unwrap_or(NonNull::dangling())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_placing_agree() {
        /// Aligned as chunks are at least; `u64` is not, on some machines of 32 bits.
        #[repr(align(8))]
        struct Chunk([u8; 512]);
        let mut chunk = Chunk([0; 512]);
        let base = chunk.0.as_mut_ptr();
        let end = base.wrapping_add(size_of_val(&chunk));
        for taken in (0..256).step_by(8) {
            let window = Window { hi: end.wrapping_sub(taken), base, end, lo: base.wrapping_add(40) };
            for align in [1_usize, 2, 8, 16, 64, 128] {
                for size in (0..300).chain([isize::MAX.unsigned_abs() - 127, isize::MAX.unsigned_abs() / 2]) {
                    let layout = Layout::from_size_align(size, align).unwrap();
                    let (once, again) = (window.top(layout), window.top_dynamic(layout));
                    assert_eq!(window.fits(once, layout), window.fits(again, layout), "{layout:?} {taken}");
                    assert!(once == again || !window.fits(once, layout), "{layout:?} {taken}");
                }
            }
        }
        let most = Layout::from_size_align(isize::MAX.unsigned_abs(), 1).unwrap();
        assert!(!EMPTY.fits(EMPTY.top(most), most) && !EMPTY.fits(EMPTY.top_dynamic(most), most));
    }

    #[test]
    fn a_window_of_the_needed_bytes_serves_the_block_and_a_smaller_one_does_not() {
        for size in [1, 7, 8, 9, 24, 100] {
            for align in [1_usize, 8, 16, 64, 256] {
                for base in (0..512_usize).step_by(8) {
                    let layout = Layout::from_size_align(size, align).unwrap();
                    let need = needed(layout, Side::Object, base).unwrap();
                    let end = (base + need).next_multiple_of(8);
                    let fits = |bytes: usize| {
                        let at = (base + bytes - padded(size)) & !(align.max(8) - 1);
                        at >= base
                    };
                    assert_eq!(end, base + need, "whole alignment units");
                    assert!(fits(need));
                    assert!(need < padded(size) + 8 || !fits(need - 8), "{size} {align} {base}");
                }
            }
        }
    }
}
