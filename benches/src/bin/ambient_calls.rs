//! How often frames of gameplay code in zones ask the allocator inside.
#![forbid(unsafe_code)]

use framealloc::{AmbientAlloc, CountingAlloc};

#[global_allocator]
static GLOBAL: AmbientAlloc<CountingAlloc> = AmbientAlloc::new(CountingAlloc::system());

fn main() {
    framealloc_benches::gameplay::count();
}
