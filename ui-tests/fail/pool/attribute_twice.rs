//! Two attributes without the derive.

use framealloc::pooled;

#[pooled(capacity = 8)]
#[pooled(prewarm)]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.speed;
}
