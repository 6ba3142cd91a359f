//! All mistakes at once, and the type stays pooled.

use framealloc::{Pooled, pooled};

#[pooled(capcity = 1, grow = 2, tag = "A")]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.pooled().speed;
}
