//! A thread that may outlive the frame takes a frame value.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) {
    let value = alloc.frame_box(7);
    std::thread::spawn(move || println!("{}", *value));
}

fn main() {}
