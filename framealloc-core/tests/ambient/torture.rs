//! Random programs of zones: sizes, alignments, growth, blocks that escape and are freed by other threads, threads that end.
//! Every block is filled with a byte of its own and checked before it changes or is freed.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc};
use std::collections::{BTreeMap, BinaryHeap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use framealloc_core::{AmbientAlloc, SmartAlloc, Tag};

use crate::random::{Random, seed_or};

static TAGS: [Tag; 4] = [
    Tag::new("tests_torture_a"),
    Tag::new("tests_torture_b"),
    Tag::new("tests_torture_c"),
    Tag::new("tests_torture_d"),
];

fn steps() -> usize {
    std::env::var("FRAMEALLOC_STEPS").map_or(20_000, |steps| steps.parse().expect("FRAMEALLOC_STEPS is a number"))
}

/// A block that knows what is in it.
struct Block {
    start: *mut u8,
    layout: Layout,
    byte: u8,
}

// SAFETY: it is the only one that knows of its memory.
unsafe impl Send for Block {}

impl Block {
    fn new(random: &mut Random) -> Self {
        let size = match random.below(20) {
            0 => 1 + random.below(20_000),
            1..=4 => 1 + random.below(4096),
            _ => 1 + random.below(200),
        };
        let largest = if random.below(50) == 0 { 14 } else { 5 };
        let align = 1 << random.below(largest);
        let (layout, byte) = (Layout::from_size_align(size, align).expect("small"), random.below(256) as u8);
        // SAFETY: it has a size; what is read was zeroed.
        let start = unsafe {
            if random.below(4) == 0 {
                let start = alloc_zeroed(layout);
                assert!(std::slice::from_raw_parts(start, size).iter().all(|byte| *byte == 0), "not zero");
                start
            } else {
                alloc(layout)
            }
        };
        assert!(!start.is_null() && start.addr() % align == 0);
        // SAFETY: it is as large.
        unsafe { start.write_bytes(byte, size) };
        Self { start, layout, byte }
    }

    fn check(&self, bytes: usize) {
        // SAFETY: it was written.
        let found = unsafe { std::slice::from_raw_parts(self.start, bytes) };
        assert!(found.iter().all(|byte| *byte == self.byte), "somebody else wrote to a block of {:?}", self.layout);
    }

    fn resize(&mut self, size: usize) {
        self.check(self.layout.size());
        // SAFETY: the size is not 0 and small.
        self.start = unsafe { realloc(self.start, self.layout, size) };
        assert!(!self.start.is_null() && self.start.addr() % self.layout.align() == 0);
        self.check(self.layout.size().min(size));
        self.layout = Layout::from_size_align(size, self.layout.align()).expect("small");
        // SAFETY: it is as large.
        unsafe { self.start.write_bytes(self.byte, size) };
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.check(self.layout.size());
        }
        // SAFETY: it is freed once, with its layout.
        unsafe { dealloc(self.start, self.layout) };
    }
}

/// Where blocks go that another thread is to free.
type Shared = Mutex<Vec<Block>>;

fn swap(shared: &Shared, random: &mut Random, blocks: &mut Vec<Block>) {
    let mut others = shared.lock().unwrap_or_else(PoisonError::into_inner);
    if random.below(2) == 0 || others.len() > 500 {
        let count = random.below(others.len() + 1);
        // What was kept goes, and what comes is freed sooner or later here.
        blocks.extend(others.drain(..count));
    } else if !blocks.is_empty() {
        let count = random.below(blocks.len());
        others.extend(blocks.drain(..count));
    }
}

fn zone(alloc: &SmartAlloc, shared: &Shared, random: &mut Random, kept: &mut Vec<Block>, depth: u32) {
    let mut own: Vec<Block> = Vec::new();
    for _ in 0..random.below(120) {
        match random.below(16) {
            0..=7 => own.push(Block::new(random)),
            8..=10 if !own.is_empty() => drop(own.swap_remove(random.below(own.len()))),
            11 => drop(own.pop()),
            12 if !own.is_empty() => {
                let at = random.below(own.len());
                own[at].resize(1 + random.below(6000));
            }
            13 if !kept.is_empty() => {
                let at = random.below(kept.len());
                kept[at].resize(1 + random.below(300));
            }
            14 if !kept.is_empty() => drop(kept.swap_remove(random.below(kept.len()))),
            15 if depth < 3 && random.below(3) == 0 => {
                let tag = &TAGS[random.below(TAGS.len())];
                alloc.tagged(tag).ambient(|| zone(alloc, shared, random, kept, depth + 1));
            }
            _ => swap(shared, random, kept),
        }
    }
    // Some escape, one in thirty or all of them.
    let all = random.below(20) == 0;
    for block in own {
        if all || random.below(30) == 0 {
            kept.push(block);
        }
    }
    while kept.len() > 300 {
        drop(kept.swap_remove(random.below(kept.len())));
    }
}

