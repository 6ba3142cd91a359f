//! An effect on a block of methods.

use framealloc::no_heap;

struct Mixer;

#[no_heap]
impl Mixer {
    fn mix(&self) {}
}

fn main() {
    Mixer.mix();
}
