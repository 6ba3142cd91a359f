//! Two attributes.

use framealloc::Pooled;

#[derive(Pooled)]
#[pooled(capacity = 8)]
#[pooled(prewarm)]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.speed;
}
