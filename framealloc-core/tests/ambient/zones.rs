//! What is served by a zone, and what is not.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc};
use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::__private::{Site, ZoneGuard, with_frame};
use framealloc_core::{AmbientAlloc, SmartAlloc, Tag};

use crate::again::again;
use crate::{CHUNK, passed_on, warm, zone};

#[test]
fn a_zone_asks_the_allocator_inside_for_nothing_small() {
    let alloc = SmartAlloc::default();
    warm(&alloc);
    let (sum, calls) = passed_on(|| {
        alloc.ambient(|| {
            let words: Vec<String> = (0..500).map(|n| format!("a word with the number {n}")).collect();
            let mut lengths = BTreeMap::new();
            for word in &words {
                *lengths.entry(word.len()).or_insert(0) += 1;
            }
            let boxes: Vec<Box<usize>> = lengths.values().copied().map(Box::new).collect();
            boxes.iter().map(|count| **count).sum::<usize>()
        })
    });
    // The list of words is larger than what zones serve, and grows once beyond it.
    assert!(sum == 500 && calls <= 2, "{calls} calls");
    let ((), calls) = passed_on(|| drop(std::hint::black_box(Box::new(5_u64))));
    assert_eq!(calls, 1, "outside of the zone");
}

#[test]
fn values_leave_a_zone_as_they_leave_every_allocator() {
    let alloc = SmartAlloc::default();
    let (mut words, map) = alloc.ambient(|| {
        let words: Vec<String> = (0..50).map(|n| n.to_string()).collect();
        let map: HashMap<u32, Box<[u8]>> = (0..50).map(|n| (n, vec![n as u8; n as usize].into())).collect();
        (words, map)
    });
    // They grow, shrink, move to another thread and die there.
    words.extend((50..5000).map(|n| n.to_string()));
    words.shrink_to_fit();
    let sum = std::thread::spawn(move || {
        let bytes: usize = map.values().map(|bytes| bytes.iter().map(|byte| usize::from(*byte)).sum::<usize>()).sum();
        bytes + words.iter().map(String::len).sum::<usize>()
    });
    let expected = (0..50_usize).map(|n| n * n).sum::<usize>() + 10 + 90 * 2 + 900 * 3 + 4000 * 4;
    assert_eq!(sum.join().expect("no panic"), expected);
}

#[test]
fn every_size_and_alignment_is_kept_and_all_bytes_are_the_blocks_own() {
    let alloc = SmartAlloc::default();
    warm(&alloc);
    alloc.ambient(|| {
        let mut blocks = Vec::new();
        for size in [1, 2, 3, 7, 8, 9, 31, 64, 500, 4095, 4096, 4097, 20_000] {
            for align in [1, 2, 4, 8, 16, 64, 512, 4096, 8192, 65_536] {
                let layout = Layout::from_size_align(size, align).expect("small");
                // SAFETY: it has a size.
                let block = unsafe { alloc_zeroed(layout) };
                assert!(!block.is_null() && block.addr() % align == 0, "size {size} align {align}");
                // SAFETY: it is as large.
                unsafe {
                    assert!(std::slice::from_raw_parts(block, size).iter().all(|byte| *byte == 0));
                    block.write_bytes(blocks.len() as u8, size);
                }
                blocks.push((block, layout));
            }
        }
        for (number, (block, layout)) in blocks.into_iter().enumerate() {
            // SAFETY: it was written, and is freed once.
            unsafe {
                let bytes = std::slice::from_raw_parts(block, layout.size());
                assert!(bytes.iter().all(|byte| *byte == number as u8));
                dealloc(block, layout);
            }
        }
    });
}

#[test]
fn zeroes_are_zeroes_in_a_chunk_that_was_used_before() {
    let alloc = SmartAlloc::default();
    for _ in 0..3 {
        alloc.ambient(|| {
            let dirty: Vec<Vec<u8>> = (0..40).map(|_| vec![0xa5; 1000]).collect();
            drop(dirty);
            let zeroes: Vec<Vec<u8>> = (0..40).map(|_| vec![0; 1000]).collect();
            assert!(zeroes.iter().flatten().all(|byte| *byte == 0));
        });
    }
}

