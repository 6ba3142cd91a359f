//! Memory for an unknown number.

use framealloc::Pooled;

#[derive(Pooled)]
#[pooled(prewarm)]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.pooled().speed;
}
