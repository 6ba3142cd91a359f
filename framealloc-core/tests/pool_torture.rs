//! Random programs over every kind of pooled value, on several threads that hand values to each other.
//!
//! `FRAMEALLOC_SEED=n` repeats one run; `FRAMEALLOC_RUNS=n` does more of them.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicIsize, Ordering::Relaxed};
use std::thread;

use framealloc_core::pool::{self, Pool, PoolBox, PoolSlot, PoolSpec};
use framealloc_core::{HeapBox, Tag, heap, pool_unsize};

#[path = "support/random.rs"]
mod random;

use random::Random;

/// Values that were made and not dropped.
static ALIVE: AtomicIsize = AtomicIsize::new(0);

/// A value that notices when its memory is somebody else's too.
struct Canary<const N: usize> {
    words: [u64; N],
    /// What its drop does.
    habit: Habit,
}

#[derive(Clone, Copy, PartialEq)]
enum Habit {
    Quiet,
    Allocates,
    Panics,
}

impl<const N: usize> Canary<N> {
    fn new(word: u64, habit: Habit) -> Self {
        ALIVE.fetch_add(1, Relaxed);
        Self { words: [word; N], habit }
    }
}

trait Sound: Send {
    fn check(&self);
}

impl<const N: usize> Sound for Canary<N> {
    fn check(&self) {
        assert!(self.words.iter().all(|word| *word == self.words[0]), "a value was overwritten: {:?}", self.words);
    }
}

impl<const N: usize> Drop for Canary<N> {
    fn drop(&mut self) {
        self.check();
        ALIVE.fetch_sub(1, Relaxed);
        match self.habit {
            Habit::Quiet => {}
            Habit::Allocates => {
                let inner = pool::boxed(Canary::<N>::new(!self.words[0], Habit::Quiet));
                assert_ne!(core::ptr::from_ref(&*inner).addr(), core::ptr::from_ref(self).addr());
                inner.check();
                drop(OWN.boxed(Canary::new(1, Habit::Quiet)));
                self.check();
            }
            Habit::Panics => panic!("a drop that panics, as planned"),
        }
    }
}

#[repr(align(4096))]
struct Page(Canary<3>);

struct Nested {
    canary: Canary<2>,
    children: Vec<PoolBox<Nested>>,
}

static OWN: Pool<Canary<5>> = Pool::new(PoolSpec::new("torture own"));
static PAGES: Pool<Page> = Pool::new(PoolSpec::new("torture pages").capacity(8));
static FIXED: Pool<Canary<4>> = Pool::new(PoolSpec::new("torture fixed").capacity(40).fixed().prewarm());
static TAG: Tag = Tag::new("torture");

