//! Random programs of std's collections, made in zones and outside, that escape, are handed to other threads while their zones are
//! open, grow there and die there, and of threads that end.

use std::any::Any;
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};
use std::mem::swap;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex};

use framealloc_core::{AmbientAlloc, SmartAlloc, Tag};

use crate::random::{Random, seed_or};
use crate::torture::{GENERATIONS, THREADS, lock, say, steps_of_a_thread};

/// Its own: what the other programs leave is counted.
static TAGS: [Tag; 3] = [Tag::new("tests_std_a"), Tag::new("tests_std_b"), Tag::new("tests_std_c")];

/// What is handed from thread to thread.
#[derive(Default)]
struct Collections {
    texts: Vec<String>,
    map: HashMap<u32, Vec<u8>>,
    tree: BTreeMap<String, Box<[u32]>>,
    queue: VecDeque<Arc<Vec<u64>>>,
    heap: BinaryHeap<u64>,
    list: Option<Box<Node>>,
    calls: Vec<Box<dyn Fn() -> usize + Send>>,
    anything: Vec<Box<dyn Any + Send>>,
}

struct Node {
    value: u64,
    next: Option<Box<Node>>,
}

impl Collections {
    fn step(&mut self, random: &mut Random) {
        let number = random.below(1000) as u32;
        match random.below(17) {
            0 => self.texts.push(format!("text {number}")),
            1 => drop(self.texts.pop()),
            2 => drop(self.map.insert(number, vec![number as u8; random.below(500)])),
            3 => drop(self.map.remove(&number)),
            4 => drop(self.tree.insert(number.to_string(), (0..number % 50).collect())),
            5 => drop(self.tree.remove(&number.to_string())),
            6 => self.queue.push_back(Arc::new(vec![u64::from(number); random.below(300)])),
            7 => drop(self.queue.pop_front()),
            8 => self.heap.push(u64::from(number)),
            9 => drop(self.heap.pop()),
            10 => self.list = Some(Box::new(Node { value: u64::from(number), next: self.list.take() })),
            11 => self.list = self.list.take().and_then(|node| node.next),
            12 => {
                let text = number.to_string();
                self.calls.push(Box::new(move || text.len()));
            }
            13 => assert!(self.calls.pop().is_none_or(|call| (1..=3).contains(&call()))),
            14 => self.anything.push(if number % 2 == 0 { Box::new(number) } else { Box::new(number.to_string()) }),
            15 => match self.anything.pop().map(Box::<dyn Any + Send>::downcast::<String>) {
                Some(Ok(text)) => assert!(text.parse::<u32>().is_ok_and(|number| number % 2 == 1)),
                Some(Err(other)) => assert!(other.is::<u32>()),
                None => {}
            },
            _ => match number % 4 {
                0 => self.texts.shrink_to_fit(),
                1 => self.queue = self.queue.drain(..).rev().collect(),
                2 => self.map = self.map.drain().filter(|(number, _)| number % 2 == 0).collect(),
                _ => self.heap = std::mem::take(&mut self.heap).into_sorted_vec().into_iter().take(50).collect(),
            },
        }
    }

    /// Another thread may have the other one's, then: each goes on with what the zones of the other made.
    fn exchange(&mut self, other: &mut Self, random: &mut Random) {
        match random.below(7) {
            0 => swap(&mut self.texts, &mut other.texts),
            1 => swap(&mut self.map, &mut other.map),
            2 => swap(&mut self.tree, &mut other.tree),
            3 => swap(&mut self.queue, &mut other.queue),
            4 => swap(&mut self.list, &mut other.list),
            5 => swap(&mut self.calls, &mut other.calls),
            // Shared values: the last owner frees them, whoever that is.
            _ => other.queue.extend(self.queue.iter().take(5).cloned()),
        }
    }

    fn check(&self) {
        assert!(self.texts.iter().all(|text| text.starts_with("text ")));
        assert!(self.map.iter().all(|(number, bytes)| bytes.iter().all(|byte| *byte == *number as u8)));
        assert!(self.tree.values().all(|numbers| numbers.iter().copied().eq(0..numbers.len() as u32)));
        assert!(self.queue.iter().all(|numbers| numbers.windows(2).all(|pair| pair[0] == pair[1])));
        assert!(self.heap.iter().all(|number| *number < 1000));
        let mut node = &self.list;
        while let Some(inner) = node {
            assert!(inner.value < 1000);
            node = &inner.next;
        }
    }
}

/// What stays on its thread, in a circle that only the end of the thread breaks.
struct Parent {
    children: Vec<Rc<Child>>,
}

struct Child {
    parent: Weak<Parent>,
    name: String,
}

fn family(number: usize) -> Rc<Parent> {
    Rc::new_cyclic(|parent| {
        let child = |n| Rc::new(Child { parent: Weak::clone(parent), name: format!("child {n}") });
        Parent { children: (0..number).map(child).collect() }
    })
}

/// What a thread of a generation does; returns its steps.
fn live(alloc: &SmartAlloc, world: &mut Collections, shared: &Mutex<Collections>, random: &mut Random) -> usize {
    let (mut steps, mut families) = (0, Vec::new());
    while steps < steps_of_a_thread() {
        let (tag, outside): (&Tag, _) = (&TAGS[steps % TAGS.len()], steps % 5 == 0);
        let mut some = || {
            for _ in 0..random.below(60) {
                world.step(random);
                steps += 1;
            }
            match random.below(4) {
                0 => world.exchange(&mut lock(shared), random),
                1 => families.push(family(random.below(20))),
                2 if !families.is_empty() => drop(families.swap_remove(random.below(families.len()))),
                _ => {}
            }
        };
        // One time in five outside.
        if outside {
            some();
        } else {
            alloc.tagged(tag).ambient(some);
        }
        if families.len() > 20 {
            families.clear();
        }
    }
    for child in families.iter().flat_map(|family| &family.children) {
        assert!(child.name.starts_with("child ") && child.parent.upgrade().is_some());
    }
    world.check();
    steps
}

#[test]
fn random_programs_of_std_collections_that_escape_and_cross_threads() {
    let seed = seed_or(|| 17);
    let alloc = SmartAlloc::default();
    let shared = Mutex::<Collections>::default();
    let mut worlds: [Collections; THREADS] = Default::default();
    let mut done = Vec::new();
    for generation in 0..GENERATIONS {
        // Each generation of threads goes on with what another thread of the last one had.
        worlds.rotate_left(1);
        done.extend(std::thread::scope(|scope| {
            let threads: Vec<_> = worlds.iter_mut().enumerate().collect();
            let threads = threads.into_iter().map(|(thread, world)| {
                let mut random = Random::new(seed + (generation * THREADS + thread) as u64);
                let (alloc, shared) = (&alloc, &shared);
                scope.spawn(move || live(alloc, world, shared, &mut random))
            });
            let threads: Vec<_> = threads.collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
        }));
        lock(&shared).check();
    }
    drop((worlds, shared));
    let stats = AmbientAlloc::stats();
    for tag in stats.tags.iter().filter(|tag| tag.path.starts_with("tests_std_")) {
        assert_eq!((tag.blocks, tag.bytes, tag.pinned_bytes), (0, 0, 0), "{tag:?}");
    }
    say("random programs of std's collections", seed, &done);
}
