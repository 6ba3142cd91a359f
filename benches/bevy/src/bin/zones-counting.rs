//! The game with zones over the system's allocator, whose calls are counted.
#![forbid(unsafe_code)]

use framealloc::{AmbientAlloc, CountingAlloc};

#[global_allocator]
static GLOBAL: AmbientAlloc<CountingAlloc> = AmbientAlloc::new(CountingAlloc::system());

fn main() {
    framealloc_benches_bevy::measure(|| GLOBAL.inner().calls().total());
}
