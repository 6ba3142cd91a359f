//! Where nobody counts, a limit of the heap is no pass; where a `CountingAlloc` does, growth counts.

use framealloc_core::{FrameTest, SmartAlloc};

#[test]
fn a_limit_of_the_heap_that_nobody_counts_fails_before_a_frame_runs() {
    let mut ran = false;
    let test = FrameTest::new("blind").with_heap(1000);
    let failure = test.try_run(|_: &mut SmartAlloc| ran = true).unwrap_err();
    assert!(!ran && failure.to_string().contains("nobody counts"), "{failure}");
}
