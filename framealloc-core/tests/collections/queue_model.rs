//! Random programs on queues, priority queues and sorted maps give what the standard library's give.
#![allow(clippy::cast_possible_truncation, reason = "small numbers are drawn")]

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use framealloc_core::{FrameDeque, FrameHeap, FrameSortedMap, FrameVec, SmartAlloc};
use proptest::prelude::*;

use crate::runner::runner;

/// Values with a drop, so that a double one shows under a sanitizer.
type Value = Box<u8>;

/// Runs programs of steps: what to do, where, where else, and with which value.
fn run(cases: u32, kinds: u8, program: impl Fn(&[(u8, usize, usize, u8)])) {
    let (mut runner, seed) = runner(cases);
    let steps = proptest::collection::vec((0..kinds, 0..40_usize, 0..40_usize, any::<u8>()), 1..200);
    runner
        .run(&steps, |steps| {
            program(&steps);
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("FRAMEALLOC_SEED={seed}: {failure}"));
}

fn apply(deque: &mut FrameDeque<'_, Value>, model: &mut VecDeque<Value>, (kind, a, b, value): (u8, usize, usize, u8)) {
    let len = model.len();
    let (front, back) = (a.min(b).min(len), a.max(b).min(len));
    match kind {
        0..=4 => {
            deque.push_back(Box::new(value));
            model.push_back(Box::new(value));
        }
        5..=8 => {
            deque.push_front(Box::new(value));
            model.push_front(Box::new(value));
        }
        9 | 10 => assert_eq!(deque.pop_front(), model.pop_front()),
        11 => assert_eq!(deque.pop_back(), model.pop_back()),
        12 | 13 => {
            deque.insert(a.min(len), Box::new(value));
            model.insert(a.min(len), Box::new(value));
        }
        14 | 15 => assert_eq!(deque.remove(a), model.remove(a)),
        16 => assert_eq!(deque.swap_remove_back(a), model.swap_remove_back(a)),
        17 => assert_eq!(deque.swap_remove_front(a), model.swap_remove_front(a)),
        18 => {
            deque.truncate(a);
            model.truncate(a);
        }
        19 => {
            deque.extend((0..a).map(|n| Box::new(n as u8)));
            model.extend((0..a).map(|n| Box::new(n as u8)));
        }
        20 | 21 => {
            let ours: Vec<Value> = deque.drain(front..back).rev().take(usize::from(value % 5)).collect();
            let theirs: Vec<Value> = model.drain(front..back).rev().take(usize::from(value % 5)).collect();
            assert_eq!(ours, theirs);
        }
        22 => {
            deque.retain(|element| **element % (value % 4 + 2) != 0);
            model.retain(|element| **element % (value % 4 + 2) != 0);
        }
        23 => {
            deque.rotate_left(front);
            model.rotate_left(front);
        }
        24 => {
            deque.rotate_right(front);
            model.rotate_right(front);
        }
        25 => assert_eq!(deque.make_contiguous(), model.make_contiguous()),
        26 => {
            let (mut tail, mut model_tail) = (deque.split_off(front), model.split_off(front));
            tail.append(deque);
            model_tail.append(model);
            *deque = tail;
            *model = model_tail;
        }
        27 => deque.shrink_to(b),
        28 => {
            deque.reserve_exact(b);
            assert!(deque.capacity() >= len + b);
        }
        29 => *deque = FrameDeque::from(deque.take().into_vec()),
        30 => {
            deque.resize(a, Box::new(value));
            model.resize(a, Box::new(value));
        }
        31 => assert!(deque.range(front..back).eq(model.range(front..back))),
        32 => {
            deque.range_mut(front..back).rev().for_each(|element| **element ^= value);
            model.range_mut(front..back).rev().for_each(|element| **element ^= value);
        }
        33 if len > 0 => {
            deque.swap(a % len, b % len);
            model.swap(a % len, b % len);
        }
        34 => {
            let copy = deque.clone();
            let iterated: Vec<Value> = std::mem::replace(deque, copy).into_iter().skip(front).collect();
            assert!(iterated.iter().eq(model.iter().skip(front)));
        }
        _ => assert_eq!(deque.contains(&Box::new(value)), model.contains(&Box::new(value))),
    }
}

#[test]
fn random_programs_on_queues_give_what_vec_deque_gives() {
    run(60, 36, |steps| {
        let alloc = SmartAlloc::default();
        alloc.scoped(|frame| {
            let mut deques = [frame.frame_deque(), alloc.frame_deque(), frame.frame_deque_with_capacity(7)];
            let mut models = [const { VecDeque::new() }; 3];
            for step in steps {
                let which = step.1 % 3;
                apply(&mut deques[which], &mut models[which], *step);
                for (deque, model) in deques.iter().zip(&models) {
                    assert_eq!(deque, model, "after {step:?}");
                    assert!(deque.iter().rev().eq(model.iter().rev()));
                    assert_eq!((deque.front(), deque.back()), (model.front(), model.back()));
                    assert_eq!(deque.get(step.2), model.get(step.2));
                    assert!(deque.iter().nth(step.2) == model.get(step.2));
                    assert_eq!(deque.iter().len(), model.len());
                }
            }
        });
    });
}

#[test]
fn a_queue_of_values_without_size_counts_them() {
    let alloc = SmartAlloc::default();
    let mut deque = alloc.frame_deque();
    (0..5).for_each(|_| deque.push_back(()));
    (0..5).for_each(|_| deque.push_front(()));
    deque.rotate_left(3);
    assert_eq!(deque.make_contiguous().len(), 10);
    deque.drain(2..5).for_each(drop);
    assert_eq!((deque.len(), deque.iter().count(), deque.insert(3, ()), deque.remove(9)), (7, 7, (), None));
    assert!(deque.try_reserve(usize::MAX).is_err());
    assert_eq!(deque.into_vec().len(), 8);
}

#[test]
fn searching_a_queue_finds_what_searching_a_slice_finds() {
    run(40, 2, |steps| {
        let alloc = SmartAlloc::default();
        let mut deque = alloc.frame_deque();
        for (kind, _, _, value) in steps {
            match kind {
                0 => deque.push_back(*value),
                _ => deque.push_front(*value),
            }
        }
        let mut order: Vec<u8> = deque.iter().copied().collect();
        order.sort_unstable();
        order.dedup();
        deque.iter_mut().zip(&order).for_each(|(element, value)| *element = *value);
        deque.truncate(order.len());
        for value in 0..=255 {
            assert_eq!(deque.binary_search(&value), order.binary_search(&value));
            assert_eq!(
                deque.partition_point(|element| *element < value),
                order.partition_point(|element| *element < value)
            );
        }
    });
}

/// The elements in order; that they come out of the heap in order is looked at on the way.
fn drained(mut heap: FrameHeap<'_, Value>) -> Vec<Value> {
    let order: Vec<Value> = std::iter::from_fn(|| heap.pop()).collect();
    assert!(order.is_sorted_by(|a, b| a >= b));
    order
}

#[test]
fn random_programs_on_priority_queues_give_what_binary_heap_gives() {
    run(60, 14, |steps| {
        let alloc = SmartAlloc::default();
        let mut heap: FrameHeap<'_, Value> = alloc.frame_heap();
        let mut model: BinaryHeap<Value> = BinaryHeap::new();
        for &(kind, a, b, value) in steps {
            match kind {
                0..=4 => {
                    heap.push(Box::new(value));
                    model.push(Box::new(value));
                }
                5 | 6 => assert_eq!(heap.pop(), model.pop()),
                7 => {
                    heap.extend((0..a).map(|n| Box::new(n as u8 ^ value)));
                    model.extend((0..a).map(|n| Box::new(n as u8 ^ value)));
                }
                8 => {
                    heap.retain(|element| **element % (value % 3 + 2) != 0);
                    model.retain(|element| **element % (value % 3 + 2) != 0);
                }
                9 => {
                    let mut other = alloc.frame_heap();
                    other.extend((0..b).map(|n| Box::new(n as u8)));
                    heap.append(&mut other);
                    model.extend((0..b).map(|n| Box::new(n as u8)));
                    assert!(other.is_empty());
                }
                10 => {
                    if let (Some(mut ours), Some(mut theirs)) = (heap.peek_mut(), model.peek_mut()) {
                        **ours = value;
                        **theirs = value;
                    }
                }
                11 => {
                    use std::collections::binary_heap;
                    let mut ours = heap.peek_mut();
                    if let Some(ours) = &mut ours {
                        ***ours ^= value;
                    }
                    let mut theirs = model.peek_mut();
                    if let Some(theirs) = &mut theirs {
                        ***theirs ^= value;
                    }
                    assert_eq!(
                        ours.map(framealloc_core::collections::PeekMut::pop),
                        theirs.map(binary_heap::PeekMut::pop)
                    );
                }
                12 => {
                    let mut vec: FrameVec<'_, Value> = heap.take().into_vec();
                    vec.reverse();
                    heap = FrameHeap::from(vec);
                }
                _ => assert_eq!(heap.clone().into_sorted_vec(), model.clone().into_sorted_vec()),
            }
            assert_eq!((heap.len(), heap.peek()), (model.len(), model.peek()));
        }
        let mut sorted = model.into_sorted_vec();
        sorted.reverse();
        assert_eq!(drained(heap), sorted);
    });
}

/// A value whose order is what the program says next, whatever it is compared with.
struct Liar<'a> {
    value: Value,
    lies: &'a Cell<u64>,
}

