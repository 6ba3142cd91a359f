//! The game with zones over mimalloc.
#![forbid(unsafe_code)]

#[global_allocator]
static GLOBAL: framealloc::AmbientAlloc<mimalloc::MiMalloc> = framealloc::AmbientAlloc::new(mimalloc::MiMalloc);

fn main() {
    framealloc_benches_bevy::measure(|| 0);
}
