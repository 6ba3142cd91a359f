//! What an arena knows of its blocks with the feature `debug`: where they are and who asked for them. At the reset their
//! surroundings are looked at. Without the feature all of this is nothing.

use core::alloc::Layout;
use core::ptr::NonNull;

use super::arena::Arena;
use crate::tag::TagId;

#[cfg(not(feature = "debug"))]
#[expect(clippy::unused_self, reason = "nothing is known of the arena")]
mod nothing {
    use super::{Arena, Layout, NonNull, TagId};

    /// Nothing.
    pub(crate) struct Blocks;

    impl Blocks {
        pub(crate) const NONE: Self = Self;
    }

    impl Arena {
        #[inline(always)]
        pub(crate) fn blocks_belong_to(&self, _: u64, _: TagId) {}

        #[inline(always)]
        pub(crate) fn note_block(&self, _: NonNull<u8>, _: Layout) {}

        #[inline(always)]
        pub(crate) fn note_size(&self, _: NonNull<u8>, _: usize) {}

        #[inline(always)]
        pub(crate) fn inspect(&self) {}
    }
}

#[cfg(not(feature = "debug"))]
pub(crate) use nothing::Blocks;

#[cfg(feature = "debug")]
pub(crate) use known::Blocks;

#[cfg(feature = "debug")]
mod known {
    use super::{Arena, Layout, NonNull, TagId};
    use crate::debug::corruption::{Corruption, CorruptionKind, found};
    use crate::debug::{AllocSite, frames};
    use crate::raw::global::quiet::{is_busy, quietly};
    use crate::raw::mem::chunk::Chunk;
    use crate::raw::mem::poison::{changed, poison};

    /// How far around a block is looked at, in bytes: a gap is at least a red zone, but all that is free may follow.
    const LOOK: usize = 64;

    /// The blocks handed out since the last reset.
    pub(crate) struct Blocks {
        list: Vec<Block>,
        /// Set where a block is not in the list: its bytes would be taken for free ones.
        incomplete: bool,
        allocator: u64,
        tag: TagId,
    }

    struct Block {
        start: usize,
        size: usize,
        site: AllocSite,
    }

    impl Blocks {
        pub(crate) const NONE: Self = Self { list: Vec::new(), incomplete: false, allocator: 0, tag: TagId::NONE };
    }

    impl Block {
        fn end(&self) -> usize {
            self.start + self.size
        }
    }

    impl Arena {
        /// Says whose blocks these are.
        pub(crate) fn blocks_belong_to(&self, allocator: u64, tag: TagId) {
            let state = self.state.get();
            // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); plain writes.
            unsafe { ((*state).blocks.allocator, (*state).blocks.tag) = (allocator, tag) };
        }

        /// Notes a block that was just handed out.
        #[cold]
        #[track_caller]
        pub(crate) fn note_block(&self, start: NonNull<u8>, layout: Layout) {
            let state = self.state.get();
            let block = AllocSite::here().map(|site| Block { start: start.addr().get(), size: layout.size(), site });
            // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9). The list is
            // borrowed while it grows: should the global allocator come back here, it is not touched, as this
            // thread is busy then (I9).
            let list = unsafe { &mut (*state).blocks.list };
            let noted = block.and_then(|block| {
                // The list is no reason to end the program where the global allocator refuses.
                quietly(|| list.try_reserve(1).map(|()| list.push(block)).is_ok())
            });
            if noted != Some(true) {
                // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); a plain write
                // beside the list.
                unsafe { (*state).blocks.incomplete = true };
            }
        }

        /// Notes that the block at `start` has `size` bytes now; none if it was given back.
        #[cold]
        pub(crate) fn note_size(&self, start: NonNull<u8>, size: usize) {
            let state = self.state.get();
            if is_busy() {
                // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); a plain write
                // beside the list.
                unsafe { (*state).blocks.incomplete = true };
                return;
            }
            // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); nothing is
            // allocated while the list is borrowed.
            let list = unsafe { &mut (*state).blocks.list };
            if let Some(index) = list.iter().rposition(|block| block.start == start.addr().get()) {
                if size == 0 {
                    let block = list.swap_remove(index);
                    quietly(|| drop(block));
                } else {
                    list[index].size = size;
                }
            }
        }

