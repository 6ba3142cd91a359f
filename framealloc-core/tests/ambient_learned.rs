//! Blocks of sizes that were seen to escape have cells, where they pin only their like, until their place was seen to keep
//! nothing; all others are bumped as before. The region is small, so that a chunk which is lost is missed.

#![allow(clippy::cast_possible_truncation, reason = "numbers here are small")]

use framealloc_core::{AmbientAlloc, AmbientTagStats, CountingAlloc, SmartAlloc, Tag};

const CHUNK: usize = 16 << 10;
const CHUNKS: usize = 64;

#[global_allocator]
static GLOBAL: AmbientAlloc<CountingAlloc> =
    AmbientAlloc::new(CountingAlloc::system()).with_region_bytes(CHUNKS * CHUNK);

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

/// Chunks that `blocks` blocks of [`Kept`] need.
fn chunks_for(blocks: usize) -> usize {
    // In cells of 512 bytes, gaps and all.
    blocks.div_ceil(31)
}

#[test]
fn a_size_that_was_learned_has_cells_which_pin_their_like_only_and_every_other_is_bumped() {
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
        assert_eq!(calls, 0);
        let now = figures(&TAG);
        // They live, and nothing else is pinned.
        assert!(kept.iter().flatten().all(|block| block[499] == 1));
        assert_eq!((now.blocks, now.bytes, now.escaped - before.escaped), (20, 20 * 500, 20), "{now:?}");
        assert_eq!((now.pinned_bytes, now.refused), (chunks_for(20) * CHUNK, before.refused), "{now:?}");
        drop(kept);
        assert_eq!((figures(&TAG).blocks, figures(&TAG).pinned_bytes), (0, 0));
    }
}

/// What a zone makes and keeps.
#[inline(never)]
fn keeps() -> Kept {
    std::hint::black_box(Box::new([1; 500]))
}

/// What makes blocks of the same size and keeps none, and is not called from as deep in the stack. Returns where they were.
#[inline(never)]
fn passes() -> usize {
    let room = std::hint::black_box([0_u8; 200]);
    chunk_of(&keeps()) + usize::from(room[7])
}

fn chunk_of(block: &Kept) -> usize {
    block.as_ptr().addr() / CHUNK
}

#[test]
fn a_cell_that_is_freed_is_used_again_by_whichever_zone_and_thread() {
    static TAG: Tag = Tag::new("tests_learned_cells");
    let alloc = SmartAlloc::default();
    learn(&alloc, &TAG);
    let mut kept: [Option<Kept>; 60] = [const { None }; 60];
    // Twenty times as many as the region has room for.
    for number in 0..20 * CHUNKS {
        let (alloc, kept) = (&alloc, &mut kept);
        let mut zone = move || {
            let handle = alloc.tagged(&TAG);
            // What a thread takes for its first zone is not looked at.
            handle.ambient(|| ());
            let ((), calls) = passed_on(|| {
                handle.ambient(|| (0..30).for_each(|n| kept[(number * 30 + n) % 60] = Some(keeps())));
            });
            assert_eq!(calls, 0, "zone {number}");
        };
        if number % 16 == 0 {
            std::thread::scope(|scope| scope.spawn(zone).join().expect("no panic"));
        } else {
            zone();
        }
        let now = figures(&TAG);
        assert!(now.pinned_bytes <= (chunks_for(60) + 1) * CHUNK, "zone {number}: {now:?}");
    }
    kept.fill(None);
    assert_eq!((figures(&TAG).blocks, figures(&TAG).pinned_bytes), (0, 0));
}

#[test]
fn a_place_that_keeps_nothing_is_bumped_beside_one_of_the_same_size_that_does() {
    static TAG: Tag = Tag::new("tests_learned_places");
    let alloc = SmartAlloc::default();
    learn(&alloc, &TAG);
    let handle = alloc.tagged(&TAG);
    let mut kept: Vec<Kept> = Vec::with_capacity(40);
    for zone in 0..40 {
        let ((), calls) = passed_on(|| {
            handle.ambient(|| {
                kept.push(keeps());
                let here = chunk_of(&kept[zone]);
                for _ in 0..10 {
                    // Under ASan variables lie where nobody can tell how deep they are in the stack.
                    assert!(passes() != here || zone < 8 || cfg!(framealloc_asan), "zone {zone}");
                }
            });
        });
        assert_eq!(calls, 0, "zone {zone}");
    }
    // It kept one in each zone, so it was watched for ever.
    let now = figures(&TAG);
    assert_eq!((now.blocks, now.pinned_bytes), (40, chunks_for(40) * CHUNK), "{now:?}");
}

#[test]
fn a_block_in_a_cell_grows_in_its_place_as_far_as_the_cell_goes_and_no_further() {
    static TAG: Tag = Tag::new("tests_learned_growth");
    let alloc = SmartAlloc::default();
    learn(&alloc, &TAG);
    let mut lists: [Vec<u8>; 8] = alloc.tagged(&TAG).ambient(|| std::array::from_fn(|_| Vec::with_capacity(498)));
    let places = lists.each_ref().map(Vec::as_ptr);
    for (byte, list) in lists.iter_mut().enumerate() {
        list.reserve_exact(504);
        assert_eq!(list.as_ptr(), places[byte], "there is room in its cell");
        list.reserve_exact(900);
        list.resize(900, byte as u8);
    }
    assert!(lists.iter().enumerate().all(|(byte, list)| list.iter().all(|found| *found == byte as u8)));
    // Of those that moved out nothing is left there.
    assert_eq!((figures(&TAG).blocks, figures(&TAG).bytes), (0, 0));
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
