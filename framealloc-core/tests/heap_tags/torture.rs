//! Random programs: tags that nest, zones, sizes, alignments, growth, blocks that other threads free, threads that end. What the
//! figures say is compared with what the program did.

use std::alloc::{Layout, alloc, dealloc, realloc};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use framealloc_core::{SmartAlloc, Tag, heap_tag};

use crate::live;
use crate::random::{Random, seed_or};

static TAGS: [Tag; 4] = [
    Tag::new("tests_torture_a"),
    Tag::new("tests_torture_b"),
    Tag::new("tests_torture_c"),
    Tag::new("tests_torture_d"),
];

/// Bytes and blocks of each tag.
static EXPECTED: [(AtomicI64, AtomicI64); 4] = [const { (AtomicI64::new(0), AtomicI64::new(0)) }; 4];

fn expect(tag: usize, bytes: i64, blocks: i64) {
    EXPECTED[tag].0.fetch_add(bytes, Ordering::Relaxed);
    EXPECTED[tag].1.fetch_add(blocks, Ordering::Relaxed);
}

fn steps() -> usize {
    std::env::var("FRAMEALLOC_STEPS").map_or(20_000, |steps| steps.parse().expect("FRAMEALLOC_STEPS is a number"))
}

struct Block {
    start: *mut u8,
    layout: Layout,
    byte: u8,
    tag: usize,
    /// Whether it is bumped: such a block may move to the heap when it grows, and is then the tag's that is open.
    zone: bool,
}

// SAFETY: it is the only one that knows of its memory.
unsafe impl Send for Block {}

impl Block {
    fn new(random: &mut Random, tag: usize, zone: bool) -> Self {
        let largest = if random.below(20) == 0 { 50_000 } else { 300 };
        let most_aligned = if random.below(30) == 0 { 13 } else { 6 };
        let (size, align) = (1 + random.below(largest), 1 << random.below(most_aligned));
        let layout = Layout::from_size_align(size, align).expect("small");
        // SAFETY: it has a size.
        let start = unsafe { alloc(layout) };
        assert!(!start.is_null() && start.addr() % align == 0);
        let byte = random.below(256) as u8;
        // SAFETY: it is as large.
        unsafe { start.write_bytes(byte, size) };
        expect(tag, size as i64, 1);
        Self { start, layout, byte, tag, zone }
    }

    fn check(&self, bytes: usize) {
        // SAFETY: it was written.
        let found = unsafe { std::slice::from_raw_parts(self.start, bytes) };
        assert!(found.iter().all(|byte| *byte == self.byte), "somebody else wrote to a block of {:?}", self.layout);
    }

    fn resize(&mut self, size: usize) {
        if self.zone && size > self.layout.size() {
            return;
        }
        self.check(self.layout.size());
        // SAFETY: the size is not 0 and small.
        self.start = unsafe { realloc(self.start, self.layout, size) };
        assert!(!self.start.is_null() && self.start.addr() % self.layout.align() == 0);
        self.check(self.layout.size().min(size));
        expect(self.tag, size as i64 - self.layout.size() as i64, 0);
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
        expect(self.tag, -(self.layout.size() as i64), -1);
        // SAFETY: it is freed once, with its layout.
        unsafe { dealloc(self.start, self.layout) };
    }
}

/// What a thread works with; no list of it grows while a tag is open.
struct Thread<'a> {
    alloc: &'a SmartAlloc,
    shared: &'a Mutex<Vec<Block>>,
    random: Random,
    own: Vec<Block>,
}

const KEPT: usize = 400;

impl Thread<'_> {
    fn under_a_tag(&mut self, tag: usize, zone: bool, depth: u32) {
        for _ in 0..self.random.below(30) {
            match self.random.below(10) {
                0..=4 if self.own.len() < KEPT => {
                    let block = Block::new(&mut self.random, tag, zone);
                    self.own.push(block);
                }
                5 | 6 if !self.own.is_empty() => drop(self.own.swap_remove(self.random.below(self.own.len()))),
                7 if !self.own.is_empty() => {
                    let at = self.random.below(self.own.len());
                    let size = 1 + self.random.below(3000);
                    self.own[at].resize(size);
                }
                8 if depth < 4 => self.open(depth + 1, zone),
                _ => self.swap(),
            }
        }
    }

    fn open(&mut self, depth: u32, zone: bool) {
        let (tag, alloc) = (self.random.below(TAGS.len()), self.alloc);
        if self.random.below(3) == 0 {
            alloc.tagged(&TAGS[tag]).ambient(|| self.under_a_tag(tag, true, depth));
        } else {
            heap_tag(&TAGS[tag], || self.under_a_tag(tag, zone, depth));
        }
    }

    fn swap(&mut self) {
        let mut others = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let room = others.capacity() - others.len();
        if self.random.below(2) == 0 || room == 0 {
            while self.own.len() < KEPT {
                let Some(block) = others.pop() else { break };
                self.own.push(block);
            }
        } else {
            let count = self.random.below(self.own.len().min(room) + 1);
            others.extend(self.own.drain(..count));
        }
    }
}

#[test]
fn figures_are_what_random_programs_did_on_threads_that_come_and_go() {
    let seed = seed_or(|| 18);
    let alloc = SmartAlloc::default();
    for tag in &TAGS {
        drop(alloc.tagged(tag).ambient(|| Box::new(0_u8)));
    }
    let shared = Mutex::new(Vec::with_capacity(8 * KEPT));
    for generation in 0..8_u64 {
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (alloc, shared) = (&alloc, &shared);
                scope.spawn(move || {
                    let random = Random::new(seed + generation * 4 + thread);
                    let mut thread = Thread { alloc, shared, random, own: Vec::with_capacity(KEPT) };
                    for _ in 0..=steps() / 32 / 30 {
                        thread.open(0, false);
                    }
                    let mut others = shared.lock().unwrap_or_else(PoisonError::into_inner);
                    let room = others.capacity() - others.len();
                    let count = room.min(thread.own.len());
                    others.extend(thread.own.drain(..count));
                });
            }
        });
        for (tag, (bytes, blocks)) in TAGS.iter().zip(&EXPECTED) {
            let expected = (bytes.load(Ordering::Relaxed), blocks.load(Ordering::Relaxed));
            let found = live(tag);
            assert_eq!((found.0 as i64, found.1 as i64), expected, "{} after generation {generation}", tag.path());
        }
    }
    drop(shared);
    assert!(TAGS.iter().all(|tag| live(tag) == (0, 0)));
}
