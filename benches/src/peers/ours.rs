//! The ways into our own frame memory.

use std::alloc::Layout;
use std::hint::black_box;

use bytemuck::Pod;
use framealloc::{AllocConfig, Cursor, Frame, SmartAlloc, Tag};

use super::SIZE;
use crate::arena::{Arena, Peer, Program, Push};

/// An allocator of the size that all contenders have, in a frame.
pub(crate) fn allocator() -> SmartAlloc {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frame_chunk(SIZE));
    alloc.begin_frame();
    alloc
}

macro_rules! our_peer {
    ($(#[$docs:meta])* $name:ident, |$alloc:ident, $program:ident| $body:expr) => {
        $(#[$docs])*
        pub(crate) struct $name(SmartAlloc);

        impl $name {
            /// A warm allocator.
            pub(crate) fn new() -> Self {
                Self(allocator())
            }
        }

        impl Peer for $name {
            #[inline(always)]
            fn frame(&mut self, $program: &impl Program) {
                {
                    let $alloc = black_box(&self.0);
                    $body;
                }
                self.0.end_frame();
            }
        }
    };
}

static TAG: Tag = Tag::new("bench");

our_peer!(
    /// Every call finds the arena of its thread by itself.
    AnyThread,
    |alloc, program| program.run(alloc)
);
our_peer!(
    /// The whole-frame arena, looked up once.
    Hoisted,
    |alloc, program| program.run(alloc.frame())
);
our_peer!(
    /// The arena of a tag, looked up once.
    Tagged,
    |alloc, program| program.run(alloc.tagged(&TAG))
);
our_peer!(
    /// The arena of a scope; no frame is turned, since the scope takes its memory back.
    Scoped,
    |alloc, program| alloc.scoped(|frame| program.run(frame))
);
our_peer!(
    /// A cursor for everything but lists, which grow in the frame.
    ByCursor,
    |alloc, program| {
        let frame = alloc.frame();
        program.run(WithCursor { cursor: frame.cursor(), frame });
    }
);

macro_rules! our_arena {
    ($arena:ty) => {
        impl<'f> Arena<'f> for $arena {
            type List<T: Pod> = framealloc::FrameVec<'f, T>;

            #[inline(always)]
            fn put<T: Pod>(&mut self, value: T) {
                self.frame_box(value);
            }

            #[inline(always)]
            fn copy<T: Pod>(&mut self, source: &[T]) {
                self.frame_slice_copy(source);
            }

            #[inline(always)]
            fn text(&mut self, source: &str) {
                self.frame_str(source);
            }

            #[inline(always)]
            fn zeroes(&mut self, bytes: usize) {
                self.frame_slice_zeroed::<u8>(bytes);
            }

            #[inline(always)]
            fn filled<T: Pod>(&mut self, len: usize, make: impl FnMut(usize) -> T) {
                self.frame_slice_fill_with(len, make);
            }

            #[inline(always)]
            fn raw(&mut self, layout: Layout) -> usize {
                self.frame_bytes(layout).as_ptr().addr()
            }

            #[inline(always)]
            fn list<T: Pod>(&mut self) -> Self::List<T> {
                self.frame_vec()
            }
        }
    };
}

our_arena!(&'f SmartAlloc);
our_arena!(&'f Frame);

impl<T: Pod> Push<T> for framealloc::FrameVec<'_, T> {
    #[inline(always)]
    fn push(&mut self, value: T) {
        framealloc::FrameVec::push(self, value);
    }

    #[inline(always)]
    fn done(&self) {
        black_box(self.as_ptr());
    }
}

/// A cursor, and the frame that lists grow in.
pub(crate) struct WithCursor<'f> {
    cursor: Cursor<'f>,
    frame: &'f Frame,
}

impl<'f> Arena<'f> for WithCursor<'f> {
    type List<T: Pod> = framealloc::FrameVec<'f, T>;

    #[inline(always)]
    fn put<T: Pod>(&mut self, value: T) {
        self.cursor.alloc(value);
    }

    #[inline(always)]
    fn copy<T: Pod>(&mut self, source: &[T]) {
        self.cursor.copy(source);
    }

    #[inline(always)]
    fn text(&mut self, source: &str) {
        self.cursor.copy(source.as_bytes());
    }

    #[inline(always)]
    fn zeroes(&mut self, bytes: usize) {
        self.frame.frame_slice_zeroed::<u8>(bytes);
    }

    #[inline(always)]
    fn filled<T: Pod>(&mut self, len: usize, make: impl FnMut(usize) -> T) {
        self.frame.frame_slice_fill_with(len, make);
    }

    #[inline(always)]
    fn raw(&mut self, layout: Layout) -> usize {
        self.cursor.bytes(layout).as_ptr().addr()
    }

    #[inline(always)]
    fn list<T: Pod>(&mut self) -> Self::List<T> {
        self.frame.frame_vec()
    }
}
