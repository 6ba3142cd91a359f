//! Cells of tags that keep blocks of several sizes, in a region of which most is somebody else's: what a tag pins is bounded by
//! what lives and by what its zones take at once, however far apart its chunks lie.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use framealloc_core::{AmbientAlloc, AmbientTagStats, SmartAlloc, Tag};

const CHUNK: usize = 16 << 10;

#[global_allocator]
static GLOBAL: AmbientAlloc = AmbientAlloc::system().with_region_bytes(512 * CHUNK);

/// Where chunks lie is what is tested: one test at a time.
fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn figures(tag: &Tag) -> AmbientTagStats {
    AmbientAlloc::stats().tag(tag.path()).expect("used")
}

/// Fills chunks with what lives.
fn crowd(alloc: &SmartAlloc, chunks: usize) -> Vec<Vec<u8>> {
    static FULL: Tag = Tag::new("tests_crowded_full");
    let each = CHUNK / 4096;
    alloc.tagged(&FULL).ambient(|| (0..chunks * each).map(|_| vec![1; 4096]).collect())
}

#[test]
fn a_free_cell_is_used_wherever_it_is_before_another_chunk_is_divided() {
    static TAG: Tag = Tag::new("tests_crowded_cells");
    /// Cells of 512 bytes in a chunk.
    const CELLS: usize = 31;
    type Kept = Box<[u8; 500]>;
    let _turn = turn();
    let alloc = SmartAlloc::default();
    let zone = |kept: &mut Vec<Kept>, blocks: usize| {
        alloc.tagged(&TAG).ambient(|| (0..blocks).for_each(|_| kept.push(Box::new([1; 500]))));
    };
    // One in twenty stays until their size is learned.
    let mut kept: Vec<Kept> = Vec::with_capacity(1000);
    for _ in 0..100 {
        let mut blocks: [Option<Kept>; 100] = [const { None }; 100];
        alloc.tagged(&TAG).ambient(|| {
            blocks.fill_with(|| Some(Box::new([1; 500])));
            kept.extend(blocks.iter_mut().step_by(20).filter_map(Option::take));
            blocks.fill_with(|| None);
        });
        if figures(&TAG).learned != 0 {
            break;
        }
    }
    kept.clear();
    let now = figures(&TAG);
    assert_eq!((now.blocks, now.pinned_bytes, now.learned), (0, 0, 1), "{now:?}");
    let mut near: Vec<Kept> = Vec::with_capacity(CELLS);
    let mut far: Vec<Kept> = Vec::with_capacity(CELLS);
    zone(&mut near, CELLS);
    let full = crowd(&alloc, 300);
    zone(&mut far, CELLS);
    assert_eq!(figures(&TAG).pinned_bytes, 2 * CHUNK, "{:?}", figures(&TAG));
    for round in 0..20 {
        // The other one was given up last.
        let (emptied, filled) = if round % 2 == 0 { (&mut near, &far) } else { (&mut far, &near) };
        emptied.truncate(1);
        assert_eq!(filled.len(), CELLS);
        zone(emptied, CELLS - 1);
        let now = figures(&TAG);
        assert_eq!((now.blocks, now.pinned_bytes), (2 * CELLS, 2 * CHUNK), "round {round}: {now:?}");
    }
    drop((near, far, full));
    assert_eq!((figures(&TAG).blocks, figures(&TAG).pinned_bytes), (0, 0));
}

/// What stays of a frame: a few blocks of one size, one of another, and a list.
type Stays<const SIZE: usize> = (Vec<Box<[u8; SIZE]>>, Box<[u8; 32]>);

/// A frame that makes `blocks` blocks and keeps one in `one_in`.
fn frame<const SIZE: usize>(alloc: &SmartAlloc, tag: &'static Tag, blocks: usize, one_in: usize) -> Stays<SIZE> {
    alloc.tagged(tag).ambient(|| {
        let made: Vec<Box<[u8; SIZE]>> = (0..blocks).map(|_| Box::new([1; SIZE])).collect();
        let small = Box::new([2; 32]);
        let mut list = Vec::with_capacity(64);
        list.extend(made.into_iter().step_by(one_in));
        (list, small)
    })
}

#[test]
fn tags_that_keep_several_sizes_pin_no_more_than_what_lives_and_what_a_zone_takes() {
    static TAG: Tag = Tag::new("tests_crowded_sizes");
    static OTHER: Tag = Tag::new("tests_crowded_others");
    let _turn = turn();
    let alloc = SmartAlloc::default();
    let mut kept = VecDeque::new();
    let mut kept_by_other = VecDeque::new();
    let mut full = crowd(&alloc, 80);
    for number in 0..200 {
        // 250 KiB and 125 KiB.
        kept.push_back(frame::<64>(&alloc, &TAG, 4000, 500));
        kept_by_other.push_back(frame::<128>(&alloc, &OTHER, 1000, 200));
        if kept.len() > 30 {
            kept.pop_front();
            kept_by_other.pop_front();
        }
        if number == 40 {
            full.extend(crowd(&alloc, 80));
        }
        // With gaps behind blocks cells are the next larger ones.
        let gaps = cfg!(any(framealloc_asan, feature = "debug"));
        for (tag, at_once) in [(&TAG, if gaps { 34 } else { 16 }), (&OTHER, if gaps { 17 } else { 8 })] {
            let now = figures(tag);
            // What every tag may have, one chunk in the stash, and what a zone has taken, which is looked at when it needs more.
            let allowed = (4 + 1 + at_once) * CHUNK + 8 * now.bytes;
            assert!(now.pinned_bytes <= allowed, "frame {number}: {now:?}");
        }
    }
    assert!(figures(&TAG).refused > 0 && figures(&OTHER).refused > 0, "they were never refused");
    assert!(full.iter().flatten().all(|byte| *byte == 1));
}
