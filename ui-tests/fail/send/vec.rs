//! A growable vector of frame memory stays on its thread.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) {
    let mut values = alloc.frame_vec::<u32>();
    std::thread::scope(|threads| {
        threads.spawn(|| values.push(1));
    });
}

fn main() {}
