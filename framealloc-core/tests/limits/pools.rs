//! The cases of pools and of the heap.

use framealloc_core::pool::{self, Pool, PoolMap, PoolSpec, Pooled};
use framealloc_core::{AllocError, HeapBox, PoolBox, RetireQueue, SmartAlloc, TagId, heap};

use crate::allocator::refusing;
use crate::refuse::Refusal::{self, Full, Memory, Size};
use crate::refuse::Typed;
use crate::{Case, cases};

const MEMORY: &[Refusal] = &[Memory];
const SIZED: &[Refusal] = &[Memory, Size];
const FULL: &[Refusal] = &[Full, Memory];

/// More than a slot holds.
const BIG: [u8; 9000] = [7; 9000];
/// What a slot holds, in classes that nothing else here uses: their first slot needs a slab.
type Small<const N: usize> = [u8; N];

/// A type with a fixed pool of one.
#[derive(Clone)]
struct Only([u64; 9]);

static EMPTY: Pool<Only> = Pool::new(PoolSpec::new("try_forms empty").capacity(1).fixed());
static EMPTY_SLOTS: Pool<Only> = Pool::new(PoolSpec::new("try_forms empty slots").capacity(1).fixed());

impl Pooled for Only {
    fn pool() -> &'static Pool<Self> {
        static POOL: Pool<Only> = Pool::new(PoolSpec::new("try_forms").capacity(1).fixed());
        &POOL
    }
}

/// A call that takes a slot of a pool of one: full if that is the refusal, and without a slab otherwise.
fn on_pool<R, E: Typed>(
    alloc: &SmartAlloc,
    refusal: Refusal,
    pool: &'static Pool<Only>,
    call: impl FnOnce() -> Result<R, E>,
) -> Result<(), AllocError> {
    pool.trim();
    let only = (refusal == Full).then(|| pool.boxed(Only([1; 9])));
    let outcome = refusal.during(alloc.frame(), call);
    assert!(only.is_none_or(|only| only.0 == [1; 9]));
    assert_eq!(pool.stats().live, 0);
    outcome
}

/// A call on a map with one value.
fn on_map<R, E: Typed>(
    alloc: &SmartAlloc,
    refusal: Refusal,
    call: impl FnOnce(&mut PoolMap<[u8; 9000]>) -> Result<R, E>,
) -> Result<(), AllocError> {
    let mut map = PoolMap::new();
    let key = map.insert(BIG);
    while map.len() < map.capacity() {
        map.insert(BIG);
    }
    let full = map.len();
    let outcome = refusal.during(alloc.frame(), || call(&mut map));
    assert_eq!((map[key], map.len() > full && outcome.is_err()), (BIG, false));
    outcome
}

