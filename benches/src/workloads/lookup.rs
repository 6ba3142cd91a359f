//! i: how a thread finds its arena.

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::sync::Mutex;

use crate::harness::{Contender, Workload};
use crate::peers::allocator;

const COUNT: u32 = 1000;

thread_local! {
    static CONSTANT: Cell<usize> = const { Cell::new(1) };
    static LAZY: RefCell<Vec<usize>> = RefCell::new(vec![1]);
}

fn thousand(name: &'static str, mut once: impl FnMut() -> usize + 'static) -> Contender {
    Contender::new(name, move || {
        for _ in 0..COUNT {
            black_box(once());
        }
    })
}

fn contenders() -> Vec<Contender> {
    let alloc = allocator();
    let other = allocator();
    let pair = (allocator(), allocator());
    let plain = black_box(Box::new(Cell::new(1_usize)));
    let lock = Mutex::new(1_usize);
    let address = |frame: &framealloc::Frame| std::ptr::from_ref(frame).addr();
    vec![
        thousand("a field behind a pointer", move || black_box(&plain).get()),
        thousand("a constant thread-local", || CONSTANT.get()),
        thousand("a lazy thread-local RefCell", || LAZY.with_borrow(Vec::len)),
        thousand("thread::current().id()", || usize::from(std::thread::current().id() == std::thread::current().id())),
        thousand("a free Mutex", move || lock.lock().map_or(0, |value| *value)),
        thousand("framealloc frame()", move || address(black_box(&alloc).frame())),
        thousand("framealloc tagged(&TAG)", move || {
            static TAG: framealloc::Tag = framealloc::Tag::new("lookup");
            address(black_box(&other).tagged(&TAG))
        }),
        {
            let mut first = false;
            thousand("framealloc frame(), two allocators in turns", move || {
                first = !first;
                address(black_box(if first { &pair.0 } else { &pair.1 }).frame())
            })
        },
    ]
}

pub(super) fn workloads() -> Vec<Workload> {
    vec![Workload {
        name: "i",
        about: "finding the arena of the calling thread",
        operations: f64::from(COUNT),
        unit: "lookup",
        base: "a constant thread-local",
        contenders,
    }]
}
