//! A panic in the k-th drop, clone, comparison or closure of any operation on a queue, priority queue or sorted map loses and
//! doubles no element.

use std::cmp::Ordering;
use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::{FrameDeque, FrameHeap, FrameSortedMap, FrameVec, SmartAlloc};

use crate::fuse::{CALLS, DROPPED, FUSE, MADE, step};

/// Owns heap memory: a second drop or a read of garbage shows under any sanitizer.
struct Value(Box<u8>, u8);

fn value(id: u8) -> Value {
    MADE.set(MADE.get() + 1);
    Value(Box::new(id), id)
}

impl Value {
    fn check(&self) {
        assert_eq!(*self.0, self.1);
    }
}

impl Clone for Value {
    fn clone(&self) -> Self {
        step();
        value(self.1)
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.check();
        DROPPED.set(DROPPED.get() + 1);
        step();
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        step();
        self.0.cmp(&other.0)
    }
}

/// A collection of values that can still be used, whatever has happened to it.
trait Collection<'f> {
    fn filled(alloc: &'f SmartAlloc) -> Self;
    fn check(&mut self) -> usize;
}

impl<'f> Collection<'f> for FrameDeque<'f, Value> {
    fn filled(alloc: &'f SmartAlloc) -> Self {
        let mut deque = alloc.frame_deque_with_capacity(16);
        (0..6).for_each(|id| deque.push_back(value(id)));
        // The ring wraps.
        (6..10).for_each(|id| deque.push_front(value(id)));
        deque
    }

    fn check(&mut self) -> usize {
        self.push_back(value(1));
        self.push_front(value(2));
        self.insert(1, value(3));
        self.iter().for_each(Value::check);
        self.len()
    }
}

impl<'f> Collection<'f> for FrameHeap<'f, Value> {
    fn filled(alloc: &'f SmartAlloc) -> Self {
        let mut heap = alloc.frame_heap();
        for id in [5, 2, 9, 4, 4, 1, 8, 0, 3, 7] {
            heap.push(value(id));
        }
        heap
    }

    fn check(&mut self) -> usize {
        self.push(value(6));
        self.iter().for_each(Value::check);
        self.len()
    }
}

impl<'f> Collection<'f> for FrameSortedMap<'f, Value, Value> {
    fn filled(alloc: &'f SmartAlloc) -> Self {
        let mut map = alloc.frame_sorted_map();
        for id in [5, 2, 9, 4, 1] {
            map.insert(value(id), value(id));
        }
        map
    }

    fn check(&mut self) -> usize {
        drop(self.insert(value(200), value(6)));
        self.iter().for_each(|(key, value)| {
            key.check();
            value.check();
        });
        2 * self.len()
    }
}

/// Runs `operation` with the fuse at every step that it takes, and without.
fn matrix<C: for<'f> Family<'f>>(name: &str, operation: impl for<'f> Fn(&mut <C as Family<'f>>::Of)) {
    for fuse in 0.. {
        let alloc = SmartAlloc::default();
        MADE.set(0);
        DROPPED.set(0);
        FUSE.set(usize::MAX);
        let mut collection = <C as Family<'_>>::Of::filled(&alloc);
        let below = alloc.frame_vec_with_capacity::<u8>(64);
        CALLS.set(0);
        FUSE.set(fuse);
        let panicked = catch_unwind(AssertUnwindSafe(|| operation(&mut collection))).is_err();
        FUSE.set(usize::MAX);
        let len = collection.check();
        assert_eq!(MADE.get() - DROPPED.get(), len, "{name}, panic at call {fuse}: elements were lost or made up");
        drop(collection);
        assert_eq!(MADE.get(), DROPPED.get(), "{name}, panic at call {fuse}");
        drop(below);
        if !panicked {
            return;
        }
        assert!(fuse < 2000, "{name}: the matrix has no end");
    }
}

trait Family<'f> {
    type Of: Collection<'f>;
}

struct Deque;
struct Heap;
struct Sorted;

impl<'f> Family<'f> for Deque {
    type Of = FrameDeque<'f, Value>;
}

impl<'f> Family<'f> for Heap {
    type Of = FrameHeap<'f, Value>;
}

impl<'f> Family<'f> for Sorted {
    type Of = FrameSortedMap<'f, Value, Value>;
}

#[test]
fn a_panic_anywhere_loses_and_doubles_nothing_in_a_queue() {
    matrix::<Deque>("truncate", |deque| deque.truncate(2));
    matrix::<Deque>("clear", |deque| {
        deque.clear();
    });
    matrix::<Deque>("retain", |deque| {
        let mut index = 0;
        deque.retain(|value| {
            step();
            value.check();
            index += 1;
            index % 3 == 0
        });
    });
    matrix::<Deque>("drain, none taken", |deque| drop(deque.drain(1..8)));
    matrix::<Deque>("drain, near the end", |deque| drop(deque.drain(5..9).nth(1)));
    matrix::<Deque>("drain, near the front", |deque| drop(deque.drain(1..4).next_back()));
    matrix::<Deque>("extend, the iterator panics", |deque| {
        deque.extend((0..40).map(|id| {
            step();
            value(id)
        }));
    });
    matrix::<Deque>("clone", |deque| drop(deque.clone()));
    matrix::<Deque>("clone_from", |deque| {
        let source = deque.split_off(5);
        deque.clone_from(&source);
    });
    matrix::<Deque>("append", |deque| {
        let mut tail = deque.split_off(4);
        deque.append(&mut tail);
        deque.truncate(7);
    });
    matrix::<Deque>("resize", |deque| deque.resize(30, value(5)));
    matrix::<Deque>("insert and remove", |deque| {
        deque.insert(2, value(7));
        deque.insert(9, value(7));
        drop(deque.remove(2));
        drop(deque.remove(8));
    });
    matrix::<Deque>("contains", |deque| assert!(deque.contains(&value(3))));
    matrix::<Deque>("into_iter", |deque| drop(deque.take().into_iter().nth(3)));
    matrix::<Deque>("into_vec", |deque| drop(deque.take().into_vec()));
    matrix::<Deque>("drop", |deque| drop(deque.take()));
}

