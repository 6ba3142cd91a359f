//! What a flight takes at the end of its frame.

use core::ptr::NonNull;

use super::flight::FlightInner;
use crate::raw::frames::arena::Arena;
use crate::raw::frames::lists::DropNode;
use crate::raw::mem::chunk::Chunk;
use crate::tag::TagId;

/// A flight that takes memory out of the arena set with this index.
#[derive(Clone, Copy)]
pub(crate) struct Loading {
    pub(in crate::raw::frames) flight: NonNull<FlightInner>,
    pub(in crate::raw::frames) set: usize,
}

impl Loading {
    /// Takes the list of what drops.
    ///
    /// # Safety
    /// `list` is that of an arena set whose allocator is held exclusively, and the flight is nobody else's.
    pub(in crate::raw::frames) unsafe fn take_list(self, list: *mut *mut DropNode) {
        // SAFETY: by the contract.
        unsafe {
            let list = core::mem::replace(&mut *list, core::ptr::null_mut());
            if !list.is_null() {
                (&mut (*self.flight.as_ptr()).lists).push(list);
            }
        }
    }

    /// Takes over what an arena of shared values has. Returns how far it was bumped.
    ///
    /// # Safety
    /// As for [`Self::take_list`]; the flight has the list of what drops in the arena, and gives its values out only while it has the
    /// memory.
    pub(in crate::raw::frames) unsafe fn load(self, arena: &Arena, tag: TagId) -> usize {
        // SAFETY: by the contract; the reference ends with this function.
        unsafe {
            let flight = &mut *self.flight.as_ptr();
            let parcel = flight.parcel(self.set, tag);
            let bytes = arena.hand_over(&mut parcel.chunks, &mut parcel.dedicated);
            let beside: usize = parcel.dedicated.iter().map(Chunk::size).sum();
            flight.bytes += bytes + beside;
            bytes
        }
    }
}
