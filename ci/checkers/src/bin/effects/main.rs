//! Systems that declare `no_heap` or `no_block`: half of them keep it, and the run says which.
//!
//! `ci/prove.sh` compares what `cargo fa prove` says of this program with what a run of it counts. The names say what to
//! expect: `keeps_…` never takes from the heap or waits, `breaks_…` takes from it in each run, `blocks_…` waits in each run, and
//! `could_…` and `might_…` have a way that the run does not take.
#![forbid(unsafe_code)]

mod breaks;
mod could;
mod keeps;
mod world;

use framealloc::{HeapGuard, SmartAlloc};

use world::World;

#[global_allocator]
static GLOBAL: HeapGuard = HeapGuard::system();

fn main() {
    let mut alloc = SmartAlloc::default();
    let mut world = World::new();
    let frames = 8;
    for _ in 0..frames {
        alloc.begin_frame();
        keeps::run(&alloc, &mut world);
        breaks::run(&alloc, &mut world);
        could::run(&alloc, &mut world);
        alloc.end_frame();
    }
    let mut systems = alloc.stats().systems;
    systems.sort_by_key(|system| system.name);
    for system in systems {
        println!("{} {} -", system.name, system.heap.calls);
    }
    assert!(world.sum != 0, "something was computed");
}
