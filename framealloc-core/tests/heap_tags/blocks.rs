//! Headers: blocks are as large and aligned as asked for, and every way to change one is booked.

use std::alloc::{Layout, alloc, alloc_zeroed, dealloc, realloc};

use framealloc_core::{SmartAlloc, Tag, heap_tag};

use crate::random::Random;
use crate::{allocator, figures, live};

#[test]
fn blocks_of_every_alignment_are_aligned_and_their_bytes_are_those_that_were_asked_for() {
    static TAG: Tag = Tag::new("tests_alignments");
    let mut random = Random::seeded(31);
    for align in (0..15).map(|shift| 1_usize << shift) {
        for _ in 0..40 {
            let size = 1 + random.below(3 * align.max(20));
            let layout = Layout::from_size_align(size, align).expect("small");
            heap_tag(&TAG, || {
                // SAFETY: it has a size; what is read was zeroed.
                let block = unsafe { alloc_zeroed(layout) };
                assert!(!block.is_null() && block.addr() % align == 0, "{layout:?}");
                // SAFETY: it is as large.
                assert!(unsafe { std::slice::from_raw_parts(block, size) }.iter().all(|byte| *byte == 0));
                assert_eq!(live(&TAG), (size, 1));
                // SAFETY: it is as large.
                unsafe { block.write_bytes(7, size) };
                let new_size = 1 + random.below(3 * align.max(20));
                // SAFETY: the block is of this layout.
                let block = unsafe { realloc(block, layout, new_size) };
                assert!(!block.is_null() && block.addr() % align == 0, "{layout:?} to {new_size}");
                // SAFETY: so much was written.
                let kept = unsafe { std::slice::from_raw_parts(block, size.min(new_size)) };
                assert!(kept.iter().all(|byte| *byte == 7), "{layout:?} to {new_size}");
                assert_eq!(live(&TAG), (new_size, 1));
                // SAFETY: the block is of this layout.
                unsafe { dealloc(block, Layout::from_size_align(new_size, align).expect("small")) };
            });
            assert_eq!(live(&TAG), (0, 0));
        }
    }
}

#[test]
fn a_size_that_leaves_no_room_for_a_header_is_refused() {
    static TAG: Tag = Tag::new("tests_no_room");
    const MOST: usize = isize::MAX.unsigned_abs();
    heap_tag(&TAG, || {
        let mut text = String::from("kept");
        // Where addresses have 32 bits, the system gives as much where there is room for a header. With a sum that overflows
        // little would be asked for, and be served.
        allocator::refusing(MOST / 2, || {
            for align in [1, 8, 16, 4096] {
                for less in [0, 1, align, 2 * align + 16] {
                    let size = (MOST - less) / align * align;
                    let layout = Layout::from_size_align(size, align).expect("the largest ones");
                    // SAFETY: it has a size.
                    assert!(unsafe { alloc(layout) }.is_null());
                }
            }
            assert!(text.try_reserve(MOST - 20).is_err());
        });
        assert_eq!(text, "kept");
        assert_eq!(live(&TAG), (4, 1));
    });
    assert_eq!(live(&TAG), (0, 0));
}

#[test]
fn what_the_allocator_inside_refuses_is_nobodys() {
    static TAG: Tag = Tag::new("tests_refused");
    let layout = Layout::array::<u8>(1000).expect("small");
    let aligned = Layout::array::<u128>(1000).expect("small");
    let (refused, mut kept) = heap_tag(&TAG, || {
        let mut kept: Vec<u8> = Vec::with_capacity(10);
        allocator::refusing(500, || {
            for layout in [layout, aligned] {
                // SAFETY: it has a size.
                assert!(unsafe { alloc(layout) }.is_null());
            }
            assert!(kept.try_reserve_exact(1000).is_err());
        });
        (figures(&TAG), kept)
    });
    assert_eq!((refused.bytes, refused.blocks, refused.peak_bytes), (10, 1, 10));
    kept.reserve_exact(1000);
    assert_eq!(live(&TAG), (1000, 1));
    drop(kept);
    assert_eq!(live(&TAG), (0, 0));
}

#[test]
fn a_request_that_is_refused_is_no_allocation() {
    static TAG: Tag = Tag::new("tests_refused_requests");
    let layout = Layout::array::<u8>(1000).expect("small");
    let mut alloc = SmartAlloc::default();
    let take = || {
        // SAFETY: it has a size.
        let block = unsafe { alloc_zeroed(layout) };
        if block.is_null() {
            return;
        }
        // SAFETY: the block is of this layout.
        unsafe { dealloc(block, layout) };
    };
    alloc.whole_frame(|_| heap_tag(&TAG, take));
    alloc.whole_frame(|_| {
        heap_tag(&TAG, || {
            (0..3).for_each(|_| take());
            allocator::refusing(500, || (0..5).for_each(|_| take()));
        });
    });
    let tag = alloc.stats().heap_tag(TAG.path()).expect("used");
    assert_eq!((tag.allocations, tag.frees, tag.blocks, tag.bytes), (3, 3, 0, 0));
}

#[test]
fn a_block_that_is_reallocated_counts_as_freed_and_made() {
    static TAG: Tag = Tag::new("tests_reallocated");
    let mut alloc = SmartAlloc::default();
    alloc.whole_frame(|_| heap_tag(&TAG, || drop(vec![0_u8; 1])));
    let before = figures(&TAG);
    assert_eq!((before.blocks, before.bytes), (0, 0));
    alloc.whole_frame(|_| {
        heap_tag(&TAG, || {
            let mut bytes: Vec<u8> = Vec::with_capacity(10);
            bytes.reserve_exact(100);
            bytes.reserve_exact(1000);
        });
    });
    let tag = alloc.stats().heap_tag(TAG.path()).expect("used");
    assert_eq!((tag.allocations, tag.frees, tag.blocks), (3, 3, 0));
}
