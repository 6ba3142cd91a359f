//! What a program or a machine can do to zones.

use std::alloc::Layout;
use std::cell::{Cell, RefCell};
use std::sync::mpsc;

use framealloc_core::{AmbientAlloc, SmartAlloc, Tag};

use crate::{CHUNK, allocator, passed_on, warm, zone};

#[test]
fn threads_may_end_with_their_blocks_alive_and_their_chunks_are_found_again() {
    static TAG: Tag = Tag::new("tests_dead_threads");
    let alloc = SmartAlloc::default();
    let mut kept = Vec::new();
    for round in 0..200_u8 {
        let block = std::thread::scope(|scope| {
            let thread = scope.spawn(|| zone(&alloc, &TAG, || vec![round; 300]));
            thread.join().expect("no panic")
        });
        kept.push(block);
    }
    assert!(kept.iter().enumerate().all(|(round, block)| block.iter().all(|byte| usize::from(*byte) == round)));
    let figures = AmbientAlloc::stats().tag("tests_dead_threads").expect("used");
    assert_eq!((figures.blocks, figures.bytes), (200, 60_000), "{figures:?} {:?}", AmbientAlloc::stats());
    drop(kept);
    let figures = AmbientAlloc::stats().tag("tests_dead_threads").expect("used");
    assert_eq!((figures.blocks, figures.bytes, figures.pinned_bytes), (0, 0, 0));
}

#[test]
fn destructors_of_thread_locals_may_open_zones_and_free_what_was_made_in_them() {
    static TAG: Tag = Tag::new("tests_destructors");
    struct Late(Vec<Box<[u8]>>);
    impl Drop for Late {
        fn drop(&mut self) {
            let alloc = SmartAlloc::default();
            let more = zone(&alloc, &TAG, || (0..40).map(|_| vec![9_u8; 1000]).collect::<Vec<_>>());
            assert!(more.iter().flatten().all(|byte| *byte == 9) && self.0.len() == 40);
        }
    }
    thread_local! {
        static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
    }
    for _ in 0..20 {
        let thread = std::thread::spawn(|| {
            let alloc = SmartAlloc::default();
            let made = zone(&alloc, &TAG, || (0..40).map(|_| vec![1_u8; 1000].into()).collect());
            LATE.with(|late| *late.borrow_mut() = Some(Late(made)));
        });
        thread.join().expect("no panic");
    }
    let figures = AmbientAlloc::stats().tag("tests_destructors").expect("used");
    assert_eq!((figures.blocks, figures.pinned_bytes), (0, 0));
}

#[test]
fn a_refusal_of_the_allocator_inside_is_passed_on_and_leaves_the_zone_as_it_was() {
    let alloc = SmartAlloc::default();
    warm(&alloc);
    let large = Layout::array::<u8>(100_000).expect("small");
    alloc.ambient(|| {
        let mut text = String::from("kept");
        allocator::refusing(1, || {
            // SAFETY: it has a size.
            assert!(unsafe { std::alloc::alloc(large) }.is_null());
            assert!(text.try_reserve(100_000).is_err());
            text.push_str(" and more: small blocks need nobody");
        });
        assert_eq!(text, "kept and more: small blocks need nobody");
    });
}

/// An allocator of its own, over one that gives nothing.
#[test]
fn without_memory_for_a_region_zones_are_served_by_the_allocator_inside() {
    // The region of this process is there, or is made here: what has none has no chunk either.
    static SMALL: AmbientAlloc = AmbientAlloc::system().with_region_bytes(100).with_block_limit(0).with_pinned_limit(0);
    use std::alloc::GlobalAlloc as _;
    let layout = Layout::new::<[u64; 4]>();
    // SAFETY: the layout has a size, and the block is freed once by whom it is from.
    unsafe {
        let block = SMALL.alloc(layout);
        assert!(!block.is_null());
        SMALL.dealloc(block, layout);
    }
}

