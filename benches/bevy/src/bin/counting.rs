//! The game with calls of the system's allocator counted.
#![forbid(unsafe_code)]

#[global_allocator]
static GLOBAL: framealloc::CountingAlloc = framealloc::CountingAlloc::system();

fn main() {
    framealloc_benches_bevy::measure(|| GLOBAL.calls().total());
}
