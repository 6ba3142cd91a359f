//! An effect on a trait.

use framealloc::no_block;

#[no_block]
trait Voice {
    fn fill(&self, samples: &mut [f32]);
}

fn main() {}
