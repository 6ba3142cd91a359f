//! The game with zones over the system's allocator.
#![forbid(unsafe_code)]

#[global_allocator]
static GLOBAL: framealloc::AmbientAlloc = framealloc::AmbientAlloc::system();

fn main() {
    framealloc_benches_bevy::measure(|| 0);
}
