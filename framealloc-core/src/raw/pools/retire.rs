//! Values that wait to be dropped elsewhere: a list that any thread adds to without a lock (P14).

use core::ptr::NonNull;

use super::boxes::{PoolBox, PoolSlot};
use super::request::PoolRequest;
use crate::error::AllocError;
use crate::sync::{Acquire, AtomicPtr, Mutex, Relaxed, Release, Witness};

/// The head of a value whose type only its own function knows.
#[repr(C)]
struct Head {
    next: *mut Head,
    drop: unsafe fn(NonNull<Head>),
    access: Witness,
}

#[repr(C)]
struct Node<T> {
    head: Head,
    value: T,
}

/// What waits: the newest first in `added`, the oldest first in `taken`.
pub(crate) struct RetiredList {
    added: AtomicPtr<Head>,
    /// Of those who drop; the lock is not held while a value drops, and who adds does not take it.
    taken: Mutex<Taken>,
}

struct Taken {
    first: *mut Head,
    last: *mut Head,
    len: usize,
}

// SAFETY: values in the list are `Send`: any thread may add and any thread may drop them, each of which one has (P14).
unsafe impl Send for RetiredList {}
// SAFETY: what threads do with it at once is atomic or under the lock; no value is shown to anybody (P14).
unsafe impl Sync for RetiredList {}

/// A value that is out of the list. It is dropped with this, and its memory goes back to its pool.
pub(crate) struct Retired(NonNull<Head>);

impl Drop for Retired {
    fn drop(&mut self) {
        // SAFETY: out of the list it is only ours (P14), and it is not used again.
        unsafe {
            (&(*self.0.as_ptr()).access).exclusive();
            let drop = (*self.0.as_ptr()).drop;
            drop(self.0);
        }
    }
}

/// # Safety
/// `head` is that of a node of this type that [`RetiredList::add`] made, which is not used again.
unsafe fn drop_node<T>(head: NonNull<Head>) {
    // SAFETY: by the contract; the pointer is that of the box, as the head is the first field of the `repr(C)` node. The place is
    // freed after the drop, panic or not (P8).
    drop(unsafe { PoolBox::from_raw(head.cast::<Node<T>>().as_ptr()) });
}

impl RetiredList {
    pub(crate) fn new() -> Self {
        let taken = Taken { first: core::ptr::null_mut(), last: core::ptr::null_mut(), len: 0 };
        Self { added: AtomicPtr::new(core::ptr::null_mut()), taken: Mutex::new(taken) }
    }

    /// Adds a value. Where the global allocator refuses a place for it, it comes back.
    #[inline]
    #[cfg_attr(feature = "debug", track_caller)]
    pub(crate) fn add<T: Send + 'static>(&self, value: T) -> Result<(), (T, AllocError)> {
        let slot = match PoolSlot::<Node<T>>::find(PoolRequest::UNTRACKED) {
            Ok(slot) => slot,
            Err(error) => return Err((value, error)),
        };
        let head = Head { next: core::ptr::null_mut(), drop: drop_node::<T>, access: Witness::new() };
        let node: *mut Head = PoolBox::into_raw(slot.write(Node { head, value })).cast();
        // SAFETY: the node is new.
        unsafe { self.push(node) };
        Ok(())
    }

    /// Adds a value in a place of its own: models have no pools.
    #[cfg(framealloc_loom)]
    pub(crate) fn add_boxed<T: Send + 'static>(&self, value: T) {
        /// # Safety
        /// As for [`drop_node`].
        unsafe fn drop_boxed<T>(head: NonNull<Head>) {
            // SAFETY: by the contract; the head is the first field of the `repr(C)` node.
            drop(unsafe { Box::from_raw(head.cast::<Node<T>>().as_ptr()) });
        }
        let head = Head { next: core::ptr::null_mut(), drop: drop_boxed::<T>, access: Witness::new() };
        // SAFETY: the node is new.
        unsafe { self.push(Box::into_raw(Box::new(Node { head, value })).cast()) };
    }

    /// # Safety
    /// `node` is the head of a new node.
    #[inline]
    unsafe fn push(&self, node: *mut Head) {
        // SAFETY: it is nobody else's before the exchange.
        unsafe { (&(*node).access).exclusive() };
        let mut first = self.added.load(Relaxed);
        loop {
            // SAFETY: it is nobody else's before the exchange.
            unsafe { (*node).next = first };
            match self.added.compare_exchange_weak(first, node, Release, Relaxed) {
                Ok(_) => return,
                Err(now) => first = now,
            }
        }
    }

    /// Takes what was added to the end of what waits. Returns how many there are.
    pub(crate) fn collect(&self) -> usize {
        let mut taken = self.taken.lock();
        let mut newest = self.added.swap(core::ptr::null_mut(), Acquire);
        let (last, mut oldest, mut len) = (newest, core::ptr::null_mut(), 0);
        // SAFETY: what was taken is in no other list (P14), and no user code runs under the lock.
        unsafe {
            while let Some(node) = NonNull::new(newest) {
                newest = core::mem::replace(&mut (*node.as_ptr()).next, oldest);
                oldest = node.as_ptr();
                len += 1;
            }
            if len > 0 {
                match NonNull::new(taken.last) {
                    Some(before) => (*before.as_ptr()).next = oldest,
                    None => taken.first = oldest,
                }
                taken.last = last;
                taken.len += len;
            }
        }
        taken.len
    }

    /// Takes out the oldest of those that were collected.
    pub(crate) fn take(&self) -> Option<Retired> {
        let mut taken = self.taken.lock();
        let node = NonNull::new(taken.first)?;
        // SAFETY: what is in the list lives, and the lock is held (P14).
        taken.first = unsafe { (*node.as_ptr()).next };
        if taken.first.is_null() {
            taken.last = core::ptr::null_mut();
        }
        taken.len -= 1;
        Some(Retired(node))
    }

    /// How many were collected and not taken out.
    pub(crate) fn waiting(&self) -> usize {
        self.taken.lock().len
    }
}
