//! What is not sampled stays exact.

use framealloc_core::{AllocConfig, Budget, FrameVec, SiteSampling, SmartAlloc, kilobytes};

/// What a program does in a frame, with vectors, objects, cursors and scopes in each other's way.
fn mixed(alloc: &SmartAlloc, n: u64) {
    let frame = alloc.frame();
    let mut grown = FrameVec::new_in(frame);
    let mut objects = Vec::new();
    for m in 0..300 {
        grown.push(m);
        if m % 7 == n % 7 {
            objects.push(frame.frame_box(n * m));
        }
        if m % 50 == 0 {
            let mut cursor = frame.cursor();
            let first = cursor.alloc(m);
            let beside = frame.frame_box(m + 1);
            let second = cursor.alloc([m; 30]);
            assert!(*first == m && *beside == m + 1 && second.iter().all(|value| *value == m));
        }
        if m % 31 == 0 {
            frame.scoped(|scope| assert_eq!(scope.frame_slice_fill_with(100, |i| i)[99], 99));
        }
    }
    assert!(grown.iter().copied().eq(0..300));
    assert!(objects.iter().all(|object| **object % n.max(1) == 0));
}

#[test]
fn figures_and_values_are_those_of_an_allocator_that_is_not_sampled() {
    for every in [1, 64, 1000, 1 << 20] {
        let mut plain = SmartAlloc::default();
        let mut sampled = SmartAlloc::new(AllocConfig::default().with_sites(SiteSampling::every(every)));
        for n in 0..20 {
            plain.whole_frame(|alloc| mixed(alloc, n));
            sampled.whole_frame(|alloc| mixed(alloc, n));
            // A vector that meets a sample moves, or grows by less at once.
            let (bytes, plain) = (sampled.frame_report().bytes, plain.frame_report().bytes);
            assert!(bytes <= 3 * plain && plain <= 3 * bytes, "every {every}, frame {n}: {bytes}, {plain} without");
        }
        let objects_alone = |alloc: &mut SmartAlloc| {
            alloc.whole_frame(|alloc| (0..500_u64).for_each(|n| assert_eq!(*alloc.frame_box(n), n)));
            alloc.frame_report().bytes
        };
        assert_eq!(objects_alone(&mut sampled), objects_alone(&mut plain), "every {every}");
    }
}

#[test]
fn a_budget_serves_its_last_byte() {
    for every in [8, 200, 4096] {
        let config = AllocConfig::default()
            .with_thread_frame_budget(Budget::new(kilobytes(32)))
            .with_sites(SiteSampling::every(every));
        let mut alloc = SmartAlloc::new(config);
        for _ in 0..20 {
            alloc.whole_frame(|alloc| {
                let mut served = 0;
                while alloc.try_frame_box(1_u64).is_ok() {
                    served += 1;
                    if served % 100 == 0 {
                        let left = alloc.frame_remaining().unwrap();
                        assert_eq!(left, kilobytes(32) - alloc.frame().used_bytes(), "every {every}");
                    }
                }
                // Blocks lie apart there.
                if cfg!(not(any(framealloc_asan, feature = "debug"))) {
                    assert_eq!(served, kilobytes(4), "every {every}");
                }
            });
        }
    }
}

#[test]
fn a_budget_is_exact_with_cursors_out() {
    let config = AllocConfig::default()
        .with_thread_frame_budget(Budget::new(kilobytes(64)))
        .with_sites(SiteSampling::every(500));
    let mut alloc = SmartAlloc::new(config);
    for _ in 0..20 {
        alloc.whole_frame(|alloc| {
            let frame = alloc.frame();
            let mut cursor = frame.cursor();
            let mut served = 0_usize;
            while cursor.try_alloc(1_u64).is_ok() && frame.try_frame_box(2_u64).is_ok() {
                served += 16;
            }
            assert!(served <= kilobytes(64));
            drop(cursor);
            assert!(alloc.frame_remaining().unwrap() < kilobytes(32));
        });
        assert_eq!(alloc.frame_remaining(), Some(kilobytes(64)));
    }
}

#[test]
fn steady_frames_ask_for_no_chunks() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_sites(SiteSampling::every(300)));
    let mut held = Vec::new();
    for n in 0..60 {
        alloc.whole_frame(|alloc| mixed(alloc, n % 7));
        held.push(alloc.capacity());
    }
    assert_eq!(held[40], held[59], "memory of steady frames is that of the frames before");
}
