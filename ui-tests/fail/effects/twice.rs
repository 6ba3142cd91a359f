//! The same word twice.

use framealloc::no_heap;

#[no_heap]
#[no_heap]
fn step() {}

fn main() {
    step();
}
