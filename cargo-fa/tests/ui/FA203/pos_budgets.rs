//! Threads that allocate and have no budget.
use std::sync::{Arc, RwLock};

use framealloc::SmartAlloc;

pub fn spawned(shared: Arc<RwLock<SmartAlloc>>) {
    std::thread::spawn(move || {
        let alloc = shared.read().unwrap();
        println!("{}", *alloc.frame_box(1_u32)); //~ FA203
    });
}

pub fn built(shared: Arc<RwLock<SmartAlloc>>) {
    let _ = std::thread::Builder::new().spawn(move || {
        let alloc = shared.read().unwrap();
        println!("{}", alloc.frame_slice_copy(&[1_u32, 2]).len()); //~ FA203
    });
}
