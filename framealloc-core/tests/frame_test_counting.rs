//! A `CountingAlloc` counts for tests of frames: all of their thread, growth included.

use framealloc_core::{CountingAlloc, FrameTest, SmartAlloc};

#[global_allocator]
static GLOBAL: CountingAlloc = CountingAlloc::system();

#[test]
fn every_call_of_the_thread_counts_and_growth_does() {
    let mut frame = 0_usize;
    let grows = |alloc: &mut SmartAlloc| {
        frame += 1;
        alloc.frame_slice_fill_copy(if frame == 8 { 1 << 20 } else { 1000 }, 0_u64);
    };
    let failure = FrameTest::new("grows").with_warmup(5).with_frames(5).with_heap(0).try_run(grows).unwrap_err();
    assert!(failure.to_string().contains("(the thread of the test)"), "{failure}");
    let steady = |alloc: &mut SmartAlloc| {
        alloc.frame_slice_fill_copy(1000, 0_u64);
    };
    FrameTest::new("steady").with_warmup(5).with_frames(50).with_heap(0).run(steady);
}
