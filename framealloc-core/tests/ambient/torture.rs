//! Random programs of zones: sizes, alignments, growth, blocks that escape and are freed by other threads, threads that end.
//! Every block is filled with a byte of its own and checked before it changes or is freed. Some zones are left by a panic.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};

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

/// Threads of a generation, and generations of each program.
pub(crate) const THREADS: usize = 4;
pub(crate) const GENERATIONS: usize = 8;

/// Steps that a thread does before it ends: all of them together do [`steps`], and some more.
pub(crate) fn steps_of_a_thread() -> usize {
    steps().div_ceil(THREADS * GENERATIONS)
}

/// Adds up what threads really did, which is said at the end: the night's log has it.
pub(crate) fn say(what: &str, seed: u64, done: &[usize]) {
    let done: usize = done.iter().sum();
    println!("{what}: {done} steps, seed {seed}");
    assert!(done >= steps(), "{done} of {}", steps());
}

pub(crate) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
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

/// What a thread of zones has.
struct Thread<'a> {
    alloc: &'a SmartAlloc,
    shared: &'a Shared,
    random: Random,
    kept: Vec<Block>,
    steps: usize,
}

impl Thread<'_> {
    fn swap(&mut self) {
        let mut others = lock(self.shared);
        if self.random.below(2) == 0 || others.len() > 500 {
            let count = self.random.below(others.len() + 1);
            // What was kept goes, and what comes is freed sooner or later here.
            self.kept.extend(others.drain(..count));
        } else if !self.kept.is_empty() {
            let count = self.random.below(self.kept.len());
            others.extend(self.kept.drain(..count));
        }
    }

    fn zone(&mut self, depth: u32) {
        let mut own: Vec<Block> = Vec::new();
        for _ in 0..self.random.below(120) {
            self.steps += 1;
            let random = &mut self.random;
            match random.below(16) {
                0..=7 => own.push(Block::new(random)),
                8..=10 if !own.is_empty() => drop(own.swap_remove(random.below(own.len()))),
                11 => drop(own.pop()),
                12 if !own.is_empty() => {
                    let at = random.below(own.len());
                    own[at].resize(1 + random.below(6000));
                }
                13 if !self.kept.is_empty() => {
                    let at = random.below(self.kept.len());
                    self.kept[at].resize(1 + random.below(300));
                }
                14 if !self.kept.is_empty() => drop(self.kept.swap_remove(random.below(self.kept.len()))),
                15 if depth < 3 && random.below(3) == 0 => self.open(depth + 1),
                _ => self.swap(),
            }
        }
        if depth > 0 && self.random.below(20) == 0 {
            resume_unwind(Box::new("planned"));
        }
        // Some escape, one in thirty or all of them.
        let all = self.random.below(20) == 0;
        for block in own {
            if all || self.random.below(30) == 0 {
                self.kept.push(block);
            }
        }
        while self.kept.len() > 300 {
            drop(self.kept.swap_remove(self.random.below(self.kept.len())));
        }
    }

    /// A zone of any tag; a panic in it comes to nobody.
    fn open(&mut self, depth: u32) {
        let tagged = self.alloc.tagged(&TAGS[self.random.below(TAGS.len())]);
        drop(catch_unwind(AssertUnwindSafe(|| tagged.ambient(|| self.zone(depth)))));
    }
}

#[test]
fn random_programs_of_zones_on_threads_that_come_and_go() {
    let seed = seed_or(|| 16);
    let shared = Shared::default();
    let alloc = SmartAlloc::default();
    let mut done = Vec::new();
    for generation in 0..GENERATIONS {
        done.extend(std::thread::scope(|scope| {
            let threads: [_; THREADS] = std::array::from_fn(|number| {
                let random = Random::new(seed + (generation * THREADS + number) as u64);
                let mut thread = Thread { alloc: &alloc, shared: &shared, random, kept: Vec::new(), steps: 0 };
                scope.spawn(move || {
                    while thread.steps < steps_of_a_thread() {
                        thread.open(0);
                        if thread.random.below(4) == 0 {
                            thread.zone(0);
                        }
                    }
                    // The thread ends with blocks alive.
                    lock(thread.shared).append(&mut thread.kept);
                    thread.steps
                })
            });
            threads.map(|thread| thread.join().expect("no panic"))
        }));
    }
    drop(shared);
    say("random programs of zones", seed, &done);
    let stats = AmbientAlloc::stats();
    for tag in stats.tags.iter().filter(|tag| tag.path.starts_with("tests_torture")) {
        assert_eq!((tag.blocks, tag.bytes, tag.pinned_bytes), (0, 0, 0), "{tag:?}");
    }
}
