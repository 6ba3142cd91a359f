//! Slabs: aligned blocks of memory, each cut into the slots of one pool.
//!
//! The pool of any slot is found by masking the slot's address down to the header of its slab, so that a box needs
//! nothing but its pointer. The alternative, a pool in the type of the box, was as fast, but could not serve every `T`
//! and `dyn` with one box type.

use core::alloc::Layout;
use core::ptr::NonNull;

use super::pool::RawPool;
use crate::raw::mem::extents::End;
use crate::raw::mem::poison::{self, REDZONE};
use crate::raw::mem::region::{self, Seal, Source};

/// Bytes of a slab and its alignment. Small under loom, which makes thousands of them.
pub(crate) const SLAB: usize = if cfg!(framealloc_loom) { 1024 } else { 64 << 10 };

/// The largest slot, in bytes.
pub(crate) const MAX_SLOT: usize = if cfg!(framealloc_loom) { 64 } else { 8 << 10 };

/// The largest alignment of a slot: a page.
pub(crate) const MAX_ALIGN: usize = if cfg!(framealloc_loom) { 64 } else { 4096 };

/// The most slabs that are added at once: 1 MiB, so that growth never becomes a long stop of one frame.
const MAX_STEP: usize = 16;

const LAYOUT: Layout = match Layout::from_size_align(SLAB, SLAB) {
    Ok(layout) => layout,
    Err(_) => panic!("a slab is no valid layout"),
};

/// What stands at the start of every slab. Written once, before the first slot is handed out, but for `free` and `next`,
/// which only the holder of the pool's lock touches.
#[repr(C, align(64))]
pub(crate) struct Header {
    /// Index of the thread-local word that a drop uses; 0 sends it to the cold path.
    pub(crate) hot: u32,
    /// Index of the pool's magazines in a thread's cache; 0 if it has none.
    pub(crate) id: u32,
    slots: u32,
    free: u32,
    pub(crate) pool: *const RawPool,
    next: *mut Header,
}

impl Header {
    /// The header of a block that is no slab of `pool`, but is to be freed as if it were.
    pub(super) fn of_one_slot(pool: *const RawPool) -> Self {
        Self { hot: 0, id: 0, slots: 1, free: 0, pool, next: core::ptr::null_mut() }
    }
}

/// The header of the slab that holds `slot`.
#[inline(always)]
pub(crate) fn header_of(slot: NonNull<u8>) -> *const Header {
    slot.as_ptr().map_addr(|address| address & !(SLAB - 1)).cast_const().cast()
}

/// A free slot that nobody else has (P1).
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct Slot(NonNull<u8>);

// SAFETY: the memory of a slot is tied to no thread.
unsafe impl Send for Slot {}

impl Slot {
    /// Takes charge of a free slot.
    ///
    /// # Safety
    /// `pointer` must be a slot with the provenance of its slab, of the pool it will be given to, in no other place (P1, P9).
    #[inline(always)]
    pub(crate) unsafe fn from_pointer(pointer: NonNull<u8>) -> Self {
        Self(pointer)
    }

    #[inline(always)]
    pub(crate) fn as_pointer(&self) -> NonNull<u8> {
        self.0
    }

    #[inline(always)]
    pub(crate) fn into_pointer(self) -> NonNull<u8> {
        self.0
    }

    /// Writes one word, so that this core owns the cache line when the slot leaves for another one (see `Depot::swap_full`).
    pub(crate) fn claim_line(&self) {
        if cfg!(any(framealloc_asan, feature = "debug")) {
            return;
        }
        // SAFETY: the slot is free and ours (P1), at least a word long and aligned to one (`Shape::new`).
        unsafe { self.0.cast::<usize>().write(0) };
    }
}

/// A list of free slots linked through their first word: where slots go when no magazine can be had.
#[derive(Debug)]
pub(crate) struct SlotList {
    newest: Option<Slot>,
    count: usize,
}

impl SlotList {
    pub(crate) const fn new() -> Self {
        Self { newest: None, count: 0 }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn push(&mut self, slot: Slot) {
        let link = slot.as_pointer().cast::<Option<Slot>>();
        poison::unpoison(link.as_ptr().cast(), size_of::<Option<Slot>>());
        // SAFETY: the slot is free and nobody else's, and has room for a link (P1).
        unsafe { link.write(self.newest.take()) };
        self.newest = Some(slot);
        self.count += 1;
    }

    pub(crate) fn pop(&mut self) -> Option<Slot> {
        let slot = self.newest.take()?;
        let link = slot.as_pointer().cast::<Option<Slot>>();
        // SAFETY: `push` wrote a link there, and nothing touches a slot of the list (P1).
        self.newest = unsafe { link.read() };
        poison::poison(link.as_ptr().cast(), size_of::<Option<Slot>>());
        self.count -= 1;
        Some(slot)
    }

    /// Keeps only the slots that `keep` wants; the others are forgotten.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&Slot) -> bool) {
        let mut all = core::mem::replace(self, Self::new());
        while let Some(slot) = all.pop() {
            if keep(&slot) {
                self.push(slot);
            }
        }
    }
}

