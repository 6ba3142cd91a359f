//! Systems that declare `no_heap` or `no_block`: half of them keep it, and the run says which.
//!
//! `ci/prove.sh` compares what `cargo fa prove` says of this program with what a run of it counts. The names say what to
//! expect: `keeps_…` never takes from the heap or waits, `breaks_…` takes from it in each run, `blocks_…` waits in each run, and
//! `could_…` and `might_…` have a way that the run does not take.
#![forbid(unsafe_code)]

mod blocks;
mod breaks;
mod could;
mod keeps;
mod scene;
mod steady;
mod world;

use std::hint::black_box;

use framealloc::{HeapGuard, SmartAlloc};

use scene::{Scene, Waits};
use world::World;

#[global_allocator]
static GLOBAL: HeapGuard = HeapGuard::system();

fn main() {
    let mut alloc = SmartAlloc::default();
    let mut world = World::new();
    let scene = Scene::new();
    let mut waits = Waits::default();
    let frames = 8;
    for _ in 0..frames {
        alloc.begin_frame();
        keeps::run(&alloc, &mut world);
        breaks::run(&alloc, &mut world);
        could::run(&alloc, &mut world);
        blocks::run(&alloc, &scene, &mut waits);
        alloc.end_frame();
    }
    let mut systems = alloc.stats().systems;
    systems.extend(steady::run(black_box(41)));
    systems.sort_by_key(|system| system.name);
    for system in systems {
        // How often it took from the heap, and in how many frames it waited, where that was watched.
        let watched = system.name.rsplit("::").next().and_then(|name| waits.0.get(name));
        let waited = watched.map_or_else(|| "-".to_owned(), u32::to_string);
        println!("{} {} {waited}", system.name, system.heap.calls);
    }
    assert!(world.sum != 0, "something was computed");
}
