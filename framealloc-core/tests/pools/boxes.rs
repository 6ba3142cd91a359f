//! What a `PoolBox` and a `PoolSlot` promise by themselves.

use core::fmt::{Debug, Display};
use core::pin::Pin;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::pool::{self, Pool, PoolBox, PoolSpec};
use framealloc_core::{HeapBox, SmartAlloc, TagId, heap, pool_unsize};

use crate::drops::{Counted, Drops};

#[test]
fn a_box_is_one_word() {
    assert_eq!(size_of::<PoolBox<[u8; 100]>>(), size_of::<usize>());
    assert_eq!(size_of::<Option<PoolBox<u8>>>(), size_of::<usize>());
    assert_eq!(size_of::<HeapBox<u8>>(), size_of::<usize>());
}

#[test]
fn values_are_dropped_exactly_once() {
    let drops = Drops::default();
    drop(pool::boxed(drops.value()));
    assert_eq!(drops.count(), 1);
    let inner = PoolBox::into_inner(pool::boxed(drops.value()));
    assert_eq!(drops.count(), 1);
    drop(inner);
    assert_eq!(drops.count(), 2);
    let _ = PoolBox::leak(pool::boxed(drops.value()));
    assert_eq!(drops.count(), 2);
    drop(pool::slot::<Counted>());
    assert_eq!(drops.count(), 2);
    drop(heap::boxed(drops.value(), TagId::NONE));
    assert_eq!(drops.count(), 3);
    drop(HeapBox::into_inner(heap::boxed(drops.value(), TagId::NONE)));
    assert_eq!(drops.count(), 4);
    let slice = pool::slice_fill_with(3, |_| drops.value());
    drop(slice);
    assert_eq!(drops.count(), 7);
}

#[test]
fn values_without_bytes_take_no_slot_but_are_dropped() {
    thread_local!(static DROPS: Cell<u32> = const { Cell::new(0) });
    #[repr(align(64))]
    struct Empty;
    impl Drop for Empty {
        fn drop(&mut self) {
            DROPS.set(DROPS.get() + 1);
        }
    }
    let boxes: Vec<_> = (0..10_000).map(|_| pool::boxed(Empty)).collect();
    for value in &boxes {
        assert_eq!(core::ptr::from_ref(&**value).addr() % 64, 0);
    }
    drop(boxes);
    assert_eq!(DROPS.get(), 10_000);
    assert!(pool::slice_copy::<u64>(&[]).is_empty());
    drop(heap::boxed(Empty, TagId::NONE));
}

macro_rules! aligned {
    ($($align:literal)*) => {$({
        #[repr(align($align))]
        #[derive(Clone, Copy)]
        struct Aligned<const N: usize>([u8; N]);
        fn check<const N: usize>() {
            let values: Vec<_> = (0..40_u8).map(|n| pool::boxed(Aligned([n; N]))).collect();
            for (n, value) in values.iter().enumerate() {
                assert_eq!(core::ptr::from_ref(&**value).addr() % $align, 0, "align {} size {N}", $align);
                assert!(value.0.iter().all(|byte| usize::from(*byte) == n), "align {} size {N}", $align);
            }
            assert_eq!(core::ptr::from_ref(&*heap::boxed(Aligned([0; N]), TagId::NONE)).addr() % $align, 0);
        }
        check::<1>();
        check::<24>();
        check::<100>();
        check::<520>();
        check::<3000>();
        check::<8192>();
        check::<9000>();
    })*};
}

#[test]
fn every_alignment_and_size_is_served() {
    aligned! { 2 4 8 16 32 64 128 256 512 1024 2048 4096 8192 65536 }
}

#[test]
fn what_no_slot_can_hold_goes_to_the_heap_and_is_counted() {
    // Nothing else in this binary that runs at the same time leaves the count lower than it was.
    let before = pool::oversized().total;
    let large = pool::boxed([7_u8; 12_000]);
    assert!(pool::oversized().total > before);
    assert!(pool::oversized().live_bytes >= 12_000);
    assert_eq!(large[11_999], 7);
}

