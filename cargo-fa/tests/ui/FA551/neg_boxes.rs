//! Pooled types in their pools, and boxes of other types.
use framealloc::{Pooled, SmartAlloc};

#[derive(Pooled)]
pub struct Projectile {
    speed: f32,
}

pub struct Plain {
    speed: f32,
}

pub fn pooled() -> f32 {
    Projectile { speed: 1.0 }.pooled().speed
}

pub fn pool_box(alloc: &SmartAlloc) -> f32 {
    alloc.pool_box(Projectile { speed: 1.0 }).speed
}

pub fn plain() -> Box<Plain> {
    Box::new(Plain { speed: 1.0 })
}

pub fn list() -> Box<[Plain]> {
    Vec::new().into_boxed_slice()
}

pub fn by_value() -> Projectile {
    Projectile { speed: 1.0 }
}

pub fn in_a_list() -> Vec<Projectile> {
    vec![Projectile { speed: 1.0 }]
}

pub fn number() -> Box<f32> {
    let projectile = Projectile { speed: 1.0 };
    Box::new(projectile.speed)
}

pub fn plain_speed(plain: &Plain) -> f32 {
    plain.speed
}
