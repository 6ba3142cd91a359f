//! Sizes that were seen to escape are served by the allocator inside, and all others are bumped as before. The region is small, so
//! that a chunk which is lost is missed.

use framealloc_core::{AmbientAlloc, AmbientTagStats, CountingAlloc, SmartAlloc, Tag};

const CHUNKS: usize = 64;

#[global_allocator]
static GLOBAL: AmbientAlloc<CountingAlloc> =
    AmbientAlloc::new(CountingAlloc::system()).with_region_bytes(CHUNKS * (16 << 10));

/// What escapes in these tests.
type Kept = Box<[u8; 500]>;

/// What does not.
type Passing = Box<[u8; 200]>;

fn passed_on<R>(body: impl FnOnce() -> R) -> (R, u64) {
    let before = CountingAlloc::thread_calls();
    let result = body();
    (result, (CountingAlloc::thread_calls() - before).allocations)
}

fn figures(tag: &Tag) -> AmbientTagStats {
    AmbientAlloc::stats().tag(tag.path()).expect("used")
}

/// Has one block in twenty escape from zones of the tag until their size is learned. They are gone then, so that its zones are
/// served again.
fn learn(alloc: &SmartAlloc, tag: &'static Tag) {
    let mut kept: Vec<Kept> = Vec::with_capacity(100 * 5);
    // While one thread makes the region, zones of others are served by the allocator inside.
    while AmbientAlloc::stats().region_bytes == 0 {
        alloc.tagged(tag).ambient(|| drop(std::hint::black_box(Box::new([0_u8; 500]))));
    }
    for round in 0.. {
        let mut blocks: [Option<Kept>; 100] = [const { None }; 100];
        // Nothing else is asked for, so that the mean of what stays is its size.
        alloc.tagged(tag).ambient(|| {
            blocks.fill_with(|| Some(Box::new([1; 500])));
            kept.extend(blocks.iter_mut().step_by(20).filter_map(Option::take));
            blocks.fill_with(|| None);
        });
        if figures(tag).learned != 0 {
            break;
        }
        assert!(round < 100, "{:?}", figures(tag));
    }
    drop(kept);
    let now = figures(tag);
    assert_eq!((now.blocks, now.pinned_bytes, now.learned), (0, 0, 1), "{now:?}");
}

#[test]
fn a_size_that_was_learned_is_served_by_the_allocator_inside_and_every_other_is_bumped() {
    static TAG: Tag = Tag::new("tests_learned");
    let alloc = SmartAlloc::default();
    learn(&alloc, &TAG);
    let handle = alloc.tagged(&TAG);
    for _ in 0..10 {
        let before = figures(&TAG);
        let mut kept: [Option<Kept>; 20] = [const { None }; 20];
        let mut passing: [Option<Passing>; 100] = [const { None }; 100];
        let ((), calls) = passed_on(|| {
            handle.ambient(|| {
                for (number, block) in passing.iter_mut().enumerate() {
                    *block = Some(Box::new([2; 200]));
                    if number % 5 == 0 {
                        kept[number / 5] = Some(Box::new([1; 500]));
                    }
                }
                passing.fill_with(|| None);
            });
        });
        assert_eq!(calls, 20, "those of the size that escapes");
        let now = figures(&TAG);
        // They live, and pin nothing.
        assert!(kept.iter().flatten().all(|block| block[499] == 1));
        assert_eq!((now.blocks, now.pinned_bytes, now.refused), (0, 0, before.refused), "{now:?}");
    }
}

#[test]
fn zones_with_learned_sizes_use_the_same_chunk_again_for_as_long_as_they_like() {
    static TAG: Tag = Tag::new("tests_learned_chunk");
    let alloc = SmartAlloc::default();
    learn(&alloc, &TAG);
    let handle = alloc.tagged(&TAG);
    // Fewer zones than after which sizes are forgotten, and many more than there are chunks.
    for zone in 0..10 * CHUNKS {
        let ((), calls) = passed_on(|| {
            handle.ambient(|| {
                let block: Passing = std::hint::black_box(Box::new([2; 200]));
                // Also by a zone inside of it, which has a chunk of its own.
                handle.ambient(|| drop(std::hint::black_box(Box::new([3_u8; 300]))));
                drop(block);
            });
        });
        assert_eq!(calls, 0, "zone {zone}");
    }
    let now = figures(&TAG);
    assert_eq!((now.blocks, now.pinned_bytes, now.exhausted, now.learned), (0, 0, 0, 1), "{now:?}");
}
