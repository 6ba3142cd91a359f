//! A frame belongs to its thread: a scoped thread cannot share it.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) {
    std::thread::scope(|threads| {
        threads.spawn(|| println!("{}", *alloc.frame_box(1)));
    });
}

fn main() {}