#[test]
fn unsized_boxes_drop_their_values_and_free_their_slots() {
    static TEXTS: Pool<String> = Pool::new(PoolSpec::new("unsized texts").capacity(1).fixed());
    for _ in 0..3 {
        let text: PoolBox<dyn Display> = pool_unsize!(TEXTS.boxed("one".to_owned()) => dyn Display);
        assert_eq!(text.to_string(), "one");
        assert_eq!(TEXTS.stats().live, 1);
    }
    assert_eq!(TEXTS.stats().live, 0);
    let mut numbers: PoolBox<[u32]> = pool_unsize!(pool::boxed([3, 1, 2]) => [u32]);
    numbers.sort_unstable();
    assert_eq!(*numbers, [1, 2, 3]);
    let large: PoolBox<[u8]> = pool_unsize!(pool::boxed([1_u8; 10_000]) => [u8]);
    assert_eq!(large.len(), 10_000);
    let nothing: PoolBox<dyn Debug> = pool_unsize!(pool::boxed(()) => dyn Debug);
    assert_eq!(format!("{nothing:?}"), "()");
}

#[test]
fn a_panicking_drop_frees_the_slot_all_the_same() {
    struct Bomb(#[expect(dead_code, reason = "only its size matters")] u64);
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("boom");
        }
    }
    static BOMBS: Pool<Bomb> = Pool::new(PoolSpec::new("bombs").capacity(1).fixed());
    for _ in 0..500 {
        let bomb = BOMBS.boxed(Bomb(1));
        catch_unwind(AssertUnwindSafe(|| drop(bomb))).unwrap_err();
    }
    assert_eq!(BOMBS.stats().live, 0);
    assert_eq!(BOMBS.stats().slabs, 1);
}

#[test]
fn a_drop_may_use_the_pool_it_is_in() {
    struct Parent(Option<PoolBox<Parent>>, u32);
    impl Drop for Parent {
        fn drop(&mut self) {
            if self.1 > 0 {
                // The slot of `self` is not free yet, so the child gets another one.
                let child = PARENTS.boxed(Parent(None, self.1 - 1));
                assert_ne!(core::ptr::from_ref(&*child).addr(), core::ptr::from_ref(self).addr());
                self.0 = Some(child);
            }
        }
    }
    static PARENTS: Pool<Parent> = Pool::new(PoolSpec::new("parents"));
    for depth in 0..100 {
        drop(PARENTS.boxed(Parent(None, depth)));
    }
    assert_eq!(PARENTS.stats().live, 0);
}

#[test]
fn a_panic_while_a_slice_is_filled_drops_what_there_is() {
    for (large, panics_at) in [(false, 0), (false, 5), (true, 7)] {
        let drops = Drops::default();
        let length = if large { 5000 } else { 10 };
        let result = catch_unwind(AssertUnwindSafe(|| {
            pool::slice_fill_with(length, |index| {
                assert!(index != panics_at, "no more");
                drops.value()
            })
        }));
        assert!(result.is_err());
        assert_eq!((drops.count(), drops.holders()), (panics_at, 1));
    }
}

#[test]
fn sizes_over_the_limit_are_errors() {
    use framealloc_core::AllocError;
    assert_eq!(pool::try_slice_fill_with(usize::MAX, |_| 0_u64).unwrap_err(), AllocError::CapacityOverflow);
    assert!(matches!(
        pool::try_slice_fill_with(isize::MAX as usize / 8, |_| 0_u64).unwrap_err(),
        AllocError::OutOfMemory { .. } | AllocError::CapacityOverflow
    ));
    assert_eq!(
        heap::try_slice_fill_with(usize::MAX, TagId::NONE, |_| 0_u64).unwrap_err(),
        AllocError::CapacityOverflow
    );
}

#[test]
fn a_box_acts_like_its_value() {
    let (one, two) = (pool::boxed(1), pool::boxed(2));
    assert!(one < two && one != two);
    assert_eq!(format!("{one} {two:?}"), "1 2");
    let mut set = std::collections::HashSet::new();
    set.insert(one);
    assert!(set.contains(&1));
    let mut numbers = pool::boxed(0..3);
    assert_eq!(numbers.next(), Some(0));
    assert_eq!(numbers.sum::<i32>(), 3);
    let mut value = pool::boxed(String::new());
    value.push('x');
    assert_eq!(value.as_ref(), "x");
}

#[test]
fn a_pinned_box_runs_a_future() {
    let mut future: Pin<PoolBox<dyn Future<Output = u8>>> =
        PoolBox::into_pin(pool_unsize!(pool::boxed(async { 7 }) => dyn Future<Output = u8>));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert_eq!(future.as_mut().poll(&mut context), std::task::Poll::Ready(7));
}

#[test]
fn a_slot_is_filled_in_place() {
    let mut slot = pool::slot::<[u8; 32]>();
    slot.as_uninit().write([9; 32]);
    drop(slot);
    assert_eq!(pool::slot().write(5_u64).to_string(), "5");
}

