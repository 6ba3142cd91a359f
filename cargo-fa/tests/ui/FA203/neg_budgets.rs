//! Threads with a budget, or that do not allocate.
use std::sync::{Arc, RwLock};

use framealloc::{SmartAlloc, megabytes};

pub fn with_budget(shared: Arc<RwLock<SmartAlloc>>) {
    std::thread::spawn(move || {
        let alloc = shared.read().unwrap();
        alloc.set_thread_frame_budget(megabytes(8));
        println!("{}", *alloc.frame_box(1_u32));
    });
}

pub fn without_allocations(shared: Arc<RwLock<SmartAlloc>>) {
    std::thread::spawn(move || {
        let alloc = shared.read().unwrap();
        println!("{}", alloc.frame_number());
    });
}

pub fn on_this_thread(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}
