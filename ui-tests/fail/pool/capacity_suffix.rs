//! A capacity with a unit.

use framealloc::Pooled;

#[derive(Pooled)]
#[pooled(capacity = 4K)]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.pooled().speed;
}