#[test]
fn boxes_outlive_the_allocator_they_were_made_through() {
    let alloc = SmartAlloc::default();
    let (pooled, on_heap) = (alloc.pool_box(String::from("pooled")), alloc.heap_box(String::from("heap")));
    let in_frame = alloc.scoped(|frame| frame.pool_box(1_u8));
    let slot = alloc.pool_alloc::<u32>();
    drop(alloc);
    assert_eq!((&**pooled, &**on_heap, *in_frame), ("pooled", "heap", 1));
    assert_eq!(*slot.write(3), 3);
}

#[test]
fn two_allocators_share_the_pools() {
    let (one, two) = (SmartAlloc::default(), SmartAlloc::default());
    let values: Vec<_> = (0..200).map(|n| if n % 2 == 0 { one.pool_box(n) } else { two.pool_box(n) }).collect();
    drop(one);
    assert!(values.iter().enumerate().all(|(n, value)| **value == n));
}

#[test]
fn heap_bytes_are_exact_per_tag() {
    let tag = framealloc_core::Tag::intern("pool_boxes heap_bytes_are_exact_per_tag");
    let boxes: Vec<_> = (0..10).map(|n| heap::boxed([n; 100], tag)).collect();
    let stats = heap::tag_stats(tag);
    assert_eq!((stats.live, stats.live_bytes), (10, 4000));
    drop(boxes);
    let stats = heap::tag_stats(tag);
    assert_eq!((stats.live, stats.live_bytes, stats.total, stats.total_bytes), (0, 0, 10, 4000));
    assert!(heap::stats().contains(&stats));
    let other = heap::boxed(1_u8, TagId::OTHER);
    assert!(heap::stats().iter().any(|stats| (stats.tag, stats.live) == (TagId::OTHER, 1)));
    drop(other);
    let slice = heap::slice_fill_with(8, tag, |n| n as u64);
    assert_eq!(slice[7], 7);
    assert_eq!(heap::tag_stats(tag).live_bytes, 64);
}

#[test]
fn boxes_are_made_cloned_and_converted_like_those_of_std() {
    let number = PoolBox::new(5_u32);
    assert_eq!((number.clone(), PoolBox::from(5), *PoolBox::<u32>::default()), (number, PoolBox::new(5), 0));
    let mut text: PoolBox<str> = PoolBox::from("bolt");
    text.make_ascii_uppercase();
    assert_eq!((&*text.clone(), &*PoolBox::<str>::default()), ("BOLT", ""));
    let names: PoolBox<[String]> = PoolBox::from(&["a".to_owned(), "b".to_owned()][..]);
    assert_eq!((names.clone(), PoolBox::<[u8]>::default().len()), (names, 0));
    let large = HeapBox::new([7_u8; 10_000]);
    assert_eq!(HeapBox::try_clone(&large).ok(), Some(large));
    let text: HeapBox<str> = HeapBox::from("bolt");
    assert_eq!((&*text.clone(), &*HeapBox::<str>::default()), ("bolt", ""));
    let names: HeapBox<[String]> = HeapBox::from(&["a".to_owned()][..]);
    assert_eq!((names.clone(), *HeapBox::<u8>::default(), HeapBox::from(1)), (names, 0, HeapBox::new(1)));
    assert_eq!(PoolBox::try_new(3).map(PoolBox::into_inner).ok(), HeapBox::try_new(3).map(HeapBox::into_inner).ok());
    assert!(PoolBox::new(()).clone() == PoolBox::new(()) && HeapBox::new(()).clone() == HeapBox::new(()));
}

