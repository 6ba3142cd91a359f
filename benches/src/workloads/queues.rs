//! q: a priority queue, filled and emptied.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::hint::black_box;

use crate::harness::{Contender, Workload};
use crate::peers::allocator;

/// Keeps its memory, so that it takes none in the loop.
pub(crate) const BINARY_HEAP: &str = "std BinaryHeap, kept";
/// Takes and gives back its memory, in a scope.
pub(crate) const FRAME_HEAP: &str = "framealloc FrameHeap";

/// What stands in a queue.
trait Element: Ord + Copy + 'static {
    fn of(random: u64) -> Self;
}

impl Element for u64 {
    fn of(random: u64) -> Self {
        random
    }
}

/// What a search has open.
impl Element for (Reverse<u32>, u32) {
    fn of(random: u64) -> Self {
        (Reverse((random >> 44) as u32), random as u32)
    }
}

/// 32 bytes, ordered by the first eight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: u64,
    what: [u64; 3],
}

impl Element for Event {
    fn of(random: u64) -> Self {
        Self { at: random, what: [random; 3] }
    }
}

/// Fillings of a queue in turns: a processor learns the branches of a short one by heart.
struct Fillings<T> {
    elements: Vec<T>,
    at: usize,
}

impl<T: Element> Fillings<T> {
    fn new() -> Self {
        let mut random = 0x9E37_79B9_7F4A_7C15_u64;
        let mut next = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            T::of(random)
        };
        Self { elements: (0..100_000).map(|_| next()).collect(), at: 0 }
    }

    fn next(&mut self, count: usize) -> &[T] {
        self.at = (self.at + count) % self.elements.len();
        &self.elements[self.at..self.at + count]
    }
}

fn contenders<T: Element, const COUNT: usize>() -> Vec<Contender> {
    let (mut theirs, mut ours) = (Fillings::<T>::new(), Fillings::<T>::new());
    let mut kept = BinaryHeap::with_capacity(COUNT);
    let alloc = allocator();
    vec![
        Contender::new(BINARY_HEAP, move || {
            for element in theirs.next(COUNT) {
                kept.push(*element);
            }
            while let Some(element) = kept.pop() {
                black_box(element);
            }
        }),
        Contender::new(FRAME_HEAP, move || {
            alloc.scoped(|frame| {
                let mut queue = frame.frame_heap_with_capacity(COUNT);
                for element in ours.next(COUNT) {
                    queue.push(*element);
                }
                while let Some(element) = queue.pop() {
                    black_box(element);
                }
            });
        }),
    ]
}

fn workload<T: Element, const COUNT: usize>(name: &'static str, about: &'static str) -> Workload {
    Workload {
        name,
        about,
        operations: COUNT as f64,
        unit: "push and pop",
        base: BINARY_HEAP,
        contenders: contenders::<T, COUNT>,
    }
}

pub(super) fn workloads() -> Vec<Workload> {
    vec![
        workload::<u64, 100>("q1", "a priority queue filled with 100 `u64` and emptied"),
        workload::<u64, 10_000>("q2", "the same with 10 000"),
        workload::<(Reverse<u32>, u32), 100>("q3", "the same with 100 `(Reverse<u32>, u32)`"),
        workload::<(Reverse<u32>, u32), 10_000>("q4", "the same with 10 000"),
        workload::<Event, 100>("q5", "the same with 100 elements of 32 bytes"),
        workload::<Event, 10_000>("q6", "the same with 10 000"),
    ]
}
