//! A test of frames passes where its limits hold, and says what was taken where they do not. The guard is the whole
//! process's, so that this has a process of its own.

use std::sync::Mutex;

use framealloc_core::__private::{Site, with_frame};
use framealloc_core::{FrameTest, Frames, HeapGuard, SmartAlloc};

#[global_allocator]
static GLOBAL: HeapGuard = HeapGuard::system();

/// Tests that count in systems wait for each other: a site is the whole process's.
static ONE_BY_ONE: Mutex<()> = Mutex::new(());

static THINK: Site = Site::new("game::ai::think", file!(), 20);
static COLLIDE: Site = Site::new("game::physics::collide", file!(), 21);
static COLLIDE_TOO: Site = Site::new("game::particles::collide", file!(), 22);

fn failure(test: &FrameTest, frames: impl Frames) -> String {
    let _one = ONE_BY_ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    test.try_run(frames).unwrap_err().to_string()
}

fn think(alloc: &SmartAlloc, words: usize) {
    with_frame(alloc, &THINK, |alloc| {
        alloc.frame_slice_fill_copy(words, 1_u64);
    });
}

#[test]
fn limits_that_hold_pass_and_the_warm_up_may_take_what_it_likes() {
    let _one = ONE_BY_ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (mut frame, mut kept) = (0, Vec::<u64>::new());
    let test = FrameTest::new("holds").with_warmup(5).with_frames(20).with_heap(0).with_tag("physics", 64);
    test.with_system("think", 512).run(|alloc: &mut SmartAlloc| {
        frame += 1;
        if frame <= 5 {
            kept.reserve(1000 * frame);
        }
        alloc.with_tag("physics", |physics| physics.frame_slice_copy(&[1_u32; 8]).len());
        think(alloc, 16);
    });
    assert_eq!(frame, 25);
}

#[test]
fn a_frame_may_begin_and_end_itself() {
    let mut ran = 0;
    FrameTest::new("whole").with_warmup(0).with_frames(3).with_tag("whole", 4096).run(|alloc: &mut SmartAlloc| {
        ran += 1;
        alloc.whole_frame(|alloc| alloc.with_tag("whole", |whole| whole.frame_slice_copy(&[0_u8; 100]).len()));
    });
    assert_eq!(ran, 3);
}

#[test]
fn what_is_taken_from_the_heap_is_counted_outside_of_systems_and_in_them() {
    let test = FrameTest::new("takes").with_warmup(2).with_frames(10).with_heap(1);
    let mut frame = 0;
    let table = failure(&test, |alloc: &mut SmartAlloc| {
        frame += 1;
        if frame == 6 {
            drop(std::hint::black_box(vec![1_u8; 100]));
            with_frame(alloc, &THINK, |_| drop(std::hint::black_box(vec![1_u8; 24])));
        }
    });
    for words in [
        "frame test `takes`: 1 of 1 limits do not hold in 10 frames after 2 of warm-up",
        "heap     1 calls  2 calls  4         broken",
        "game::ai::think: 1 calls, 24 bytes",
        "(outside of systems): 1 calls, 100 bytes",
        "100 bytes taken from the heap in `takes`",
    ] {
        assert!(table.contains(words), "{words}\n{table}");
    }
}

#[test]
fn the_largest_frame_counts() {
    let test = FrameTest::new("large").with_warmup(0).with_frames(9).with_tag("blast", 4000).with_system("think", 400);
    let mut frame = 0;
    let table = failure(&test, |alloc: &mut SmartAlloc| {
        frame += 1;
        alloc.with_tag("blast", |blast| blast.frame_slice_fill_copy(if frame == 4 { 5000 } else { 10 }, 0_u8).len());
        think(alloc, if frame == 7 { 100 } else { 1 });
    });
    let line = |what: &str| table.lines().find(|line| line.contains(what)).unwrap().to_owned();
    let (blast, think) = (line("tag blast"), line("system think"));
    assert!(blast.contains("4000 bytes") && blast.contains(" 4 ") && blast.ends_with("broken"), "{table}");
    assert!(think.contains("400 bytes") && think.contains(" 7 ") && think.ends_with("broken"), "{table}");
}

#[test]
fn what_never_happens_breaks_its_limit() {
    let test = FrameTest::new("never").with_warmup(0).with_frames(2);
    let table = failure(&test.with_tag("tpyo", 100).with_system("tpyo", 100), |_: &mut SmartAlloc| {});
    assert!(table.contains("was never used") && table.contains("never ran") && table.contains("2 of 2"), "{table}");
}

#[test]
fn a_name_that_means_two_systems_is_no_limit() {
    let test = FrameTest::new("two").with_warmup(0).with_frames(2).with_system("collide", 1 << 20);
    let frame = |alloc: &mut SmartAlloc| {
        for site in [&COLLIDE, &COLLIDE_TOO] {
            with_frame(alloc, site, |alloc| alloc.frame_slice_copy(&[1_u8; 8]).len());
        }
    };
    assert!(failure(&test, frame).contains("means several systems"));
    let one = FrameTest::new("one").with_warmup(0).with_frames(2).with_system("physics::collide", 1 << 20);
    let _one = ONE_BY_ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    one.run(frame);
}

#[test]
fn a_run_that_ends_several_frames_is_no_frame() {
    let test = FrameTest::new("several").with_warmup(0).with_frames(2).with_tag("ai", 1 << 20);
    let table = failure(&test, |alloc: &mut SmartAlloc| {
        for _ in 0..2 {
            alloc.whole_frame(|alloc| alloc.frame_slice_copy(&[1_u8; 8]).len());
        }
    });
    assert!(table.contains("run 1 ended 2 frames"), "{table}");
}
