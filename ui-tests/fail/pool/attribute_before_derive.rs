//! The attribute before the derive: the compiler cannot tell which `pooled` is meant.

use framealloc::{Pooled, pooled};

#[pooled(capacity = 8)]
#[derive(Pooled)]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.speed;
}
