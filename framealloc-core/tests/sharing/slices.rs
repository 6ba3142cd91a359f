//! Slices and strings of any length, and the user code that makes them.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::{AllocConfig, AllocError, CountingAlloc, FrameHandle, SmartAlloc};

use crate::drops::{Counted, Drops};

/// What no alignment of the arena's own fits.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(256))]
struct Aligned(u8);

fn byte(index: usize) -> u8 {
    index.to_le_bytes()[0]
}

#[test]
fn slices_of_any_length_are_shared_in_every_way() {
    for len in [0, 1, 2, 7, 100, 5000] {
        let mut alloc = SmartAlloc::default();
        alloc.begin_frame();
        let source: Vec<u64> = (0..len as u64).collect();
        let texts: Vec<String> = source.iter().map(u64::to_string).collect();
        let copied = alloc.frame_share_slice_copy(&source);
        let cloned = alloc.frame_share_slice_clone(&texts);
        let filled = alloc.frame_share_slice_fill_with(len, |index| texts[index].clone());
        let collected = alloc.frame_share_slice_from_iter(texts.iter().cloned());
        // No hint of how many there are.
        let filtered = alloc.frame_share_slice_from_iter(source.iter().copied().filter(|n| n % 3 == 0));
        let aligned = alloc.frame_share_slice_fill_with(len, |index| Aligned(byte(index)));
        let aligned_too = alloc.frame_share_slice_from_iter((0..len).map(|index| Aligned(byte(index))));
        let text = alloc.frame_share_str(&texts.concat());
        assert_eq!(copied.get(&alloc), Some(&source[..]));
        for strings in [cloned, filled, collected] {
            assert_eq!(strings.get(&alloc), Some(&texts[..]));
        }
        let expected: Vec<u64> = source.iter().copied().filter(|n| n % 3 == 0).collect();
        assert_eq!(filtered.get(&alloc), Some(&expected[..]));
        for aligned in [aligned, aligned_too] {
            let values = aligned.get(&alloc).unwrap();
            assert!(values.iter().enumerate().all(|(index, value)| value.0 == byte(index)));
            assert_eq!((values.len(), values.as_ptr().addr() % 256), (len, 0));
        }
        assert_eq!(text.get(&alloc), Some(&*texts.concat()));
        alloc.end_frame();
        assert_eq!((copied.get(&alloc), text.get(&alloc)), (None, None));
        assert!(cloned.get(&alloc).is_none() && aligned.get(&alloc).is_none());
    }
}

#[test]
fn every_value_of_a_slice_drops_once_at_the_end_of_its_frame() {
    let drops = Drops::default();
    let mut alloc = SmartAlloc::default();
    alloc.begin_frame();
    let values: Vec<_> = (0..5).map(|_| drops.value()).collect();
    let filled = alloc.frame_share_slice_fill_with(10, |_| drops.value());
    let collected = alloc.frame_share_slice_from_iter(values);
    assert_eq!((drops.count(), drops.holders()), (0, 16));
    assert_eq!(filled.get(&alloc).unwrap().len() + collected.get(&alloc).unwrap().len(), 15);
    alloc.end_frame();
    assert_eq!((drops.count(), drops.holders()), (15, 1));
    alloc.end_frame();
    drop(alloc);
    assert_eq!(drops.count(), 15);
}

#[test]
fn slices_of_values_without_size_drop_every_one_of_them() {
    thread_local!(static DROPPED: Cell<usize> = const { Cell::new(0) });
    struct Nothing;
    impl Drop for Nothing {
        fn drop(&mut self) {
            DROPPED.set(DROPPED.get() + 1);
        }
    }
    let mut alloc = SmartAlloc::default();
    let filled = alloc.frame_share_slice_fill_with(1000, |_| Nothing);
    let collected = alloc.frame_share_slice_from_iter((0..100).map(|_| Nothing));
    let copied = alloc.frame_share_slice_copy(&[(); 7]);
    let many = alloc.frame_share_slice_fill_with(1 << 16, |_| ());
    assert_eq!(filled.get(&alloc).map(<[_]>::len), Some(1000));
    assert_eq!(collected.get(&alloc).map(<[_]>::len), Some(100));
    assert_eq!(copied.get(&alloc).map(<[_]>::len), Some(7));
    assert_eq!(many.get(&alloc).map(<[_]>::len), Some(1 << 16));
    alloc.end_frame();
    assert_eq!(DROPPED.get(), 1100);
}

