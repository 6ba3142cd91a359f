//! What escapes from zones pins little, whatever and how much it is: sizes are learned, and what cannot be learned is capped.

use std::collections::VecDeque;
use std::sync::{Barrier, Mutex};

use framealloc_core::{AmbientAlloc, FrameEvent, Repeats, SmartAlloc, Tag};

use crate::random::{Random, seed_or};
use crate::{CHUNK, passed_on, warm, zone};

/// A tag may pin as much whatever lives there.
const FREE: usize = 4 * CHUNK;

/// Plays frames in which one block in `one_in` stays for `frames` frames. Returns the most that was pinned beyond what is allowed,
/// and the part of the blocks that was bumped in the last quarter of the frames.
fn play(tag: &'static Tag, one_in: usize, frames: usize, sizes: impl Fn(&mut Random, bool) -> usize) -> (usize, f64) {
    // With the feature each block costs an entry of a table.
    let frames = if cfg!(feature = "debug") { frames / 3 } else { frames };
    let alloc = SmartAlloc::default();
    let random = &mut Random::new(seed_or(|| 7));
    let mut kept: VecDeque<Vec<Vec<u8>>> = VecDeque::new();
    let (mut beyond, mut passed_on_late) = (0, 0);
    let mut most = (0, 0);
    warm(&alloc);
    for frame in 0..frames * 4 {
        let (survivors, passed) = passed_on(|| {
            zone(&alloc, tag, || {
                let mut survivors = Vec::new();
                for _ in 0..2000 {
                    let stays = random.below(one_in) == 0;
                    let block = vec![1_u8; sizes(random, stays)];
                    if stays {
                        survivors.push(block);
                    }
                }
                survivors
            })
        });
        kept.push_back(survivors);
        if kept.len() > frames {
            kept.pop_front();
        }
        let live: usize = kept.iter().flatten().map(Vec::len).sum();
        let pinned = AmbientAlloc::stats().tag(tag.path()).map_or(0, |figures| figures.pinned_bytes);
        // The first frames teach it.
        if frame > 8 {
            beyond = beyond.max(pinned.saturating_sub(FREE.max(8 * live)));
            most = most.max((pinned, live));
        }
        if frame >= frames * 3 {
            passed_on_late += passed;
        }
    }
    // With `--nocapture`, beside the bar of eight times.
    println!("{}: at most {} bytes were pinned, with {} that lived", tag.path(), most.0, most.1);
    let share = |part: u64| f64::from(u32::try_from(part).unwrap());
    (beyond, 1.0 - share(passed_on_late) / share(2000 * frames as u64))
}

#[test]
fn one_block_in_a_thousand_that_stays_for_sixty_frames_pins_little() {
    static TAG: Tag = Tag::new("tests_stays_60");
    let (beyond, bumped) = play(&TAG, 1000, 60, |random, stays| if stays { 64 } else { 100 + random.below(300) });
    assert_eq!(beyond, 0);
    assert!(bumped > 0.9, "what does not stay is bumped all the same: {bumped}");
}

#[test]
fn one_block_in_a_hundred_that_stays_for_six_hundred_frames_pins_little() {
    static TAG: Tag = Tag::new("tests_stays_600");
    let (beyond, bumped) = play(&TAG, 100, 600, |random, stays| if stays { 40 } else { 100 + random.below(300) });
    assert_eq!(beyond, 0);
    assert!(bumped > 0.9, "{bumped}");
}

#[test]
fn what_stays_may_be_of_any_size() {
    static TAG: Tag = Tag::new("tests_stays_any");
    let (beyond, _) = play(&TAG, 500, 100, |random, _| 1 + random.below(600));
    assert_eq!(beyond, 0);
}

