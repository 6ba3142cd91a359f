//! The two kinds of memory that outlive frames: where a request for them goes, and how it comes back.

use core::alloc::Layout;
use core::marker::PhantomData;
use core::ptr::NonNull;

use super::counted;
use super::heap_counters;
use super::owner::{Filling, Memory, Owner, Vacant};
use super::pool::{Denied, RawPool};
use super::size_class::is_served;
use super::{hot, redzones, single_slot};
use crate::pool_settings::PoolSettings;
use crate::probes;
use crate::raw::mem::heap_block::HeapCounters;
use crate::raw::mem::window::dangling;
use crate::sync::const_unless_loom;
use crate::tag::TagId;

/// Slots of pools; what no slot can hold comes from the heap.
#[derive(Debug)]
pub(crate) enum PoolMemory {}

/// Blocks of the global allocator, counted.
#[derive(Debug)]
pub(crate) enum HeapMemory {}

/// For whom pool memory is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PoolRequest {
    /// `None` if the program did not ask for it.
    pub(crate) tag: Option<TagId>,
    /// The bytes beyond which the memory is to come from the heap, even if a slot could hold them.
    pub(crate) slots_up_to: usize,
}

impl PoolRequest {
    /// No allocator, so no tag and no threshold.
    pub(crate) const UNTRACKED: Self = Self { tag: Some(TagId::NONE), slots_up_to: usize::MAX };
    /// A promotion, which moves a value that is kept.
    pub(crate) const PROMOTION: Self = Self { tag: None, slots_up_to: usize::MAX };
}

// SAFETY: the layout decides between class and heap, both here and in `pool_memory`, and the slab tells which pool.
unsafe impl Memory for PoolMemory {
    #[inline(always)]
    unsafe fn release(memory: NonNull<u8>, layout: Layout) {
        let size = layout.size();
        if size == 0 {
            return;
        }
        probes::filter::freed(memory);
        if is_served(size, layout.align()) {
            // SAFETY: passed on: a value of this layout is in a slot or a single one.
            if redzones::WATCHES && unsafe { single_slot::is_single(memory) } {
                redzones::block_freed(memory);
            } else {
                redzones::slot_freed(memory, size);
            }
            // SAFETY: passed on: a value of this layout is in a slot or a single one.
            unsafe { hot::free(memory, size) };
        } else {
            redzones::block_freed(memory);
            // SAFETY: passed on: a value of this layout is in a block.
            unsafe { counted::free(memory, layout) };
        }
    }
}

// SAFETY: only blocks are made for this kind, but for values without bytes.
unsafe impl Memory for HeapMemory {
    #[inline]
    unsafe fn release(memory: NonNull<u8>, layout: Layout) {
        if layout.size() > 0 {
            probes::filter::freed(memory);
            // SAFETY: passed on.
            unsafe { counted::free(memory, layout) };
        }
    }
}

/// Memory for a value of this layout from the size classes.
#[inline(always)]
#[cfg_attr(feature = "debug", track_caller)]
fn pool_memory<T: ?Sized>(layout: Layout, wanted: PoolRequest) -> Result<NonNull<u8>, Denied> {
    let size = layout.size();
    if size == 0 {
        return Ok(dangling(layout));
    }
    if is_served(size, layout.align()) && size <= wanted.slots_up_to {
        let slot = hot::allocate_class(size)?;
        redzones::slot_taken::<T>(slot, size);
        probes::filter::class_taken(slot, wanted.tag);
        Ok(slot)
    } else {
        let block = pass_on(layout, wanted.tag)?;
        redzones::block_taken::<T>(block, size);
        probes::filter::oversized_taken(wanted.tag);
        Ok(block)
    }
}

/// Memory from the heap for a request to the pools.
#[cold]
#[inline(never)]
fn pass_on(layout: Layout, tag: Option<TagId>) -> Result<NonNull<u8>, Denied> {
    let counters = heap_counters::passed_on(tag.unwrap_or(TagId::NONE));
    let block = if is_served(layout.size(), layout.align()) {
        single_slot::allocate(layout, counters)
    } else {
        counted::allocate(layout, counters)
    };
    block.ok_or(Denied::Memory)
}