        /// Tells who wrote around the blocks and whose drops did not run, and forgets the blocks: the arena is about to be
        /// reset.
        #[cold]
        pub(crate) fn inspect(&self) {
            let state = self.state.get();
            // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9). The list is taken
            // out, so that nothing is borrowed while it is worked on.
            let (mut list, allocator, tag) = unsafe {
                let blocks = &raw mut (*state).blocks;
                (core::mem::take(&mut (*blocks).list), (*blocks).allocator, (*blocks).tag)
            };
            for block in &list {
                frames::memory_ends(block.start, allocator, tag);
            }
            // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9).
            let incomplete = core::mem::take(unsafe { &mut (*state).blocks.incomplete });
            if !list.is_empty() && !incomplete && !cfg!(framealloc_asan) {
                list.sort_unstable_by_key(|block| (block.start, block.size));
                // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9); chunks do not
                // change before this returns.
                let (chunks, dedicated) = unsafe { (&(*state).chunks, &(*state).dedicated) };
                for chunk in chunks.iter().chain(dedicated) {
                    look_at(chunk, &list, tag);
                }
            }
            quietly(|| list.clear());
            // SAFETY: one thread uses the arena, and no reference into its state is alive (I2, I9). The memory of the
            // list is kept: a steady frame makes no call to the global allocator.
            unsafe { (*state).blocks.list = list };
        }
    }

    /// Looks at the gaps between the blocks of one chunk. `blocks` are sorted.
    fn look_at(chunk: &Chunk, blocks: &[Block], tag: TagId) {
        let (bottom, top) = (chunk.start().addr(), chunk.end().addr());
        let first = blocks.partition_point(|block| block.start < bottom);
        let after = blocks.partition_point(|block| block.start < top);
        let blocks = &blocks[first..after];
        for (index, block) in blocks.iter().enumerate() {
            let before = index.checked_sub(1).map(|index| &blocks[index]);
            let floor = before.map_or(bottom, Block::end);
            // What is close to the block before is looked at there.
            let from = block.start.saturating_sub(LOOK).max(if before.is_some() { floor + LOOK } else { floor });
            let ceiling = blocks.get(index + 1).map_or(top, |next| next.start);
            let to = (block.end() + LOOK).min(ceiling);
            if let Some((_, last)) = look(chunk, from, block.start) {
                report(block, CorruptionKind::Underrun, block.start - last, tag);
            }
            if let Some((begin, last)) = look(chunk, block.end(), to) {
                match blocks.get(index + 1) {
                    // Closer to the next block than to this one.
                    Some(next) if begin != block.end() && next.start - last <= begin - block.end() => {
                        report(next, CorruptionKind::Underrun, next.start - last, tag);
                    }
                    _ => report(block, CorruptionKind::Overrun, begin - block.end(), tag),
                }
            }
        }
    }

    /// The first and the last byte between two addresses of a chunk that somebody changed; they are put right.
    fn look(chunk: &Chunk, from: usize, to: usize) -> Option<(usize, usize)> {
        let size = to.checked_sub(from).filter(|size| *size > 0)?;
        let start = chunk.start().with_addr(from);
        // SAFETY: the range is inside the chunk, is in no block of it, and was overwritten (I21).
        let (first, last) = unsafe { changed(start, size) }?;
        poison(start, size);
        Some((from + first, from + last))
    }

    fn report(block: &Block, kind: CorruptionKind, distance: usize, tag: TagId) {
        let site = quietly(|| block.site.clone());
        found(Corruption { kind, distance, bytes: block.size, memory: tag.path(), site });
    }
}
