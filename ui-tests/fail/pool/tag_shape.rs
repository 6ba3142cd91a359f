//! A tag that is no tag name.

use framealloc::Pooled;

#[derive(Pooled)]
#[pooled(tag = "Entities!")]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.pooled().speed;
}
