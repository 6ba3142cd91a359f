//! What arenas take from the global allocator: noted in cold paths, looked at when somebody watches.

use crate::raw::global::zone::HeapZone;
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
    /// In the last frame: changes at the end of the frame only, so that others may read it.
    pub(super) published: Vec<(TagId, Growth)>,
}

impl Grown {
    #[cold]
    #[inline(never)]
    pub(super) fn attribute(&mut self, tag: TagId, growth: Growth) {
        let _growth = HeapZone::growth();
        match self.running.iter_mut().find(|(known, _)| *known == tag) {
            Some((_, known)) => known.add(growth),
            None => self.running.push((tag, growth)),
        }
    }

    pub(super) fn end_frame(&mut self) {
        if !(self.running.is_empty() && self.published.is_empty()) {
            self.published.clear();
            core::mem::swap(&mut self.running, &mut self.published);
        }
    }
}
