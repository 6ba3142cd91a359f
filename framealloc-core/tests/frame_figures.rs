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
