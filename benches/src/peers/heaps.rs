//! General allocators, and what no allocator at all costs.

use std::alloc::Layout;
use std::hint::black_box;

use allocator_api2::alloc::{Allocator, System as SystemAllocator};
use allocator_api2::boxed::Box;
use allocator_api2::vec::Vec as VecIn;
use bytemuck::Pod;

use super::SIZE;
use crate::arena::{Arena, Peer, Program, Push};

/// One box for each allocation, kept to the end of the frame: what a frame costs without frame memory.
struct Kept<A: Allocator>(Vec<Box<[u8], A>>);

impl<A: Allocator + Copy + Default> Kept<A> {
    fn new() -> Self {
        Self(Vec::with_capacity(1 << 16))
    }

    #[inline(always)]
    fn keep(&mut self, bytes: &[u8]) {
        let mut kept = VecIn::with_capacity_in(bytes.len(), A::default());
        kept.extend_from_slice(bytes);
        self.0.push(kept.into_boxed_slice());
    }
}

macro_rules! heap_peer {
    ($(#[$docs:meta])* $name:ident, $allocator:ty, [$list:ty] $new:expr) => {
        $(#[$docs])*
        pub(crate) struct $name(Kept<$allocator>);

        impl $name {
            /// An empty list of boxes.
            pub(crate) fn new() -> Self {
                Self(Kept::new())
            }
        }

        impl Peer for $name {
            #[inline(always)]
            fn frame(&mut self, program: &impl Program) {
                program.run(black_box(&mut self.0));
                self.0.0.clear();
            }
        }

        impl<'f> Arena<'f> for &'f mut Kept<$allocator> {
            type List<T: Pod> = $list;

            #[inline(always)]
            fn put<T: Pod>(&mut self, value: T) {
                self.keep(bytemuck::bytes_of(&value));
            }

            #[inline(always)]
            fn copy<T: Pod>(&mut self, source: &[T]) {
                self.keep(bytemuck::cast_slice(source));
            }

            #[inline(always)]
            fn text(&mut self, source: &str) {
                self.keep(source.as_bytes());
            }

            #[inline(always)]
            fn zeroes(&mut self, bytes: usize) {
                let mut kept = VecIn::with_capacity_in(bytes, <$allocator>::default());
                kept.resize(bytes, 0);
                self.0.push(kept.into_boxed_slice());
            }

            #[inline(always)]
            fn filled<T: Pod>(&mut self, len: usize, mut make: impl FnMut(usize) -> T) {
                let mut kept = VecIn::with_capacity_in(len * size_of::<T>(), <$allocator>::default());
                for index in 0..len {
                    kept.extend_from_slice(bytemuck::bytes_of(&make(index)));
                }
                self.0.push(kept.into_boxed_slice());
            }

            #[inline(always)]
            fn raw(&mut self, layout: Layout) -> usize {
                let kept = VecIn::<u8, $allocator>::with_capacity_in(layout.size(), <$allocator>::default());
                let address = kept.as_ptr().addr();
                // A vector without elements cannot become a box of the same memory: this one is freed at once.
                drop(black_box(kept));
                address
            }

            #[inline(always)]
            fn list<T: Pod>(&mut self) -> Self::List<T> {
                $new
            }
        }
    };
}

heap_peer!(
    /// The global allocator of the process.
    Global,
    allocator_api2::alloc::Global,
    [Vec<T>] Vec::new()
);
heap_peer!(
    /// The allocator of the C library.
    System,
    SystemAllocator,
    [VecIn<T, SystemAllocator>] VecIn::new_in(SystemAllocator)
);

/// No allocator: pieces are cut off a fixed buffer whose ends stay in registers.
pub(crate) struct Fixed {
    buffer: Vec<u64>,
    longest: usize,
}

impl Fixed {
    /// A warm buffer, in which every list has room for `longest` values.
    pub(crate) fn new(longest: usize) -> Self {
        Self { buffer: vec![1; SIZE / 8], longest }
    }
}

impl Peer for Fixed {
    #[inline(always)]
    fn frame(&mut self, program: &impl Program) {
        program.run(Cut { rest: black_box(&mut self.buffer), longest: self.longest });
    }
}

/// What is left of the buffer.
pub(crate) struct Cut<'f> {
    rest: &'f mut [u64],
    longest: usize,
}

impl<'f> Cut<'f> {
    #[inline(always)]
    fn cut(&mut self, bytes: usize) -> &'f mut [u8] {
        let (head, tail) = std::mem::take(&mut self.rest).split_at_mut(bytes.div_ceil(8));
        self.rest = tail;
        &mut bytemuck::cast_slice_mut(head)[..bytes]
    }
}

impl<'f> Arena<'f> for Cut<'f> {
    type List<T: Pod> = Part<'f, T>;

    #[inline(always)]
    fn put<T: Pod>(&mut self, value: T) {
        self.cut(size_of::<T>()).copy_from_slice(bytemuck::bytes_of(&value));
    }

    #[inline(always)]
    fn copy<T: Pod>(&mut self, source: &[T]) {
        self.cut(size_of_val(source)).copy_from_slice(bytemuck::cast_slice(source));
    }

    #[inline(always)]
    fn text(&mut self, source: &str) {
        self.cut(source.len()).copy_from_slice(source.as_bytes());
    }

    #[inline(always)]
    fn zeroes(&mut self, bytes: usize) {
        self.cut(bytes).fill(0);
    }

    #[inline(always)]
    fn filled<T: Pod>(&mut self, len: usize, mut make: impl FnMut(usize) -> T) {
        let place: &mut [T] = bytemuck::cast_slice_mut(self.cut(len * size_of::<T>()));
        for (index, slot) in place.iter_mut().enumerate() {
            *slot = make(index);
        }
    }

    #[inline(always)]
    fn raw(&mut self, layout: Layout) -> usize {
        // Aligned to eight bytes, whatever is asked: a floor does less.
        self.cut(layout.size()).as_ptr().addr()
    }

    #[inline(always)]
    fn list<T: Pod>(&mut self) -> Self::List<T> {
        Part { place: bytemuck::cast_slice_mut(self.cut(self.longest * size_of::<T>())), len: 0 }
    }
}

/// A list that cannot grow.
pub(crate) struct Part<'f, T> {
    place: &'f mut [T],
    len: usize,
}

impl<T> Push<T> for Part<'_, T> {
    #[inline(always)]
    fn push(&mut self, value: T) {
        self.place[self.len] = value;
        self.len += 1;
    }

    #[inline(always)]
    fn done(&self) {
        black_box(self.place.as_ptr());
    }
}
