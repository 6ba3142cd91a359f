use framealloc::{Pooled, SmartAlloc, frame_system, pooled};

//# raise the budget, allocate less, or give memory back early with `alloc.scoped(|frame| …)`
pub mod before {
    use super::*;

    #[frame_system(budget = "4KiB")]
    pub fn mixed(alloc: &SmartAlloc) -> usize {
        let samples = alloc.frame_box([0_u8; 8192]);
        samples.len()
    }
}

pub mod after {
    use super::*;

    #[frame_system(budget = "16KiB")]
    pub fn mixed(alloc: &SmartAlloc) -> usize {
        let samples = alloc.frame_box([0_u8; 8192]);
        samples.len()
    }

    #[frame_system(budget = "4KiB")]
    pub fn fewer(alloc: &SmartAlloc) -> usize {
        let samples = alloc.frame_box([0_u8; 1024]);
        samples.len()
    }
}

//# use `Projectile { … }.pooled()` or `Projectile::pool()`
pub mod before {
    use super::*;

    #[pooled]
    pub struct Projectile {
        pub speed: f32,
    }

    pub fn shot(all: &mut Vec<Box<Projectile>>) {
        all.push(Box::new(Projectile { speed: 1.0 }));
    }
}

pub mod after {
    use super::*;
    use framealloc::PoolBox;

    #[pooled]
    pub struct Projectile {
        pub speed: f32,
    }

    pub fn shot(all: &mut Vec<PoolBox<Projectile>>) {
        all.push(Projectile { speed: 1.0 }.pooled());
        all.push(Projectile::pool().boxed(Projectile { speed: 2.0 }));
    }
}

//# use `alloc.frame_box(…)` where it ends with the frame; where it comes and goes, `alloc.pool_box(…)` or `#[derive(Pooled)]` on `Job`
pub mod before {
    use super::*;

    pub struct Job {
        pub number: u32,
    }

    #[frame_system]
    pub fn worked(alloc: &SmartAlloc) -> u32 {
        let job = Box::new(Job { number: 1 });
        job.number + *alloc.frame_box(1)
    }
}

pub mod after {
    use super::*;

    #[derive(Pooled)]
    pub struct Job {
        pub number: u32,
    }

    #[frame_system]
    pub fn worked(alloc: &SmartAlloc) -> u32 {
        let job = alloc.frame_box(Job { number: 1 });
        let other = alloc.pool_box(Job { number: 2 });
        let third = Job { number: 3 }.pooled();
        job.number + other.number + third.number + *alloc.frame_box(1)
    }
}

//# remove it, or open the tag: `#[frame_system(tag = …)]`, `heap_tag(…, || …)`
pub mod before {
    use framealloc::{AllocConfig, kilobytes};

    pub fn config() -> AllocConfig {
        AllocConfig::default().with_heap_budget("quests", kilobytes(64))
    }
}

pub mod after {
    use super::*;
    use framealloc::{AllocConfig, heap_tag, kilobytes};

    pub fn config() -> AllocConfig {
        AllocConfig::default().with_heap_budget("quests", kilobytes(64)).with_heap_budget("journal", kilobytes(64))
    }

    pub fn load(titles: &[&str]) -> Vec<String> {
        heap_tag("quests", || titles.iter().map(|title| (*title).to_owned()).collect())
    }

    #[frame_system(tag = "journal")]
    pub fn page(alloc: &SmartAlloc) -> usize {
        alloc.frame_str("the harbour").len()
    }
}

//# write `journal`
pub mod before {
    use framealloc::{AllocConfig, heap_tag, kilobytes};

    pub fn config() -> AllocConfig {
        AllocConfig::default().with_heap_budget("jounral", kilobytes(64))
    }

    pub fn load() -> Vec<u8> {
        heap_tag("journal", || vec![1; 64])
    }
}

pub mod after {
    use framealloc::{AllocConfig, heap_tag, kilobytes};

    pub fn config() -> AllocConfig {
        AllocConfig::default().with_heap_budget("journal", kilobytes(64))
    }

    pub fn load() -> Vec<u8> {
        heap_tag("journal", || vec![1; 64])
    }
}

//# give the nested tag the budget, or open this one around what is meant
pub mod before {
    use framealloc::{AllocConfig, heap_tag, kilobytes};

    pub fn config() -> AllocConfig {
        AllocConfig::default().with_heap_budget("saves", kilobytes(64))
    }

    pub fn load() -> Vec<u8> {
        heap_tag("saves::slots", || vec![1; 64])
    }
}

pub mod after {
    use framealloc::{AllocConfig, heap_tag, kilobytes};

    pub fn config() -> AllocConfig {
        AllocConfig::default().with_heap_budget("saves::slots", kilobytes(64)).with_heap_budget("saves", kilobytes(8))
    }

    pub fn load() -> Vec<u8> {
        heap_tag("saves", || heap_tag("saves::slots", || vec![1; 64]))
    }
}
