//! Where objects that come and go can live: pools, slabs with keys, boxes.

use framealloc::pool::{self, Pool, PoolSpec};
use framealloc::{HeapBox, PoolBox, TagId, heap};

/// An object of 64 bytes.
pub(crate) type Object = [u64; 8];

/// A home of objects.
pub(crate) trait Home: 'static {
    /// What stands for an object.
    type Kept: Send + 'static;

    /// Makes an object.
    fn make(&mut self, object: Object) -> Self::Kept;

    /// Frees it.
    fn free(&mut self, kept: Self::Kept);
}

/// Boxes of the global allocator.
pub(crate) struct Boxes;

impl Home for Boxes {
    type Kept = Box<Object>;

    #[inline(always)]
    fn make(&mut self, object: Object) -> Box<Object> {
        Box::new(object)
    }

    #[inline(always)]
    fn free(&mut self, kept: Box<Object>) {
        drop(kept);
    }
}

/// A `slab::Slab`: keys instead of owners, one thread.
pub(crate) struct Keys(slab::Slab<Object>);

impl Keys {
    /// With room for `objects`.
    pub(crate) fn new(objects: usize) -> Self {
        Self(slab::Slab::with_capacity(objects))
    }
}

impl Home for Keys {
    type Kept = usize;

    #[inline(always)]
    fn make(&mut self, object: Object) -> usize {
        self.0.insert(object)
    }

    #[inline(always)]
    fn free(&mut self, kept: usize) {
        self.0.remove(kept);
    }
}

/// The pool of the size.
pub(crate) struct Sized;

impl Home for Sized {
    type Kept = PoolBox<Object>;

    #[inline(always)]
    fn make(&mut self, object: Object) -> PoolBox<Object> {
        pool::boxed(object)
    }

    #[inline(always)]
    fn free(&mut self, kept: PoolBox<Object>) {
        drop(kept);
    }
}

static OWN: Pool<Object> = Pool::new(PoolSpec::new("objects"));
static FIXED: Pool<Object> = Pool::new(PoolSpec::new("fixed objects").capacity(200_000).fixed());

macro_rules! own_home {
    ($(#[$docs:meta])* $name:ident, $pool:ident) => {
        $(#[$docs])*
        pub(crate) struct $name;

        impl Home for $name {
            type Kept = PoolBox<Object>;

            #[inline(always)]
            fn make(&mut self, object: Object) -> PoolBox<Object> {
                $pool.boxed(object)
            }

            #[inline(always)]
            fn free(&mut self, kept: PoolBox<Object>) {
                drop(kept);
            }
        }
    };
}

own_home!(
    /// The pool of the type.
    Own,
    OWN
);
own_home!(
    /// A pool of the type with a fixed capacity.
    Limited,
    FIXED
);

/// The heap, counted by tag.
pub(crate) struct Heap;

impl Home for Heap {
    type Kept = HeapBox<Object>;

    #[inline(always)]
    fn make(&mut self, object: Object) -> HeapBox<Object> {
        heap::boxed(object, TagId::NONE)
    }

    #[inline(always)]
    fn free(&mut self, kept: HeapBox<Object>) {
        drop(kept);
    }
}
