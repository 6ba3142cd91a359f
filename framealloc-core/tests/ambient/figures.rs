//! The figures of zones, to the byte.

use framealloc_core::{AmbientAlloc, AmbientTagStats, SmartAlloc, Tag};

use crate::{CHUNK, zone};

fn figures(tag: &'static Tag) -> AmbientTagStats {
    AmbientAlloc::stats().tag(tag.path()).expect("used")
}

#[test]
fn blocks_and_bytes_are_those_that_were_asked_for_and_live() {
    static TAG: Tag = Tag::new("tests_figures");
    let alloc = SmartAlloc::default();
    zone(&alloc, &TAG, || {
        let blocks: Vec<Box<[u8; 33]>> = (0..10).map(|_| Box::new([1; 33])).collect();
        // The list of ten pointers, and what the figures themselves take: nothing, they are taken before that.
        let now = figures(&TAG);
        assert_eq!((now.blocks, now.pinned_bytes, now.escaped), (11, 0, 0), "{now:?}");
        assert_eq!(now.bytes, 10 * 33 + 10 * size_of::<usize>());
        drop(blocks);
    });
    let kept = zone(&alloc, &TAG, || (Box::new([1_u8; 33]), String::from("twelve bytes")));
    let now = figures(&TAG);
    assert_eq!((now.blocks, now.bytes, now.pinned_bytes, now.escaped), (2, 45, CHUNK, 2));
    drop(kept.0);
    assert_eq!((figures(&TAG).blocks, figures(&TAG).bytes), (1, 12));
    let mut text = kept.1;
    // It shrinks where it is, on another thread.
    let text = std::thread::spawn(move || {
        text.truncate(6);
        text.shrink_to_fit();
        text
    });
    let text = text.join().expect("no panic");
    assert_eq!((figures(&TAG).blocks, figures(&TAG).bytes), (1, 6));
    drop(text);
    let now = figures(&TAG);
    assert_eq!((now.blocks, now.bytes, now.pinned_bytes, now.escaped), (0, 0, 0, 2));
}

#[test]
fn an_escape_is_a_block_that_its_thread_had_not_freed_when_its_zone_ended() {
    static TAG: Tag = Tag::new("tests_escapes");
    let alloc = SmartAlloc::default();
    let mut kept = Vec::with_capacity(3);
    for round in 1..=3 {
        zone(&alloc, &TAG, || {
            // Several chunks, of which one block stays.
            let mut blocks: Vec<Box<[u8; 500]>> = (0..100).map(|_| Box::new([1; 500])).collect();
            kept.push(blocks.swap_remove(round % 100));
        });
        assert_eq!((figures(&TAG).blocks, figures(&TAG).escaped), (round, round));
    }
    drop(kept);
    assert_eq!((figures(&TAG).blocks, figures(&TAG).pinned_bytes), (0, 0));
}

#[test]
fn the_figures_of_an_allocator_have_those_of_the_zones() {
    static TAG: Tag = Tag::new("tests_in_stats");
    let alloc = SmartAlloc::default();
    let kept = zone(&alloc, &TAG, || Box::new([0_u8; 77]));
    let stats = alloc.stats();
    assert_eq!(stats.ambient.tag("tests_in_stats").map(|tag| (tag.blocks, tag.bytes)), Some((1, 77)));
    assert!(stats.ambient.region_bytes == 8 << 20 && stats.ambient.free_bytes < 8 << 20);
    assert!(stats.ambient.bytes >= 77 && stats.ambient.pinned_bytes >= CHUNK);
    drop(kept);
}
