//! f: objects that come and go on one thread.

use std::hint::black_box;

use allocator_api2::alloc::System;
use allocator_api2::boxed::Box as BoxIn;
use framealloc::{Pool, PoolBox, PoolSpec, SmartAlloc};

use crate::harness::{Contender, Workload};
use crate::peers::allocator;

/// 64 bytes; a type of its own pool each.
pub(crate) type Object = [u64; 8];
#[derive(Clone, Copy)]
pub(crate) struct Owned(pub(crate) Object);
#[derive(Clone, Copy)]
pub(crate) struct Fixed(pub(crate) Object);

/// More objects than any workload has alive.
const MOST: usize = 1 << 17;

pub(crate) static OWN: Pool<Owned> = Pool::new(PoolSpec::new("benches::Owned"));
pub(crate) static FIXED: Pool<Fixed> = Pool::new(PoolSpec::new("benches::Fixed").capacity(MOST).fixed());

/// Names of the contenders.
pub(crate) mod names {
    pub(crate) const CLASS: &str = "framealloc pool_box";
    pub(crate) const OWN: &str = "framealloc pool of the type";
    pub(crate) const FIXED: &str = "framealloc fixed pool";
    pub(crate) const SLAB: &str = "slab";
    pub(crate) const SYSTEM: &str = "system allocator";
}

/// Where objects live.
trait Store: 'static {
    type Handle;
    fn put(&mut self, object: Object) -> Self::Handle;
    fn take(&mut self, handle: Self::Handle);
}

struct Class(SmartAlloc);
impl Store for Class {
    type Handle = PoolBox<Object>;
    #[inline(always)]
    fn put(&mut self, object: Object) -> Self::Handle {
        self.0.pool_box(object)
    }
    #[inline(always)]
    fn take(&mut self, handle: Self::Handle) {
        drop(handle);
    }
}

/// A store that is a way to make boxes.
macro_rules! store {
    ($name:ident, $handle:ty, $object:ident => $new:expr) => {
        struct $name;
        impl Store for $name {
            type Handle = $handle;
            #[inline(always)]
            fn put(&mut self, $object: Object) -> Self::Handle {
                $new
            }
            #[inline(always)]
            fn take(&mut self, handle: Self::Handle) {
                drop(handle);
            }
        }
    };
}

store!(OwnPool, PoolBox<Owned>, object => OWN.boxed(Owned(object)));
store!(FixedPool, PoolBox<Fixed>, object => FIXED.boxed(Fixed(object)));
store!(GlobalBox, Box<Object>, object => Box::new(object));
store!(SystemBox, BoxIn<Object, System>, object => BoxIn::new_in(object, System));

struct Slab(slab::Slab<Object>);
impl Store for Slab {
    type Handle = usize;
    #[inline(always)]
    fn put(&mut self, object: Object) -> Self::Handle {
        self.0.insert(object)
    }
    #[inline(always)]
    fn take(&mut self, handle: Self::Handle) {
        self.0.remove(handle);
    }
}

/// A sequence of indices below `bound`, the same for every contender.
fn indices(count: usize, bound: usize) -> Vec<usize> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let next = |state: &mut u64| {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state as usize
    };
    (0..count).map(|_| next(&mut state) % bound).collect()
}

/// 0 to `count`, shuffled.
fn shuffled(count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for (index, other) in indices(count, usize::MAX).into_iter().enumerate() {
        order.swap(index, other % (index + 1));
    }
    order
}

pub(super) const PAIRS: usize = 1000;

/// f1: one at a time.
fn pairs<S: Store>(name: &'static str, mut store: S) -> Contender {
    Contender::new(name, move || {
        for value in 0..PAIRS as u64 {
            let handle = store.put([value; 8]);
            black_box(&handle);
            store.take(handle);
        }
    })
}

/// f1 in a slab.
#[cfg(feature = "memory_filter")]
pub(super) fn pairs_in_slab() -> Contender {
    pairs(names::SLAB, Slab(slab::Slab::with_capacity(MOST)))
}

/// f1, and a turn of the frame.
#[cfg(feature = "memory_filter")]
pub(super) fn pairs_in_frames(name: &'static str, mut alloc: SmartAlloc) -> Contender {
    Contender::new(name, move || {
        for value in 0..PAIRS as u64 {
            drop(black_box(alloc.pool_box([value; 8])));
        }
        alloc.end_frame();
    })
}

/// f2, f4: many are made, then freed in another order.
fn random<S: Store, const COUNT: usize>(name: &'static str, mut store: S) -> Contender {
    let order = shuffled(COUNT);
    let mut live: Vec<Option<S::Handle>> = Vec::with_capacity(COUNT);
    Contender::new(name, move || {
        for value in 0..COUNT as u64 {
            live.push(Some(store.put([value; 8])));
        }
        for &index in &order {
            if let Some(handle) = live[index].take() {
                store.take(handle);
            }
        }
        live.clear();
    })
}

/// f3, f5: of many, one at a time is replaced.
fn churn<S: Store, const COUNT: usize>(name: &'static str, mut store: S) -> Contender {
    let order = indices(PAIRS * 16, COUNT);
    let mut live: Vec<Option<S::Handle>> = (0..COUNT as u64).map(|value| Some(store.put([value; 8]))).collect();
    let mut at = 0;
    Contender::new(name, move || {
        for &index in &order[at..at + PAIRS] {
            if let Some(handle) = live[index].take() {
                store.take(handle);
            }
            live[index] = Some(store.put([index as u64; 8]));
        }
        at = (at + PAIRS) % order.len();
    })
}

/// Applies one of the functions above to every store.
macro_rules! everyone {
    ($($contender:tt)+) => {
        vec![
            $($contender)+(crate::global_name(), GlobalBox),
            $($contender)+(names::SYSTEM, SystemBox),
            $($contender)+(names::SLAB, Slab(slab::Slab::with_capacity(MOST))),
            $($contender)+(names::CLASS, Class(allocator())),
            $($contender)+(names::OWN, OwnPool),
            $($contender)+(names::FIXED, FixedPool),
        ]
    };
}

pub(super) fn workloads() -> Vec<Workload> {
    let workload = |name, about, operations: usize, contenders| Workload {
        name,
        about,
        operations: operations as f64,
        unit: "object",
        base: crate::global_name(),
        contenders,
    };
    vec![
        workload("f1", "an object of 64 bytes made and freed", PAIRS, (|| everyone!(pairs)) as fn() -> _),
        workload("f2", "1000 objects made, freed in random order", 1000, || everyone!(random::<_, 1000>)),
        workload("f3", "of 1000 objects, random ones replaced", PAIRS, || everyone!(churn::<_, 1000>)),
        workload("f4", "100 000 objects made, freed in random order", 100_000, || everyone!(random::<_, 100_000>)),
        workload("f5", "of 100 000 objects, random ones replaced", PAIRS, || everyone!(churn::<_, 100_000>)),
    ]
}
