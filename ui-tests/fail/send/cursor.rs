//! A cursor belongs to its thread.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) {
    let mut cursor = alloc.cursor();
    std::thread::scope(|threads| {
        threads.spawn(|| {
            cursor.alloc(1);
        });
    });
}

fn main() {}
