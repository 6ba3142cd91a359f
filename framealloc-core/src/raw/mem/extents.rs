//! One stretch of memory that is handed out in pieces, and what of it is free: a list in the free memory itself.

use core::alloc::Layout;
use core::ptr::{NonNull, null_mut};

use super::poison::{poison, unpoison};

/// Sizes and alignments are rounded up to this many bytes: a free piece has room for an [`Extent`].
pub(super) const UNIT: usize = 64;

/// Where in a stretch a piece is looked for.
///
/// Chunks of many sizes come from the low end, and slabs, which are aligned to their size, from the high end: between each
/// other they would leave gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Low,
    High,
}

/// What stands at the beginning of a free piece.
#[derive(Debug)]
struct Extent {
    bytes: usize,
    next: *mut Extent,
}

const _: () = assert!(size_of::<Extent>() <= UNIT && align_of::<Extent>() <= UNIT);

/// A stretch: where it is, and its free pieces by address. No two of them touch.
#[derive(Debug)]
pub(super) struct Extents {
    start: NonNull<u8>,
    bytes: usize,
    first: *mut Extent,
    free: usize,
}

/// The size of a piece for this layout. `None` if it is over what a stretch can have.
pub(super) fn size_of_piece(layout: Layout) -> Option<usize> {
    layout.size().max(1).checked_next_multiple_of(UNIT)
}

impl Extents {
    /// A stretch, all of it free.
    ///
    /// # Safety
    /// At `start`, aligned to [`UNIT`], there are `bytes` bytes, a multiple of it, for ever and for nobody else.
    pub(super) unsafe fn new(start: NonNull<u8>, bytes: usize) -> Self {
        let mut all = Self { start, bytes, first: null_mut(), free: 0 };
        if bytes > 0 {
            // SAFETY: by the contract.
            unsafe { all.give(start, bytes) };
        }
        all
    }

    /// Bytes that are free.
    pub(super) fn free(&self) -> usize {
        self.free
    }

    /// Whether the address is in this stretch.
    pub(super) fn contains(&self, address: usize) -> bool {
        address.wrapping_sub(self.start.addr().get()) < self.bytes
    }

    /// Takes a piece, which nobody else has until it is given back.
    pub(super) fn take(&mut self, layout: Layout, end: End) -> Option<NonNull<u8>> {
        let (size, align) = (size_of_piece(layout)?, layout.align().max(UNIT));
        // SAFETY: the list is of free pieces, which nobody else has (I32).
        let piece = unsafe {
            let (link, offset) = Self::find(&raw mut self.first, size, align, end)?;
            Self::cut(link, offset, size)
        };
        self.free -= size;
        Some(piece)
    }

    /// The link to a free piece with room, and how far behind its beginning that is.
    ///
    /// # Safety
    /// `link` leads to a list of free pieces.
    unsafe fn find(
        mut link: *mut *mut Extent,
        size: usize,
        align: usize,
        end: End,
    ) -> Option<(*mut *mut Extent, usize)> {
        let mut found = None;
        loop {
            // SAFETY: links are in a stretch or in a free piece, which nobody else has (I32).
            let extent = unsafe { *link };
            if extent.is_null() {
                return found;
            }
            // SAFETY: a free piece begins with its extent (I32).
            let bytes = unsafe { (*extent).bytes };
            let address = extent.addr();
            let offset = match end {
                End::Low => address.checked_next_multiple_of(align).map(|place| place - address),
                End::High => {
                    bytes.checked_sub(size).and_then(|last| ((address + last) & !(align - 1)).checked_sub(address))
                }
            };
            if let Some(offset) = offset.filter(|offset| bytes.checked_sub(size).is_some_and(|most| *offset <= most)) {
                found = Some((link, offset));
                if end == End::Low {
                    return found;
                }
            }
            // SAFETY: the place of a field of a free piece's extent (I32); no reference is made.
            link = unsafe { &raw mut (*extent).next };
        }
    }

    /// Cuts a piece out of the free one at this link.
    ///
    /// # Safety
    /// [`find`](Self::find) found it.
    unsafe fn cut(link: *mut *mut Extent, offset: usize, size: usize) -> NonNull<u8> {
        // SAFETY: `find` found room there, so all of this lies in one free piece, which nobody else has (I32); what is left
        // before and behind is a multiple of `UNIT`, and its extent fits.
        unsafe {
            let extent = *link;
            let Extent { bytes, next } = extent.read();
            let piece = extent.cast::<u8>().add(offset);
            let behind = bytes - offset - size;
            let mut after = next;
            if behind > 0 {
                after = piece.add(size).cast();
                unpoison(after.cast(), size_of::<Extent>());
                after.write(Extent { bytes: behind, next });
            }
            if offset > 0 {
                extent.write(Extent { bytes: offset, next: after });
            } else {
                *link = after;
            }
            unpoison(piece, size);
            NonNull::new_unchecked(piece)
        }
    }

