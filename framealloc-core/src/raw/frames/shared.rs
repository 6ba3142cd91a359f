//! Values that live until the frame ends, whichever scope made them: shared values and whatever else drops then.

use core::alloc::Layout;
use core::marker::PhantomData;
use core::mem::needs_drop;
use core::ptr::NonNull;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::allocator::SmartAlloc;
use super::frame::Frame;
use super::lists::DropNode;
use super::thread_arenas::ThreadArenas;
use crate::error::Failure;
use crate::panics::Payload;
use crate::panics::first_panic;
use crate::probes;
use crate::probes::debug::Trail;

#[repr(C)]
pub(super) struct Node<T> {
    pub(super) head: DropNode,
    pub(super) value: T,
}

/// The name of a value that lives until the frame ends.
pub(crate) struct Shared<T> {
    allocator: u64,
    frames_ended: u64,
    value: NonNull<T>,
    owner: PhantomData<T>,
}

// SAFETY: a handle only gives out `&T`, and only while the value lives. The value is dropped by whichever thread ends
// the frame, hence `Send`, and read by any thread, hence `Sync`.
unsafe impl<T: Send + Sync> Send for Shared<T> {}
// SAFETY: a handle gives out `&T` only, while the value lives, to any thread.
unsafe impl<T: Send + Sync> Sync for Shared<T> {}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Shared<T> {}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.allocator, self.frames_ended, self.value) == (other.allocator, other.frames_ended, other.value)
    }
}

/// Puts `value` into the whole-frame arena of this thread, to be dropped when the frame ends.
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn share<T: Send + Sync + 'static, E: Failure>(frame: &Frame, value: T) -> Result<Shared<T>, E> {
    // A scope's memory ends with the scope: what is shared goes to the whole frame.
    let frame = frame.whole().frame();
    let value = if needs_drop::<T>() {
        let layout = Layout::new::<Node<T>>();
        let node = frame.arena().bump_object::<E>(layout)?.cast::<Node<T>>();
        let list = frame.arenas().state();
        // SAFETY: the block is fresh and fits; the list belongs to this thread (I2). The node stays until the frame ends.
        unsafe {
            let head = DropNode::new((*list).drops, drop_node::<T>, Trail::of::<T>(frame.tag_id()));
            node.write(Node { head, value });
            (*list).drops = node.as_ptr().cast();
            NonNull::new_unchecked(&raw mut (*node.as_ptr()).value)
        }
    } else if size_of::<T>() == 0 {
        NonNull::dangling()
    } else {
        let place = frame.arena().bump_object::<E>(Layout::new::<T>())?.cast::<T>();
        // SAFETY: the block is fresh and fits.
        unsafe { place.write(value) };
        place
    };
    Ok(Shared { allocator: frame.id(), frames_ended: frame.frames_ended(), value, owner: PhantomData })
}

impl<T> Shared<T> {
    /// Returns the value while its frame lasts.
    #[inline]
    pub(crate) fn resolve(self, alloc: &SmartAlloc) -> Option<&T> {
        if self.allocator != alloc.id() || self.frames_ended != alloc.frames_ended() {
            if self.allocator == alloc.id() {
                probes::filter::asked_late(alloc.id(), alloc.tag_id(), alloc.frames_ended() - self.frames_ended);
            }
            return None;
        }
        // SAFETY: made by `share` with this type, in this allocator, since the last end of a frame; the borrow of `alloc` keeps
        // the next end of a frame away (I5, I7).
        Some(unsafe { self.value.as_ref() })
    }
}

/// # Safety
/// `node` is the head of a `Node<T>` whose value is alive and is not used again.
pub(super) unsafe fn drop_node<T>(node: NonNull<DropNode>) {
    // SAFETY: by the contract; `head` is the first field of the `repr(C)` node.
    unsafe { (&raw mut (*node.cast::<Node<T>>().as_ptr()).value).drop_in_place() };
}

impl ThreadArenas {
    /// Drops all listed values, newest first, each exactly once. Returns the first panic; the others are dropped.
    ///
    /// # Safety
    /// The allocator is held exclusively: no borrow of the values is alive.
    pub(super) unsafe fn drop_shared(&self) -> Option<Payload> {
        let mut panicked = None;
        let list = self.state();
        // SAFETY: by the contract. The node leaves the list before its value drops, so that nothing can drop it again.
        unsafe {
            while let Some(node) = NonNull::new((*list).drops) {
                (*list).drops = (*node.as_ptr()).next;
                let drop = (*node.as_ptr()).drop;
                (&mut (*node.as_ptr()).trail).shared_value_ends(self.allocator());
                first_panic(&mut panicked, catch_unwind(AssertUnwindSafe(|| drop(node))).err());
            }
        }
        panicked
    }
}
