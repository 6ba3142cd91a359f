//! Which tag is open, and how it is put back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::__private::{Site, with_frame};
use framealloc_core::{SmartAlloc, Tag, heap_tag, try_heap_tag};

use crate::{figures, live};

#[test]
fn a_block_belongs_to_the_tag_that_was_open_when_it_was_made_whoever_frees_it() {
    static MADE: Tag = Tag::new("tests_made");
    static FREED: Tag = Tag::new("tests_freed");
    let block = heap_tag(&MADE, || vec![1_u8; 333]);
    assert_eq!((live(&MADE), live(&FREED)), ((333, 1), (0, 0)));
    let block = std::thread::spawn(move || heap_tag(&FREED, || block.into_boxed_slice()));
    let block = block.join().expect("no panic");
    assert_eq!(live(&MADE), (333, 1));
    std::thread::spawn(move || heap_tag(&FREED, || drop(block))).join().expect("no panic");
    assert_eq!((live(&MADE), live(&FREED)), ((0, 0), (0, 0)));
    let tag = figures(&MADE);
    assert!(tag.peak_bytes >= 333, "it lived when figures were read: {tag:?}");
}

#[test]
fn a_block_that_grows_under_another_tag_stays_its_tags() {
    static MADE: Tag = Tag::new("tests_grown");
    static OTHER: Tag = Tag::new("tests_grown_elsewhere");
    let mut block: Vec<u8> = heap_tag(&MADE, || Vec::with_capacity(10));
    heap_tag(&OTHER, || block.reserve_exact(5000));
    assert_eq!((live(&MADE), live(&OTHER)), ((5000, 1), (0, 0)));
}

#[test]
fn tags_nest_and_are_put_back_by_a_panic_as_well() {
    static OUTER: Tag = Tag::new("tests_outer");
    static INNER: Tag = Tag::new("tests_inner");
    heap_tag(&OUTER, || {
        let inner = heap_tag(&INNER, || Box::new(1_u8));
        let panicked = catch_unwind(|| heap_tag(&INNER, || std::panic::resume_unwind(Box::new(()))));
        let outer = Box::new([2_u8; 2]);
        drop(panicked);
        assert_eq!((live(&INNER), live(&OUTER)), ((1, 1), (2, 1)));
        drop((inner, outer));
    });
    assert_eq!((live(&INNER), live(&OUTER)), ((0, 0), (0, 0)));
}

#[test]
fn a_name_is_absolute_wherever_it_is_opened() {
    let alloc = SmartAlloc::default();
    let block = heap_tag("tests_absolute_outer", || heap_tag("tests_absolute", || Box::new(3_u8)));
    let stats = alloc.stats();
    assert_eq!(stats.heap_tag("tests_absolute").map(|tag| tag.bytes), Some(1));
    assert!(stats.heap_tag("tests_absolute_outer").is_none());
    assert!(try_heap_tag("tests::", || drop(Box::new(4_u8))).is_err());
    drop(block);
}

#[test]
fn a_system_goes_by_the_tag_of_its_frame_memory() {
    static TAG: Tag = Tag::new("tests_system");
    static OUTER: Tag = Tag::new("tests_around_systems");
    static TAGGED: Site = Site::new("tagged", "whose.rs", 1).with_tag_path(&TAG);
    static PLAIN: Site = Site::new("plain", "whose.rs", 2);
    let alloc = SmartAlloc::default();
    let mut made = Vec::with_capacity(8);
    // Their own growth is framealloc's.
    with_frame(&alloc, &TAGGED, |_| with_frame(&alloc, &PLAIN, |_| ()));
    heap_tag(&OUTER, || {
        with_frame(&alloc, &TAGGED, |frame| {
            made.push(Box::new([1_u8; 10]));
            // One that a waiting system runs on its stack, as Bevy's executor does: its handle has no tag.
            with_frame(&alloc, &PLAIN, |_| made.push(Box::new([1_u8; 10])));
            with_frame(frame, &PLAIN, |_| made.push(Box::new([1_u8; 10])));
            made.push(Box::new([1_u8; 10]));
        });
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            with_frame(&alloc, &TAGGED, |_| std::panic::resume_unwind(Box::new(())));
        }));
        drop(panicked);
        made.push(Box::new([1_u8; 10]));
    });
    assert_eq!((live(&TAG), live(&OUTER)), ((30, 3), (10, 1)));
}

#[test]
fn with_tag_opens_its_tag_for_the_heap_and_nests_as_frame_memory_does() {
    let alloc = SmartAlloc::default();
    alloc.with_tag("tests_with_tag", |alloc| alloc.with_tag("nested", |_| ()));
    let blocks = alloc.with_tag("tests_with_tag", |alloc| {
        (Box::new(1_u8), alloc.with_tag("nested", |_| Box::new([2_u8; 2])), Box::new([3_u8; 3]))
    });
    let stats = alloc.stats();
    let of = |path| stats.heap_tag(path).map(|tag| (tag.bytes, tag.blocks));
    assert_eq!((of("tests_with_tag"), of("tests_with_tag::nested")), (Some((4, 2)), Some((2, 1))));
    drop(blocks);
}

#[test]
fn blocks_of_a_zone_are_its_tags_and_those_that_are_too_large_for_a_chunk_too() {
    static ZONE: Tag = Tag::new("tests_of_a_zone");
    static INSIDE: Tag = Tag::new("tests_inside_a_zone");
    let alloc = SmartAlloc::default();
    let kept = alloc.tagged(&ZONE).ambient(|| {
        let mut grown = vec![1_u8; 100];
        grown.reserve_exact(900);
        let inside = heap_tag(&INSIDE, || Box::new([2_u8; 20]));
        let again = heap_tag(&ZONE, || Box::new([2_u8; 20]));
        (grown, inside, again, vec![0_u8; 100_000])
    });
    assert_eq!((live(&ZONE), live(&INSIDE)), ((101_020, 3), (20, 1)));
    let ambient = alloc.stats().ambient;
    let zones = |tag: &Tag| ambient.tag(tag.path()).map(|tag| (tag.bytes, tag.blocks));
    assert_eq!((zones(&ZONE), zones(&INSIDE)), (Some((1020, 2)), Some((20, 1))), "both ways to count agree");
    // One of them shrinks where it is, on another thread, and one moves out of its chunk.
    let (mut grown, inside, again, large) = kept;
    let grown = std::thread::spawn(move || {
        grown.truncate(50);
        grown.shrink_to_fit();
        grown
    });
    let grown = grown.join().expect("no panic");
    assert_eq!(live(&ZONE), (100_070, 3));
    std::thread::spawn(move || drop((inside, again, large, grown))).join().expect("no panic");
    assert_eq!((live(&ZONE), live(&INSIDE)), ((0, 0), (0, 0)));
}
