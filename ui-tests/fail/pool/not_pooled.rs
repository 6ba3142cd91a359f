//! A type without a pool.

use framealloc::Pooled;

struct Bullet {
    speed: f32,
}

fn spawn<T: Pooled>(value: T) {
    drop(value.pooled());
}

fn main() {
    spawn(Bullet { speed: 1.0 });
}