impl PartialEq for Liar<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Liar<'_> {}

impl PartialOrd for Liar<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Liar<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        // Both are looked at: what is no value shows under a sanitizer.
        let lie =
            self.lies.get().wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1 + u64::from(*self.value ^ *other.value));
        self.lies.set(lie);
        (lie >> 62).cmp(&1)
    }
}

#[test]
fn an_order_that_lies_loses_and_doubles_nothing_in_a_priority_queue() {
    run(60, 9, |steps| {
        let alloc = SmartAlloc::default();
        let lies = Cell::new(steps.len() as u64);
        let liar = |value: u8| Liar { value: Box::new(value), lies: &lies };
        let mut heap = alloc.frame_heap();
        let mut model: Vec<u8> = Vec::new();
        for &(kind, a, _, value) in steps {
            let gone = |model: &mut Vec<u8>, gone: Option<Liar<'_>>| {
                assert_eq!(gone.is_none(), model.is_empty());
                if let Some(gone) = gone {
                    let at = model.iter().position(|value| *value == *gone.value);
                    model.swap_remove(at.expect("what comes out was in"));
                }
            };
            match kind {
                0..=2 => {
                    heap.push(liar(value));
                    model.push(value);
                }
                3 | 4 => gone(&mut model, heap.pop()),
                5 => gone(&mut model, heap.peek_mut().map(framealloc_core::collections::PeekMut::pop)),
                6 => {
                    heap.extend((0..a).map(|n| liar(n as u8)));
                    model.extend((0..a).map(|n| n as u8));
                }
                7 => {
                    if let Some(mut greatest) = heap.peek_mut() {
                        let old = std::mem::replace(&mut *greatest, liar(value));
                        gone(&mut model, Some(old));
                        model.push(value);
                    }
                }
                _ => heap = FrameHeap::from(heap.take().into_vec()),
            }
            let mut elements: Vec<u8> = heap.iter().map(|element| *element.value).collect();
            elements.sort_unstable();
            model.sort_unstable();
            assert_eq!(elements, model);
        }
    });
}

