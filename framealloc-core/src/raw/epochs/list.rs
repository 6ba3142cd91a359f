//! A list that any thread adds to, takes from and walks, without a lock.

use core::ops::Deref;
use core::ptr::{self, NonNull};
use std::alloc::{Layout, alloc, dealloc};

use super::Pin;
use crate::sync::{AcqRel, Acquire, AtomicPtr, AtomicU64, Relaxed, Release, Witness, const_unless_loom};

/// A value with its place in a list.
#[derive(Debug)]
pub(crate) struct Node<T> {
    /// The node that came before it, with the mark once this one was taken out (E2).
    next: AtomicPtr<Node<T>>,
    /// Of the memory: who reads it must know that it is there.
    access: Witness,
    value: T,
}

/// The lowest bit of a next pointer: the node that it is in was taken out.
const MARK: usize = 1;

fn is_marked<T>(next: *mut Node<T>) -> bool {
    next.addr() & MARK != 0
}

fn marked<T>(next: *mut Node<T>) -> *mut Node<T> {
    next.map_addr(|address| address | MARK)
}

fn unmarked<T>(next: *mut Node<T>) -> *mut Node<T> {
    next.map_addr(|address| address & !MARK)
}

impl<T> Deref for Node<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.access.shared();
        &self.value
    }
}

impl<T> Node<T> {
    /// A node that is in no list; `None` if the global allocator refused.
    pub(crate) fn make(value: T) -> Option<NonNull<Self>> {
        // SAFETY: a node is not of size zero.
        let node = NonNull::new(unsafe { alloc(Layout::new::<Self>()) })?.cast::<Self>();
        // SAFETY: the memory is new and fits.
        unsafe { node.write(Self { next: AtomicPtr::new(ptr::null_mut()), access: Witness::new(), value }) };
        Some(node)
    }

    /// Takes the node out: from here on it can be unlinked. `false` if it was taken out already.
    fn mark(&self) -> bool {
        let mark = |next| (!is_marked(next)).then(|| marked(next));
        self.next.fetch_update(Release, Relaxed, mark).is_ok()
    }

    /// Drops the value and gives the memory back.
    ///
    /// # Safety
    /// `node` must come from [`make`](Self::make) and be known to nobody else.
    pub(crate) unsafe fn free(node: NonNull<Self>) {
        // SAFETY: `make` wrote it.
        unsafe { node.as_ref() }.access.exclusive();
        // SAFETY: `make` wrote it, and nobody else knows it.
        unsafe { node.drop_in_place() };
        // SAFETY: `make` took it with this layout.
        unsafe { dealloc(node.as_ptr().cast(), Layout::new::<Self>()) };
    }
}

/// # Safety
/// As for [`Node::free`].
unsafe fn free_node<T>(node: NonNull<u8>) {
    // SAFETY: passed on.
    unsafe { Node::<T>::free(node.cast()) };
}

/// A list of values that others look at while it changes.
#[derive(Debug)]
pub(crate) struct List<T> {
    head: AtomicPtr<Node<T>>,
    /// How often values were [pushed](Self::push) or [removed](Self::remove_where).
    changes: AtomicU64,
}

// SAFETY: a list gives out `&T` on any thread, and drops a `T` on any thread.
unsafe impl<T: Send + Sync> Send for List<T> {}
// SAFETY: a list gives out `&T` on any thread, and drops a `T` on any thread.
unsafe impl<T: Send + Sync> Sync for List<T> {}

impl<T> List<T> {
    const_unless_loom! {
        pub(crate) fn new() -> Self {
            #[cfg(framealloc_loom)]
            super::pins::begin();
            Self { head: AtomicPtr::new(ptr::null_mut()), changes: AtomicU64::new(0) }
        }
    }

