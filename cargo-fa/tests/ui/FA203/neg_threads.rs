//! Threads with a budget, threads that do not allocate, and no thread at all.
use std::sync::Arc;
use std::thread;

use framealloc::{SmartAlloc, megabytes};

pub fn with_budget(alloc: Arc<SmartAlloc>) {
    thread::spawn(move || {
        alloc.set_thread_frame_budget(megabytes(8));
        let scratch = alloc.frame_box([0_u8; 64]);
        println!("{}", scratch[0]);
    });
}

pub fn no_allocation(alloc: Arc<SmartAlloc>) {
    thread::spawn(move || println!("{}", alloc.frame_number()));
}

pub fn pools_have_no_frame_budget(alloc: Arc<SmartAlloc>) {
    thread::spawn(move || println!("{}", alloc.pool_box(1_u32)));
}

pub fn no_thread(alloc: &SmartAlloc) {
    let scratch = alloc.frame_box([0_u8; 64]);
    println!("{}", scratch[0]);
}
