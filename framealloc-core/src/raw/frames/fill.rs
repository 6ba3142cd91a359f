//! Memory that user code fills: its room goes back to the arena when that fails (I23).

use core::alloc::Layout;
use core::convert::Infallible;
use core::ffi::CStr;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

use super::arena::Arena;
use super::frame::Frame;
use super::owned::{Owned, place, place_slice};
use crate::error::{AllocError, Failure, InteriorNulError};
use crate::raw::mem::poison::poison;
use crate::raw::mem::window::padded;

impl Arena {
    /// Takes the room of an object back if it is the newest one of the current window; else the bytes wait for the reset.
    ///
    /// # Safety
    /// `start` and `layout` are of a block that [`bump_object`](Self::bump_object) handed out since the last reset, or the
    /// layout is without size. The block holds no live value and is not used again.
    #[cold]
    #[inline(never)]
    unsafe fn take_back(&self, start: NonNull<u8>, layout: Layout) {
        let state = self.state.get();
        // SAFETY: the arena is used by one thread at a time and no reference into the state is alive (I2, I9).
        unsafe {
            let window = (*state).window;
            let bytes = padded(layout.size());
            // A block at the end of a window of its own chunk, or of a chunk beside it, may have the address of `hi` and not be
            // in this window: then `hi` is `end`, and the block goes beyond it (I23).
            if layout.size() == 0
                || start.addr().get() != window.hi.addr()
                || bytes > window.end.addr() - window.hi.addr()
            {
                return;
            }
            poison(window.hi, bytes);
            (*state).window.hi = window.hi.add(bytes);
            // The arena had to hold these bytes: they count as if a growable had given them back, once for all that follow each
            // other in the same place. `lo` was at most at `hi`, so `lo_peak` stays inside the window.
            (*state).lo_peak = (*state).lo_peak.max(window.lo.add(bytes));
            self.note_size(start, 0);
        }
    }
}

/// Room for what is not there yet; it goes back when this is dropped.
pub(super) struct Room<'f> {
    frame: &'f Frame,
    start: NonNull<u8>,
    layout: Layout,
}

impl<'f> Room<'f> {
    /// Room for an object, which has a size.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(super) fn find<E: Failure>(frame: &'f Frame, layout: Layout) -> Result<Self, E> {
        Ok(Self { frame, start: frame.arena().bump_object::<E>(layout)?, layout })
    }

    /// It does not go back any more.
    #[inline(always)]
    pub(super) fn keep(self) -> NonNull<u8> {
        ManuallyDrop::new(self).start
    }
}

impl Drop for Room<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: the block is of this arena and ours; what was in it is dropped (I23).
        unsafe { self.frame.arena().take_back(self.start, self.layout) };
    }
}

/// The first values of a slice whose other values are not there yet. Dropped, it drops them and gives its room back.
struct Prefix<'f, T> {
    place: NonNull<T>,
    /// How many are there: at most `end`.
    len: usize,
    end: usize,
    /// Dropped after the values, panics included.
    _room: Room<'f>,
}

impl<'f, T> Prefix<'f, T> {
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    fn find<E: Failure>(frame: &'f Frame, end: usize) -> Result<Self, E> {
        let place = place_slice::<T, E>(frame, end)?;
        // The place was found, so this neither wraps nor fails.
        let layout = Layout::array::<T>(end).unwrap_or(Layout::new::<()>());
        Ok(Self { place, len: 0, end, _room: Room { frame, start: place.cast(), layout } })
    }

    /// Appends copies of values.
    #[inline(always)]
    fn append(&mut self, values: &[T])
    where
        T: Copy,
    {
        assert!(values.len() <= self.end - self.len, "a part grew while it was copied");
        // SAFETY: there is room for the values, and it is fresh.
        unsafe { self.place.add(self.len).as_ptr().copy_from_nonoverlapping(values.as_ptr(), values.len()) };
        self.len += values.len();
    }

    /// The values that are there.
    #[inline(always)]
    fn into_raw(self) -> NonNull<[T]> {
        let this = ManuallyDrop::new(self);
        NonNull::slice_from_raw_parts(this.place, this.len)
    }
}

impl<T> Drop for Prefix<'_, T> {
    fn drop(&mut self) {
        // SAFETY: the first `len` values are initialised and nobody else's.
        unsafe { NonNull::slice_from_raw_parts(self.place, self.len).drop_in_place() };
    }
}

/// The value of a fill that cannot fail by itself.
#[inline(always)]
fn made<T, E>(result: Result<Result<T, Infallible>, E>) -> Result<T, E> {
    result.map(|Ok(value)| value)
}

