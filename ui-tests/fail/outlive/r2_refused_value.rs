//! The value in an error is as bound as it was.

use framealloc::{SmartAlloc, pool};

fn main() {
    let mut alloc = SmartAlloc::default();
    let refused = pool::try_boxed(alloc.frame_box(1)).map_err(|refused| refused.into_value());
    alloc.end_frame();
    println!("{:?}", refused.is_err());
}
