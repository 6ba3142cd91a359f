//! Room for nothing.

use framealloc::Pooled;

#[derive(Pooled)]
#[pooled(capacity = 0)]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.pooled().speed;
}
