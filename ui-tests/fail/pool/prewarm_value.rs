//! A switch with a value.

use framealloc::Pooled;

#[derive(Pooled)]
#[pooled(capacity = 8, prewarm = 4)]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.pooled().speed;
}
