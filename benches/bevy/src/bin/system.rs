//! The game with the system's allocator.
#![forbid(unsafe_code)]

fn main() {
    framealloc_benches_bevy::measure(|| 0);
}
