//! Systems that have a way to the heap which the run does not take, or which only framealloc takes.

use std::cell::RefCell;
use std::hint::black_box;

use framealloc::{SmartAlloc, frame_system};

use crate::world::World;

thread_local! {
    static NAMES: RefCell<Vec<u32>> = RefCell::new(Vec::with_capacity(64));
    static STARTED: Vec<u32> = Vec::with_capacity(16);
}

#[frame_system(no_heap)]
fn could_push(alloc: &SmartAlloc, world: &mut World) -> u32 {
    world.queue.clear();
    world.queue.push_back(3);
    world.queue.len() as u32
}

#[frame_system(no_heap)]
fn could_insert(alloc: &SmartAlloc, world: &mut World) -> u32 {
    world.map.insert(7, 8).unwrap_or(1)
}

#[frame_system(no_heap)]
fn could_fail(alloc: &SmartAlloc, world: &mut World) -> u32 {
    if world.ids.is_empty() {
        return format!("no ids in {}", world.text).len() as u32;
    }
    world.ids[0] + 1
}

#[frame_system(no_heap)]
fn could_panic(alloc: &SmartAlloc, world: &mut World) -> u32 {
    assert!(!world.ids.is_empty(), "no ids in {}", world.text);
    world.ids[black_box(1)] + 1
}

#[frame_system(no_heap)]
fn could_begin(alloc: &SmartAlloc, _world: &mut World) -> u32 {
    // The first use of a thread is before the first frame.
    NAMES.with_borrow(|names| names.capacity() as u32)
}

#[frame_system(no_heap)]
fn could_start(alloc: &SmartAlloc, _world: &mut World) -> u32 {
    // In the first frame it does: what is counted is the last one.
    STARTED.with(|started| started.capacity() as u32)
}

#[frame_system(no_heap)]
fn could_grow(alloc: &SmartAlloc, world: &mut World) -> u32 {
    // Frame memory may take another chunk: that is not the system's doing.
    alloc.frame_slice_fill_with(world.ids.len() * 50, |index| index as u32).len() as u32
}

/// Runs each of them once.
pub fn run(alloc: &SmartAlloc, world: &mut World) {
    NAMES.with_borrow_mut(Vec::clear);
    for system in [could_push, could_insert, could_fail, could_panic, could_begin, could_start, could_grow] {
        let more = system(alloc, world);
        world.sum = world.sum.wrapping_add(u64::from(more));
    }
}
