//! Values that wait in frame memory for the end of the frame, when they are moved elsewhere or dropped.

use core::alloc::Layout;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::allocator::SmartAlloc;
use super::frame::Frame;
use super::thread_arenas::ThreadArenas;
use crate::error::{AllocError, Failure};
use crate::panics::Payload;

use super::lists::{Ops, RetainNode};
use super::promotions::{Name, RetentionPolicy};
use crate::panics::first_panic;
use crate::probes::debug::Trail;
use crate::raw::mem::poison::REDZONE;
use crate::raw::pools::boxes::{HeapSlot, PoolSlot};
use crate::raw::pools::promoted::Promoted;
use crate::raw::pools::request::PoolRequest;
use crate::tag::TagId;

#[repr(C)]
struct Node<T> {
    head: RetainNode,
    value: T,
}

struct OpsOf<T>(PhantomData<T>);

impl<T: Send + 'static> OpsOf<T> {
    const OPS: Ops = Ops {
        bytes: size_of::<T>(),
        frame_bytes: size_of::<Node<T>>() + REDZONE,
        type_name: core::any::type_name::<T>,
        drop: drop_value::<T>,
        to_pool: to_pool::<T>,
        to_heap: to_heap::<T>,
    };
}

/// # Safety
/// `node` is the head of a `Node<T>`.
unsafe fn value_of<T>(node: NonNull<RetainNode>) -> *mut T {
    // SAFETY: by the contract; `head` is the first field of the `repr(C)` node, whose provenance the pointer has.
    unsafe { &raw mut (*node.cast::<Node<T>>().as_ptr()).value }
}

/// # Safety
/// `node` is the head of a `Node<T>` whose value is alive and is not used again.
unsafe fn drop_value<T>(node: NonNull<RetainNode>) {
    // SAFETY: by the contract.
    unsafe { value_of::<T>(node).drop_in_place() };
}

/// Moves the value out, or leaves it where it is and says why.
///
/// # Safety
/// `node` is the head of a `Node<T>` whose value is alive, and is not used again if this succeeds.
unsafe fn to_pool<T: Send + 'static>(node: NonNull<RetainNode>) -> Result<Promoted, AllocError> {
    let mut slot = PoolSlot::<T>::find(PoolRequest::PROMOTION)?;
    // SAFETY: by the contract; the slot has room for a `T`, and no user code runs before it is a box.
    unsafe {
        slot.as_uninit().as_mut_ptr().copy_from_nonoverlapping(value_of::<T>(node), 1);
        Ok(Promoted::pool(slot.assume_init()))
    }
}

/// As [`to_pool`].
///
/// # Safety
/// As for [`to_pool`].
unsafe fn to_heap<T: Send + 'static>(node: NonNull<RetainNode>) -> Result<Promoted, AllocError> {
    // SAFETY: by the contract.
    let tag = unsafe { node.as_ref() }.tag;
    let mut slot = HeapSlot::<T>::find::<AllocError>(tag)?;
    // SAFETY: by the contract; the slot has room for a `T`, and no user code runs before it is a box.
    unsafe {
        slot.as_uninit().as_mut_ptr().copy_from_nonoverlapping(value_of::<T>(node), 1);
        Ok(Promoted::heap(slot.assume_init()))
    }
}

/// A place in whole-frame memory for a value that is to be retained. It is not listed before it has a value.
pub(crate) struct RetainPlace<'f, T> {
    node: NonNull<Node<T>>,
    frame: &'f Frame,
}

impl<'f, T: Send + 'static> RetainPlace<'f, T> {
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn find<E: Failure>(frame: &'f Frame) -> Result<Self, E> {
        // A scope's memory ends with the scope: what is retained lives in the whole frame.
        let frame = frame.whole().frame();
        let node = frame.arena().bump_object::<E>(Layout::new::<Node<T>>())?.cast();
        Ok(Self { node, frame })
    }

    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn write(self, value: T, policy: RetentionPolicy, importance: u8) -> RetainedRef<'f, T> {
        let list = self.frame.arenas().state();
        // SAFETY: the block is fresh and fits, and is listed once; the list belongs to this thread (I2). The node stays until
        // the end of the frame.
        unsafe {
            let tag = self.frame.tag_id();
            let head = RetainNode {
                next: (*list).retained,
                ops: &OpsOf::<T>::OPS,
                policy,
                importance,
                tag,
                trail: Trail::of::<T>(tag),
            };
            self.node.write(Node { head, value });
            (*list).retained = self.node.as_ptr().cast();
        }
        let (allocator, frames_ended) = (self.frame.id(), self.frame.frames_ended());
        RetainedRef { node: self.node, allocator, frames_ended, lives: PhantomData }
    }
}

/// Access to a retained value while its frame lasts. It does not own it: the list does.
pub(crate) struct RetainedRef<'f, T> {
    node: NonNull<Node<T>>,
    allocator: u64,
    frames_ended: u64,
    lives: PhantomData<&'f mut T>,
}

// SAFETY: a `&mut T` to the value, and a policy that nobody else touches before the frame ends.
unsafe impl<T: Send> Send for RetainedRef<'_, T> {}
// SAFETY: nobody else touches the value before the frame ends; what is shared gives out `&T` only.
unsafe impl<T: Sync> Sync for RetainedRef<'_, T> {}

