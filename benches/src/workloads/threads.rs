//! h: two threads that fill frames at the same time.

use std::sync::{Arc, Barrier};

use framealloc::SmartAlloc;

use crate::arena::{Arena, Peer, Program};
use crate::clock;
use crate::harness::{Contender, Workload};
use crate::peers::{Bumpalo, allocator};

const COUNT: usize = 1000;
/// Frames that the threads run between two meetings, so that they overlap.
const STRETCH: u64 = 500;

/// One thread, the base: its time over that of two threads, doubled, is how they scale.
pub(crate) const ONE: &str = "framealloc, one thread";
/// Two threads in one allocator.
pub(crate) const TWO: &str = "framealloc, two threads";

#[derive(Clone, Copy)]
struct Small;

impl Program for Small {
    #[inline(always)]
    fn run<'f, A: Arena<'f>>(&self, mut arena: A) {
        for index in 0..COUNT as u64 {
            arena.put([index; 2]);
        }
    }
}

/// Runs `body` on `threads` threads at once and returns the mean time that a thread ran.
fn on_threads(threads: usize, body: impl Fn() + Sync) -> f64 {
    let start = Barrier::new(threads);
    let total: f64 = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    body(); // once to warm the arena of this thread up
                    start.wait();
                    clock::thread_nanos(&body)
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or(f64::NAN)).sum()
    });
    total / threads as f64
}

/// Scopes, since only the turn of all threads ends a frame.
#[inline(never)]
fn stretch(alloc: &SmartAlloc) {
    for _ in 0..STRETCH {
        alloc.scoped(|frame| Small.run(frame));
    }
}

#[inline(never)]
fn stretch_of_bumpalo() {
    thread_local! {
        static BUMP: std::cell::RefCell<Bumpalo> = std::cell::RefCell::new(Bumpalo::new());
    }
    BUMP.with_borrow_mut(|bump| {
        for _ in 0..STRETCH {
            bump.frame(&Small);
        }
    });
}

fn contenders() -> Vec<Contender> {
    let shared = Arc::new(allocator());
    let ours = |name, threads| {
        let alloc = Arc::clone(&shared);
        Contender::timed(name, move |times| on_threads(threads, || (0..times).for_each(|_| stretch(&alloc))))
    };
    let theirs = |name, threads| {
        Contender::timed(name, move |times| on_threads(threads, || (0..times).for_each(|_| stretch_of_bumpalo())))
    };
    vec![ours(ONE, 1), ours(TWO, 2), theirs("bumpalo, one thread", 1), theirs("bumpalo each, two threads", 2)]
}

pub(super) fn workloads() -> Vec<Workload> {
    vec![Workload {
        name: "h",
        about: "1000 values of 16 bytes on each of two threads: time that a thread runs",
        operations: STRETCH as f64 * COUNT as f64,
        unit: "value",
        base: ONE,
        contenders,
    }]
}
