//! A frame box is sent only if its value may be.

use std::rc::Rc;

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) {
    let value = alloc.frame_box(Rc::new(1));
    std::thread::scope(|threads| {
        threads.spawn(move || println!("{}", **value));
    });
}

fn main() {}
