//! Pooled types in boxes.
use framealloc::{Pooled, SmartAlloc};

#[derive(Pooled)]
#[pooled(capacity = 64)]
pub struct Projectile {
    speed: f32,
}

impl Projectile {
    fn new() -> Self {
        Self { speed: 1.0 }
    }
}

pub fn literal() -> Box<Projectile> {
    Box::new(Projectile { speed: 1.0 }) //~ FA551
}

pub fn constructor() -> Box<Projectile> {
    Box::new(Projectile::new()) //~ FA551
}

pub fn variable() -> Box<Projectile> {
    let projectile = Projectile { speed: 2.0 };
    Box::new(projectile) //~ FA551
}

pub fn parameter(projectile: Projectile) -> Box<Projectile> {
    Box::new(projectile) //~ FA551
}

pub fn pushed(all: &mut Vec<Box<Projectile>>) {
    all.push(Box::new(Projectile::new())); //~ FA551
}

pub fn heap_box(alloc: &SmartAlloc) -> f32 {
    alloc.heap_box(Projectile::new()).speed //~ FA551
}

pub fn optional(on: bool) -> Option<Box<Projectile>> {
    on.then(|| Box::new(Projectile::new())) //~ FA551
}

pub struct Gun {
    loaded: Option<Box<Projectile>>,
}

impl Gun {
    pub fn load(&mut self) {
        self.loaded = Some(Box::new(Projectile::new())); //~ FA551
    }
}
