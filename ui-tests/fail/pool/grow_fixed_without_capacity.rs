//! A limit without a number.

use framealloc::Pooled;

#[derive(Pooled)]
#[pooled(grow = fixed)]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.pooled().speed;
}
