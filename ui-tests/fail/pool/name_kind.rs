//! A name without quotes.

use framealloc::Pooled;

#[derive(Pooled)]
#[pooled(name = bullets)]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.pooled().speed;
}
