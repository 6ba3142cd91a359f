//! Values that live until the frame ends, whichever scope made them: shared values and whatever else drops then.

use core::alloc::Layout;
use core::mem::needs_drop;
use core::ptr::NonNull;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::allocator::SmartAlloc;
use super::fill::{self, Room};
use super::frame::Frame;
use super::lists::DropNode;
use super::owned::Owned;
use super::shared_name::Shared;
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

/// The head of a slice that lies elsewhere in the arena: its length may be known only once it is there.
#[repr(C)]
struct SliceNode<T> {
    head: DropNode,
    values: NonNull<[T]>,
}

impl<T: ?Sized> Shared<T> {
    /// The name of a value that was just shared.
    fn of(frame: &Frame, value: NonNull<T>) -> Self {
        Self::new(frame.id(), frame.frames_ended(), value)
    }

    /// Returns the value while its frame lasts.
    #[inline]
    pub(crate) fn resolve(self, alloc: &SmartAlloc) -> Option<&T> {
        if self.allocator != alloc.id() || self.frames_ended != alloc.frames_ended() {
            if self.allocator == alloc.id() {
                probes::filter::asked_late(alloc.id(), alloc.tag_id(), alloc.frames_ended() - self.frames_ended);
            }
            return None;
        }
        // SAFETY: shared with this type, in this allocator, since the last end of a frame (I25); the borrow of `alloc` keeps
        // the next end of a frame away (I5, I7).
        Some(unsafe { self.value.as_ref() })
    }
}

/// Puts `value` where it lives until the frame ends, whichever scope it comes from, to be dropped then.
#[inline]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn share<T: Send + Sync + 'static, E: Failure>(frame: &Frame, value: T) -> Result<Shared<T>, E> {
    let frame = frame.for_sharing();
    let value = if needs_drop::<T>() {
        let layout = Layout::new::<Node<T>>();
        let node = frame.bump_shared::<E>(layout, |_| {})?.cast::<Node<T>>();
        let list = frame.arenas().state();
        // SAFETY: the block is fresh and fits; the list belongs to this thread (I2). The node stays until the list drops it.
        unsafe {
            let head = DropNode::new((*list).drops, drop_node::<T>, Trail::of::<T>(frame.tag_id()));
            node.write(Node { head, value });
            (*list).drops = node.as_ptr().cast();
            NonNull::new_unchecked(&raw mut (*node.as_ptr()).value)
        }
    } else if size_of::<T>() == 0 {
        NonNull::dangling()
    } else {
        let place = frame.bump_shared::<E>(Layout::new::<T>(), |_| {})?.cast::<T>();
        // SAFETY: the block is fresh and fits.
        unsafe { place.write(value) };
        place
    };
    Ok(Shared::of(frame, value))
}

/// Copies a slice into this arena of shared values.
#[inline(always)]
#[cfg_attr(feature = "debug", track_caller)]
fn copied<T: Copy, E: Failure>(frame: &Frame, source: &[T]) -> Result<NonNull<[T]>, E> {
    let layout = Layout::for_value(source);
    let place = if layout.size() == 0 {
        NonNull::dangling()
    } else {
        // SAFETY: the block has room for the slice and is fresh, so they do not overlap.
        let copy = |block: NonNull<u8>| unsafe {
            block.cast().copy_from_nonoverlapping(NonNull::from(source).cast::<T>(), source.len());
        };
        frame.bump_shared::<E>(layout, copy)?.cast()
    };
    Ok(NonNull::slice_from_raw_parts(place, source.len()))
}

/// Shares a copy of a slice.
#[inline]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn share_copy<T: Copy + Send + Sync + 'static, E: Failure>(
    frame: &Frame,
    source: &[T],
) -> Result<Shared<[T]>, E> {
    let frame = frame.for_sharing();
    Ok(Shared::of(frame, copied::<T, E>(frame, source)?))
}

/// Shares a copy of a string.
#[inline]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn share_str<E: Failure>(frame: &Frame, source: &str) -> Result<Shared<str>, E> {
    let frame = frame.for_sharing();
    let bytes = copied::<u8, E>(frame, source.as_bytes())?;
    // SAFETY: not null; the bytes are those of a `str`.
    Ok(Shared::of(frame, unsafe { NonNull::new_unchecked(bytes.as_ptr() as *mut str) }))
}

/// Shares what `make` returns for each index.
#[inline]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn share_filled<T: Send + Sync + 'static, E: Failure>(
    frame: &Frame,
    len: usize,
    make: impl FnMut(usize) -> T,
) -> Result<Shared<[T]>, E> {
    share_made(frame, |frame| fill::filled::<T, E>(frame, len, make))
}

/// Shares the slice that `make` puts into the frame that it is given. Where it fails or panics, nothing is shared.
///
/// `make` runs user code, which may share as well, in this very arena. What it returns cannot be from anywhere else, as it
/// lives for whichever lifetime `make` is called with. The place in the list of what is dropped is found before, so that no
/// value is there when a refusal comes.
#[inline]
#[cfg_attr(feature = "debug", track_caller)]
pub(crate) fn share_made<T: Send + Sync + 'static, E: Failure>(
    frame: &Frame,
    make: impl for<'s> FnOnce(&'s Frame) -> Result<Owned<'s, [T]>, E>,
) -> Result<Shared<[T]>, E> {
    let frame = frame.for_sharing();
    let node = if needs_drop::<T>() { Some(Room::find::<E>(frame, Layout::new::<SliceNode<T>>())?) } else { None };
    let values = make(frame);
    // Refused or not: what was given back had to be there.
    frame.recount_shared();
    // As a raw pointer from here on: the list owns the values, if anybody has to.
    let values = values?.into_raw();
    if let Some(node) = node {
        let node = node.keep().cast::<SliceNode<T>>();
        let list = frame.arenas().state();
        // SAFETY: the block is fresh and fits; the list belongs to this thread (I2). The node stays until the list drops it.
        unsafe {
            let head =
                DropNode::new((*list).drops, drop_slice::<T>, Trail::of_slice::<T>(values.len(), frame.tag_id()));
            node.write(SliceNode { head, values });
            (*list).drops = node.as_ptr().cast();
        }
    }
    Ok(Shared::of(frame, values))
}

/// # Safety
/// `node` is the head of a `Node<T>` whose value is alive and is not used again.
pub(super) unsafe fn drop_node<T>(node: NonNull<DropNode>) {
    // SAFETY: by the contract; `head` is the first field of the `repr(C)` node.
    unsafe { (&raw mut (*node.cast::<Node<T>>().as_ptr()).value).drop_in_place() };
}

/// Drops each value by itself: the drop of a slice would end the program at the second panic.
///
/// # Safety
/// `node` is the head of a `SliceNode<T>` whose values are alive and are not used again.
unsafe fn drop_slice<T>(node: NonNull<DropNode>) {
    // SAFETY: by the contract; `head` is the first field of the `repr(C)` node.
    let values = unsafe { (*node.cast::<SliceNode<T>>().as_ptr()).values };
    let (mut next, mut panicked) = (0, None);
    let mut drop_on = || {
        while next < values.len() {
            next += 1;
            // SAFETY: by the contract; each is dropped once, as the index has gone on before.
            unsafe { values.cast::<T>().add(next - 1).drop_in_place() };
        }
    };
    // Caught around all of them, not around each: this costs something for those that panic only.
    while let Err(payload) = catch_unwind(AssertUnwindSafe(&mut drop_on)) {
        first_panic(&mut panicked, Some(payload));
    }
    if let Some(payload) = panicked {
        resume_unwind(payload);
    }
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
