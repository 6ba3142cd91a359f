//! The cases of maps, sets, queues and sorted maps.

use framealloc_core::collections::FromFrameIterator;
use framealloc_core::{AllocError, FrameDeque, FrameHeap, FrameMap, FrameSet, FrameSortedMap, SmartAlloc};

use crate::frames::{NEW, on_full_map, on_full_set};
use crate::refuse::Refusal::{self, Budget, Memory, Size};
use crate::refuse::Typed;
use crate::{Case, cases};

/// What frames can be refused by.
const FRAME: &[Refusal] = &[Budget, Memory];
/// The same, of calls that take a length.
const SIZED: &[Refusal] = &[Budget, Memory, Size];

/// More than a chunk holds.
const BIG: [u64; 2048] = [7; 2048];
const MANY: usize = 5000;
/// A call on a queue without room for another element, whose ring wraps.
fn on_full_deque<R, E: Typed>(
    alloc: &SmartAlloc,
    refusal: Refusal,
    call: impl FnOnce(&mut FrameDeque<'_, u64>) -> Result<R, E>,
) -> Result<(), AllocError> {
    let mut deque = alloc.frame_deque_with_capacity(2048);
    deque.extend(1000..2048);
    (0..1000).rev().for_each(|value| deque.push_front(value));
    let outcome = refusal.during(alloc.frame(), || call(&mut deque));
    if outcome.is_err() {
        assert!(
            deque.iter().copied().eq(0..2048) && deque.capacity() == 2048,
            "a refused call leaves the elements alone"
        );
    }
    outcome
}

/// A call on a priority queue without room for another element.
fn on_full_heap<R, E: Typed>(
    alloc: &SmartAlloc,
    refusal: Refusal,
    call: impl FnOnce(&mut FrameHeap<'_, u64>) -> Result<R, E>,
) -> Result<(), AllocError> {
    let mut heap = alloc.frame_heap_with_capacity(2048);
    heap.extend(0..2048);
    let outcome = refusal.during(alloc.frame(), || call(&mut heap));
    if outcome.is_err() {
        assert_eq!(heap.len(), 2048, "a refused call leaves the elements alone");
        assert!((0..2048).rev().all(|value| heap.pop() == Some(value)), "a refused call leaves the elements alone");
    }
    outcome
}

/// A call on a sorted map without room for another entry.
fn on_full_sorted<R, E: Typed>(
    alloc: &SmartAlloc,
    refusal: Refusal,
    call: impl FnOnce(&mut FrameSortedMap<'_, u64, u64>) -> Result<R, E>,
) -> Result<(), AllocError> {
    let mut map = alloc.frame_sorted_map_with_capacity(2048);
    map.extend((0..2048).map(|key| (2 * key, key)));
    let outcome = refusal.during(alloc.frame(), || call(&mut map));
    if outcome.is_err() {
        let all = map.iter().map(|(key, value)| (*key, *value)).eq((0..2048).map(|key| (2 * key, key)));
        assert!(all, "a refused call leaves the entries alone");
    }
    outcome
}

/// What the pool makes is collected on the heap first, where rayon ends the program when there is no memory.
#[cfg(feature = "rayon")]
const BUDGET: &[Refusal] = &[Budget];

/// Calls of the feature `rayon`.
#[cfg(feature = "rayon")]
fn of_the_pool() -> Vec<Case> {
    cases! {
        "FrameVec::try_par_extend" BUDGET |a, r| { let mut vec = a.frame_vec(); r.during(a.frame(), || vec.try_par_extend(BIG)) };
        "FrameMap::try_par_extend" BUDGET |a, r| on_full_map(a, r, |map| map.try_par_extend([(NEW, [1; 64])]));
        "FrameSet::try_par_extend" BUDGET |a, r| on_full_set(a, r, |set| set.try_par_extend([[NEW; 64]]));
        "FrameDeque::try_par_extend" BUDGET |a, r| on_full_deque(a, r, |deque| deque.try_par_extend(BIG));
        "FrameHeap::try_par_extend" BUDGET |a, r| on_full_heap(a, r, |heap| heap.try_par_extend(BIG));
        "FrameSortedMap::try_par_extend" BUDGET |a, r| on_full_sorted(a, r, |map| map.try_par_extend([(7, 1)]));
    }
}

#[cfg(not(feature = "rayon"))]
fn of_the_pool() -> Vec<Case> {
    Vec::new()
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = of_the_pool();
    cases.extend(cases! {
        "FrameDeque::try_from_frame_iter" FRAME |a, r| r.during(a.frame(), || FrameDeque::try_from_frame_iter(BIG, a.frame()));
        "FrameHeap::try_from_frame_iter" FRAME |a, r| r.during(a.frame(), || FrameHeap::try_from_frame_iter(BIG, a.frame()));
        "FrameSortedMap::try_from_frame_iter" FRAME |a, r|
            r.during(a.frame(), || FrameSortedMap::try_from_frame_iter((0..MANY).map(|key| (key, key)), a.frame()));
        "FrameMap::try_from_frame_iter" FRAME |a, r| r.during(a.frame(), || {
            FrameMap::<usize, usize>::try_from_frame_iter((0..MANY).map(|key| (key, key)), a.frame())
        });
        "FrameSet::try_from_frame_iter" FRAME |a, r|
            r.during(a.frame(), || FrameSet::<usize>::try_from_frame_iter(0..MANY, a.frame()));
        "FrameMap::try_entry" FRAME |a, r| on_full_map(a, r, |map| map.try_entry(NEW).map(drop));
        "FrameMap::try_entry_ref" FRAME |a, r| on_full_map(a, r, |map| map.try_entry_ref(&NEW).map(drop));
        "FrameMap::try_clone" FRAME |a, r| on_full_map(a, r, |map| map.try_clone().map(drop));
        "FrameMap::try_with_capacity_and_hasher" SIZED |a, r| r.during(a.frame(), || {
            FrameMap::<u64, u64, _>::try_with_capacity_and_hasher(a.frame(), r.length(MANY), std::hash::RandomState::new())
        });
        "FrameSet::try_entry" FRAME |a, r| on_full_set(a, r, |set| set.try_entry([NEW; 64]).map(drop));
        "FrameSet::try_replace" FRAME |a, r| on_full_set(a, r, |set| set.try_replace([NEW; 64]));
        "FrameSet::try_get_or_insert" FRAME |a, r| on_full_set(a, r, |set| set.try_get_or_insert([NEW; 64]).map(drop));
        "FrameSet::try_get_or_insert_with" FRAME |a, r|
            on_full_set(a, r, |set| set.try_get_or_insert_with(&[NEW; 64], |value| *value).map(drop));
        "FrameSet::try_clone" FRAME |a, r| on_full_set(a, r, |set| set.try_clone().map(drop));
        "FrameSet::try_with_capacity_and_hasher" SIZED |a, r| r.during(a.frame(), || {
            FrameSet::<u64, _>::try_with_capacity_and_hasher(a.frame(), r.length(MANY), std::hash::RandomState::new())
        });
        "FrameDeque::try_push_back" FRAME |a, r| on_full_deque(a, r, |deque| deque.try_push_back(1));
        "FrameDeque::try_push_front" FRAME |a, r| on_full_deque(a, r, |deque| deque.try_push_front(1));
        "FrameDeque::try_insert" FRAME |a, r| on_full_deque(a, r, |deque| deque.try_insert(100, 1));
        "FrameDeque::try_reserve" SIZED |a, r| on_full_deque(a, r, |deque| deque.try_reserve(r.length(1)));
        "FrameDeque::try_reserve_exact" SIZED |a, r| on_full_deque(a, r, |deque| deque.try_reserve_exact(r.length(MANY)));
        "FrameDeque::try_extend" FRAME |a, r| on_full_deque(a, r, |deque| deque.try_extend(BIG));
        "FrameDeque::try_resize" SIZED |a, r| on_full_deque(a, r, |deque| deque.try_resize(r.length(MANY), 1));
        "FrameDeque::try_clone" FRAME |a, r| on_full_deque(a, r, |deque| deque.try_clone().map(drop));
        "FrameDeque::try_split_off" FRAME |a, r| on_full_deque(a, r, |deque| deque.try_split_off(10).map(drop));
        "FrameDeque::try_append" FRAME |a, r| {
            let mut other = a.frame_deque_with_capacity(3);
            other.extend([1, 2, 3]);
            let outcome = on_full_deque(a, r, |deque| deque.try_append(&mut other));
            assert_eq!(other.len(), if outcome.is_ok() { 0 } else { 3 });
            outcome
        };
        "FrameHeap::try_push" FRAME |a, r| on_full_heap(a, r, |heap| heap.try_push(1));
        "FrameHeap::try_reserve" SIZED |a, r| on_full_heap(a, r, |heap| heap.try_reserve(r.length(1)));
        "FrameHeap::try_reserve_exact" SIZED |a, r| on_full_heap(a, r, |heap| heap.try_reserve_exact(r.length(MANY)));
        "FrameHeap::try_extend" FRAME |a, r| on_full_heap(a, r, |heap| heap.try_extend(BIG));
        "FrameHeap::try_clone" FRAME |a, r| on_full_heap(a, r, |heap| heap.try_clone().map(drop));
        "FrameHeap::try_append" FRAME |a, r| {
            let mut other = a.frame_heap_with_capacity(3);
            other.extend([1, 2, 3]);
            let outcome = on_full_heap(a, r, |heap| heap.try_append(&mut other));
            assert_eq!(other.len(), if outcome.is_ok() { 0 } else { 3 });
            outcome
        };
        "FrameSortedMap::try_insert" FRAME |a, r| on_full_sorted(a, r, |map| map.try_insert(7, 1));
        "FrameSortedMap::try_entry" FRAME |a, r| on_full_sorted(a, r, |map| map.try_entry(7).map(drop));
        "FrameSortedMap::try_extend" FRAME |a, r| on_full_sorted(a, r, |map| map.try_extend([(7, 1)]));
        "FrameSortedMap::try_reserve" SIZED |a, r| on_full_sorted(a, r, |map| map.try_reserve(r.length(1)));
        "FrameSortedMap::try_clone" FRAME |a, r| on_full_sorted(a, r, |map| map.try_clone().map(drop));
    });
    cases
}
