//! A struct.

use framealloc::alloc_tag;

#[alloc_tag("physics")]
struct World;

fn main() {}
