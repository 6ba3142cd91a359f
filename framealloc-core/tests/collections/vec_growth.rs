//! How a frame vector grows: in place, by moving, over the end of a chunk; and what it refuses.

use framealloc_core::{AllocConfig, AllocError, FrameVec, SmartAlloc};

/// A slice beside the vector that must never change.
const CANARY: [u8; 40] = [0xA5; 40];

fn filled(vec: &mut FrameVec<'_, u64>, upto: u64) {
    for value in vec.len() as u64..upto {
        vec.push(value);
    }
}

fn assert_counts_up(vec: &[u64]) {
    assert!(vec.iter().copied().eq(0..vec.len() as u64), "{vec:?}");
}

#[test]
fn r1_growth_in_place_keeps_the_address_and_the_neighbours() {
    let alloc = SmartAlloc::default();
    let mut below = alloc.frame_vec();
    below.extend(CANARY);
    below.shrink_to_fit();
    let mut vec = alloc.frame_vec_with_capacity(4);
    filled(&mut vec, 4);
    let above = alloc.frame_slice_copy(&CANARY);
    let start = vec.as_ptr();
    filled(&mut vec, 200);
    assert_eq!(vec.as_ptr(), start, "it was the newest growable and there was room");
    assert_counts_up(&vec);
    assert_eq!((below.as_slice(), &*above), (&CANARY[..], &CANARY[..]));
}

#[test]
fn r1_growth_by_moving_copies_the_elements_and_no_more() {
    let alloc = SmartAlloc::default();
    let mut vec = alloc.frame_vec_with_capacity(4);
    filled(&mut vec, 4);
    let mut younger = alloc.frame_vec();
    younger.extend(CANARY);
    let start = vec.as_ptr();
    filled(&mut vec, 5);
    assert_ne!(vec.as_ptr(), start, "a younger growable is in the way");
    let mut youngest = alloc.frame_vec();
    youngest.extend(CANARY);
    filled(&mut vec, 500);
    assert_counts_up(&vec);
    assert_eq!((younger.as_slice(), youngest.as_slice()), (&CANARY[..], &CANARY[..]));
}

#[test]
fn r1_growth_at_the_end_of_a_chunk_moves_to_the_next() {
    for spare in 0..64_usize {
        let mut alloc = SmartAlloc::default();
        alloc.begin_frame();
        alloc.scoped(|frame| {
            let mut vec = frame.frame_vec_with_capacity(8);
            filled(&mut vec, 8);
            // Canaries from the other side fill the chunk up to a few bytes.
            let mut canaries = frame.frame_vec::<&[u8]>();
            canaries.reserve(400);
            for _ in 0..spare {
                canaries.push(frame.frame_slice_copy(&CANARY));
            }
            filled(&mut vec, 4096);
            for _ in 0..spare {
                canaries.push(frame.frame_slice_copy(&CANARY));
            }
            assert_counts_up(&vec);
            assert!(canaries.iter().all(|canary| **canary == CANARY));
        });
        alloc.end_frame();
    }
}

#[test]
fn r10_growing_to_the_same_capacity_changes_nothing() {
    let alloc = SmartAlloc::default();
    let mut vec = alloc.frame_vec_with_capacity(16);
    filled(&mut vec, 16);
    let (start, capacity) = (vec.as_ptr(), vec.capacity());
    vec.reserve(0);
    vec.reserve_exact(0);
    vec.shrink_to_fit();
    vec.shrink_to(100);
    assert_eq!((vec.as_ptr(), vec.capacity()), (start, capacity));
    assert_counts_up(&vec);
}

#[test]
fn r10_lying_size_hints_are_harmless() {
    struct Liar(std::ops::Range<u32>, usize, Option<usize>);
    impl Iterator for Liar {
        type Item = String;
        fn next(&mut self) -> Option<String> {
            self.0.next().map(|n| n.to_string())
        }
        fn size_hint(&self) -> (usize, Option<usize>) {
            (self.1, self.2)
        }
    }
    let alloc = SmartAlloc::default();
    for (low, high) in [(0, Some(0)), (1, Some(1)), (1000, Some(1000)), (3, None)] {
        let mut vec = alloc.frame_vec();
        vec.extend(Liar(0..100, low, high));
        assert_eq!((vec.len(), vec[99].as_str()), (100, "99"));
    }
    let mut vec = alloc.frame_vec();
    assert_eq!(vec.try_extend(Liar(0..3, usize::MAX, None)), Err(AllocError::CapacityOverflow));
    assert!(vec.is_empty());
}