/// Makes a slice of what `make` returns for each index.
#[inline(always)]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn filled<T, E: Failure>(
    frame: &Frame,
    len: usize,
    mut make: impl FnMut(usize) -> T,
) -> Result<Owned<'_, [T]>, E> {
    made(try_filled(frame, len, |index| Ok(make(index))))
}

/// As [`filled`], until `make` fails. The inner result is that of `make`.
#[inline(always)]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn try_filled<T, U, E: Failure>(
    frame: &Frame,
    len: usize,
    mut make: impl FnMut(usize) -> Result<T, U>,
) -> Result<Result<Owned<'_, [T]>, U>, E> {
    let mut prefix = Prefix::find::<E>(frame, len)?;
    while prefix.len < len {
        // `make` is user code: it may allocate here, fail or panic; then the prefix drops what is there (I9).
        match make(prefix.len) {
            // SAFETY: `prefix.len < len`, for which there is room.
            Ok(value) => unsafe { prefix.place.add(prefix.len).write(value) },
            Err(error) => return Ok(Err(error)),
        }
        prefix.len += 1;
    }
    // SAFETY: all `len` values are initialised and ours, and live as long as the borrow of the frame (I7).
    Ok(Ok(unsafe { Owned::from_raw(prefix.into_raw()) }))
}

/// Moves what `make` returns into the frame. Its place is found first.
#[inline(always)]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn boxed_with<T, E: Failure>(frame: &Frame, make: impl FnOnce() -> T) -> Result<Owned<'_, T>, E> {
    made(try_boxed_with(frame, || Ok(make())))
}

/// As [`boxed_with`], unless `make` fails. The inner result is that of `make`.
#[inline(always)]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn try_boxed_with<T, U, E: Failure>(
    frame: &Frame,
    make: impl FnOnce() -> Result<T, U>,
) -> Result<Result<Owned<'_, T>, U>, E> {
    let place = place::<T, E>(frame)?;
    let room = Room { frame, start: place.cast(), layout: Layout::new::<T>() };
    // `make` is user code, as in `try_filled`.
    let value = match make() {
        Ok(value) => value,
        Err(error) => return Ok(Err(error)),
    };
    let _used = ManuallyDrop::new(room);
    // SAFETY: the place fits a `T`, is ours, and lives as long as the borrow of the frame (I7).
    unsafe {
        place.write(value);
        Ok(Ok(Owned::from_raw(place)))
    }
}

/// Copies the parts into one slice, with the separator between them.
///
/// `view` is user code: a part that is longer when it is copied is a panic, a shorter one makes the slice shorter.
#[expect(clippy::mut_from_ref, reason = "every call returns memory of its own")]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn joined<'f, T: Copy, S, E: Failure>(
    frame: &'f Frame,
    parts: &[S],
    separator: &[T],
    view: impl Fn(&S) -> &[T],
) -> Result<&'f mut [T], E> {
    let mut len = separator.len().checked_mul(parts.len().saturating_sub(1));
    for part in parts {
        len = len.and_then(|len| len.checked_add(view(part).len()));
    }
    let Some(len) = len else { return Err(E::fail(AllocError::CapacityOverflow)) };
    let mut whole = Prefix::find::<E>(frame, len)?;
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            whole.append(separator);
        }
        whole.append(view(part));
    }
    // SAFETY: the values are initialised and ours, and live as long as the borrow of the frame (I7).
    Ok(unsafe { whole.into_raw().as_mut() })
}

/// Copies the parts of a text into one, with the separator between them.
#[expect(clippy::mut_from_ref, reason = "every call returns memory of its own")]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn joined_str<'f, S: AsRef<str>, E: Failure>(
    frame: &'f Frame,
    parts: &[S],
    separator: &str,
) -> Result<&'f mut str, E> {
    let bytes = joined::<u8, S, E>(frame, parts, separator.as_bytes(), |part| part.as_ref().as_bytes())?;
    // SAFETY: `joined` copies whole parts only, each of which is a `str` when it is copied.
    Ok(unsafe { core::str::from_utf8_unchecked_mut(bytes) })
}

/// Copies bytes into the frame, with a zero behind them. The inner result is an error if there is one among them.
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn c_string<'f, E: Failure>(
    frame: &'f Frame,
    bytes: &[u8],
) -> Result<Result<&'f CStr, InteriorNulError>, E> {
    // `contains` looks at a word at a time, `position` does not.
    if bytes.contains(&0) {
        let position = bytes.iter().take_while(|byte| **byte != 0).count();
        return Ok(Err(InteriorNulError { position }));
    }
    let text = joined::<u8, _, E>(frame, &[bytes, &[0]], &[], |part| part)?;
    // SAFETY: the last byte is zero and no other one is.
    Ok(Ok(unsafe { CStr::from_bytes_with_nul_unchecked(text) }))
}
