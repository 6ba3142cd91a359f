//! A value outlives the guard of its scope.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn step(alloc: &SmartAlloc) -> u32 {
    let kept = {
        let scope = alloc.frame_scope();
        scope.frame_box(1)
    };
    *kept
}

fn main() {}
