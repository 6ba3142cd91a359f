//! A borrow of a frame value is the result.

use framealloc::{SmartAlloc, frame_system};

#[frame_system]
fn longest<'w>(alloc: &SmartAlloc, words: &'w [&str]) -> &'w str {
    let all = alloc.frame_str(&words.concat());
    &all[..3]
}

fn main() {}
