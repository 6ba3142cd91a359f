//! What a burst took is given back: after a while, after as long as is set, or when it is asked for; and frames go on without calls.

use framealloc_core::{AllocConfig, CountingAlloc, SmartAlloc, megabytes};

fn burst(alloc: &mut SmartAlloc) {
    alloc.whole_frame(|alloc| {
        alloc.frame_slice_zeroed::<u8>(megabytes(4));
        alloc.scoped(|frame| {
            frame.frame_slice_zeroed::<u8>(megabytes(4));
        });
        alloc.tagged("burst").frame_share([0_u8; 10_000]);
    });
}

fn small_frames(alloc: &mut SmartAlloc, count: usize) {
    for _ in 0..count {
        alloc.whole_frame(|alloc| {
            alloc.frame_slice_zeroed::<u8>(1000);
            alloc.scoped(|frame| {
                frame.frame_slice_zeroed::<u8>(1000);
            });
        });
    }
}

#[test]
fn a_burst_is_held_for_as_long_as_is_set() {
    let held_after = |config: AllocConfig, frames| {
        let mut alloc = SmartAlloc::new(config);
        burst(&mut alloc);
        small_frames(&mut alloc, frames);
        alloc.capacity()
    };
    assert!(held_after(AllocConfig::default(), 300) >= megabytes(8), "by default for 360 frames");
    assert!(held_after(AllocConfig::default(), 2000) < megabytes(1));
    assert!(held_after(AllocConfig::default().with_decay(8), 60) < megabytes(1));
    assert!(held_after(AllocConfig::default().with_decay(1), 2) < megabytes(1));
    assert!(held_after(AllocConfig::default().with_decay(0), 2) < megabytes(1), "0 is 1");
    assert!(held_after(AllocConfig::default().with_decay(100_000), 2000) >= megabytes(8));
}

#[test]
fn a_trim_gives_all_back_at_the_end_of_the_frame_and_not_before() {
    let mut alloc = SmartAlloc::default();
    burst(&mut alloc);
    assert!(alloc.capacity() >= megabytes(8));
    alloc.begin_frame();
    let shared = alloc.frame_share([7_u8; 1000]);
    let slice = alloc.frame_slice_copy(&[9_u8; 1000]);
    alloc.trim();
    assert_eq!((shared.get(&alloc), &*slice), (Some(&[7; 1000]), &[9; 1000][..]));
    alloc.end_frame();
    assert_eq!(alloc.capacity(), 0);
    small_frames(&mut alloc, 10);
    let before = CountingAlloc::thread_calls();
    small_frames(&mut alloc, 200);
    assert_eq!((CountingAlloc::thread_calls() - before).total(), 0, "it is done once");
}

#[test]
fn a_trim_leaves_what_budgets_and_flights_hold() {
    let config = AllocConfig::default().with_frames_in_flight(2).with_thread_frame_budget(megabytes(16));
    let mut alloc = SmartAlloc::new(config);
    burst(&mut alloc);
    alloc.begin_frame();
    let shared = alloc.frame_share_str("flies");
    alloc.trim();
    let flight = alloc.end_frame_in_flight();
    assert_eq!(flight.get(shared), Some("flies"));
    assert!(alloc.capacity() < megabytes(1));
    small_frames(&mut alloc, 3);
    assert_eq!((flight.get(shared), alloc.frame_remaining()), (Some("flies"), Some(megabytes(16))));
    drop(flight);
    small_frames(&mut alloc, 3);
}
