//! The figures of a frame tell what was needed, also when it was given back in time.

use framealloc_core::__private::{Site, with_frame};
use framealloc_core::SmartAlloc;

#[test]
fn vectors_that_are_gone_before_the_end_count_as_far_as_they_grew() {
    static SYSTEM: Site = Site::new("tests::vectors", "tests.rs", 1).with_tag("vectors_gone");
    let mut alloc = SmartAlloc::default();
    for thousands in [1, 40] {
        alloc.begin_frame();
        with_frame(&alloc, &SYSTEM, |frame| {
            for _ in 0..3 {
                let mut vector = frame.frame_vec();
                vector.extend(0..thousands * 1000_u64);
            }
        });
        alloc.end_frame();
        let stats = alloc.stats();
        let (tag, system) = (stats.tag("vectors_gone").unwrap(), stats.systems[0]);
        assert_eq!((tag.bytes, system.bytes), (system.largest_call, stats.bytes));
        assert!(tag.bytes as u64 >= thousands * 8000, "{tag:?}");
    }
}

#[test]
fn a_frame_tells_what_its_arena_holds_and_not_what_others_hold() {
    let mut alloc = SmartAlloc::default();
    assert_eq!(alloc.frame().capacity_bytes(), 0);
    alloc.frame_slice_fill_copy(5000, 1_u64);
    let held = alloc.frame().capacity_bytes();
    assert!(held >= 40_000);
    alloc.scoped(|scope| {
        scope.frame_ref(1_u8);
        assert!(scope.capacity_bytes() > 0);
    });
    alloc.tagged("elsewhere").frame_ref(1_u8);
    assert_eq!(alloc.frame().capacity_bytes(), held);
    assert!(alloc.capacity() > held);
    alloc.end_frame();
    assert_eq!(alloc.frame().used_bytes(), 0);
    assert!(alloc.frame().capacity_bytes() >= 40_000);
}