#[test]
fn what_is_too_long_is_refused_before_anything_is_made() {
    /// An iterator that promises more than there can be.
    struct Liar(u32);
    impl Iterator for Liar {
        type Item = String;
        fn next(&mut self) -> Option<String> {
            self.0 = self.0.checked_sub(1)?;
            Some(self.0.to_string())
        }
        fn size_hint(&self) -> (usize, Option<usize>) {
            (usize::MAX, None)
        }
    }
    let alloc = SmartAlloc::default();
    let made = Cell::new(0);
    let refused = alloc.try_frame_share_slice_fill_with(usize::MAX / 2, |_| {
        made.set(made.get() + 1);
        1_u64
    });
    assert!(matches!(refused, Err(AllocError::CapacityOverflow)));
    assert!(matches!(alloc.try_frame_share_slice_from_iter(Liar(3)), Err(AllocError::CapacityOverflow)));
    assert_eq!(made.get(), 0);
}

#[test]
fn an_iterator_that_lies_about_its_length_is_believed_in_what_it_yields() {
    /// Yields `yields` values and says that it will yield `says`; then it begins again.
    struct Liar {
        yields: usize,
        yielded: usize,
        says: usize,
        drops: Drops,
    }
    impl Iterator for Liar {
        type Item = Counted;
        fn next(&mut self) -> Option<Counted> {
            self.yielded += 1;
            (self.yielded % (self.yields + 1) != 0).then(|| self.drops.value())
        }
        fn size_hint(&self) -> (usize, Option<usize>) {
            (self.says, Some(self.says))
        }
    }
    impl ExactSizeIterator for Liar {}
    for (yields, says) in [(0, 10), (10, 0), (3, 2), (2, 3), (1000, 1), (1, 1000)] {
        let drops = Drops::default();
        let mut alloc = SmartAlloc::default();
        let handle = alloc.frame_share_slice_from_iter(Liar { yields, yielded: 0, says, drops: drops.clone() });
        assert_eq!(handle.get(&alloc).map(<[_]>::len), Some(yields));
        alloc.end_frame();
        assert_eq!((drops.count(), drops.holders()), (yields, 1));
    }
}

#[test]
fn user_code_that_panics_halfway_shares_nothing_and_leaks_nothing() {
    let mut alloc = SmartAlloc::default();
    for fails_at in [0, 1, 50, 99] {
        let drops = Drops::default();
        let make = |index: usize| {
            assert!(index != fails_at, "halfway");
            drops.value()
        };
        let before = alloc.frame_share(drops.value());
        assert!(catch_unwind(AssertUnwindSafe(|| alloc.frame_share_slice_fill_with(100, make))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| alloc.frame_share_slice_from_iter((0..100).map(make)))).is_err());
        assert_eq!(drops.count(), 2 * fails_at, "what was made is dropped");
        let after = alloc.frame_share_slice_fill_with(2, |_| drops.value());
        assert!(before.get(&alloc).is_some() && after.get(&alloc).is_some());
        alloc.end_frame();
        assert_eq!((drops.count(), drops.holders()), (2 * fails_at + 3, 1));
    }
}

#[test]
fn user_code_may_share_while_a_slice_is_shared() {
    let mut alloc = SmartAlloc::default();
    for _ in 0..3 {
        alloc.begin_frame();
        let inner = |n: u64| {
            let text = alloc.frame_share_str(&n.to_string());
            // Objects, growables and other tags, in the arena that the outer slice grows in and beside it.
            let list =
                alloc.frame_share_slice_from_iter((0..n % 40).map(|m| (m, alloc.tagged("inner").frame_share(m))));
            (text, list, alloc.frame_share(vec![n]))
        };
        let filled = alloc.frame_share_slice_fill_with(100, |n| inner(n as u64));
        let collected = alloc.frame_share_slice_from_iter((0..100).filter(|_| true).map(inner));
        for handle in [filled, collected] {
            let values = handle.get(&alloc).unwrap();
            assert_eq!(values.len(), 100);
            for (n, (text, list, vec)) in (0..).zip(values) {
                assert_eq!(text.get(&alloc), Some(&*n.to_string()));
                assert_eq!(vec.get(&alloc), Some(&vec![n]));
                let list = list.get(&alloc).unwrap();
                assert_eq!(list.len() as u64, n % 40);
                assert!(list.iter().all(|(m, same)| same.get(&alloc) == Some(m)));
            }
        }
        alloc.end_frame();
    }
}