impl<T> RetainedRef<'_, T> {
    pub(crate) fn value(&self) -> &T {
        // SAFETY: the value lives until the frame ends, which the borrow of the frame keeps away (I5, I7), and nobody
        // else has it.
        unsafe { &(*self.node.as_ptr()).value }
    }

    pub(crate) fn value_mut(&mut self) -> &mut T {
        // SAFETY: the value lives until the frame ends, which the borrow of the frame keeps away, and nobody else has it (I5,
        // I7).
        unsafe { &mut (*self.node.as_ptr()).value }
    }

    pub(crate) fn set_policy(&mut self, policy: RetentionPolicy) {
        // SAFETY: the value lives until the frame ends, which the borrow of the frame keeps away, and nobody else has it (I5,
        // I7); the list is followed through other fields.
        unsafe { (*self.node.as_ptr()).head.policy = policy };
    }

    pub(crate) fn policy(&self) -> RetentionPolicy {
        // SAFETY: the node lives until the frame ends, and the list is followed through other fields (I5, I7).
        unsafe { (*self.node.as_ptr()).head.policy }
    }

    pub(crate) fn name(&self) -> Name {
        Name { allocator: self.allocator, frames_ended: self.frames_ended, node: self.node.addr().get() }
    }
}

/// A retained value whose frame is ending: dropped with this, unless it is moved out first.
pub(crate) struct Retained<'a> {
    node: NonNull<RetainNode>,
    allocator: &'a SmartAlloc,
}

impl Retained<'_> {
    fn node(&self) -> &RetainNode {
        // SAFETY: nodes live until the frame ends, which the borrow of the allocator keeps away.
        unsafe { self.node.as_ref() }
    }

    pub(crate) fn policy(&self) -> RetentionPolicy {
        self.node().policy
    }

    pub(crate) fn importance(&self) -> u8 {
        self.node().importance
    }

    pub(crate) fn tag(&self) -> TagId {
        self.node().tag
    }

    pub(crate) fn bytes(&self) -> usize {
        self.node().ops.bytes
    }

    /// Bytes that the value took in the frame, with the node around it.
    pub(crate) fn frame_bytes(&self) -> usize {
        self.node().ops.frame_bytes
    }

    pub(crate) fn type_name(&self) -> &'static str {
        (self.node().ops.type_name)()
    }

    pub(crate) fn allocator(&self) -> &SmartAlloc {
        self.allocator
    }

    pub(crate) fn name(&self) -> Name {
        Name {
            allocator: self.allocator.id(),
            frames_ended: self.allocator.frames_ended(),
            node: self.node.addr().get(),
        }
    }

    pub(crate) fn into_pool(self) -> Result<Promoted, (Self, AllocError)> {
        let this = ManuallyDrop::new(self);
        // SAFETY: the value is alive, and if it was moved out `this` is not dropped.
        unsafe { (this.node().ops.to_pool)(this.node) }.map_err(|error| (ManuallyDrop::into_inner(this), error))
    }

    pub(crate) fn into_heap(self) -> Result<Promoted, (Self, AllocError)> {
        let this = ManuallyDrop::new(self);
        // SAFETY: the value is alive, and if it was moved out `this` is not dropped.
        unsafe { (this.node().ops.to_heap)(this.node) }.map_err(|error| (ManuallyDrop::into_inner(this), error))
    }
}

impl Drop for Retained<'_> {
    fn drop(&mut self) {
        // SAFETY: the value is alive and this is its only owner.
        unsafe { (self.node().ops.drop)(self.node) };
    }
}

impl SmartAlloc {
    /// Whether anything is retained.
    pub(crate) fn has_retained(&mut self) -> bool {
        // SAFETY: the allocator is held exclusively, and arena sets live as long as it does (I3, I5); a plain read.
        self.inner().entries().iter().any(|entry| unsafe { !(*entry.arenas.as_ref().state()).retained.is_null() })
    }

    /// Takes all retained values out of their lists, those of a thread by age.
    pub(crate) fn take_retained(&mut self) -> Vec<Retained<'_>> {
        let allocator: &Self = self;
        let mut values = Vec::new();
        for arenas in allocator.inner().entries().iter().map(|entry| entry.arenas) {
            let first = values.len();
            // SAFETY: the allocator is held exclusively for as long as the values are: no borrow of them is alive (I5). A
            // list is empty before any value can be dropped, so that nothing is dropped twice.
            unsafe {
                let list = arenas.as_ref().state();
                let mut next = core::mem::replace(&mut (*list).retained, core::ptr::null_mut());
                while let Some(node) = NonNull::new(next) {
                    next = (*node.as_ptr()).next;
                    (&mut (*node.as_ptr()).trail).retained_value_ends(allocator.id());
                    values.push(Retained { node, allocator });
                }
            }
            values[first..].reverse();
        }
        values
    }
}

impl ThreadArenas {
    /// Whether anything was shared or retained in this frame, and has not been dropped or taken.
    #[inline]
    pub(super) fn lists_values(&self) -> bool {
        let state = self.state();
        // SAFETY: the allocator is held exclusively by who calls this; plain reads.
        unsafe { !((*state).drops.is_null() && (*state).retained.is_null()) }
    }

    /// Drops all retained values of one thread, the newest first. Returns the first panic; the others are dropped too.
    ///
    /// # Safety
    /// The allocator is held exclusively: no borrow of the values is alive.
    pub(super) unsafe fn drop_retained(&self) -> Option<Payload> {
        let mut panicked = None;
        let list = self.state();
        // SAFETY: by the contract. The node leaves the list before its value drops.
        unsafe {
            while let Some(node) = NonNull::new((*list).retained) {
                (*list).retained = (*node.as_ptr()).next;
                let drop = (*node.as_ptr()).ops.drop;
                (&mut (*node.as_ptr()).trail).retained_value_ends(self.allocator());
                first_panic(&mut panicked, catch_unwind(AssertUnwindSafe(|| drop(node))).err());
            }
        }
        panicked
    }
}