#[test]
fn a_panic_anywhere_loses_and_doubles_nothing_in_a_priority_queue() {
    matrix::<Heap>("push", |heap| heap.push(value(20)));
    matrix::<Heap>("pop", |heap| drop(heap.pop()));
    matrix::<Heap>("peek_mut", |heap| {
        let mut greatest = heap.peek_mut().unwrap();
        *greatest.0 = 3;
        greatest.1 = 3;
    });
    matrix::<Heap>("peek_mut, pop", |heap| {
        let mut greatest = heap.peek_mut().unwrap();
        *greatest.0 = 3;
        greatest.1 = 3;
        drop(framealloc_core::collections::PeekMut::pop(greatest));
    });
    matrix::<Heap>("retain", |heap| {
        let mut index = 0;
        heap.retain(|_| {
            step();
            index += 1;
            index % 2 == 0
        });
    });
    matrix::<Heap>("extend, the iterator panics", |heap| {
        heap.extend((0..20).map(|id| {
            step();
            value(id)
        }));
    });
    matrix::<Heap>("append", |heap| {
        let mut other = heap.clone();
        heap.append(&mut other);
    });
    matrix::<Heap>("drain", |heap| drop(heap.drain().nth(2)));
    matrix::<Heap>("into_sorted_vec", |heap| drop(heap.take().into_sorted_vec()));
    matrix::<Heap>("from a vector", |heap| {
        let mut vec: FrameVec<'_, Value> = heap.take().into_vec();
        vec.reverse();
        *heap = vec.into();
    });
    matrix::<Heap>("into_iter", |heap| drop(heap.take().into_iter().nth(3)));
}

/// Has no size, and an order that may panic.
#[derive(PartialEq, Eq)]
struct Nothing;

impl Nothing {
    fn new() -> Self {
        MADE.set(MADE.get() + 1);
        Self
    }
}

impl Drop for Nothing {
    fn drop(&mut self) {
        DROPPED.set(DROPPED.get() + 1);
    }
}

impl PartialOrd for Nothing {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Nothing {
    fn cmp(&self, _: &Self) -> Ordering {
        step();
        Ordering::Equal
    }
}

#[test]
fn a_panic_anywhere_loses_and_doubles_nothing_in_a_priority_queue_of_values_without_size() {
    for fuse in 0.. {
        let alloc = SmartAlloc::default();
        MADE.set(0);
        DROPPED.set(0);
        FUSE.set(usize::MAX);
        let mut heap = alloc.frame_heap();
        heap.extend((0..9).map(|_| Nothing::new()));
        CALLS.set(0);
        FUSE.set(fuse);
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            heap.push(Nothing::new());
            drop(heap.pop());
            *heap.peek_mut().unwrap() = Nothing::new();
            heap.extend((0..9).map(|_| Nothing::new()));
            drop(heap.pop());
            heap = heap.take().into_sorted_vec().into();
        }))
        .is_err();
        FUSE.set(usize::MAX);
        assert_eq!(MADE.get() - DROPPED.get(), heap.len(), "panic at call {fuse}");
        drop(heap);
        assert_eq!(MADE.get(), DROPPED.get(), "panic at call {fuse}");
        if !panicked {
            return;
        }
    }
}

#[test]
fn a_panic_anywhere_loses_and_doubles_nothing_in_a_sorted_map() {
    matrix::<Sorted>("insert", |map| drop(map.insert(value(3), value(3))));
    matrix::<Sorted>("insert what is there", |map| drop(map.insert(value(4), value(3))));
    matrix::<Sorted>("remove", |map| drop(map.remove(&value(4))));
    matrix::<Sorted>("entry", |map| {
        map.entry(value(4)).and_modify(|old| *old = value(1)).or_insert_with(|| value(2));
        map.entry(value(3)).and_modify(|old| *old = value(1)).or_insert_with(|| value(2));
    });
    matrix::<Sorted>("extend", |map| {
        map.extend([10, 11, 3, 4, 12, 4, 0].map(|id| (value(id), value(id))));
    });
    matrix::<Sorted>("extend, many", |map| {
        map.extend((0..40_u8).map(|id| (value(id.wrapping_mul(37) % 41), value(id))));
    });
    matrix::<Sorted>("retain", |map| {
        map.retain(|key, _| {
            step();
            key.1 % 2 == 0
        });
    });
    matrix::<Sorted>("pop_first", |map| drop(map.pop_first()));
    matrix::<Sorted>("range", |map| assert_eq!(map.range(value(2)..value(6)).count(), 3));
    matrix::<Sorted>("clone", |map| drop(map.clone()));
    matrix::<Sorted>("from a vector", |map| {
        let mut vec = map.take().into_vec();
        vec.reverse();
        *map = vec.into();
    });
    matrix::<Sorted>("drain", |map| drop(map.drain().nth(2)));
    matrix::<Sorted>("into_iter", |map| drop(map.take().into_iter().nth(2)));
}
