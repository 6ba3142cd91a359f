//! Chunks: blocks of memory from the region or the global allocator that arenas bump through.

use core::alloc::Layout;
use core::ptr::NonNull;

use super::extents::End;
use super::region::{self, Refusal, Seal, Source};
use crate::error::AllocError;

/// Both ends of a chunk are multiples of this many bytes: one cache line, so that the objects at the
/// top end start on a line and vector code that writes whole buffers stays aligned.
pub(crate) const CHUNK_ALIGN: usize = 64;

/// Chunks of at least this many bytes are aligned to it when huge pages are asked for.
const HUGE_PAGE: usize = 2 << 20;

/// A touched page of this many bytes is what `prefault` pays for up front.
const PAGE: usize = 4096;

/// How chunks are made: what `AllocConfig` says about them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChunkPolicy {
    /// Bytes of the first chunk of an arena.
    pub(crate) first: usize,
    /// Whether every page is touched when a chunk is made.
    pub(crate) prefault: bool,
    /// Whether large chunks are aligned and advised to be backed by huge pages.
    pub(crate) huge_pages: bool,
    /// Blocks of more bytes than this do not grow an arena: they get a chunk of their own.
    pub(crate) dedicated_over: usize,
    /// Where they are from.
    pub(crate) source: Source,
    /// At the end of a frame the high-water mark loses one part in this many; at least 1.
    pub(crate) decay: usize,
}

/// Why there is no chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoChunk {
    /// Memory is sealed, and the region has no room for so many bytes.
    Sealed {
        asked: usize,
    },
    Other(AllocError),
}

/// One block of memory from the region or the global allocator, owned.
#[derive(Debug)]
pub(crate) struct Chunk {
    start: NonNull<u8>,
    layout: Layout,
}

impl Chunk {
    /// Takes a chunk of at least `bytes` bytes.
    pub(crate) fn allocate(bytes: usize, policy: ChunkPolicy, seal: Seal) -> Result<Self, NoChunk> {
        let layout = Self::layout(bytes, policy).map_err(NoChunk::Other)?;
        let size = layout.size();
        let start = region::take(layout, policy.source, End::Low, seal).map_err(|refusal| match refusal {
            Refusal::Sealed => NoChunk::Sealed { asked: size },
            Refusal::Memory => NoChunk::Other(AllocError::OutOfMemory { asked: size }),
        })?;
        let chunk = Self { start, layout };
        if policy.huge_pages && size >= HUGE_PAGE {
            chunk.advise_huge_pages();
        }
        if policy.prefault {
            chunk.prefault();
        }
        Ok(chunk)
    }

    /// The layout of a chunk of at least `bytes` bytes; its size is [`CHUNK_ALIGN`] at least.
    fn layout(bytes: usize, policy: ChunkPolicy) -> Result<Layout, AllocError> {
        let align = if policy.huge_pages && bytes >= HUGE_PAGE { HUGE_PAGE } else { CHUNK_ALIGN };
        let size = bytes.max(CHUNK_ALIGN).checked_next_multiple_of(align).ok_or(AllocError::CapacityOverflow)?;
        // Half of the address space is the most that the signed compare of the hot path can span (I11).
        if size > isize::MAX as usize / 2 {
            return Err(AllocError::OutOfMemory { asked: size });
        }
        Layout::from_size_align(size, align).map_err(|_| AllocError::CapacityOverflow)
    }

    /// Whether it is of the region: given back, it can be had again where memory is sealed.
    pub(crate) fn is_in_region(&self) -> bool {
        region::contains(self.start)
    }

    pub(crate) fn start(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    pub(crate) fn end(&self) -> *mut u8 {
        self.start.as_ptr().wrapping_add(self.layout.size())
    }

    pub(crate) fn size(&self) -> usize {
        self.layout.size()
    }

    /// Writes one byte of every page, so that the first frames take no page faults.
    fn prefault(&self) {
        let mut offset = 0;
        while offset < self.layout.size() {
            // SAFETY: `offset` is inside the chunk, which nobody else uses yet. Volatile, because the
            // write has no reader and would be dropped otherwise.
            unsafe { self.start.as_ptr().add(offset).write_volatile(0) };
            offset += PAGE;
        }
    }

    /// Asks the kernel for huge pages. It may refuse, which costs speed and nothing else.
    #[cfg(target_os = "linux")]
    fn advise_huge_pages(&self) {
        const MADV_HUGEPAGE: i32 = 14;
        unsafe extern "C" {
            fn madvise(address: *mut core::ffi::c_void, length: usize, advice: i32) -> i32;
        }
        // SAFETY: the range is one live, page-aligned allocation; the advice does not change its contents.
        let _refused = unsafe { madvise(self.start.as_ptr().cast(), self.layout.size(), MADV_HUGEPAGE) };
    }

    #[cfg(not(target_os = "linux"))]
    fn advise_huge_pages(&self) {}
}

impl Drop for Chunk {
    fn drop(&mut self) {
        super::poison::unpoison(self.start.as_ptr(), self.layout.size());
        // SAFETY: `start` was taken with this layout and is freed once, here (I3).
        unsafe { region::give(self.start, self.layout) };
    }
}
