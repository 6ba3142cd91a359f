//! A way to grow that does not exist.

use framealloc::Pooled;

#[derive(Pooled)]
#[pooled(capacity = 1, grow = doubel)]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.pooled().speed;
}
