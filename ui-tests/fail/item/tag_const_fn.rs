//! A tag holds at run time.

use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag("physics")]
const fn step(alloc: &SmartAlloc) -> &SmartAlloc {
    alloc
}

fn main() {}