/// How the slots of a pool lie in its slabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Bytes from one slot to the next.
    pub(crate) slot: u32,
    /// Bytes from the start of the slab to the first slot.
    first: u32,
    /// Slots in a slab.
    pub(crate) slots: u32,
}

impl Shape {
    /// The shape of slots for values of `size` bytes aligned to `align`.
    #[expect(clippy::cast_possible_truncation, reason = "a slab is 64 KiB")]
    pub(crate) const fn new(size: usize, align: usize) -> Self {
        assert!(size > 0, "values without bytes need no pool");
        assert!(size <= MAX_SLOT, "the value is too large for a pool (8 KiB): use the heap");
        assert!(align <= MAX_ALIGN, "the alignment is too large for a pool (4096 bytes): use the heap");
        let align = if align > align_of::<usize>() { align } else { align_of::<usize>() };
        let slot = size.next_multiple_of(align);
        // As much again as the slot is aligned to: a red zone that keeps the alignment of what a class serves.
        let slot = if REDZONE == 0 { slot } else { slot + (1 << slot.trailing_zeros()) };
        // The largest power of two that divides the slot: what every slot is aligned to if the first one is.
        let step = 1 << slot.trailing_zeros();
        let first = if step > MAX_ALIGN { MAX_ALIGN } else { step };
        let first = if first > size_of::<Header>() { first } else { size_of::<Header>() };
        Self { slot: slot as u32, first: first as u32, slots: ((SLAB - first) / slot) as u32 }
    }

    /// Slabs that hold at least `slots` slots.
    pub(crate) const fn slabs_for(self, slots: usize) -> usize {
        slots.div_ceil(self.slots as usize)
    }
}

/// What a slab is made for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) pool: *const RawPool,
    pub(crate) hot: u32,
    pub(crate) id: u32,
    pub(crate) shape: Shape,
    /// Whether each growth adds as many slabs as there are.
    pub(crate) doubles: bool,
}

/// The slabs of one pool.
#[derive(Debug)]
pub(crate) struct Slabs {
    /// Slabs from which slots were handed out.
    open: *mut Header,
    /// Slabs that no slot was handed out from.
    reserve: *mut Header,
    /// The next slot of the newest open slab that was never handed out.
    fresh: *mut u8,
    fresh_left: usize,
    /// Slots that were ever handed out of the slabs that there are.
    carved: usize,
    held: usize,
}

// SAFETY: the slabs belong to this list alone; nothing in them is tied to a thread.
unsafe impl Send for Slabs {}

impl Slabs {
    pub(crate) const fn new() -> Self {
        Self {
            open: core::ptr::null_mut(),
            reserve: core::ptr::null_mut(),
            fresh: core::ptr::null_mut(),
            fresh_left: 0,
            carved: 0,
            held: 0,
        }
    }

    pub(crate) fn carved(&self) -> usize {
        self.carved
    }

    pub(crate) fn held(&self) -> usize {
        self.held
    }

    /// A slot that was never used, from a new slab if need be.
    pub(crate) fn carve(&mut self, origin: &Origin) -> Option<Slot> {
        if self.fresh_left == 0 {
            self.open_slab(origin)?;
        }
        let slot = NonNull::new(self.fresh)?;
        self.fresh_left -= 1;
        if self.fresh_left > 0 {
            // SAFETY: another slot follows in the slab.
            self.fresh = unsafe { self.fresh.add(origin.shape.slot as usize) };
        }
        self.carved += 1;
        // SAFETY: the slot lies in a slab of this pool, comes from its base pointer, and is carved once.
        Some(unsafe { Slot::from_pointer(slot) })
    }

    fn open_slab(&mut self, origin: &Origin) -> Option<()> {
        if self.reserve.is_null() {
            let step = if origin.doubles { self.held.clamp(1, MAX_STEP) } else { 1 };
            for _ in 0..step {
                self.add(origin);
            }
        }
        let header = NonNull::new(self.reserve)?;
        let next = field(header, |header| header.next);
        self.reserve = next;
        set_next(header, self.open);
        self.open = header.as_ptr();
        // SAFETY: the first slot lies in the slab.
        self.fresh = unsafe { header.as_ptr().cast::<u8>().add(origin.shape.first as usize) };
        self.fresh_left = origin.shape.slots as usize;
        Some(())
    }

    /// Makes room for `slots` slots altogether. `false` if that was refused.
    pub(crate) fn reserve(&mut self, origin: &Origin, slots: usize) -> bool {
        while self.held < origin.shape.slabs_for(slots) {
            if !self.add(origin) {
                return false;
            }
            // Touch every page now: the first use of each costs more than a thousand allocations from it.
            let slab = self.reserve.cast::<u8>();
            for offset in (MAX_ALIGN..SLAB).step_by(MAX_ALIGN) {
                poison::unpoison(slab.wrapping_add(offset), 1);
                // SAFETY: the slab was just made and is `SLAB` bytes long; no slot of it is in use.
                unsafe { slab.wrapping_add(offset).write_volatile(0) };
                poison::poison(slab.wrapping_add(offset), 1);
            }
        }
        true
    }

