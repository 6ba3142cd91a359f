//! Drops: boxed and collected values are dropped exactly once, with their box; forgotten ones never.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};

use framealloc_core::{AllocConfig, FrameBox, FrameVec, SmartAlloc};

use crate::drop_counts::Drops;

#[test]
fn the_drop_of_a_box_runs_exactly_once() {
    let drops = Drops::default();
    let mut alloc = SmartAlloc::default();
    alloc.whole_frame(|alloc| {
        drop(alloc.frame_box(drops.value()));
        let _slice = alloc.frame_slice_fill_with(3, |_| drops.value());
        let taken = FrameBox::into_inner(alloc.frame_box(drops.value()));
        assert_eq!(drops.count(), 1);
        core::mem::forget(taken);
    });
    assert_eq!(drops.count(), 4);
}

#[test]
fn shared_values_of_a_dropped_allocator_are_dropped() {
    let drops = Drops::default();
    let alloc = SmartAlloc::default();
    let handle = alloc.frame_share(drops.value());
    std::thread::scope(|threads| {
        threads.spawn(|| alloc.scoped(|frame| frame.frame_share(drops.value())));
    });
    drop(alloc);
    assert_eq!(drops.count(), 2);
    assert!(handle.get(&SmartAlloc::default()).is_none());
}

#[test]
fn values_without_size_take_no_memory_and_are_aligned_and_dropped() {
    #[repr(align(64))]
    struct Wide;
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    impl Drop for Wide {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Ordering::Relaxed);
        }
    }
    let alloc = SmartAlloc::default();
    for _ in 0..10_000 {
        let value = alloc.frame_box(Wide);
        assert_eq!(FrameBox::as_ptr(&value).addr() % 64, 0);
    }
    assert_eq!(DROPS.load(Ordering::Relaxed), 10_000);
    assert_eq!(alloc.frame().used_bytes(), 0);
    let slice = alloc.frame_slice_copy(&[(); usize::MAX]);
    assert_eq!(slice.len(), usize::MAX);
}

#[test]
fn constructors_and_drops_may_use_the_memory_they_are_made_in() {
    struct Busy<'a>(&'a SmartAlloc, u64);
    impl Drop for Busy<'_> {
        fn drop(&mut self) {
            let again = self.0.frame_slice_fill_with(20, |n| n as u64 + self.1);
            let tagged = self.0.with_tag("busy", |a| a.frame_box(self.1));
            assert_eq!((again[19], *tagged, *self.0.pool_box(self.1)), (19 + self.1, self.1, self.1));
        }
    }
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_frame_chunk(256));
    for _ in 0..3 {
        let values = alloc.frame_slice_fill_with(100, |n| {
            drop(Busy(&alloc, n as u64));
            let inner = alloc.frame_slice_fill_with(n % 7, |m| alloc.frame_box(m));
            assert!(inner.iter().zip(0..).all(|(value, m)| **value == m));
            Busy(&alloc, n as u64)
        });
        assert!(values.iter().zip(0..).all(|(value, n)| value.1 == n));
        let mut vec: FrameVec<'_, Busy<'_>> = alloc.frame_vec();
        vec.extend((0..50).map(|n| Busy(&alloc, n)));
        vec.retain(|busy| busy.1 % 2 == 0);
        drop((values, vec));
        alloc.end_frame();
    }
}

#[test]
fn what_drops_at_the_end_of_the_frame_drops_in_constant_stack() {
    struct Value(u64);
    impl Drop for Value {
        fn drop(&mut self) {
            SUM.with_borrow_mut(|sum| *sum += self.0);
        }
    }
    thread_local!(static SUM: RefCell<u64> = const { RefCell::new(0) });
    // A list that dropped by recursion would need a hundred bytes of stack for each.
    let small = std::thread::Builder::new().stack_size(256 << 10).spawn(|| {
        let mut alloc = SmartAlloc::default();
        let level = alloc.scratch("level");
        for n in 0..300_000 {
            let _ = alloc.frame_share(Value(n));
            level.keep(Value(n));
        }
        alloc.end_frame();
        drop(level);
        SUM.take()
    });
    assert_eq!(small.expect("it starts").join().expect("no overflow"), 2 * (0..300_000).sum::<u64>());
}
