//! Memory for a clone, from where the memory of the original came.
//!
//! A clone belongs where its original is: a pool of a type counts it and holds it to its capacity, the heap attributes it to the same
//! tag. The box does not say where that is; the memory does, by the header of its slab or the prefix of its block.

use core::alloc::Layout;
use core::ptr::NonNull;

use super::counted;
use super::owner::{Filling, Memory, Owner, Vacant};
use super::pool::RawPool;
use super::refusals::{self, refusal};
use super::request::{HeapMemory, PoolMemory, PoolRequest};
use super::size_class::{CLASSES, is_served};
use super::slab::header_of;
use super::{hot, redzones, single_slot};
use crate::error::AllocError;
use crate::probes;
use crate::raw::mem::heap_block::{self, HeapCounters};
use crate::raw::mem::window::dangling;

/// Where the memory of a value came from.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    /// A pool, whose slots fit the layout of the value: it is in one.
    Pool(&'static RawPool),
    /// The heap, through a pool whose slots could have held it.
    Single(&'static HeapCounters),
    /// The heap.
    Block(&'static HeapCounters),
}

/// Memory that tells where it came from.
pub(crate) trait Sourced: Memory + Sized {
    /// Where `memory` came from.
    ///
    /// # Safety
    /// `memory` must hold a live value of this kind and layout, which has bytes.
    unsafe fn source(memory: NonNull<u8>, layout: Layout) -> Source;

    /// A block of the heap was taken.
    #[cfg_attr(feature = "debug", track_caller)]
    fn block_taken<T: ?Sized>(block: NonNull<u8>, size: usize);
}

impl Sourced for PoolMemory {
    unsafe fn source(memory: NonNull<u8>, layout: Layout) -> Source {
        if !is_served(layout.size(), layout.align()) {
            // SAFETY: passed on: a value of this layout is in a block.
            return Source::Block(unsafe { heap_block::counters_of(memory) });
        }
        // SAFETY: passed on: a value of this layout is in a slot or a single one.
        if unsafe { single_slot::is_single(memory) } {
            // SAFETY: just found out.
            return Source::Single(unsafe { single_slot::counters_of(memory) });
        }
        // SAFETY: the slab of a slot that is not free is live (P9), and pools live for ever.
        Source::Pool(unsafe { &*(*header_of(memory)).pool })
    }

    #[cfg_attr(feature = "debug", track_caller)]
    fn block_taken<T: ?Sized>(block: NonNull<u8>, size: usize) {
        redzones::block_taken::<T>(block, size);
        probes::filter::oversized_taken(PoolRequest::UNTRACKED.tag);
    }
}

impl Sourced for HeapMemory {
    unsafe fn source(memory: NonNull<u8>, _: Layout) -> Source {
        // SAFETY: passed on: all values of this kind are in blocks.
        Source::Block(unsafe { heap_block::counters_of(memory) })
    }

    fn block_taken<T: ?Sized>(_: NonNull<u8>, _: usize) {}
}

/// Memory for one more value of the layout of this one.
#[cfg_attr(feature = "debug", track_caller)]
fn memory_beside<T: ?Sized, M: Sourced>(original: &Owner<T, M>) -> Result<NonNull<u8>, AllocError> {
    let layout = Layout::for_value::<T>(original);
    let size = layout.size();
    if size == 0 {
        return Ok(dangling(layout));
    }
    // SAFETY: the value of an owner is live, and it has bytes.
    let source = unsafe { M::source(original.memory(), layout) };
    let block = match source {
        Source::Pool(pool) => {
            let slot = hot::allocate_own(pool).map_err(|denied| refusal(denied, pool))?;
            redzones::slot_taken::<T>(slot, size);
            match pool.index() {
                Some(1..=CLASSES) => probes::filter::class_taken(slot, PoolRequest::UNTRACKED.tag),
                _ => probes::filter::own_taken(slot, pool.settings()),
            }
            return Ok(slot);
        }
        Source::Single(counters) => single_slot::allocate(layout, counters),
        Source::Block(counters) => counted::allocate(layout, counters),
    };
    let block = block.ok_or_else(|| refusals::out_of_memory(size))?;
    M::block_taken::<T>(block, size);
    Ok(block)
}

/// A place for one more value.
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn vacant<T, M: Sourced>(original: &Owner<T, M>) -> Result<Vacant<T, M>, AllocError> {
    let memory = memory_beside(original)?;
    // SAFETY: just allocated, for the layout of a `T`, from the kind of memory that the original is in.
    Ok(unsafe { Vacant::from_memory(memory) })
}

/// A place for one more slice of the same length.
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn filling<T, M: Sourced>(original: &Owner<[T], M>) -> Result<Filling<T, M>, AllocError> {
    let memory = memory_beside(original)?;
    // SAFETY: just allocated, for the layout of so many values, from the kind of memory that the original is in.
    Ok(unsafe { Filling::from_memory(memory, original.len()) })
}

/// A copy of a text.
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn text<M: Sourced>(original: &Owner<str, M>) -> Result<Owner<str, M>, AllocError> {
    let memory = memory_beside(original)?;
    // SAFETY: just allocated, for the layout of so many bytes, from the kind of memory that the original is in.
    let filling = unsafe { Filling::from_memory(memory, original.len()) };
    // SAFETY: the bytes are those of a `str`.
    Ok(unsafe { filling.copy(original.as_bytes()).into_str() })
}
