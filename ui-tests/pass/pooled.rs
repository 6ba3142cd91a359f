//! Pooled types: the derive, the attribute, every option.

use framealloc::{PoolBox, Pooled, pooled};

#[derive(Pooled)]
struct Plain {
    n: u32,
}

#[derive(Debug, Pooled, PartialEq)]
#[pooled(capacity = 2, grow = fixed, tag = "entities", name = "foes", prewarm)]
pub struct Foe {
    n: u32,
}

#[pooled(capacity = 1_024, grow = double)]
#[derive(Clone)]
pub(crate) enum Bullet {
    Slow(u32),
    Fast { speed: String },
}

/// Names of the run time are the user's to take.
struct Pool(#[allow(dead_code)] u32);
struct PoolSpec(#[allow(dead_code)] u32);
const POOL: u32 = 3;

#[derive(Pooled)]
struct Named(u32, Pool, PoolSpec);

macro_rules! entity {
    ($name:ident, $capacity:literal, $tag:literal) => {
        #[derive(Pooled)]
        #[pooled(capacity = $capacity, tag = $tag)]
        struct $name(u32);
    };
}
entity!(OfAMacro, 16, "macro");

fn local() -> u32 {
    #[derive(framealloc::Pooled)]
    struct Local(u32);
    Local(5).pooled().0
}

fn main() {
    let plain = Plain { n: 1 }.pooled();
    assert_eq!(plain.n, 1);
    assert_eq!(Plain::pool().stats().live, 1);
    drop(plain);

    let foes: [PoolBox<Foe>; 2] = [1, 2].map(|n| Foe { n }.pooled());
    assert_eq!((foes[0].n, foes[1].n), (1, 2));
    assert!(Foe { n: 3 }.try_pooled().is_err(), "a fixed pool has its capacity and no more");
    drop(foes);
    let third = Foe { n: 3 }.try_pooled().ok().unwrap();
    let stats = Foe::pool().stats();
    assert_eq!(*third, Foe { n: 3 });
    assert_eq!((stats.tag, stats.name), (Some("entities"), "foes"));

    let bullets = [Bullet::Slow(1), Bullet::Fast { speed: "900".to_owned() }].map(Pooled::pooled);
    assert!(matches!(Bullet::clone(&bullets[0]), Bullet::Slow(1)));
    assert!(matches!(&*bullets[1], Bullet::Fast { speed } if speed == "900"));

    let named = Named(POOL, Pool(1), PoolSpec(2)).pooled();
    assert_eq!(named.0, 3);
    assert_eq!(OfAMacro(4).pooled().0, 4);
    assert_eq!(local(), 5);
    // On any thread, past any allocator.
    std::thread::spawn(move || drop((named, bullets))).join().unwrap();
}
