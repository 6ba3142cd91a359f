//! A module.

use framealloc::alloc_tag;

#[alloc_tag("physics")]
mod physics {}

fn main() {}
