//! Functions that are frames, and such that return what runs them, are tests with their attributes.

mod engine {
    pub(crate) use ::framealloc as memory;
}

use framealloc::{Frames, SmartAlloc, frame_test};

const LIMIT: usize = 4096;

/// The documentation of the function stays.
#[frame_test(warmup = 2, frames = 3, tag("frame") <= LIMIT)]
#[should_panic(expected = "was never used")]
fn one_frame(alloc: &mut SmartAlloc) {
    let sum = 1 + *alloc.frame_box(1);
    assert_eq!(sum, 2);
}

#[frame_test(frames = 3, tag("frame") <= "4KiB", system("collide") <= 64, crate = engine::memory)]
#[ignore = "an example"]
fn prepared() -> impl Frames {
    let mut count = 0;
    move |_: &mut SmartAlloc| count += 1
}

#[frame_test(tag("frame") <= 1)]
fn boxed() -> Box<dyn FnMut(&mut SmartAlloc)> {
    Box::new(|_| {})
}

fn main() {}