#[test]
fn random_programs_on_sorted_maps_give_what_b_tree_map_gives() {
    run(60, 16, |steps| {
        let alloc = SmartAlloc::default();
        let mut map: FrameSortedMap<'_, Value, String> = alloc.frame_sorted_map();
        let mut model: BTreeMap<Value, String> = BTreeMap::new();
        for &(kind, a, b, value) in steps {
            let key = Box::new(value);
            match kind {
                0..=3 => {
                    assert_eq!(map.insert(key.clone(), a.to_string()), model.insert(key.clone(), a.to_string()));
                }
                4 | 5 => assert_eq!(map.remove(&key), model.remove(&key)),
                6 => {
                    map.entry(key.clone()).or_default().push('x');
                    model.entry(key.clone()).or_default().push('x');
                }
                7 => {
                    map.try_entry(key.clone()).unwrap().and_modify(|text| text.push('y')).or_default();
                    model.entry(key.clone()).and_modify(|text| text.push('y')).or_default();
                }
                8 | 9 => {
                    let entries = |n: usize| (Box::new((n as u8).wrapping_mul(value | 1)), n.to_string());
                    map.extend((0..a + b).map(entries));
                    model.extend((0..a + b).map(entries));
                }
                10 => {
                    map.retain(|key, _| **key % (a as u8 + 2) != 0);
                    model.retain(|key, _| **key % (a as u8 + 2) != 0);
                }
                11 => assert_eq!((map.pop_first(), map.pop_last()), (model.pop_first(), model.pop_last())),
                12 => {
                    let (from, to) = (Box::new(value.min(a as u8)), Box::new(value.max(a as u8)));
                    assert!(map.range(from.clone()..to.clone()).eq(model.range(from.clone()..to.clone())));
                    assert!(
                        map.range(from.clone()..=to.clone()).rev().eq(model.range(from.clone()..=to.clone()).rev())
                    );
                    assert!(map.range(..to.clone()).eq(model.range(..to.clone())));
                    map.range_mut(from.clone()..).for_each(|(_, text)| text.push('z'));
                    model.range_mut(from..).for_each(|(_, text)| text.push('z'));
                }
                13 => {
                    let mut entries = map.take().into_vec();
                    entries.rotate_left(a.min(model.len()));
                    map = entries.into();
                }
                14 => {
                    assert_eq!(map.get_mut(&key).map(|text| text.len()), model.get_mut(&key).map(|text| text.len()));
                    assert_eq!(map.get_key_value(&key), model.get_key_value(&key));
                }
                _ => assert!(map.clone().into_iter().rev().eq(model.clone().into_iter().rev())),
            }
            assert_eq!(map, model, "after {:?}", (kind, a, b, value));
            assert_eq!(map.first_key_value(), model.first_key_value());
            assert_eq!(map.last_key_value(), model.last_key_value());
        }
    });
}
