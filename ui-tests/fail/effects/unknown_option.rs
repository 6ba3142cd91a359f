//! An option that there is not.

use framealloc::no_block;

#[no_block(strict)]
fn step() {}

fn main() {
    step();
}