    /// Adds a node. It need not be pinned: the first node is only compared with, and one that went and came again is first
    /// all the same.
    ///
    /// # Safety
    /// `node` must come from [`Node::make`] and have been in no list. From here on it belongs to the list, and may be used
    /// until [`remove`](Self::remove), or until the list is dropped.
    pub(crate) unsafe fn add(&self, node: NonNull<Node<T>>) {
        // SAFETY: by the contract.
        let Node { next, access, .. } = unsafe { node.as_ref() };
        access.exclusive();
        let mut first = self.head.load(Relaxed);
        loop {
            next.store(first, Relaxed);
            // Each exchange of the head goes on from the one before, so who loads it sees what all nodes were made with.
            match self.head.compare_exchange_weak(first, node.as_ptr(), Release, Relaxed) {
                Ok(_) => return,
                Err(now) => first = now,
            }
        }
    }

    /// Takes a node out. It is freed when nobody can be at it any more.
    ///
    /// # Safety
    /// `node` must be in this list, be taken out once, and not be used by the caller when `pin` has ended.
    pub(crate) unsafe fn remove(&self, node: NonNull<Node<T>>, pin: &Pin) {
        // SAFETY: it is in the list, so it is not freed (E1).
        let is_first = unsafe { node.as_ref() }.mark();
        debug_assert!(is_first, "taken out twice");
        while !self.unlink_marked(pin) {}
    }

    /// Adds a value. Where it is dropped nobody knows, so its drop must run no user code.
    pub(crate) fn push(&self, value: T)
    where
        T: Send + Sync + 'static,
    {
        let node = Node::make(value).unwrap_or_else(|| std::alloc::handle_alloc_error(Layout::new::<Node<T>>()));
        // SAFETY: it is new.
        unsafe { self.add(node) };
        // Release: who finds the number finds the value.
        self.changes.fetch_add(1, Release);
    }

    /// A number that is another one after each [`push`](Self::push) and each [`remove_where`](Self::remove_where) that took
    /// something out. Who walks the list after reading it, and finds it again, knows the list without walking.
    pub(crate) fn changes(&self) -> u64 {
        // Acquire: a walk after this finds what was done before the number was.
        self.changes.load(Acquire)
    }

    /// Takes out what was [pushed](Self::push) and is no longer wanted. Several may want the same value gone: it is counted for
    /// one of them.
    pub(crate) fn remove_where(&self, mut is_unwanted: impl FnMut(&T) -> bool) -> u32 {
        let pin = super::pin();
        let taken = self.nodes(&pin).map(|node| u32::from(is_unwanted(node) && node.mark())).sum();
        while taken > 0 && !self.unlink_marked(&pin) {}
        if taken > 0 {
            // Release: who finds the number does not find the values.
            self.changes.fetch_add(1, Release);
        }
        taken
    }

    /// Unlinks all nodes that are marked. `false` if one that was passed was taken out meanwhile: then it is to be done again.
    fn unlink_marked(&self, pin: &Pin) -> bool {
        let mut place = &self.head;
        let mut at = place.load(Acquire);
        while let Some(node) = NonNull::new(at) {
            // SAFETY: it was linked after `pin` was taken (E1).
            let next = unsafe { &node.as_ref().next };
            let after = next.load(Acquire);
            if !is_marked(after) {
                (place, at) = (next, after);
                continue;
            }
            match place.compare_exchange(at, unmarked(after), AcqRel, Acquire) {
                Ok(_) => {
                    // SAFETY: it was unlinked by us, and by nobody else (E1, E2).
                    unsafe { pin.defer(node.cast(), free_node::<T>) };
                    at = unmarked(after);
                }
                Err(now) if is_marked(now) => return false,
                Err(now) => at = now,
            }
        }
        true
    }

    /// The values that are in the list, the newest first. Those that are being taken out may still be among them.
    pub(crate) fn walk<'p>(&'p self, pin: &'p Pin) -> impl Iterator<Item = &'p T> {
        self.nodes(pin).map(|node| &**node)
    }