#[test]
fn a_clone_lies_where_its_original_lies() {
    use framealloc_core::{AllocConfig, AllocError, Tag};
    static TWO: Pool<[u64; 3]> = Pool::new(PoolSpec::new("two to clone").capacity(2).fixed());
    let one = TWO.boxed([1; 3]);
    let two = one.clone();
    assert_eq!((TWO.stats().live, *two), (2, [1; 3]));
    assert!(matches!(PoolBox::try_clone(&one), Err(AllocError::PoolFull { capacity: 2, .. })));
    assert!(catch_unwind(AssertUnwindSafe(|| one.clone())).is_err());
    let slice: PoolBox<[u64]> = pool_unsize!(two => [u64]);
    drop(one);
    let copy = slice.clone();
    assert_eq!((&*copy, TWO.stats().live), (&[1, 1, 1][..], 2));
    drop((copy, slice));
    assert_eq!(TWO.stats().live, 0);

    let tag = Tag::intern("pool_boxes a_clone_lies_where_its_original_lies");
    let live = || heap::tag_stats(tag).live;
    let boxed = heap::boxed(1_u8, tag);
    let (clone, text) = (boxed.clone(), heap::str_copy("x", tag));
    assert_eq!((live(), text.clone(), live()), (3, text.clone(), 5 - 1));
    drop((boxed, clone, text));
    // Over the threshold of their allocator, and over the size of every slot.
    let alloc = SmartAlloc::new(AllocConfig::default().with_heap_threshold(1024));
    for (large, many) in [(1500, 1), (20_000, 1), (30, 0)] {
        let bytes = alloc.tagged(tag).pool_slice_fill_with(large, |index| index % 7);
        let clone = bytes.clone();
        assert_eq!((live(), &bytes), (2 * many * u64::from(large > 200), &clone));
    }
    assert_eq!(live(), 0);
}

#[test]
fn a_panic_in_a_clone_gives_the_slot_back() {
    struct Touchy(u32);
    impl Clone for Touchy {
        fn clone(&self) -> Self {
            assert!(self.0 != 3, "planned");
            Self(self.0)
        }
    }
    static ONCE: Pool<Touchy> = Pool::new(PoolSpec::new("touchy").capacity(2).fixed());
    let one = ONCE.boxed(Touchy(3));
    for _ in 0..3 {
        catch_unwind(AssertUnwindSafe(|| one.clone())).err().expect("the clone panics");
        assert_eq!(ONCE.stats().live, 1);
    }
    let several = pool::slice_fill_with(5, |index| Touchy(u32::try_from(index).expect("small")));
    assert!(catch_unwind(AssertUnwindSafe(|| several.clone())).is_err());
}

#[test]
fn a_box_of_anything_knows_its_type() {
    use core::any::Any;
    use framealloc_core::heap_unsize;
    let any: PoolBox<dyn Any> = pool_unsize!(pool::boxed("text".to_owned()) => dyn Any);
    let any = any.downcast::<u32>().expect_err("it is a string");
    assert_eq!(any.downcast::<String>().map(PoolBox::into_inner).ok(), Some("text".to_owned()));
    let any: PoolBox<dyn Any + Send> = pool_unsize!(pool::boxed([1_u8; 9000]) => dyn Any + Send);
    assert_eq!(any.downcast::<[u8; 9000]>().map(|value| value[0]).ok(), Some(1));
    let any: PoolBox<dyn Any + Send + Sync> = pool_unsize!(pool::boxed(()) => dyn Any + Send + Sync);
    assert!(any.downcast::<()>().is_ok());
    let any: HeapBox<dyn Any> = heap_unsize!(HeapBox::new(7_u64) => dyn Any);
    assert_eq!(any.downcast::<u64>().map(HeapBox::into_inner).ok(), Some(7));
}

#[test]
fn slots_are_zeroed_and_filled_by_closures() {
    static ONE: Pool<u64> = Pool::new(PoolSpec::new("write_with").capacity(1).fixed());
    assert_eq!(*pool::slot::<[u16; 1000]>().zeroed(), [0; 1000]);
    assert_eq!(heap::slot::<[u64; 2000]>(TagId::NONE).zeroed()[1999], 0);
    assert_eq!(*pool::slot().write_with(|| [3_u8; 77]), [3; 77]);
    catch_unwind(|| ONE.slot().write_with(|| panic!("planned"))).expect_err("the closure panics");
    assert_eq!(ONE.stats().live, 0);
    assert_eq!(*ONE.slot().write_with(|| 7), 7);
}

/// Where programs are optimised: an array of ten megabytes, on a stack of one.
#[cfg(not(debug_assertions))]
#[test]
fn a_large_value_is_built_in_place() {
    let small = std::thread::Builder::new().stack_size(1 << 20).spawn(|| {
        let alloc = SmartAlloc::default();
        let heap = alloc.heap_alloc().write_with(|| [4_u8; 10_000_000]);
        let pool = alloc.pool_alloc().write_with(|| [4_u8; 10_000_000]);
        let zeroed = alloc.heap_alloc::<[u8; 10_000_000]>().zeroed();
        (heap[9_999_999], pool[0], zeroed[5])
    });
    assert_eq!(small.expect("it starts").join().expect("no overflow"), (4, 4, 0));
}