#[test]
fn two_allocators_of_a_process_share_the_region_and_never_mix_up_what_is_in_it() {
    use std::alloc::GlobalAlloc as _;
    static OTHER: AmbientAlloc = AmbientAlloc::system();
    let (alloc, layout) = (SmartAlloc::default(), Layout::new::<[u64; 4]>());
    warm(&alloc);
    // SAFETY: the layout has a size, and the block is freed once by whom it is from.
    unsafe {
        let block = alloc.ambient(|| OTHER.alloc(layout));
        block.write_bytes(5, layout.size());
        let (outside, inside) = (OTHER.alloc(layout), Box::new([6_u64; 4]));
        assert_eq!((block.read(), block.add(31).read()), (5, 5));
        OTHER.dealloc(block, layout);
        OTHER.dealloc(outside, layout);
        assert_eq!(*inside, [6; 4]);
    }
}

#[test]
fn a_zone_that_never_ends_gets_back_what_other_threads_free() {
    static TAG: Tag = Tag::new("tests_endless");
    let alloc = SmartAlloc::default();
    let (send, receive) = mpsc::sync_channel::<Vec<u8>>(64);
    let consumer = std::thread::spawn(move || receive.iter().map(|block| block.len()).sum::<usize>());
    zone(&alloc, &TAG, || {
        // Three times the region.
        for _ in 0..24_000 {
            send.send(vec![1; 1000]).expect("the consumer lives");
        }
    });
    drop(send);
    assert_eq!(consumer.join().expect("no panic"), 24_000_000);
    // What the channel keeps of each thread that waits is all that may be left.
    let figures = AmbientAlloc::stats().tag("tests_endless");
    let (blocks, exhausted) = figures.map_or((0, 0), |tag| (tag.blocks, tag.exhausted));
    assert!(blocks <= 1 && exhausted == 0, "{figures:?}");
}

#[test]
fn blocks_that_escape_pin_no_more_than_eight_times_what_lives() {
    static TAG: Tag = Tag::new("tests_pinning");
    let alloc = SmartAlloc::default();
    let mut kept = std::collections::VecDeque::new();
    let mut most = 0;
    for frame in 0..600 {
        // 256 KiB a frame, of which one block in 500 stays for 300 frames.
        let escaped = zone(&alloc, &TAG, || {
            let blocks: Vec<Box<[u8; 64]>> = (0..4000).map(|_| Box::new([1; 64])).collect();
            blocks.into_iter().step_by(500).collect::<Vec<_>>()
        });
        kept.push_back(escaped);
        if kept.len() > 300 {
            kept.pop_front();
        }
        let figures = AmbientAlloc::stats().tag("tests_pinning").expect("used");
        // What every tag may have, one chunk in the stash, and the 16 that a zone takes for its 256 KiB: what it has taken is
        // looked at when it needs more, and of what it keeps there may be some in each.
        let allowed = (4 + 1 + 16) * CHUNK + 8 * figures.bytes;
        assert!(figures.pinned_bytes <= allowed, "frame {frame}: {figures:?}");
        most = most.max(figures.refused);
    }
    assert!(most > 0, "it was never refused");
    drop(kept);
    // With all of it gone zones are served again.
    let ((), calls) = passed_on(|| zone(&alloc, &TAG, || drop(std::hint::black_box(Box::new(1)))));
    let figures = AmbientAlloc::stats().tag("tests_pinning").expect("used");
    assert_eq!((calls, figures.blocks, figures.pinned_bytes), (0, 0, 0));
}

#[test]
fn blocks_without_size_are_nobodys() {
    let alloc = SmartAlloc::default();
    alloc.ambient(|| {
        let units: Vec<()> = std::iter::repeat_n((), 100).collect();
        let empty: Vec<u64> = Vec::new();
        let boxed: Box<dyn Fn() -> usize> = Box::new(|| 5);
        assert_eq!((units.len(), empty.capacity(), boxed()), (100, 0, 5));
    });
}

#[test]
fn a_zone_may_be_asked_for_its_figures_and_for_another_zone_in_a_drop() {
    struct Asks<'a>(&'a SmartAlloc, &'a Cell<usize>);
    impl Drop for Asks<'_> {
        fn drop(&mut self) {
            self.1.set(self.1.get() + self.0.ambient(|| format!("{:?}", AmbientAlloc::stats().region_bytes)).len());
        }
    }
    let (alloc, digits) = (SmartAlloc::default(), Cell::new(0));
    warm(&alloc);
    alloc.ambient(|| drop((0..3).map(|_| Box::new(Asks(&alloc, &digits))).collect::<Vec<_>>()));
    assert_eq!(digits.get(), 3 * "8388608".len());
}