#[test]
fn random_programs_of_zones_on_threads_that_come_and_go() {
    let seed = seed_or(|| 16);
    let shared = Shared::default();
    let alloc = SmartAlloc::default();
    let zones = steps() / 60 / 4;
    for generation in 0..8_u64 {
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (alloc, shared) = (&alloc, &shared);
                scope.spawn(move || {
                    let mut random = Random::new(seed + generation * 4 + thread);
                    let mut kept = Vec::new();
                    for _ in 0..=zones / 8 {
                        let tag = &TAGS[random.below(TAGS.len())];
                        alloc.tagged(tag).ambient(|| zone(alloc, shared, &mut random, &mut kept, 0));
                        if random.below(4) == 0 {
                            zone(alloc, shared, &mut random, &mut kept, 3);
                        }
                    }
                    // The thread ends with blocks alive.
                    shared.lock().unwrap_or_else(PoisonError::into_inner).append(&mut kept);
                });
            }
        });
    }
    drop(shared);
    let stats = AmbientAlloc::stats();
    for tag in stats.tags.iter().filter(|tag| tag.path.starts_with("tests_torture")) {
        assert_eq!((tag.blocks, tag.bytes, tag.pinned_bytes), (0, 0, 0), "{tag:?}");
    }
}

/// Collections of std, made in zones and outside, that escape, move and die across threads.
#[derive(Default)]
struct Collections {
    texts: Vec<String>,
    map: HashMap<u32, Vec<u8>>,
    tree: BTreeMap<String, Box<[u32]>>,
    queue: VecDeque<Arc<Vec<u64>>>,
    heap: BinaryHeap<u64>,
    list: Option<Box<Node>>,
}

struct Node {
    value: u64,
    next: Option<Box<Node>>,
}

impl Collections {
    fn step(&mut self, random: &mut Random) {
        let number = random.below(1000) as u32;
        match random.below(12) {
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
            _ => self.list = self.list.take().and_then(|node| node.next),
        }
    }

    fn check(&self) {
        assert!(self.texts.iter().all(|text| text.starts_with("text ")));
        assert!(self.map.iter().all(|(number, bytes)| bytes.iter().all(|byte| *byte == *number as u8)));
        assert!(self.tree.values().all(|numbers| numbers.iter().copied().eq(0..numbers.len() as u32)));
        assert!(self.queue.iter().all(|numbers| numbers.windows(2).all(|pair| pair[0] == pair[1])));
        let (mut node, mut sum) = (&self.list, 0);
        while let Some(inner) = node {
            (node, sum) = (&inner.next, sum + inner.value);
        }
        assert!(sum < u64::MAX / 2);
    }
}

#[test]
fn random_programs_of_std_collections_that_escape_and_cross_threads() {
    let seed = seed_or(|| 17);
    let alloc = SmartAlloc::default();
    let mut worlds: Vec<Collections> = (0..4).map(|_| Collections::default()).collect();
    for generation in 0..12_u64 {
        // Each generation of threads goes on with what another thread of the last one had.
        worlds.rotate_left(1);
        worlds = std::thread::scope(|scope| {
            let threads: Vec<_> = worlds.drain(..).enumerate().collect();
            let threads = threads.into_iter().map(|(thread, mut world)| {
                let alloc = &alloc;
                scope.spawn(move || {
                    let mut random = Random::new(seed + generation * 4 + thread as u64);
                    for _ in 0..steps() / 48 / 30 {
                        let tag = &TAGS[random.below(TAGS.len())];
                        let mut some = |world: &mut Collections| (0..30).for_each(|_| world.step(&mut random));
                        if generation % 3 == 2 {
                            some(&mut world);
                        } else {
                            alloc.tagged(tag).ambient(|| some(&mut world));
                        }
                    }
                    world.check();
                    world
                })
            });
            let threads: Vec<_> = threads.collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
    }
}