    /// Adds one slab to the reserve.
    fn add(&mut self, origin: &Origin) -> bool {
        let Ok(base) = region::take(LAYOUT, Source::PROCESS, End::High, Seal::Holds) else { return false };
        let header = base.cast::<Header>();
        let value = Header {
            hot: origin.hot,
            id: origin.id,
            slots: origin.shape.slots,
            free: 0,
            pool: origin.pool,
            next: self.reserve,
        };
        // SAFETY: the slab is new, aligned to its size, and larger than a header.
        unsafe { header.write(value) };
        poison::poison(base.as_ptr().wrapping_add(size_of::<Header>()), SLAB - size_of::<Header>());
        self.reserve = header.as_ptr();
        self.held += 1;
        true
    }

    /// Starts a count of free slots per slab: those never handed out count from the start.
    pub(crate) fn begin_count(&mut self) {
        let mut slab = self.open;
        while let Some(header) = NonNull::new(slab) {
            set_free(header, 0);
            slab = field(header, |header| header.next);
        }
        if self.fresh_left > 0 {
            if let Some(header) = NonNull::new(self.open) {
                set_free(header, u32::try_from(self.fresh_left).expect("a slab has at most 65536 slots"));
            }
        }
    }

    /// Counts a free slot of an open slab.
    pub(crate) fn count_free(slot: &Slot) {
        let header = header_mut(slot);
        set_free(header, field(header, |header| header.free) + 1);
    }

    /// Whether, by the count, every slot of the slab of `slot` is free.
    pub(crate) fn is_whole(slot: &Slot) -> bool {
        field(header_mut(slot), |header| header.free == header.slots)
    }

    /// Frees the reserve and every open slab that the count found whole; returns the bytes given back.
    ///
    /// # Safety
    /// Every free slot was counted, no slot of a whole slab is kept in any place (P9).
    pub(crate) unsafe fn free_whole(&mut self) -> usize {
        let held = self.held;
        let newest = NonNull::new(self.open);
        if let Some(header) = newest.filter(|&header| field(header, |header| header.free == header.slots)) {
            // The newest open slab is the one that `fresh` points into.
            self.carved -= field(header, |header| header.slots as usize) - self.fresh_left;
            self.fresh = core::ptr::null_mut();
            self.fresh_left = 0;
            self.open = field(header, |header| header.next);
            // SAFETY: nothing points into the slab any more.
            unsafe { self.free_slab(header) };
        }
        let mut kept = core::ptr::null_mut();
        let mut slab = core::mem::replace(&mut self.open, core::ptr::null_mut());
        let mut last: Option<NonNull<Header>> = None;
        while let Some(header) = NonNull::new(slab) {
            slab = field(header, |header| header.next);
            if field(header, |header| header.free == header.slots) {
                self.carved -= field(header, |header| header.slots as usize);
                // SAFETY: nothing points into the slab any more.
                unsafe { self.free_slab(header) };
            } else {
                // The order is kept: `fresh` belongs to the first.
                set_next(header, core::ptr::null_mut());
                match last {
                    Some(last) => set_next(last, header.as_ptr()),
                    None => kept = header.as_ptr(),
                }
                last = Some(header);
            }
        }
        self.open = kept;
        while let Some(header) = NonNull::new(self.reserve) {
            self.reserve = field(header, |header| header.next);
            // SAFETY: no slot of the slab was ever handed out.
            unsafe { self.free_slab(header) };
        }
        (held - self.held) * SLAB
    }

    /// # Safety
    /// `header` must be a slab of this pool that is in no list and of which no slot is anywhere.
    unsafe fn free_slab(&mut self, header: NonNull<Header>) {
        poison::unpoison(header.as_ptr().cast(), SLAB);
        // SAFETY: `add` took it with this layout.
        unsafe { region::give(header.cast(), LAYOUT) };
        self.held -= 1;
    }
}

fn header_mut(slot: &Slot) -> NonNull<Header> {
    NonNull::new(header_of(slot.as_pointer()).cast_mut()).expect("a slab is not at address 0")
}

/// Reads a part of the header of a slab of this pool. Other threads may read it at the same time, never write.
fn field<R>(header: NonNull<Header>, read: impl FnOnce(&Header) -> R) -> R {
    // SAFETY: the slabs of the lists are live, and only the holder of the pool's lock writes to their headers (P9).
    read(unsafe { header.as_ref() })
}

fn set_next(header: NonNull<Header>, next: *mut Header) {
    // SAFETY: the header is live while the slab is (P9), and written under the pool's lock; other threads do not read
    // `next`.
    unsafe { (*header.as_ptr()).next = next };
}

fn set_free(header: NonNull<Header>, free: u32) {
    // SAFETY: the header is live while the slab is (P9), and written under the pool's lock; other threads do not read
    // `free`.
    unsafe { (*header.as_ptr()).free = free };
}
