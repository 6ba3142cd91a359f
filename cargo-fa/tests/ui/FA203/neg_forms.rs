//! A budget is set somewhere on the way, or nothing of a frame is allocated.
use std::sync::Arc;
use std::thread;

use framealloc::{SmartAlloc, megabytes};

fn limit(alloc: &SmartAlloc) {
    alloc.set_thread_frame_budget(megabytes(4));
}

fn simulate(alloc: &SmartAlloc) -> usize {
    alloc.set_thread_frame_budget(megabytes(4));
    alloc.frame_slice_copy(&[1_u32, 2]).len()
}

fn count(alloc: &SmartAlloc) -> u64 {
    alloc.frame_number()
}

pub fn scoped_with_budget(alloc: &SmartAlloc) {
    thread::scope(|scope| {
        scope.spawn(|| {
            alloc.set_thread_frame_budget(megabytes(1));
            println!("{}", *alloc.frame_box(1_u32));
        });
    });
}

pub fn set_by_a_helper(alloc: Arc<SmartAlloc>) {
    thread::spawn(move || {
        limit(&alloc);
        println!("{}", *alloc.frame_box(1_u32));
    });
}

pub fn the_helper_sets_its_own(alloc: &SmartAlloc) {
    thread::scope(|scope| {
        scope.spawn(|| simulate(alloc));
    });
}

pub fn a_helper_that_only_reads(alloc: &SmartAlloc) {
    thread::scope(|scope| {
        scope.spawn(|| count(alloc));
    });
}

pub fn on_this_thread_beside_one(alloc: &SmartAlloc) {
    thread::scope(|scope| {
        scope.spawn(|| println!("nothing"));
        println!("{}", *alloc.frame_box(1_u32));
    });
}

pub fn after_the_threads(alloc: &SmartAlloc) {
    thread::spawn(|| println!("nothing"));
    println!("{}", *alloc.frame_box(1_u32));
}
