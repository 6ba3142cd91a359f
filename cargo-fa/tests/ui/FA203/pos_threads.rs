//! Threads that allocate from frames and have no budget.
use std::sync::{Arc, RwLock};
use std::thread;

use framealloc::SmartAlloc;

pub fn shared(alloc: Arc<SmartAlloc>) {
    thread::spawn(move || {
        let scratch = alloc.frame_box([0_u8; 64]); //~ FA203
        println!("{}", scratch[0]);
    });
}

pub fn locked(alloc: Arc<RwLock<SmartAlloc>>) {
    thread::spawn(move || {
        let alloc = alloc.read().unwrap();
        let scratch = alloc.frame_box([0_u8; 64]); //~ FA203
        println!("{}", scratch[0]);
    });
}
