//! A thread that may outlive the frame takes the allocator.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &'static SmartAlloc) {
    std::thread::spawn(move || drop(alloc.frame_box(7)));
}

fn main() {}
