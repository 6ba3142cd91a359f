//! Mistakes in limits, each with the words that put it right.

use framealloc::{SmartAlloc, frame_test};

#[frame_test(heap = "0", tag = "64KiB", system("collide") < 8, tags("ai") <= 1, tag(physics) <= 1, tag("ui") <= "5KB")]
fn steady(alloc: &mut SmartAlloc) {
    alloc.frame_box(1);
}

fn main() {}
