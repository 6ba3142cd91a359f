//! Lifetimes: recordings tell when blocks of the heap were made and freed, by a sample that is fair, and what is exact of the heap
//! stays exact. One test after the other: one recording at a time follows blocks.

use std::alloc::System;
use std::sync::{Mutex, MutexGuard, PoisonError};

use framealloc_core::{AllocConfig, AmbientAlloc, RecordOptions, SiteSampling, SmartAlloc, Tag, Tags, heap_tag};

#[path = "../support/followed.rs"]
mod followed;
#[path = "../support/random.rs"]
mod random;

use followed::{FollowedBlock, read};
use random::Random;

#[global_allocator]
static GLOBAL: AmbientAlloc<System, Tags> = AmbientAlloc::system();

fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An allocator whose recording follows one block in so many bytes.
fn recorded(every: usize) -> SmartAlloc {
    let sampling = SiteSampling::default().with_lifetimes(every);
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_sites(sampling));
    alloc.record_in_memory(RecordOptions::default()).unwrap();
    alloc
}

/// What the recording says of blocks of a tag, and how many blocks found no place.
fn stop(mut alloc: SmartAlloc, tag: &Tag) -> (Vec<FollowedBlock>, u64) {
    let (blocks, missed) = read(&alloc.take_recording().unwrap().1);
    (blocks.into_iter().filter(|block| block.tag == tag.path()).collect(), missed)
}

/// Gaps begin where a thread has taken 16 KiB of a tag.
fn begin_gaps(tag: &Tag) {
    heap_tag(tag, || drop(std::hint::black_box(vec![0_u8; 17 << 10])));
}

#[inline(never)]
fn makes_a_block(tag: &Tag, bytes: usize) -> Vec<u8> {
    heap_tag(tag, || vec![7; bytes])
}

#[test]
fn a_block_is_born_in_the_frame_that_makes_it_and_dies_in_the_one_that_frees_it() {
    static LEVEL: Tag = Tag::new("lifetimes_level");
    let _alone = alone();
    let mut alloc = recorded(1);
    alloc.whole_frame(|_| begin_gaps(&LEVEL));
    let mut kept: Vec<Vec<u8>> = alloc.whole_frame(|_| (1..=3).map(|n| makes_a_block(&LEVEL, 1000 * n)).collect());
    alloc.whole_frame(|_| drop(kept.pop()));
    alloc.whole_frame(|_| ());
    // By another thread, under another tag; and one that is made and freed in one frame.
    let other = kept.pop();
    alloc.whole_frame(|_| {
        std::thread::spawn(move || drop(other)).join().unwrap();
        drop(makes_a_block(&LEVEL, 4000));
    });
    let (blocks, missed) = stop(alloc, &LEVEL);
    let told: Vec<_> = blocks.iter().map(|block| (block.made, block.freed, block.bytes)).collect();
    assert_eq!(told, [(2, None, 1000), (2, Some(5), 2000), (2, Some(3), 3000), (5, Some(5), 4000)]);
    assert_eq!(missed, 0);
    if cfg!(all(feature = "stacks", not(target_family = "wasm"))) {
        let who = |block: &FollowedBlock| block.calls.iter().any(|call| call.ends_with("makes_a_block"));
        assert!(blocks.iter().all(who), "{blocks:#?}");
    }
    drop(kept);
}

#[test]
fn a_block_that_grows_is_the_one_that_it_was() {
    static LIST: Tag = Tag::new("lifetimes_list");
    let _alone = alone();
    let mut alloc = recorded(1);
    let mut list = alloc.whole_frame(|_| {
        begin_gaps(&LIST);
        makes_a_block(&LIST, 500)
    });
    alloc.whole_frame(|_| heap_tag(&LIST, || list.reserve_exact(100_000)));
    alloc.whole_frame(|_| list.shrink_to(1000));
    alloc.whole_frame(|_| drop(list));
    let (blocks, _) = stop(alloc, &LIST);
    // A growth is a block that is made, so it may be met as well: what was followed ends there then, and the place goes on.
    assert_eq!((blocks[0].made, blocks[0].bytes), (1, 500));
    assert!(blocks.iter().all(|block| block.freed.is_some()), "{blocks:#?}");
    assert_eq!(blocks.iter().filter(|block| block.freed == Some(4)).count(), 1);
}

#[test]
fn the_heap_by_tag_is_exact_while_blocks_are_followed() {
    static TORN: Tag = Tag::new("lifetimes_torn");
    let _alone = alone();
    let mut random = Random::new(11);
    for every in [1, 700, 40_000] {
        let mut alloc = recorded(every);
        let mut kept: Vec<Vec<u8>> = Vec::with_capacity(600);
        let mut sum = 0;
        for frame in 0..40 {
            alloc.whole_frame(|_| {
                for _ in 0..50 {
                    match random.below(5) {
                        0 | 1 if kept.len() < 600 => {
                            let bytes = 1 + random.below(9000);
                            sum += bytes;
                            kept.push(makes_a_block(&TORN, bytes));
                        }
                        2 if !kept.is_empty() => {
                            let index = random.below(kept.len());
                            let more = kept[index].capacity() + 1 + random.below(5000);
                            sum += more - kept[index].capacity();
                            let block = &mut kept[index];
                            block.clear();
                            block.reserve_exact(more);
                            sum = sum + block.capacity() - more;
                        }
                        _ if !kept.is_empty() => {
                            let index = random.below(kept.len());
                            let block = kept.swap_remove(index);
                            sum -= block.capacity();
                            if frame % 3 == 0 {
                                std::thread::spawn(|| drop(block)).join().unwrap();
                            } else {
                                drop(block);
                            }
                        }
                        _ => {}
                    }
                }
            });
            let found = alloc.stats().heap_tag(TORN.path()).expect("it has blocks");
            assert_eq!((found.bytes, found.blocks), (sum, kept.len()), "{every}, frame {frame}");
        }
        let (blocks, missed) = stop(alloc, &TORN);
        assert!(!blocks.is_empty());
        let alive = blocks.iter().filter(|block| block.freed.is_none()).count();
        assert!(alive <= kept.len() && (every > 1 || missed > 0 || alive + 20 > kept.len()), "{alive} {}", kept.len());
    }
}

