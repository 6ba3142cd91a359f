//! What threads hold of frame memory while no frame is open, and what they took from the global allocator in the last one.

use std::sync::Arc;

use super::allocator::SmartAlloc;
use super::growth::Growth;
use super::thread_arenas::ThreadArenas;
use crate::tag::TagId;

/// Bytes that one thread holds under one tag.
pub(crate) struct HeldBytes {
    /// The index of the thread's arena set.
    pub(crate) index: usize,
    pub(crate) thread: Option<Arc<str>>,
    pub(crate) tag: TagId,
    pub(crate) bytes: usize,
}

impl ThreadArenas {
    /// Calls `visit` with the bytes of each arena and scope since the last end of a frame, in no order; a tag comes up
    /// several times.
    ///
    /// # Safety
    /// The allocator is held exclusively.
    unsafe fn each_held(&self, mut visit: impl FnMut(TagId, usize)) {
        // SAFETY: by the contract; the references end before `visit`, our own code, could touch the arena set (I9).
        unsafe {
            let scoped = &(*self.state()).scoped;
            scoped.iter().enumerate().for_each(|(tag, attributed)| visit(TagId::from_index(tag), attributed.bytes));
            self.for_each_frame(|frame| {
                let frame = frame.as_ref();
                visit(frame.tag_id(), frame.arena().reached() + (*frame.link()).attributed);
            });
        }
    }
}

impl ThreadArenas {
    /// Whether any arena took from the global allocator in the last frame, or was refused.
    pub(super) fn has_grown(&self) -> bool {
        // SAFETY: called at the end of a frame: the allocator is held exclusively, and the reference ends here (I5).
        unsafe { !(&(*self.state()).grown.published).is_empty() }
    }
}

impl SmartAlloc {
    /// Adds to `list` what all threads have taken since the last end of a frame, by thread and tag.
    pub(crate) fn list_held(&mut self, list: &mut Vec<HeldBytes>) {
        for (index, entry) in self.inner().entries().iter().enumerate() {
            // SAFETY: `self` is exclusive; arena sets live as long as the allocator (I3, I5).
            unsafe {
                entry.arenas.as_ref().each_held(|tag, bytes| {
                    if bytes == 0 {
                        return;
                    }
                    match list.iter_mut().find(|held| held.index == index && held.tag == tag) {
                        Some(held) => held.bytes += bytes,
                        None => list.push(HeldBytes { index, thread: entry.name().cloned(), tag, bytes }),
                    }
                });
            }
        }
    }

    /// Calls `visit` with what each thread and tag took from the global allocator in the last frame. `visit` is
    /// our own code.
    pub(crate) fn each_grown(&self, mut visit: impl FnMut(Option<&Arc<str>>, TagId, Growth)) {
        for entry in self.inner().entries().iter() {
            // SAFETY: written at the end of the frame only, under `&mut SmartAlloc` (I5).
            let grown = unsafe { &(*entry.arenas.as_ref().state()).grown.published };
            for &(tag, growth) in grown {
                visit(entry.published().name.as_ref(), tag, growth);
            }
        }
    }
}