#[test]
fn the_newest_block_grows_and_shrinks_in_place_and_others_move_once() {
    let alloc = SmartAlloc::default();
    warm(&alloc);
    alloc.ambient(|| {
        let layout = |size| Layout::from_size_align(size, 8).expect("small");
        // SAFETY: blocks are used as large as they are, and freed once.
        unsafe {
            let block = alloc_block(layout(100));
            // Beyond what zones serve, too.
            let (grown, calls) = passed_on(|| realloc(block, layout(100), 6000));
            assert!(grown == block && calls == 0);
            let shrunk = realloc(grown, layout(6000), 50);
            assert_eq!(shrunk, block);
            let newer = alloc_block(layout(8));
            assert!(newer.addr() < block.addr() + 200, "what it shrank by was given back");
            let moved = realloc(block, layout(50), 60);
            assert_ne!(moved, block);
            assert_eq!((moved.read(), moved.add(49).read()), (7, 7));
            dealloc(newer, layout(8));
            dealloc(moved, layout(60));
        }
    });
}

/// A block that is full of sevens.
unsafe fn alloc_block(layout: Layout) -> *mut u8 {
    // SAFETY: by the contract of `alloc`.
    let block = unsafe { alloc(layout) };
    // SAFETY: it is as large.
    unsafe { block.write_bytes(7, layout.size()) };
    block
}

#[test]
fn the_newest_blocks_give_their_room_back_when_they_are_freed() {
    let alloc = SmartAlloc::default();
    warm(&alloc);
    alloc.ambient(|| {
        let first = Box::new([1_u64; 4]);
        let second = Box::new([2_u64; 4]);
        let place = (&raw const *second).addr();
        drop(second);
        let third = Box::new([3_u64; 4]);
        assert_eq!((&raw const *third).addr(), place);
        drop((first, third));
        // With nothing left in the chunk it begins anew.
        let again = Box::new([4_u64; 4]);
        assert!((&raw const *again).addr() < place);
    });
}

#[test]
fn a_chunk_is_used_again_when_its_last_block_is_freed_by_whichever_thread() {
    static TAG: Tag = Tag::new("tests_chunks_again");
    let alloc = SmartAlloc::default();
    for round in 0..2000 {
        // Two chunks a round: over the whole region several times.
        let blocks: Vec<Vec<u8>> = zone(&alloc, &TAG, || (0..16).map(|_| vec![1; 2000]).collect());
        if round % 2 == 0 { drop(blocks) } else { std::thread::spawn(|| drop(blocks)).join().expect("no panic") }
    }
    let figures = AmbientAlloc::stats().tag("tests_chunks_again").expect("used");
    assert_eq!((figures.blocks, figures.bytes, figures.pinned_bytes, figures.exhausted), (0, 0, 0, 0));
    assert_eq!(figures.refused, 0);
}

#[test]
fn zones_nest_and_each_goes_by_its_own_tag() {
    static OUTER: Tag = Tag::new("tests_nest_outer");
    static INNER: Tag = Tag::new("tests_nest_inner");
    let alloc = SmartAlloc::default();
    let kept = zone(&alloc, &OUTER, || {
        let first = Box::new([1_u8; 10]);
        let inner = zone(&alloc, &INNER, || {
            let inner = Box::new([2_u8; 20]);
            (inner, Box::new([3_u8; 30]))
        });
        let second = Box::new([4_u8; 40]);
        // As close as they were asked for: the outer zone goes on in its chunk.
        assert_eq!((&raw const *first).addr() / CHUNK, (&raw const *second).addr() / CHUNK);
        (first, inner, second)
    });
    let stats = AmbientAlloc::stats();
    let bytes = |tag| stats.tag(tag).map(|tag| (tag.blocks, tag.bytes));
    assert_eq!(bytes("tests_nest_outer"), Some((2, 50)));
    assert_eq!(bytes("tests_nest_inner"), Some((2, 50)));
    drop(kept);
}

#[test]
fn an_inner_zone_may_free_what_an_outer_one_made() {
    static OUTER: Tag = Tag::new("tests_free_outer");
    let alloc = SmartAlloc::default();
    for _ in 0..100 {
        zone(&alloc, &OUTER, || {
            // Full chunks and the open one.
            let blocks: Vec<Vec<u8>> = (0..40).map(|_| vec![1; 1000]).collect();
            alloc.ambient(|| drop(blocks));
            let again: Vec<Vec<u8>> = (0..40).map(|_| vec![1; 1000]).collect();
            drop(again);
        });
    }
    assert_eq!(AmbientAlloc::stats().tag("tests_free_outer"), None, "nothing lives, and nothing escaped");
}