/// A queue that has all places for boxes that there are without more memory, if that is the refusal.
fn full_of_boxes(refusal: Refusal) -> RetireQueue {
    let queue = RetireQueue::new();
    if refusal == Memory {
        while refusing(0, || queue.try_retire(pool::boxed(()))).is_ok() {}
    }
    queue
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = cases! {
        "RetireQueue::try_retire" MEMORY |a, r| {
            let queue = RetireQueue::new();
            let value: Small<9001> = [1; 9001];
            r.during(a.frame(), || queue.try_retire(value))
        };
        "PoolBox::try_retire" MEMORY |a, r| {
            let (queue, _full) = (RetireQueue::new(), full_of_boxes(r));
            r.during(a.frame(), || PoolBox::try_retire(pool::boxed(()), &queue))
        };
        "HeapBox::try_retire" MEMORY |a, r| {
            let (queue, _full) = (RetireQueue::new(), full_of_boxes(r));
            r.during(a.frame(), || HeapBox::try_retire(heap::boxed((), TagId::NONE), &queue))
        };
        "pool::try_boxed" MEMORY |a, r| { small::<3000>(a, r)?; r.during(a.frame(), || pool::try_boxed(BIG)) };
        "pool::try_slot" MEMORY |a, r| r.during(a.frame(), pool::try_slot::<[u8; 9000]>);
        "pool::try_slice_fill_with" SIZED |a, r|
            r.during(a.frame(), || pool::try_slice_fill_with(r.length(9000), |n| n));
        "pool::try_slice_copy" MEMORY |a, r| r.during(a.frame(), || pool::try_slice_copy(&BIG));
        "pool::try_str_copy" MEMORY |a, r| { let text = "x".repeat(9000); r.during(a.frame(), || pool::try_str_copy(&text)) };
        "PoolBox::try_new" MEMORY |a, r| r.during(a.frame(), || PoolBox::try_new(BIG));
        "PoolBox::try_clone" FULL |a, r| {
            if r == Full {
                let only = Only([2; 9]).pooled();
                return r.during(a.frame(), || PoolBox::try_clone(&only));
            }
            let large = pool::boxed(BIG);
            r.during(a.frame(), || PoolBox::try_clone(&large))
        };
        "HeapBox::try_new" MEMORY |a, r| r.during(a.frame(), || HeapBox::try_new(1_u8));
        "HeapBox::try_clone" MEMORY |a, r| { let one = HeapBox::new(1_u8); r.during(a.frame(), || HeapBox::try_clone(&one)) };
        "heap::try_boxed" MEMORY |a, r| r.during(a.frame(), || heap::try_boxed(1_u8, TagId::NONE));
        "heap::try_slot" MEMORY |a, r| r.during(a.frame(), || heap::try_slot::<u8>(TagId::NONE));
        "heap::try_slice_fill_with" SIZED |a, r|
            r.during(a.frame(), || heap::try_slice_fill_with(r.length(9), TagId::NONE, |n| n));
        "heap::try_str_copy" MEMORY |a, r| r.during(a.frame(), || heap::try_str_copy("x", TagId::NONE));
        "Pool::try_boxed" FULL |a, r| on_pool(a, r, &EMPTY, || EMPTY.try_boxed(Only([3; 9])));
        "Pool::try_slot" FULL |a, r| on_pool(a, r, &EMPTY_SLOTS, || EMPTY_SLOTS.try_slot());
        "Pooled::try_pooled" FULL |a, r| on_pool(a, r, Only::pool(), || Only([3; 9]).try_pooled());
    };
    cases.extend(cases! {
        "SmartAlloc::try_pool_box" MEMORY |a, r| r.during(a.frame(), || a.try_pool_box(BIG));
        "SmartAlloc::try_pool_alloc" MEMORY |a, r| r.during(a.frame(), || a.try_pool_alloc::<[u8; 9000]>());
        "SmartAlloc::try_pool_slice_copy" MEMORY |a, r| r.during(a.frame(), || a.try_pool_slice_copy(&BIG));
        "SmartAlloc::try_pool_str" MEMORY |a, r| { let text = "x".repeat(9000); r.during(a.frame(), || a.try_pool_str(&text)) };
        "SmartAlloc::try_pool_slice_fill_with" SIZED |a, r|
            r.during(a.frame(), || a.try_pool_slice_fill_with(r.length(9000), |n| n));
        "SmartAlloc::try_heap_box" MEMORY |a, r| r.during(a.frame(), || a.try_heap_box(1_u8));
        "SmartAlloc::try_heap_alloc" MEMORY |a, r| r.during(a.frame(), || a.try_heap_alloc::<u8>());
        "SmartAlloc::try_heap_slice_fill_with" SIZED |a, r|
            r.during(a.frame(), || a.try_heap_slice_fill_with(r.length(9), |n| n));
        "SmartAlloc::try_frame_box_for_transfer" MEMORY |a, r| r.during(a.frame(), || a.try_frame_box_for_transfer(BIG));
        "PoolMap::try_reserve" SIZED |a, r| on_map(a, r, |map| map.try_reserve(r.length(100)));
        "PoolMap::try_insert" FULL |a, r| {
            if r == Full {
                let mut map = PoolMap::pooled();
                let key = map.insert(Only([1; 9]));
                let outcome = r.during(a.frame(), || map.try_insert(Only([2; 9])));
                assert_eq!((map.len(), map[key].0), (1, [1; 9]));
                return outcome;
            }
            on_map(a, r, |map| map.try_insert(BIG))
        };
        "PoolMap::try_insert_with_key" MEMORY |a, r| on_map(a, r, |map| map.try_insert_with_key(|_| BIG));
        "PoolMap::try_insert_boxed" MEMORY |a, r| {
            let (boxed, mut given_back) = (pool::boxed(BIG), None);
            on_map(a, r, |map| {
                map.try_insert_boxed(boxed).map_err(|refused| {
                    let (value, error) = refused.into_parts();
                    given_back = Some(value);
                    error
                })
            })
        };
    });
    cases
}

/// A slot of a class that is not used yet.
fn small<const N: usize>(alloc: &SmartAlloc, refusal: Refusal) -> Result<(), AllocError> {
    pool::trim();
    let outcome = refusal.during(alloc.frame(), || pool::try_boxed::<Small<N>>([1; N]));
    pool::trim();
    outcome
}
