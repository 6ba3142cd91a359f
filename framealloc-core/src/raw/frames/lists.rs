//! The lists of what ends with a frame: heads of values whose type only their own functions know.

use core::ptr::NonNull;

use super::promotions::RetentionPolicy;
use crate::error::AllocError;
use crate::probes::debug::Trail;
use crate::raw::pools::promoted::Promoted;
use crate::tag::TagId;

/// The head of a value in the list of an arena set; the list lives in the arena, so that it costs no allocator call.
#[repr(C)]
pub(crate) struct DropNode {
    pub(super) next: *mut DropNode,
    pub(super) drop: unsafe fn(NonNull<DropNode>),
    pub(super) trail: Trail,
}

impl DropNode {
    /// A head that goes before `next`.
    pub(super) fn new(next: *mut Self, drop: unsafe fn(NonNull<Self>), trail: Trail) -> Self {
        Self { next, drop, trail }
    }
}

/// The head of a retained value; the list lives in the arena.
#[repr(C)]
pub(crate) struct RetainNode {
    pub(super) next: *mut RetainNode,
    pub(super) ops: &'static Ops,
    /// Written by whoever holds the value, read at the end of the frame.
    pub(super) policy: RetentionPolicy,
    /// Larger goes first.
    pub(super) importance: u8,
    pub(super) tag: TagId,
    pub(super) trail: Trail,
}

/// What can be done with a value whose type is not known any more.
pub(super) struct Ops {
    pub(super) bytes: usize,
    pub(super) frame_bytes: usize,
    pub(super) type_name: fn() -> &'static str,
    pub(super) drop: unsafe fn(NonNull<RetainNode>),
    pub(super) to_pool: unsafe fn(NonNull<RetainNode>) -> Result<Promoted, AllocError>,
    pub(super) to_heap: unsafe fn(NonNull<RetainNode>) -> Result<Promoted, AllocError>,
}
