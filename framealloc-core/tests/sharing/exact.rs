//! The bytes of shared values: apart from the scratch of the frame, and of the tag, the thread and the system that shared them.

use std::collections::BTreeMap;

use framealloc_core::__private::{Site, with_frame};
use framealloc_core::{AllocConfig, SmartAlloc, Tag, kilobytes};

use crate::random::Random;

static RENDER: Tag = Tag::new("sx_render");
static OUTER: Site = Site::new("sx_outer", file!(), line!());
static INNER: Site = Site::new("sx_inner", file!(), line!()).with_tag_path(&RENDER);

/// Bytes of a slice or string where nothing but its length counts.
fn bytes_of(size: usize) -> usize {
    size.next_multiple_of(8) + redzone(size)
}

/// What lies between two blocks, where anything does.
fn redzone(size: usize) -> usize {
    if size > 0 && cfg!(any(framealloc_asan, feature = "debug")) { 8 } else { 0 }
}

#[test]
fn shared_bytes_are_not_among_the_scratch_of_the_frame() {
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    let used = alloc.frame().used_bytes();
    let _ = alloc.frame_share_slice_copy(&[0_u64; 100]);
    let _ = alloc.scoped(|scope| {
        let used = scope.used_bytes();
        let handle = scope.frame_share_str("not of the scope");
        assert_eq!(scope.used_bytes(), used);
        handle
    });
    assert_eq!(alloc.frame().used_bytes(), used);
    assert_eq!(alloc.end_frame().bytes, bytes_of(800) + bytes_of(16));
}

#[test]
fn shared_bytes_are_those_of_their_tag_thread_and_system() {
    let mut random = Random::seeded(0x5_4A2E);
    let mut alloc = SmartAlloc::default();
    for _ in 0..50 {
        alloc.begin_frame();
        let (mut by_tag, mut by_system) = (BTreeMap::new(), BTreeMap::new());
        let mut share = |alloc: &SmartAlloc, tag: &'static str, system: Option<&'static str>, random: &mut Random| {
            let size = random.below(3000);
            let bytes = match random.below(3) {
                0 => {
                    let _ = alloc.frame_share_slice_copy(&vec![0_u8; size]);
                    bytes_of(size)
                }
                1 => {
                    let _ = alloc.frame_share_slice_fill_with(size, |_| 7_u8);
                    bytes_of(size)
                }
                _ => {
                    let _ = alloc.frame_share([0_u64; 5]);
                    bytes_of(40)
                }
            };
            *by_tag.entry(tag).or_default() += bytes;
            if let Some(system) = system {
                *by_system.entry(system).or_insert(0) += bytes;
            }
        };
        share(&alloc, "(untagged)", None, &mut random);
        with_frame(&alloc, &OUTER, |frame| {
            share(frame, "(untagged)", Some("sx_outer"), &mut random);
            frame.scoped(|scope| share(scope, "(untagged)", Some("sx_outer"), &mut random));
            with_frame(frame, &INNER, |frame| {
                share(frame, "sx_render", Some("sx_inner"), &mut random);
                with_frame(frame, &INNER, |frame| share(frame.whole(), "sx_render", Some("sx_inner"), &mut random));
                share(frame, "sx_render", Some("sx_inner"), &mut random);
            });
            share(frame.whole(), "(untagged)", Some("sx_outer"), &mut random);
        });
        share(alloc.tagged(&RENDER), "sx_render", None, &mut random);
        let expected: usize = by_tag.values().sum();
        let report = alloc.end_frame();
        assert_eq!(report.bytes, expected);
        let stats = alloc.stats();
        for (tag, bytes) in by_tag {
            assert_eq!(stats.tag(tag).map(|tag| tag.bytes), Some(bytes), "{tag}");
        }
        for (system, bytes) in by_system {
            let figures = stats.systems.iter().find(|figures| figures.name == system).unwrap();
            assert_eq!(figures.bytes, bytes, "{system}");
        }
        assert_eq!(stats.threads.iter().map(|thread| thread.bytes).sum::<usize>(), expected);
    }
}

#[test]
fn a_slice_of_an_iterator_counts_as_long_as_it_had_to_be() {
    let mut alloc = SmartAlloc::default();
    // The first frames find out how large the arena is: slices move while it grows.
    for frame in 0..3 {
        alloc.begin_frame();
        with_frame(&alloc, &OUTER, |frame| {
            let _ = frame.frame_share_slice_from_iter((0..1000_u64).filter(|n| n % 2 == 0));
        });
        let report = alloc.end_frame();
        let stats = alloc.stats();
        assert_eq!(stats.systems.iter().find(|system| system.name == "sx_outer").unwrap().bytes, report.bytes);
        if frame == 2 {
            // 500 of them, in room for 512.
            assert!((4000..=4096 + 16).contains(&report.bytes), "{}", report.bytes);
        }
    }
}

#[test]
fn shared_bytes_count_against_budgets_and_in_phases() {
    let config = AllocConfig::default().with_thread_frame_budget(kilobytes(8)).with_global_frame_budget(kilobytes(64));
    let mut alloc = SmartAlloc::new(config);
    for _ in 0..3 {
        alloc.begin_frame();
        {
            let phase = alloc.phase_scope("sx_phase");
            let _ = alloc.frame_share_slice_copy(&[0_u8; 4096]);
            assert_eq!(phase.bytes(), bytes_of(4096));
        }
        assert_eq!(alloc.frame_remaining(), Some(kilobytes(8) - bytes_of(4096)));
        assert!(alloc.try_frame_share_slice_copy(&[0_u8; 4097]).is_err());
        assert!(alloc.try_frame_slice_copy(&[0_u8; 4097]).is_err(), "scratch and shared values have one budget");
        alloc.end_frame();
        assert_eq!(alloc.frame_remaining(), Some(kilobytes(8)));
    }
}

#[test]
fn every_thread_has_arenas_of_its_own() {
    let mut alloc = SmartAlloc::default();
    for _ in 0..3 {
        alloc.begin_frame();
        let handles: Vec<_> = std::thread::scope(|scope| {
            let alloc = &alloc;
            let threads: Vec<_> = (0..4_usize)
                .map(|n| scope.spawn(move || alloc.scoped(|frame| frame.frame_share_slice_fill_with(100, |_| n))))
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        // The threads have ended; what they shared has not.
        for (n, handle) in handles.iter().enumerate() {
            assert_eq!(handle.get(&alloc), Some(&[n; 100][..]));
        }
        assert_eq!(alloc.end_frame().bytes, 4 * bytes_of(100 * size_of::<usize>()));
    }
}