#[test]
fn a_tag_that_pins_too_much_is_told_once_and_its_sizes_are_learned() {
    static TAG: Tag = Tag::new("tests_told_of_pins");
    let mut alloc = SmartAlloc::default();
    let told = std::sync::Arc::new(Mutex::new(Vec::new()));
    let heard = std::sync::Arc::clone(&told);
    alloc.set_repeats(Repeats::Once);
    alloc
        .on_frame_event(move |_, event| {
            if let FrameEvent::Diagnostic(found) = event {
                if found.code == "FA011" && found.tag == Some("tests_told_of_pins") {
                    heard.lock().expect("no panic").push(found.message.clone());
                }
            }
        })
        .forever();
    let mut kept = Vec::new();
    for _ in 0..20 {
        alloc.begin_frame();
        zone(&alloc, &TAG, || {
            let mut blocks: Vec<Box<[u8; 500]>> = (0..100).map(|_| Box::new([1; 500])).collect();
            kept.extend(blocks.drain(..).step_by(30));
        });
        alloc.end_frame();
    }
    let told = told.lock().expect("no panic");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("bytes of chunks in which"), "{told:?}");
    let figures = AmbientAlloc::stats().tag(TAG.path()).expect("used");
    assert!(figures.learned >= 1 && figures.refused > 0, "{figures:?}");
}

#[test]
fn a_block_that_another_thread_made_smaller_leaves_bytes_of_no_block() {
    static TAG: Tag = Tag::new("tests_made_smaller");
    let alloc = SmartAlloc::default();
    warm(&alloc);
    let (handed, turn) = (Mutex::new(Vec::new()), Barrier::new(2));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            turn.wait();
            handed.lock().unwrap().shrink_to(40);
            turn.wait();
        });
        zone(&alloc, &TAG, || {
            *handed.lock().unwrap() = Vec::<u8>::with_capacity(400);
            turn.wait();
            turn.wait();
            // The chunk is full; what lives in it is freed here, where it was made, and is smaller than it was then.
            let more: [_; 8] = std::array::from_fn(|_| std::hint::black_box(Vec::<u8>::with_capacity(4000)));
            drop((core::mem::take(&mut *handed.lock().unwrap()), more));
        });
    });
    let left = AmbientAlloc::stats().tag(TAG.path()).map_or((0, 0), |tag| (tag.blocks, tag.bytes));
    assert_eq!(left, (0, 0));
}

/// The bytes of what escaped under a tag, and how many blocks that is.
#[cfg(feature = "debug")]
fn escaped(tag: &Tag) -> (usize, usize) {
    let all = AmbientAlloc::escapes();
    let of_tag = all.iter().filter(|site| site.tag == tag.path());
    of_tag.fold((0, 0), |(bytes, blocks), site| (bytes + site.bytes, blocks + site.blocks))
}

/// One place in the program.
#[cfg(feature = "debug")]
#[inline(never)]
fn remembers(number: u8) -> Vec<u8> {
    std::hint::black_box(vec![number; 300])
}

#[cfg(feature = "debug")]
#[test]
fn blocks_that_escaped_are_told_until_they_are_freed_with_who_asked_for_them() {
    static TAG: Tag = Tag::new("tests_escape_sites");
    let alloc = SmartAlloc::default();
    warm(&alloc);
    let mut kept = zone(&alloc, &TAG, || {
        let kept: [_; 3] = std::array::from_fn(|number| remembers(number as u8));
        drop(remembers(9));
        // The zone is open, so nothing has escaped; asking is no part of it.
        assert_eq!(escaped(&TAG), (0, 0));
        zone(&alloc, &TAG, || assert_eq!(escaped(&TAG), (0, 0), "nor in a zone inside of it"));
        kept
    });
    assert_eq!(escaped(&TAG), (900, 3));
    let sites = AmbientAlloc::escapes();
    let sites: Vec<_> = sites.iter().filter(|site| site.tag == TAG.path()).collect();
    assert!(!sites.is_empty(), "it was told");
    // The stack is there unless the feature is off, and of a block that is made while another test has the list of stacks
    // there is none: an allocator does not wait for it. So one of the three will do.
    let named = sites.iter().flat_map(|site| &site.calls).any(|call| call.function.contains("remembers"));
    assert!(named || cfg!(not(feature = "stacks")), "{sites:?}");
    // A later zone goes on in the same chunk.
    zone(&alloc, &TAG, || drop(remembers(4)));
    kept[0].truncate(100);
    kept[0].shrink_to_fit();
    assert_eq!(escaped(&TAG), (700, 3));
    let last = std::thread::spawn(|| kept.into_iter().nth(2)).join().expect("no panic");
    assert_eq!(escaped(&TAG), (300, 1));
    drop(last);
    assert_eq!(escaped(&TAG), (0, 0));
}
