//! An option with a typing error.

use framealloc::Pooled;

#[derive(Pooled)]
#[pooled(capcity = 1)]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.pooled().speed;
}