#[test]
fn r11_sizes_near_the_limits_are_refused_and_change_nothing() {
    let alloc = SmartAlloc::default();
    let mut vec = alloc.frame_vec::<u64>();
    filled(&mut vec, 10);
    let before = (vec.as_ptr(), vec.capacity());
    for additional in [usize::MAX, usize::MAX - 9, usize::MAX / 8, isize::MAX as usize, isize::MAX as usize / 8] {
        assert_eq!(vec.try_reserve(additional), Err(AllocError::CapacityOverflow), "{additional}");
        assert_eq!(vec.try_reserve_exact(additional), Err(AllocError::CapacityOverflow), "{additional}");
    }
    // A size that a value may have, but no machine.
    assert!(matches!(vec.try_reserve(isize::MAX as usize / 8 - 4096), Err(AllocError::OutOfMemory { .. })));
    assert_eq!((vec.as_ptr(), vec.capacity()), before);
    assert_counts_up(&vec);
    assert_eq!(alloc.try_frame_vec_with_capacity::<u32>(usize::MAX).err(), Some(AllocError::CapacityOverflow));
    let panic = std::panic::catch_unwind(|| drop(SmartAlloc::default().frame_vec_with_capacity::<u32>(usize::MAX)));
    let words = *panic.unwrap_err().downcast::<String>().unwrap();
    assert_eq!(words, AllocError::CapacityOverflow.to_string());
}

#[test]
fn zero_sized_elements_take_no_memory_and_are_all_dropped() {
    #[repr(align(64))]
    struct Unit;
    static DROPS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    impl Drop for Unit {
        fn drop(&mut self) {
            assert_eq!(std::ptr::from_ref(self).addr() % 64, 0);
            DROPS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }
    let alloc = SmartAlloc::default();
    let mut vec = alloc.frame_vec();
    for _ in 0..10_000 {
        vec.push(Unit);
    }
    assert_eq!((vec.capacity(), alloc.frame().used_bytes()), (usize::MAX, 0));
    let tail = vec.split_off(9_000);
    vec.drain(10..20).for_each(drop);
    vec.remove(0);
    vec.swap_remove(0);
    assert_eq!((vec.len(), tail.len()), (8988, 1000));
    drop(vec.into_iter().nth(5));
    drop(tail.into_boxed());
    assert_eq!(DROPS.load(std::sync::atomic::Ordering::Relaxed), 10_000);
    assert_eq!(alloc.frame().used_bytes(), 0);
    let mut units = alloc.frame_vec::<()>();
    units.extend_from_slice_copy(&[(); usize::MAX]);
    assert_eq!(units.try_push(()), Err(AllocError::CapacityOverflow));
}

#[test]
fn r9_every_alignment_is_kept_through_growth() {
    macro_rules! aligned {
        ($($align:literal)+) => {$({
            #[derive(Clone, Copy, PartialEq, Debug)]
            #[repr(align($align))]
            struct Aligned(usize);
            let alloc = SmartAlloc::default();
            alloc.scoped(|frame| {
                let mut bytes = frame.frame_vec::<u8>();
                let mut vec = frame.frame_vec();
                for n in 0..50 {
                    bytes.push(0);
                    vec.push(Aligned(n));
                    assert!(vec.as_ptr().is_aligned());
                }
                assert!(vec.iter().map(|a| a.0).eq(0..50));
            });
        })+};
    }
    aligned!(1 2 4 8 16 32 64 128 512 4096 65536);
}

#[test]
fn a_dropped_vector_gives_its_memory_to_the_next() {
    let alloc = SmartAlloc::default();
    let mut starts = Vec::new();
    for _ in 0..3 {
        let mut vec = alloc.frame_vec();
        filled(&mut vec, 1000);
        starts.push(vec.as_ptr().addr());
    }
    let by_iterator = {
        let mut vec = alloc.frame_vec();
        filled(&mut vec, 1000);
        starts.push(vec.as_ptr().addr());
        vec.into_iter().sum::<u64>()
    };
    assert_eq!(by_iterator, 499_500);
    // Red zones of sanitized builds stay behind.
    assert!(starts.iter().all(|start| start - starts[0] < 64), "{starts:?}");
}

#[test]
fn a_vector_made_box_gives_its_spare_memory_back() {
    let alloc = SmartAlloc::default();
    let mut vec = alloc.frame_vec_with_capacity(10_000);
    filled(&mut vec, 10);
    let boxed = vec.into_boxed();
    assert!(alloc.frame().used_bytes() < 200);
    let mut next = alloc.frame_vec();
    filled(&mut next, 100);
    assert_counts_up(&boxed);
}

#[test]
fn elements_may_use_the_frame_of_their_vector_while_they_drop() {
    struct Chatty<'f>(&'f framealloc_core::Frame, u32);
    impl Drop for Chatty<'_> {
        fn drop(&mut self) {
            let mut vec = self.0.frame_vec();
            vec.extend(0..self.1);
            let copy = self.0.frame_slice_copy(&vec);
            assert!(copy.iter().copied().eq(0..self.1));
        }
    }
    let mut alloc = SmartAlloc::new(AllocConfig::default());
    alloc.begin_frame();
    alloc.scoped(|frame| {
        let mut vec = frame.frame_vec();
        for n in 0..100 {
            vec.push(Chatty(frame, n));
        }
        vec.retain(|chatty| chatty.1 % 3 != 0);
        vec.drain(5..10);
        vec.dedup_by_key(|chatty| chatty.1 / 7);
    });
    alloc.end_frame();
}