    /// Takes a piece back, and joins it with the free ones beside it. They are one allocation (I32).
    ///
    /// # Safety
    /// It was [taken](Self::take) with a size that makes `bytes` bytes, and nobody uses it any more.
    pub(super) unsafe fn give(&mut self, piece: NonNull<u8>, bytes: usize) {
        self.free += bytes;
        let mut link = &raw mut self.first;
        let mut before: *mut Extent = null_mut();
        // SAFETY: links are in `self` or in free pieces, which nobody else has, and now the piece is one (I32).
        unsafe {
            while !(*link).is_null() && (*link).addr() < piece.addr().get() {
                before = *link;
                link = &raw mut (*before).next;
            }
            let next = *link;
            let mut extent = Extent { bytes, next };
            if !next.is_null() && piece.addr().get() + bytes == next.addr() {
                extent = Extent { bytes: bytes + (*next).bytes, next: (*next).next };
            }
            if cfg!(framealloc_asan) {
                poison(piece.as_ptr(), bytes);
            }
            if !before.is_null() && before.addr() + (*before).bytes == piece.addr().get() {
                *before = Extent { bytes: (*before).bytes + extent.bytes, next: extent.next };
            } else {
                let place = piece.cast::<Extent>().as_ptr();
                unpoison(place.cast(), size_of::<Extent>());
                place.write(extent);
                *link = place;
            }
        }
    }
}

#[cfg(all(test, not(framealloc_loom)))]
mod tests {
    use core::alloc::Layout;
    use core::ptr::NonNull;

    use super::{End, Extents, UNIT};

    const BYTES: usize = 16 << 10;

    #[repr(align(4096))]
    struct Memory([u8; BYTES]);

    fn stretch() -> Extents {
        let memory = Box::leak(Box::new(Memory([0; BYTES])));
        // SAFETY: the memory is leaked.
        unsafe { Extents::new(NonNull::from(&mut memory.0).cast(), BYTES) }
    }

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).expect("small")
    }

    #[test]
    fn pieces_never_overlap_and_all_of_them_come_back() {
        let mut all = stretch();
        let mut taken: Vec<(NonNull<u8>, Layout)> = Vec::new();
        let mut seed = 0x2545_F491_u32;
        for step in 0..20_000_u32 {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            if seed % 3 != 0 || taken.is_empty() {
                let wanted = layout(1 + (seed >> 8) as usize % 1500, 1 << ((seed >> 4) % 12));
                let end = if seed & 8 == 0 { End::Low } else { End::High };
                let Some(piece) = all.take(wanted, end) else {
                    // What does not fit shows that the rest is kept: half of it goes.
                    for (piece, layout) in taken.drain(..taken.len() / 2) {
                        // SAFETY: it was taken with this layout.
                        unsafe { all.give(piece, super::size_of_piece(layout).expect("small")) };
                    }
                    continue;
                };
                assert_eq!(piece.addr().get() % wanted.align(), 0, "step {step}");
                let ends =
                    |(piece, layout): (NonNull<u8>, Layout)| (piece.addr().get(), piece.addr().get() + layout.size());
                let (start, behind) = ends((piece, wanted));
                assert!(all.contains(start) && all.contains(behind - 1));
                assert!(taken.iter().all(|other| ends(*other).1 <= start || behind <= ends(*other).0), "step {step}");
                // SAFETY: the piece is that large.
                unsafe { piece.write_bytes(0xEE, wanted.size()) };
                taken.push((piece, wanted));
            } else {
                let (piece, layout) = taken.swap_remove((seed >> 8) as usize % taken.len());
                // SAFETY: it was taken with this layout.
                unsafe { all.give(piece, super::size_of_piece(layout).expect("small")) };
            }
        }
        for (piece, layout) in taken {
            // SAFETY: it was taken with this layout.
            unsafe { all.give(piece, super::size_of_piece(layout).expect("small")) };
        }
        assert_eq!(all.free(), BYTES);
        assert!(all.take(layout(BYTES, UNIT), End::High).is_some(), "it is in one piece again");
        assert_eq!(all.free(), 0);
        assert!(all.take(layout(1, 1), End::Low).is_none());
    }

    #[test]
    fn the_two_ends_do_not_mix() {
        let mut all = stretch();
        let low = all.take(layout(100, 64), End::Low).expect("there is room");
        let high = all.take(layout(1024, 1024), End::High).expect("there is room");
        assert_eq!(low, all.start);
        assert_eq!(high.addr().get(), all.start.addr().get() + BYTES - 1024);
        assert_eq!(all.free(), BYTES - 1024 - 128);
    }
}