#[test]
fn a_panic_ends_the_zones_that_it_leaves() {
    let alloc = SmartAlloc::default();
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        alloc.ambient(|| {
            let _lives = Box::new([1_u64; 3]);
            alloc.ambient(|| {
                let _lives = vec![1; 100];
                std::panic::resume_unwind(Box::new("planned"));
            });
        });
    }));
    assert!(unwound.is_err());
    let ((), calls) = passed_on(|| drop(std::hint::black_box(Box::new(5_u64))));
    assert_eq!(calls, 1, "the thread is outside again");
}

#[test]
fn annotated_systems_set_their_own_and_put_back_what_was() {
    static AMBIENT: Site = Site::new("ambient", file!(), line!()).with_tag("tests_sites").ambient();
    static PLAIN: Site = Site::new("plain", file!(), line!());
    let alloc = SmartAlloc::default();
    warm(&alloc);
    let boxed = || drop(std::hint::black_box(Box::new(5_u64)));
    // As Bevy does it: a system that waits runs others on its stack.
    let nested = || {
        with_frame(&alloc, &AMBIENT, |frame| {
            boxed();
            with_frame(frame, &PLAIN, |_| boxed());
            boxed();
            with_frame(frame, &PLAIN, |frame| with_frame(frame, &AMBIENT, |_| boxed()));
            boxed();
        });
    };
    nested();
    assert_eq!(passed_on(nested).1, 1, "the plain system's");
    let kept = with_frame(&alloc, &AMBIENT, |_| Box::new([0_u8; 24]));
    assert_eq!(AmbientAlloc::stats().tag("tests_sites").map(|tag| (tag.blocks, tag.bytes)), Some((1, 24)));
    drop(kept);
}

#[test]
fn what_runs_on_the_stack_of_a_zone_without_an_annotation_is_inside() {
    static TAG: Tag = Tag::new("tests_unannotated");
    let alloc = SmartAlloc::default();
    warm(&alloc);
    // A queue of jobs that a waiting system works off, as task pools do.
    let mut jobs: Vec<Box<dyn FnOnce() -> Vec<u8>>> = vec![Box::new(|| vec![1; 100])];
    zone(&alloc, &TAG, || ());
    let (kept, calls) = passed_on(|| zone(&alloc, &TAG, || jobs.pop().map(|job| job())));
    assert_eq!(calls, 0);
    assert_eq!(AmbientAlloc::stats().tag("tests_unannotated").map(|tag| (tag.blocks, tag.bytes)), Some((1, 100)));
    assert_eq!(kept, Some(vec![1; 100]), "and its result is as good as any");
}

#[test]
fn the_crate_itself_stays_outside_of_the_zones_that_it_is_used_in() {
    static TAG: Tag = Tag::new("tests_own_growth");
    let alloc = SmartAlloc::default();
    zone(&alloc, &TAG, || {
        for name in 0..40 {
            assert!(Tag::intern(&format!("tests_own_growth::{name}")).path().ends_with(&name.to_string()));
        }
        alloc.frame_slice_copy(&[0_u8; 10_000]);
        alloc.scoped(|frame| *frame.frame_box(7));
    });
    // What it takes for itself lives on, and would have left the zone.
    assert_eq!(AmbientAlloc::stats().tag("tests_own_growth"), None);
}

#[test]
fn a_zone_that_is_not_the_innermost_ends_the_program_instead_of_taking_its_chunks() {
    const FORGETS: &str = "FRAMEALLOC_TEST_FORGETS_A_ZONE";
    if std::env::var_os(FORGETS).is_none() {
        let name = "a_zone_that_is_not_the_innermost_ends_the_program_instead_of_taking_its_chunks";
        let output = again(module_path!(), name).env(FORGETS, "1").output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("not the innermost"), "{}\n{said}", output.status);
        return;
    }
    let alloc = SmartAlloc::default();
    alloc.ambient(|| {
        let kept = Box::new(1);
        std::mem::forget(ZoneGuard::new(&alloc));
        drop(kept);
    });
    unreachable!("the outer zone has ended as if nothing were open");
}