#[test]
fn two_panics_in_the_drops_of_one_slice_lose_no_value() {
    struct Bomb(Drops, bool);
    impl Drop for Bomb {
        fn drop(&mut self) {
            drop(self.0.value());
            assert!(!self.1, "a drop that panics");
        }
    }
    let drops = Drops::default();
    let mut alloc = SmartAlloc::default();
    let _ = alloc.frame_share(drops.value());
    let _ = alloc.frame_share_slice_fill_with(10, |n| Bomb(drops.clone(), n % 2 == 0));
    let _ = alloc.frame_share_slice_from_iter((0..10).map(|n| Bomb(drops.clone(), n % 3 == 0)));
    let ended = catch_unwind(AssertUnwindSafe(|| alloc.end_frame()));
    assert_eq!(*ended.unwrap_err().downcast::<&str>().unwrap(), "a drop that panics");
    assert_eq!((drops.count(), drops.holders()), (21, 1));
    assert!(!alloc.is_in_frame());
}

#[test]
fn a_handle_is_none_for_every_other_frame_and_allocator() {
    let (mut alloc, other) = (SmartAlloc::default(), SmartAlloc::default());
    let of_frame = |alloc: &SmartAlloc| (alloc.frame_share_slice_copy(&[1_u8; 3]), alloc.frame_share_str("x"));
    let (slice, text) = of_frame(&alloc);
    let (others, _) = of_frame(&other);
    assert!(slice.get(&other).is_none() && text.get(&other).is_none() && others.get(&alloc).is_none());
    for _ in 0..3 {
        alloc.end_frame();
        let (new, _) = of_frame(&alloc);
        assert!(slice.get(&alloc).is_none() && new != slice, "the same place in a later frame");
    }
    // 16 and 32 bits of a number come around.
    for _ in 0..(1 << 16) - 4 {
        alloc.end_frame();
    }
    let _ = of_frame(&alloc);
    assert!(slice.get(&alloc).is_none() && text.get(&alloc).is_none());
}

#[test]
fn handles_are_copied_sent_and_compared_by_place_and_length() {
    fn assert_handle<T: Copy + Send + Sync + Eq + std::fmt::Debug + 'static>(_: &T) {}
    let alloc = SmartAlloc::default();
    let text: FrameHandle<str> = alloc.frame_share_str("abc");
    let slice: FrameHandle<[u32]> = alloc.frame_share_slice_copy(&[1, 2]);
    assert_handle(&text);
    assert_handle(&slice);
    assert!(text == text && text != alloc.frame_share_str("abc"));
    std::thread::scope(|scope| {
        scope.spawn(|| assert_eq!((text.get(&alloc), slice.get(&alloc)), (Some("abc"), Some(&[1, 2][..]))));
    });
}

#[test]
fn steady_frames_that_share_call_no_allocator() {
    let mut alloc = SmartAlloc::default();
    let mut frame = || {
        alloc.whole_frame(|alloc| {
            let texts = alloc.frame_share_slice_from_iter((0..50).map(|n| alloc.frame_share_str(["a", "bc"][n % 2])));
            alloc.scoped(|scope| {
                scope.tagged("sub").frame_share_slice_fill_with(300, |n| (n, texts));
                scope.frame_share_slice_from_iter((0..4000).filter(|n| n % 2 == 0));
            });
            assert_eq!(texts.get(alloc).and_then(|texts| texts[1].get(alloc)), Some("bc"));
        });
    };
    (0..5).for_each(|_| frame());
    let before = CountingAlloc::thread_calls();
    (0..300).for_each(|_| frame());
    assert_eq!((CountingAlloc::thread_calls() - before).total(), 0);
}

#[test]
fn a_budget_refuses_a_slice_and_what_was_shared_stays() {
    let mut alloc = SmartAlloc::new(AllocConfig::default().with_tag_budget("shared_tight", 4096));
    let tight = alloc.tagged("shared_tight");
    let kept = tight.frame_share_slice_copy(&[7_u8; 2000]);
    assert!(matches!(tight.try_frame_share_slice_copy(&[7_u8; 4000]), Err(AllocError::BudgetExceeded { .. })));
    let drops = Drops::default();
    let values = (0..1000).filter(|_| true).map(|_| (drops.value(), [0_u64; 4]));
    assert!(matches!(tight.try_frame_share_slice_from_iter(values), Err(AllocError::BudgetExceeded { .. })));
    assert!(drops.count() > 0 && drops.holders() == 1);
    assert_eq!(kept.get(&alloc), Some(&[7_u8; 2000][..]));
    alloc.end_frame();
    assert!(alloc.tagged("shared_tight").try_frame_share_slice_copy(&[7_u8; 4000]).is_ok());
}
