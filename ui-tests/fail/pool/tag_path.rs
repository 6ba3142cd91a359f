//! A tag that is a static.

use framealloc::Pooled;

#[derive(Pooled)]
#[pooled(tag = tags::ENTITIES)]
struct Bullet {
    speed: f32,
}

fn main() {
    let _ = Bullet { speed: 1.0 }.pooled().speed;
}