#[test]
#[expect(clippy::cast_precision_loss, reason = "an estimate is compared with some digits")]
fn estimates_are_near_what_was_made_whatever_the_rhythm() {
    static SMALL: Tag = Tag::new("lifetimes_small");
    static LARGE: Tag = Tag::new("lifetimes_large");
    let _alone = alone();
    let mut alloc = recorded(20_000);
    let (frames, each) = (60, 40);
    // Small and large ones in turn, under one tag and the other, and all of them die at once or live for ever.
    let mut kept = Vec::with_capacity(frames * each);
    for _ in 0..frames {
        alloc.whole_frame(|_| {
            for _ in 0..each {
                kept.push(makes_a_block(&SMALL, 640));
                drop(makes_a_block(&SMALL, 8000));
                drop(makes_a_block(&LARGE, 30_000));
            }
        });
    }
    let (blocks, missed) = read(&alloc.take_recording().unwrap().1);
    assert_eq!(missed, 0);
    let sum = |wanted: &dyn Fn(&FollowedBlock) -> bool| {
        blocks.iter().filter(|block| wanted(block)).map(|block| block.bytes).sum::<u64>() as f64
    };
    let made = (frames * each) as f64;
    // Five standard deviations of the number of samples.
    let near = |found: f64, bytes: f64| {
        let expected = made * bytes;
        let likely = 1.0 - (-bytes / 20_000.0).exp();
        let error = 5.0 * ((1.0 - likely) / (likely * made)).sqrt();
        assert!((found / expected - 1.0).abs() < error + 0.02, "{bytes}: {found} {expected} ±{error}");
    };
    near(sum(&|block| block.tag == SMALL.path() && block.freed.is_none()), 640.0);
    near(sum(&|block| block.tag == SMALL.path() && block.freed == Some(block.made)), 8000.0);
    near(sum(&|block| block.tag == LARGE.path()), 30_000.0);
}

#[test]
fn blocks_without_a_place_are_counted_and_a_place_is_used_again() {
    static MANY: Tag = Tag::new("lifetimes_many");
    let _alone = alone();
    let mut alloc = recorded(1);
    let mut kept = Vec::with_capacity(6000);
    alloc.whole_frame(|_| {
        begin_gaps(&MANY);
        kept.extend((0..6000).map(|_| makes_a_block(&MANY, 64)));
    });
    alloc.whole_frame(|_| kept.clear());
    alloc.whole_frame(|_| kept.extend((0..100).map(|_| makes_a_block(&MANY, 64))));
    let (blocks, missed) = stop(alloc, &MANY);
    assert!(missed >= 1900, "{missed}");
    let first = blocks.iter().filter(|block| block.made == 1).count();
    assert!((1..=4096).contains(&first) && first + usize::try_from(missed).unwrap() >= 6000);
    assert!(blocks.iter().filter(|block| block.made == 1).all(|block| block.freed == Some(2)));
    assert_eq!(blocks.iter().filter(|block| block.made == 3).count(), 100);
}

#[test]
fn one_recording_at_a_time_follows_and_the_next_one_has_places() {
    static TURNS: Tag = Tag::new("lifetimes_turns");
    let _alone = alone();
    let (mut first, mut second) = (recorded(1), recorded(1));
    begin_gaps(&TURNS);
    let block = first.whole_frame(|_| makes_a_block(&TURNS, 300));
    second.whole_frame(|_| drop(makes_a_block(&TURNS, 300)));
    first.whole_frame(|_| ());
    assert_eq!(stop(second, &TURNS).0, []);
    assert_eq!(stop(first, &TURNS).0.len(), 2, "whose frame it was is not known to the heap");
    // What was followed for the first says nothing to the third.
    let mut third = recorded(1);
    begin_gaps(&TURNS);
    third.whole_frame(|_| drop(block));
    let own = third.whole_frame(|_| makes_a_block(&TURNS, 300));
    let told: Vec<_> = stop(third, &TURNS).0.iter().map(|block| (block.made, block.freed)).collect();
    assert_eq!(told.iter().filter(|(made, _)| *made == 2).collect::<Vec<_>>(), [&(2, None)]);
    assert!(told.iter().all(|(made, freed)| *made == 2 || freed.is_some()), "{told:?}");
    drop(own);
}

#[test]
fn nothing_is_followed_where_nobody_asks() {
    static QUIET: Tag = Tag::new("lifetimes_quiet");
    let _alone = alone();
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_sites(SiteSampling::every(64)));
    alloc.record_in_memory(RecordOptions::default()).unwrap();
    alloc.whole_frame(|_| {
        begin_gaps(&QUIET);
        drop(makes_a_block(&QUIET, 1000));
    });
    assert_eq!(stop(alloc, &QUIET), (vec![], 0));
}