enum Item {
    Small(PoolBox<Canary<2>>),
    Middle(PoolBox<Canary<40>>),
    Large(PoolBox<Canary<2500>>),
    Own(PoolBox<Canary<5>>),
    Fixed(PoolBox<Canary<4>>),
    Page(PoolBox<Page>),
    Object(PoolBox<dyn Sound>),
    Slice(PoolBox<[Canary<1>]>),
    Nested(PoolBox<Nested>),
    Slot(#[expect(dead_code, reason = "it is only dropped")] PoolSlot<Canary<7>>),
    Unit(#[expect(dead_code, reason = "it is only dropped")] PoolBox<()>),
    Heap(HeapBox<Canary<9>>),
}

impl Item {
    fn check(&self) {
        match self {
            Self::Small(value) => value.check(),
            Self::Middle(value) => value.check(),
            Self::Large(value) => value.check(),
            Self::Own(value) => value.check(),
            Self::Fixed(value) => value.check(),
            Self::Page(value) => {
                assert_eq!(core::ptr::from_ref(&**value).addr() % 4096, 0);
                value.0.check();
            }
            Self::Object(value) => value.check(),
            Self::Slice(values) => values.iter().for_each(Sound::check),
            Self::Nested(value) => {
                value.canary.check();
                value.children.iter().for_each(|child| child.canary.check());
            }
            Self::Heap(value) => value.check(),
            Self::Slot(_) | Self::Unit(_) => {}
        }
    }
}

fn make(random: &mut Random) -> Option<Item> {
    let word = random.next();
    let habit = match random.below(40) {
        0 => Habit::Panics,
        1..6 => Habit::Allocates,
        _ => Habit::Quiet,
    };
    Some(match random.below(16) {
        0..3 => Item::Small(pool::boxed(Canary::new(word, habit))),
        3 => Item::Middle(pool::boxed(Canary::new(word, habit))),
        4 => Item::Large(pool::boxed(Canary::new(word, habit))),
        5..8 => Item::Own(OWN.boxed(Canary::new(word, habit))),
        8 => match FIXED.try_boxed(Canary::new(word, Habit::Quiet)) {
            Ok(value) => Item::Fixed(value),
            Err(refused) => {
                refused.into_value().check();
                return None;
            }
        },
        9 => Item::Page(PAGES.boxed(Page(Canary::new(word, habit)))),
        10 => {
            if random.below(2) == 0 {
                Item::Object(pool_unsize!(pool::boxed(Canary::<3>::new(word, habit)) => dyn Sound))
            } else {
                Item::Object(pool_unsize!(OWN.boxed(Canary::new(word, habit)) => dyn Sound))
            }
        }
        11 => {
            let (length, panics_at) = (random.below(200), random.below(2000));
            let filled = catch_unwind(AssertUnwindSafe(|| {
                pool::slice_fill_with(length, |index| {
                    let value = Canary::new(word, Habit::Quiet);
                    assert!(index != panics_at, "a constructor that panics, as planned");
                    value
                })
            }));
            Item::Slice(filled.ok()?)
        }
        12 => {
            let leaf = |word| Nested { canary: Canary::new(word, Habit::Quiet), children: Vec::new() };
            let children = (0..random.below(5) as u64).map(|n| pool::boxed(leaf(word + n))).collect();
            Item::Nested(pool::boxed(Nested { canary: Canary::new(word, habit), children }))
        }
        13 => Item::Slot(pool::slot()),
        14 => Item::Unit(pool::boxed(())),
        _ => Item::Heap(heap::boxed(Canary::new(word, habit), TAG.id())),
    })
}

fn program(seed: u64, operations: usize, shelf: &Mutex<Vec<Item>>) {
    let mut random = Random::new(seed);
    let mut items = Vec::new();
    for _ in 0..operations {
        match random.below(100) {
            0..45 => items.extend(make(&mut random)),
            45..80 if !items.is_empty() => {
                let item = items.swap_remove(random.below(items.len()));
                item.check();
                discard(item);
            }
            80..88 if !items.is_empty() => {
                let item = items.swap_remove(random.below(items.len()));
                shelf.lock().unwrap().push(item);
            }
            88..96 => items.extend(shelf.lock().unwrap().pop()),
            96 => match items.pop() {
                Some(Item::Small(value)) => {
                    let value = PoolBox::into_inner(value);
                    value.check();
                    discard(value);
                }
                Some(item) => items.push(item),
                None => {}
            },
            97 => pool::flush_thread(),
            98 => {
                pool::trim();
            }
            99 => {
                assert!(FIXED.stats().live <= 40);
                let _ = (OWN.stats(), pool::class_pools());
            }
            _ => {}
        }
    }
    items.into_iter().for_each(discard);
}

/// Drops what may panic when dropped.
fn discard<T>(item: T) {
    let dropped: Result<(), Box<dyn Any + Send>> = catch_unwind(AssertUnwindSafe(|| drop(item)));
    if let Err(panic) = dropped {
        let words = panic.downcast_ref::<&str>().copied();
        assert_eq!(words, Some("a drop that panics, as planned"));
    }
}

#[test]
fn random_programs_keep_every_value_whole_and_lose_none() {
    // The panics here are planned, and many.
    std::panic::set_hook(Box::new(|info| {
        if !info.to_string().contains("as planned") {
            eprintln!("{info}");
        }
    }));
    let read = |name| std::env::var(name).ok().map(|value| value.parse::<u64>().unwrap());
    let first = read("FRAMEALLOC_SEED").unwrap_or_else(|| std::process::id().into());
    let runs = read("FRAMEALLOC_RUNS").unwrap_or(3);
    for seed in first..first + runs {
        println!("FRAMEALLOC_SEED={seed}");
        let shelf = Mutex::new(Vec::new());
        thread::scope(|scope| {
            let program = &program;
            let shelf = &shelf;
            let handles: Vec<_> = (0..4)
                .map(|thread| scope.spawn(move || program(seed.wrapping_mul(1000) + thread, 4000, shelf)))
                .collect();
            for handle in handles {
                handle.join().unwrap();
            }
        });
        shelf.into_inner().unwrap().into_iter().for_each(discard);
        assert_eq!(ALIVE.load(Relaxed), 0, "seed {seed}: dropped too often or not at all");
        assert_eq!((OWN.stats().live, PAGES.stats().live, FIXED.stats().live), (0, 0, 0), "seed {seed}");
        assert!(pool::class_pools().iter().all(|class| class.live == 0), "seed {seed}");
        assert_eq!((pool::oversized().live, heap::tag_stats(TAG.id()).live), (0, 0), "seed {seed}");
        pool::trim();
        let held: usize = pool::class_pools().iter().chain(&pool::own_pools()).map(|pool| pool.bytes).sum();
        assert_eq!(held, 0, "seed {seed}: a slab or magazine is lost");
    }
}
