//! A trait.

use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag("physics")]
trait System {
    fn run(&self, alloc: &SmartAlloc);
}

fn main() {}
