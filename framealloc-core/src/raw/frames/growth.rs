//! What arenas take from the global allocator, and what is taken from them while no frame is open.
//!
//! Both are noted in cold paths and looked at when somebody watches: nothing is counted per allocation.

use std::sync::Arc;

use super::allocator::SmartAlloc;
use super::thread_arenas::ThreadHeap;
use crate::raw::global::heap_guard::HeapZone;
use crate::tag::TagId;

/// What arenas of one tag asked of the global allocator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Growth {
    /// Chunks taken, and their bytes. Blocks in chunks of their own are fallbacks, not growth.
    pub(crate) chunks: usize,
    pub(crate) bytes: usize,
    /// Requests that the global allocator refused, and the bytes of the last one.
    pub(crate) refused: usize,
    pub(crate) asked: usize,
}

impl Growth {
    pub(super) fn took(&mut self, bytes: usize) {
        self.chunks += 1;
        self.bytes += bytes;
    }

    pub(super) fn was_refused(&mut self, bytes: usize) {
        self.refused += 1;
        self.asked = bytes;
    }

    pub(super) fn is_nothing(self) -> bool {
        self.chunks | self.refused == 0
    }

    fn add(&mut self, other: Self) {
        self.chunks += other.chunks;
        self.bytes += other.bytes;
        self.refused += other.refused;
        if other.refused > 0 {
            self.asked = other.asked;
        }
    }
}

/// The growth of one thread, by tag.
#[derive(Default)]
pub(super) struct Grown {
    /// In the running frame.
    running: Vec<(TagId, Growth)>,
    /// In the last frame: changes at the turn only, so that others may read it.
    published: Vec<(TagId, Growth)>,
}

impl Grown {
    #[cold]
    #[inline(never)]
    pub(super) fn book(&mut self, tag: TagId, growth: Growth) {
        let _growth = HeapZone::growth();
        match self.running.iter_mut().find(|(known, _)| *known == tag) {
            Some((_, known)) => known.add(growth),
            None => self.running.push((tag, growth)),
        }
    }

    pub(super) fn turn(&mut self) {
        if !(self.running.is_empty() && self.published.is_empty()) {
            self.published.clear();
            core::mem::swap(&mut self.running, &mut self.published);
        }
    }
}

/// Bytes that one thread holds under one tag.
pub(crate) struct Held {
    /// The index of the thread's heap.
    pub(crate) heap: usize,
    pub(crate) thread: Option<Arc<str>>,
    pub(crate) tag: TagId,
    pub(crate) bytes: usize,
}

impl ThreadHeap {
    /// Calls `visit` with the bytes of each arena and scope since the last turn, in no order; a tag comes up several times.
    ///
    /// # Safety
    /// The allocator is held exclusively.
    unsafe fn each_held(&self, mut visit: impl FnMut(TagId, usize)) {
        // SAFETY: by the contract; the references end before `visit`, our own code, could touch the heap (I9).
        unsafe {
            let scoped = &(*self.state()).scoped;
            scoped.iter().enumerate().for_each(|(tag, booked)| visit(TagId::from_index(tag), booked.bytes));
            self.for_each_frame(|frame| {
                let frame = frame.as_ref();
                visit(frame.tag_id(), frame.arena().reached() + (*frame.link()).booked);
            });
        }
    }
}

impl SmartAlloc {
    /// Adds to `list` what all threads have taken since the last turn, by thread and tag.
    pub(crate) fn list_held(&mut self, list: &mut Vec<Held>) {
        let heaps = self.inner().lock();
        for (index, entry) in heaps.iter().enumerate() {
            // SAFETY: `self` is exclusive; heaps live as long as the allocator (I3, I5).
            unsafe {
                entry.heap.as_ref().each_held(|tag, bytes| {
                    if bytes == 0 {
                        return;
                    }
                    match list.iter_mut().find(|held| held.heap == index && held.tag == tag) {
                        Some(held) => held.bytes += bytes,
                        None => list.push(Held { heap: index, thread: entry.name.clone(), tag, bytes }),
                    }
                });
            }
        }
    }

    /// Calls `visit` with what each thread and tag took from the global allocator in the last frame. Called under the lock:
    /// `visit` is our own code.
    pub(crate) fn each_grown(&self, mut visit: impl FnMut(Option<&Arc<str>>, TagId, Growth)) {
        for entry in self.inner().lock().iter() {
            // SAFETY: written at the turn only, under `&mut SmartAlloc` (I5).
            let grown = unsafe { &(*entry.heap.as_ref().state()).grown.published };
            for &(tag, growth) in grown {
                visit(entry.listed_name.as_ref(), tag, growth);
            }
        }
    }
}