    fn nodes<'p>(&'p self, _pin: &'p Pin) -> impl Iterator<Item = &'p Node<T>> {
        let mut at = self.head.load(Acquire);
        core::iter::from_fn(move || {
            // SAFETY: it was linked after the pin was taken, or is what such a node led to when it was taken out; either way
            // nobody frees it before the pin ends (E1, E2).
            let node: &'p Node<T> = unsafe { NonNull::new(at)?.as_ref() };
            at = unmarked(node.next.load(Acquire));
            Some(node)
        })
    }
}

impl<T> Drop for List<T> {
    fn drop(&mut self) {
        let mut at = self.head.load(Acquire);
        while let Some(node) = NonNull::new(unmarked(at)) {
            // SAFETY: the list is ours alone, and what is linked is not freed (E1).
            unsafe {
                at = node.as_ref().next.load(Relaxed);
                Node::free(node);
            }
        }
    }
}

#[cfg(all(test, not(framealloc_loom)))]
mod tests {
    use core::ptr::NonNull;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::{List, Node};
    use crate::raw::epochs::pin;

    fn add<T>(list: &List<T>, value: T) -> NonNull<Node<T>> {
        let node = Node::make(value).unwrap();
        // SAFETY: it is new.
        unsafe { list.add(node) };
        node
    }

    fn walked(list: &List<usize>) -> Vec<usize> {
        list.walk(&pin()).copied().collect()
    }

    #[test]
    fn what_is_taken_out_is_not_met_again_wherever_it_was() {
        for out in 0..5_usize {
            let list = List::new();
            let nodes: Vec<_> = (0..5).map(|number| add(&list, number)).collect();
            // SAFETY: it is in the list, and taken out once.
            unsafe { list.remove(nodes[out], &pin()) };
            let left: Vec<_> = (0..5).rev().filter(|number| *number != out).collect();
            assert_eq!(walked(&list), left);
        }
    }

    #[test]
    fn what_is_not_wanted_any_more_goes_once_though_two_say_so() {
        let list = List::new();
        (0..10).for_each(|number| list.push(number));
        let taken: u32 = std::thread::scope(|scope| {
            let both = [0, 1].map(|_| scope.spawn(|| list.remove_where(|number| number % 3 == 0)));
            both.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!((taken, walked(&list)), (4, vec![8, 7, 5, 4, 2, 1]));
    }

    #[test]
    fn values_are_dropped_once_each_whether_they_were_taken_out_or_not() {
        struct Counted<'a>(&'a AtomicUsize);
        impl Drop for Counted<'_> {
            fn drop(&mut self) {
                self.0.fetch_add(1, SeqCst);
            }
        }
        static DROPS: AtomicUsize = AtomicUsize::new(0);
        let list = List::new();
        let nodes: Vec<_> = (0..1000).map(|_| add(&list, Counted(&DROPS))).collect();
        for node in nodes.iter().step_by(2) {
            // SAFETY: it is in the list, and taken out once.
            unsafe { list.remove(*node, &pin()) };
        }
        drop(list);
        assert!(DROPS.load(SeqCst) >= 500);
        // What was deferred goes with later pins: every 128th looks for it.
        for _ in 0..128 * 64 {
            drop(pin());
        }
        assert!(DROPS.load(SeqCst) > 500, "nothing that was deferred is ever freed");
        assert!(DROPS.load(SeqCst) <= 1000);
    }

    #[test]
    fn who_walks_while_others_come_and_go_meets_everybody_who_stays_once() {
        const STAY: usize = 10;
        let list = List::new();
        let over = AtomicUsize::new(0);
        for number in 0..STAY {
            add(&list, number);
        }
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for number in 0..2000 {
                        let node = add(&list, STAY + number % 3);
                        // SAFETY: it is in the list, and taken out once.
                        unsafe { list.remove(node, &pin()) };
                    }
                    over.fetch_add(1, SeqCst);
                });
            }
            while over.load(SeqCst) < 2 {
                let met = walked(&list);
                let stayed: Vec<_> = met.iter().copied().filter(|number| *number < STAY).collect();
                assert_eq!(stayed, (0..STAY).rev().collect::<Vec<_>>(), "of {met:?}");
            }
        });
        assert_eq!(walked(&list).len(), STAY);
    }
}
