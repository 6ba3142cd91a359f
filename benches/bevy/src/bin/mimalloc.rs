//! The game with mimalloc.
#![forbid(unsafe_code)]

#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    framealloc_benches_bevy::measure(|| 0);
}
