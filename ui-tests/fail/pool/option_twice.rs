//! An option twice.

use framealloc::Pooled;

#[derive(Pooled)]
#[pooled(capacity = 1, capacity = 2)]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.pooled().speed;
}
