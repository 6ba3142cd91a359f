//! Marks memory that nobody may touch.
//!
//! Under `--cfg framealloc_asan` (set by `ci/asan.sh`) the marks are those of the address sanitizer, so that a
//! stale read inside a live arena stops the program. With the feature `debug` the bytes are overwritten, so
//! that stale data is recognisable in a debugger and overruns are found (`frames/blocks.rs`, `pools/redzones.rs`). Otherwise all of this compiles to nothing.

/// Bytes left untouchable between two blocks of an arena.
#[cfg(any(framealloc_asan, feature = "debug"))]
pub(crate) const REDZONE: usize = 8;
/// Bytes left untouchable between two blocks of an arena.
#[cfg(not(any(framealloc_asan, feature = "debug")))]
pub(crate) const REDZONE: usize = 0;

/// What freed bytes read as with the feature `debug`.
#[cfg(feature = "debug")]
const FREED: u8 = 0xCD;

#[cfg(framealloc_asan)]
unsafe extern "C" {
    fn __asan_poison_memory_region(address: *const core::ffi::c_void, size: usize);
    fn __asan_unpoison_memory_region(address: *const core::ffi::c_void, size: usize);
}

/// Marks `size` bytes from `start` as not to be touched. The range must be owned by the caller and hold no live value.
#[inline(always)]
pub(crate) fn poison(start: *mut u8, size: usize) {
    // SAFETY: the sanitizer only changes its shadow of the range.
    #[cfg(framealloc_asan)]
    unsafe {
        __asan_poison_memory_region(start.cast(), size);
    }
    // SAFETY: every caller owns the range and has no live value in it (I9).
    #[cfg(all(feature = "debug", not(framealloc_asan)))]
    unsafe {
        start.write_bytes(FREED, size);
    }
    #[cfg(not(any(framealloc_asan, feature = "debug")))]
    let _ = (start, size);
}

/// The first and the last of `size` bytes from `start` that do not read as freed ones.
///
/// # Safety
/// The range is readable and was [poisoned](poison) before; nobody else writes to it.
#[cfg(feature = "debug")]
pub(crate) unsafe fn changed(start: *const u8, size: usize) -> Option<(usize, usize)> {
    // SAFETY: by the contract; it was written, so it is initialised.
    let bytes = unsafe { core::slice::from_raw_parts(start, size) };
    let is_changed = |byte: &u8| *byte != FREED;
    Some((bytes.iter().position(is_changed)?, bytes.iter().rposition(is_changed)?))
}

/// Marks `size` bytes from `start` as usable again.
#[inline(always)]
pub(crate) fn unpoison(start: *mut u8, size: usize) {
    // SAFETY: the sanitizer only changes its shadow of the range.
    #[cfg(framealloc_asan)]
    unsafe {
        __asan_unpoison_memory_region(start.cast(), size);
    }
    #[cfg(not(framealloc_asan))]
    let _ = (start, size);
}
