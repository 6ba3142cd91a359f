//! A capacity in bytes.

use framealloc::Pooled;

#[derive(Pooled)]
#[pooled(capacity = "1KiB")]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.pooled().speed;
}
