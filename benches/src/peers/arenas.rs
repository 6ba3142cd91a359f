//! Published arenas.

use std::alloc::Layout;
use std::hint::black_box;

use bump_scope::settings::BumpSettings;
use bumpalo::Bump;
use bytemuck::Pod;

use super::SIZE;
use crate::arena::{Arena, Peer, Program, Push};

/// Implements a list that is a `Vec` in all but name.
macro_rules! push_like_vec {
    ([$($generics:tt)*] $list:ty) => {
        impl<$($generics)*> Push<T> for $list {
            #[inline(always)]
            fn push(&mut self, value: T) {
                <$list>::push(self, value);
            }

            #[inline(always)]
            fn done(&self) {
                black_box(self.as_ptr());
            }
        }
    };
}

push_like_vec!(['f, T] bumpalo::collections::Vec<'f, T>);
push_like_vec!(['f, T] bump_scope::BumpVec<T, &'f Up>);
push_like_vec!(['f, T] bump_scope::BumpVec<T, &'f Down>);
push_like_vec!(['f, T] allocator_api2_04::vec::Vec<T, &'f blink_alloc::BlinkAlloc>);
push_like_vec!([T] Vec<T>);
push_like_vec!([T] allocator_api2::vec::Vec<T, allocator_api2::alloc::System>);

impl<T> Push<T> for oxc_allocator::Vec<'_, T> {
    #[inline(always)]
    fn push(&mut self, value: T) {
        // The method of the vector that this one wraps.
        (**self).push(value);
    }

    #[inline(always)]
    fn done(&self) {
        black_box(self.as_ptr());
    }
}

/// bumpalo as it comes: the base of most ratios.
pub(crate) struct Bumpalo(Bump);

impl Bumpalo {
    /// A warm arena.
    pub(crate) fn new() -> Self {
        Self(Bump::with_capacity(SIZE))
    }
}

impl Peer for Bumpalo {
    #[inline(always)]
    fn frame(&mut self, program: &impl Program) {
        program.run(black_box(&self.0));
        self.0.reset();
    }
}

/// bumpalo with a minimum alignment of 8, as ours has; its vectors do not work with it, so lists use `Bump<1>`'s.
pub(crate) struct BumpaloAligned(Bump<8>);

impl BumpaloAligned {
    /// A warm arena.
    pub(crate) fn new() -> Self {
        Self(Bump::with_min_align_and_capacity(SIZE))
    }
}

impl Peer for BumpaloAligned {
    #[inline(always)]
    fn frame(&mut self, program: &impl Program) {
        program.run(black_box(&self.0));
        self.0.reset();
    }
}

macro_rules! bumpalo_arena {
    ($arena:ty, $list:ty, $this:ident => $new:expr) => {
        impl<'f> Arena<'f> for $arena {
            type List<T: Pod> = $list;

            #[inline(always)]
            fn put<T: Pod>(&mut self, value: T) {
                self.alloc(value);
            }

            #[inline(always)]
            fn copy<T: Pod>(&mut self, source: &[T]) {
                self.alloc_slice_copy(source);
            }

            #[inline(always)]
            fn text(&mut self, source: &str) {
                self.alloc_str(source);
            }

            #[inline(always)]
            fn zeroes(&mut self, bytes: usize) {
                self.alloc_slice_fill_copy(bytes, 0_u8);
            }

            #[inline(always)]
            fn filled<T: Pod>(&mut self, len: usize, make: impl FnMut(usize) -> T) {
                self.alloc_slice_fill_with(len, make);
            }

            #[inline(always)]
            fn raw(&mut self, layout: Layout) -> usize {
                self.alloc_layout(layout).addr().get()
            }

            #[inline(always)]
            fn list<T: Pod>(&mut self) -> Self::List<T> {
                let $this = *self;
                $new
            }
        }
    };
}

bumpalo_arena!(&'f Bump, bumpalo::collections::Vec<'f, T>, this => bumpalo::collections::Vec::new_in(this));
bumpalo_arena!(&'f Bump<8>, Vec<T>, _this => Vec::new());

/// bump-scope as it comes: upwards, no minimum alignment.
type Up = bump_scope::Bump;
/// bump-scope downwards with a minimum alignment of 8.
type Down = bump_scope::Bump<bump_scope::alloc::Global, BumpSettings<8, false>>;

macro_rules! bump_scope_peer {
    ($(#[$docs:meta])* $name:ident, $bump:ty) => {
        $(#[$docs])*
                pub(crate) struct $name($bump);

        impl $name {
            /// A warm arena.
            pub(crate) fn new() -> Self {
                Self(<$bump>::with_size(SIZE))
            }

            /// The arena itself, for what only it can do.
            #[inline(always)]
            pub(crate) fn bump(&mut self) -> &mut $bump {
                &mut self.0
            }
        }

        impl Peer for $name {
            #[inline(always)]
            fn frame(&mut self, program: &impl Program) {
                program.run(black_box(&self.0));
                self.0.reset();
            }
        }

        impl<'f> Arena<'f> for &'f $bump {
            type List<T: Pod> = bump_scope::BumpVec<T, &'f $bump>;

            #[inline(always)]
            fn put<T: Pod>(&mut self, value: T) {
                self.alloc(value);
            }

            #[inline(always)]
            fn copy<T: Pod>(&mut self, source: &[T]) {
                self.alloc_slice_copy(source);
            }

            #[inline(always)]
            fn text(&mut self, source: &str) {
                self.alloc_str(source);
            }

            #[inline(always)]
            fn zeroes(&mut self, bytes: usize) {
                self.alloc_slice_fill(bytes, 0_u8);
            }

            #[inline(always)]
            fn filled<T: Pod>(&mut self, len: usize, mut make: impl FnMut(usize) -> T) {
                let mut index = 0;
                self.alloc_slice_fill_with(len, || {
                    index += 1;
                    make(index - 1)
                });
            }

            #[inline(always)]
            fn raw(&mut self, layout: Layout) -> usize {
                bump_scope::traits::BumpAllocatorTyped::allocate_layout(*self, layout).addr().get()
            }

            #[inline(always)]
            fn list<T: Pod>(&mut self) -> Self::List<T> {
                bump_scope::BumpVec::new_in(*self)
            }
        }
    };
}

bump_scope_peer!(
    /// bump-scope, upwards.
    ScopeUp,
    Up
);
bump_scope_peer!(
    /// bump-scope, downwards.
    ScopeDown,
    Down
);

/// blink-alloc.
pub(crate) struct Blink(blink_alloc::Blink);

impl Blink {
    /// A warm arena.
    pub(crate) fn new() -> Self {
        Self(blink_alloc::Blink::new_in(blink_alloc::BlinkAlloc::with_chunk_size(SIZE)))
    }
}

impl Peer for Blink {
    #[inline(always)]
    fn frame(&mut self, program: &impl Program) {
        program.run(black_box(&self.0));
        self.0.reset();
    }
}

impl<'f> Arena<'f> for &'f blink_alloc::Blink {
    type List<T: Pod> = allocator_api2_04::vec::Vec<T, &'f blink_alloc::BlinkAlloc>;

    #[inline(always)]
    fn put<T: Pod>(&mut self, value: T) {
        self.put_no_drop(value);
    }

    #[inline(always)]
    fn copy<T: Pod>(&mut self, source: &[T]) {
        self.copy_slice(source);
    }

    #[inline(always)]
    fn text(&mut self, source: &str) {
        self.copy_str(source);
    }

    #[inline(always)]
    fn zeroes(&mut self, bytes: usize) {
        self.emplace_no_drop().from_iter(std::iter::repeat_n(0_u8, bytes));
    }

    #[inline(always)]
    fn filled<T: Pod>(&mut self, len: usize, make: impl FnMut(usize) -> T) {
        self.emplace_no_drop().from_iter((0..len).map(make));
    }

    #[inline(always)]
    fn raw(&mut self, layout: Layout) -> usize {
        self.allocator().allocate(layout).map_or(0, |place| place.addr().get())
    }

    #[inline(always)]
    fn list<T: Pod>(&mut self) -> Self::List<T> {
        allocator_api2_04::vec::Vec::new_in(self.allocator())
    }
}

/// `oxc_allocator`, the arena of a JavaScript compiler.
pub(crate) struct Oxc(oxc_allocator::Allocator);

impl Oxc {
    /// A warm arena.
    pub(crate) fn new() -> Self {
        Self(oxc_allocator::Allocator::with_capacity(SIZE))
    }
}

impl Peer for Oxc {
    #[inline(always)]
    fn frame(&mut self, program: &impl Program) {
        program.run(black_box(&self.0));
        self.0.reset();
    }
}

impl<'f> Arena<'f> for &'f oxc_allocator::Allocator {
    type List<T: Pod> = oxc_allocator::Vec<'f, T>;

    #[inline(always)]
    fn put<T: Pod>(&mut self, value: T) {
        self.alloc(value);
    }

    #[inline(always)]
    fn copy<T: Pod>(&mut self, source: &[T]) {
        self.alloc_slice_copy(source);
    }

    #[inline(always)]
    fn text(&mut self, source: &str) {
        self.alloc_str(source);
    }

    /// It has no call for zeroes: a copy of some is the fastest way.
    #[inline(always)]
    fn zeroes(&mut self, bytes: usize) {
        static ZEROES: [u8; 4096] = [0; 4096];
        self.alloc_slice_copy(&ZEROES[..bytes]);
    }

    /// It has no call for this either: a list does it.
    #[inline(always)]
    fn filled<T: Pod>(&mut self, len: usize, make: impl FnMut(usize) -> T) {
        black_box(oxc_allocator::Vec::from_iter_in((0..len).map(make), self).as_ptr());
    }

    #[inline(always)]
    fn raw(&mut self, layout: Layout) -> usize {
        self.alloc_layout(layout).addr().get()
    }

    #[inline(always)]
    fn list<T: Pod>(&mut self) -> Self::List<T> {
        oxc_allocator::Vec::new_in(self)
    }
}