/// A place for a `T` in its size class.
#[inline(always)]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn pool_slot<T>(wanted: PoolRequest) -> Result<Vacant<T, PoolMemory>, Denied> {
    let memory = pool_memory::<T>(Layout::new::<T>(), wanted)?;
    // SAFETY: the memory was just allocated for a `T`.
    Ok(unsafe { Vacant::from_memory(memory) })
}

/// A pool whose slots fit a `T`.
#[derive(Debug)]
pub(crate) struct TypedPool<T> {
    raw: RawPool,
    values: PhantomData<fn() -> T>,
}

impl<T> TypedPool<T> {
    const_unless_loom! {
        /// Fails to compile, in a static, for a `T` that no slot can hold.
        pub(crate) fn new(settings: PoolSettings) -> Self {
            Self { raw: RawPool::new(size_of::<T>(), align_of::<T>(), settings), values: PhantomData }
        }
    }

    pub(crate) fn raw(&'static self) -> &'static RawPool {
        &self.raw
    }

    /// A place for a value.
    #[inline(always)]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn slot(&'static self) -> Result<Vacant<T, PoolMemory>, Denied> {
        let memory = hot::allocate_own(&self.raw)?;
        redzones::slot_taken::<T>(memory, size_of::<T>());
        probes::filter::own_taken(memory, self.raw.settings());
        // SAFETY: the pool was made for the layout of `T`, and the memory is fresh from it.
        Ok(unsafe { Vacant::from_memory(memory) })
    }
}

/// A place for `length` values of `T` in their size class.
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn pool_filling<T>(length: usize, wanted: PoolRequest) -> Result<Filling<T, PoolMemory>, Denied> {
    let memory = pool_memory::<[T]>(Layout::array::<T>(length).map_err(|_| Denied::Overflow)?, wanted)?;
    // SAFETY: the memory was just allocated for such a slice.
    Ok(unsafe { Filling::from_memory(memory, length) })
}

/// The text with the bytes of `text` in the size class of its length.
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn pool_text(text: &str, wanted: PoolRequest) -> Result<PoolOwner<str>, Denied> {
    let bytes = pool_filling(text.len(), wanted)?.copy(text.as_bytes());
    // SAFETY: the bytes are those of a `str`.
    Ok(unsafe { bytes.into_str() })
}

/// Memory for a value of this layout from the heap.
#[inline]
fn heap_memory(layout: Layout, counters: &'static HeapCounters) -> Result<NonNull<u8>, Denied> {
    if layout.size() == 0 {
        return Ok(dangling(layout));
    }
    counted::allocate(layout, counters).ok_or(Denied::Memory)
}

/// A place for a `T` on the heap.
#[inline]
pub(crate) fn heap_slot<T>(counters: &'static HeapCounters) -> Result<Vacant<T, HeapMemory>, Denied> {
    let memory = heap_memory(Layout::new::<T>(), counters)?;
    // SAFETY: the memory was just allocated for a `T`.
    Ok(unsafe { Vacant::from_memory(memory) })
}

/// A place for `length` values of `T` on the heap.
pub(crate) fn heap_filling<T>(
    length: usize,
    counters: &'static HeapCounters,
) -> Result<Filling<T, HeapMemory>, Denied> {
    let memory = heap_memory(Layout::array::<T>(length).map_err(|_| Denied::Overflow)?, counters)?;
    // SAFETY: the memory was just allocated for such a slice.
    Ok(unsafe { Filling::from_memory(memory, length) })
}

/// The text with the bytes of `text` on the heap.
pub(crate) fn heap_text(text: &str, counters: &'static HeapCounters) -> Result<HeapOwner<str>, Denied> {
    let bytes = heap_filling(text.len(), counters)?.copy(text.as_bytes());
    // SAFETY: the bytes are those of a `str`.
    Ok(unsafe { bytes.into_str() })
}

/// The owner of a value in pool memory.
pub(crate) type PoolOwner<T> = Owner<T, PoolMemory>;
/// The owner of a value on the heap.
pub(crate) type HeapOwner<T> = Owner<T, HeapMemory>;