#[test]
fn a_cursor_out_does_not_let_a_vector_grow_into_it() {
    let alloc = SmartAlloc::default();
    let mut vec = alloc.frame_vec();
    filled(&mut vec, 16);
    let mut cursor = alloc.cursor();
    let mut canaries = Vec::new();
    for round in 1..40_u64 {
        canaries.push(cursor.copy(&CANARY));
        filled(&mut vec, 16 + round * 16);
    }
    drop(cursor);
    filled(&mut vec, 2000);
    assert_counts_up(&vec);
    assert!(canaries.iter().all(|canary| **canary == CANARY));
}

#[test]
fn r4_what_is_forgotten_halfway_leaks_and_never_doubles() {
    let alloc = SmartAlloc::default();
    let mut vec = alloc.frame_vec();
    vec.extend((0..10).map(|n| n.to_string()));
    std::mem::forget(vec.drain(4..6));
    assert_eq!(vec, ["0", "1", "2", "3"]);
    vec.push("4".to_owned());
    let mut taken = vec.extract_if(.., |_| true);
    assert_eq!(taken.next().as_deref(), Some("0"));
    std::mem::forget(taken);
    assert!(vec.is_empty());
    vec.push("5".to_owned());
    std::mem::forget(vec.extract_if(..0, |_| true));
    assert!(vec.is_empty(), "the hole was open at the first");
    vec.extend(["6", "7", "8"].map(str::to_owned));
    std::mem::forget(vec.splice(1..2, ["9".to_owned()]));
    assert_eq!(vec, ["6", "9", "8"], "the values came with the call");
    std::mem::forget(vec.into_iter());
}

#[test]
fn a_vector_of_a_box_stays_in_its_place_and_grows_into_nobody() {
    let alloc = SmartAlloc::default();
    alloc.scoped(|frame| {
        // A box that was a vector is the newest growable: it grows where it is.
        let mut vec = frame.frame_vec();
        filled(&mut vec, 20);
        let start = vec.as_ptr();
        let mut vec = FrameVec::from_boxed_in(vec.into_boxed(), frame);
        assert_eq!((vec.as_ptr(), vec.len(), vec.capacity()), (start, 20, 20));
        filled(&mut vec, 40);
        assert_eq!(vec.as_ptr(), start);
        assert_counts_up(&vec);
        // Objects, of this frame and others, between neighbours: they move.
        for home in [frame, alloc.frame(), &*alloc.frame_scope()] {
            let below = home.frame_slice_copy(&[CANARY; 8]);
            let boxed = home.frame_slice_fill_with(20, |n| n as u64);
            let above = home.frame_slice_copy(&[CANARY; 8]);
            let mut moved = FrameVec::from_boxed_in(boxed, frame);
            let start = moved.as_ptr();
            filled(&mut moved, 100);
            assert_ne!(moved.as_ptr(), start);
            moved.shrink_to_fit();
            assert_counts_up(&moved);
            assert!(*below == [CANARY; 8] && *above == [CANARY; 8]);
            assert_counts_up(&vec);
        }
    });
    let mut none = FrameVec::from_boxed_in(alloc.frame_slice_fill_with(0, |n| n), alloc.frame());
    none.push(1);
    let units = FrameVec::from_boxed_in(alloc.frame_slice_fill_with(3, |_| ()), alloc.frame());
    assert_eq!((none.len(), units.len(), units.capacity()), (1, 3, usize::MAX));
    // A box that another thread made, in memory of its own.
    let boxed =
        std::thread::scope(|scope| scope.spawn(|| alloc.frame_slice_fill_with(20, |n| n.to_string())).join().unwrap());
    let mut texts = FrameVec::from_boxed_in(boxed, alloc.frame());
    texts.push("20".to_owned());
    assert!(texts.into_iter().eq((0..=20).map(|n| n.to_string())));
}
