//! The classes of published memory-safety advisories that concern pools, one test each; R numbers are those of the test plan.

use std::cell::Cell;
use std::fmt::{Debug, Display, Pointer};
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::rc::Rc;
use std::thread;

use framealloc_core::pool::{self, Pool, PoolBox, PoolSlot, PoolSpec, Pooled, Refused};
use framealloc_core::{AllocError, HeapBox, HeapSlot, TagId, heap, pool_unsize};

use crate::allocator::refusing_after;
use crate::drops::{Counted, Drops};

/// Calls `body` with an allocator that refuses from the `n`-th request on.
fn refusing<R>(n: u32, body: impl FnOnce() -> R) -> R {
    refusing_after(n, 0, body)
}

#[test]
fn r3_panics_in_drops_and_constructors_leave_all_as_it_should_be() {
    struct Bomb<'a>(&'a Cell<u32>, u32);
    impl Drop for Bomb<'_> {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
            assert!(self.1 != self.0.get(), "the planned one");
        }
    }
    for at in 0..6 {
        let drops = Cell::new(0);
        let slice = pool::slice_fill_with(5, |_| Bomb(&drops, at));
        let result = catch_unwind(AssertUnwindSafe(|| drop(slice)));
        assert_eq!(result.is_err(), (1..=5).contains(&at));
        assert_eq!(drops.get(), 5, "every element is dropped once, panic or not");
        let drops = Cell::new(0);
        let single = pool::boxed(Bomb(&drops, at));
        assert_eq!(catch_unwind(AssertUnwindSafe(|| drop(single))).is_err(), at == 1);
        assert_eq!(drops.get(), 1);
        let heaped = heap::boxed(Bomb(&drops, 2), TagId::NONE);
        assert!(catch_unwind(AssertUnwindSafe(|| drop(heaped))).is_err());
    }
}

#[test]
fn r4_an_element_counts_only_once_it_is_made() {
    for at in 0..5 {
        let drops = Drops::default();
        let make = |n: usize| {
            assert!(n != at, "the planned one");
            drops.value()
        };
        assert!(catch_unwind(AssertUnwindSafe(|| pool::slice_fill_with(5, make).len())).is_err());
        assert_eq!(drops.count(), at, "those that were made, and no other");
        assert!(catch_unwind(AssertUnwindSafe(|| heap::slice_fill_with(5, TagId::NONE, make).len())).is_err());
        assert_eq!(drops.count(), 2 * at);
        // A place that was never written has nothing to drop.
        drop((pool::slot::<Counted>(), heap::slot::<Counted>(TagId::NONE)));
        assert_eq!(drops.count(), 2 * at);
    }
}

#[test]
fn r5_boxes_are_send_and_sync_only_as_their_values_are() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    send::<PoolBox<u8>>();
    sync::<PoolBox<u8>>();
    send::<PoolBox<dyn Debug + Send>>();
    send::<PoolBox<Cell<u8>>>();
    send::<PoolSlot<u8>>();
    sync::<Pool<Rc<u8>>>();
    send::<HeapBox<[u8]>>();
    send::<Refused<u8>>();
    macro_rules! is_not {
        ($trait:ident: $($type:ty),*) => {$({
            // Ambiguous, and so an error, if the type has the trait.
            trait Ambiguous<A> { fn check() {} }
            impl<T: ?Sized> Ambiguous<()> for T {}
            impl<T: ?Sized + $trait> Ambiguous<u8> for T {}
            let _ = <$type as Ambiguous<_>>::check;
        })*};
    }
    is_not!(Send: PoolBox<Rc<u8>>, PoolBox<*mut u8>, PoolBox<dyn Debug>, PoolSlot<Rc<u8>>, HeapBox<Rc<u8>>, HeapSlot<Rc<u8>>);
    is_not!(Sync: PoolBox<Cell<u8>>, PoolBox<Rc<u8>>, PoolSlot<Cell<u8>>, HeapBox<Cell<u8>>);
}

#[test]
fn r6_a_thread_that_ends_while_its_objects_are_freed_elsewhere() {
    static PASSED: Pool<Box<u64>> = Pool::new(PoolSpec::new("passed on"));
    for round in 0..300 {
        let objects = thread::spawn(move || (0..100).map(|n| PASSED.boxed(Box::new(n + round))).collect::<Vec<_>>());
        let objects = objects.join().unwrap();
        let other = thread::spawn(move || objects.iter().map(|object| ***object).sum::<u64>());
        assert_eq!(other.join().unwrap(), 4950 + 100 * round);
    }
    assert_eq!(PASSED.stats().live, 0);
    assert!(PASSED.stats().slabs <= 1);
}

#[test]
fn r8_values_that_must_not_be_zero_or_uninitialised_are_never_made_up() {
    static TARGET: u32 = 7;
    let references: Vec<_> = (0..200).map(|_| pool::boxed(&TARGET)).collect();
    let truths: Vec<_> = (0..200).map(|n| pool::boxed(n % 2 == 0)).collect();
    let numbers: Vec<_> = (1..200_u8).map(|n| pool::boxed(std::num::NonZero::new(n).unwrap())).collect();
    assert!(references.iter().all(|reference| ***reference == 7));
    assert_eq!(truths.iter().filter(|truth| ***truth).count(), 100);
    assert!(numbers.iter().all(|number| number.get() > 0));
    assert_eq!(size_of::<Option<PoolBox<&u32>>>(), size_of::<usize>());
}

#[test]
fn r9_neighbours_in_a_slab_are_as_aligned_as_the_first() {
    macro_rules! check {
        ($($align:literal)*) => {$({
            #[repr(align($align))]
            struct Aligned([u32; $align / 2]);
            // More than a slab of them, so that every place in a slab is looked at.
            let values: Vec<_> = (0..65_536 / $align + 2).map(|n| pool::boxed(Aligned([n; $align / 2]))).collect();
            for (value, n) in values.iter().zip(0..) {
                let address = core::ptr::from_ref(&**value).addr();
                assert_eq!(address % $align, 0, "value {n} of alignment {}", $align);
                assert!(value.0.iter().all(|word| *word == n), "value {n}");
            }
        })*};
    }
    check! { 2 16 64 256 1024 2048 4096 8192 }
}

#[test]
fn r10_as_many_as_asked_for_and_not_one_more() {
    static EXACT: Pool<u32> = Pool::new(PoolSpec::new("exact").capacity(63).fixed().prewarm());
    let all: Vec<_> = (0..63).map(|n| EXACT.boxed(n)).collect();
    assert!(EXACT.try_slot().is_err());
    assert_eq!(EXACT.stats().live, all.len());
    for length in [0, 1, 2, 3, 15, 16, 17, 1023, 1024, 1025, 100_000] {
        let numbers = pool::slice_fill_with(length, |n| n);
        assert!(numbers.len() == length && numbers.iter().copied().eq(0..length));
        assert_eq!(pool::slice_copy(&numbers), numbers);
    }
}

#[test]
fn r11_sizes_at_the_limits_of_arithmetic_are_refused() {
    for length in [usize::MAX, usize::MAX / 2, isize::MAX as usize, isize::MAX as usize / 16 + 1] {
        assert_eq!(pool::try_slice_fill_with(length, |_| [0_u64; 2]).unwrap_err(), AllocError::CapacityOverflow);
        let heaped = heap::try_slice_fill_with(length, TagId::NONE, |_| [0_u64; 2]);
        assert_eq!(heaped.unwrap_err(), AllocError::CapacityOverflow);
    }
    // A layout that exists, but not with what stands before it.
    let length = isize::MAX as usize;
    assert!(matches!(pool::try_slice_fill_with(length, |_| 0_u8), Err(AllocError::OutOfMemory { .. })));
    // Values without bytes may be as many as one likes, in no memory at all.
    assert_eq!(pool::slice_fill_with(1_000_000, |_| ()).len(), 1_000_000);
}

#[test]
fn r12_limits_of_none_and_one() {
    static ONE: Pool<u8> = Pool::new(PoolSpec::new("one").capacity(1).fixed());
    assert!(catch_unwind(|| Pool::<u8>::new(PoolSpec::new("none").capacity(0).fixed())).is_err());
    for n in 0..200 {
        let only = ONE.boxed(n);
        assert!(ONE.try_slot().is_err());
        assert_eq!(*only, n);
    }
    // As large as a slot can be, one byte more, and one byte.
    assert_eq!(pool::boxed([1_u8; 8192])[8191], 1);
    assert_eq!(pool::boxed([1_u8; 8193])[8192], 1);
    assert_eq!(*pool::boxed(1_u8), 1);
}

#[test]
fn r13_a_new_value_shows_nothing_of_the_old_one() {
    // Safe code cannot see a slot before it has written it: `as_uninit` gives `MaybeUninit`.
    static SECRETS: Pool<[u8; 64]> = Pool::new(PoolSpec::new("secrets"));
    let secret = SECRETS.boxed(*b"a secret that must not be seen by whoever gets this memory next!");
    let address = core::ptr::from_ref(&*secret).addr();
    drop(secret);
    let next = SECRETS.slot().write([0; 64]);
    assert_eq!(core::ptr::from_ref(&*next).addr(), address);
    assert_eq!(*next, [0; 64]);
}

#[test]
fn r14_a_pooled_type_that_lies_about_its_pool_harms_nobody() {
    thread_local!(static CALLS: Cell<u32> = const { Cell::new(0) });
    #[derive(Debug, PartialEq)]
    struct Liar(u64);
    impl Pooled for Liar {
        fn pool() -> &'static Pool<Self> {
            static ONE: Pool<Liar> = Pool::new(PoolSpec::new("one liar"));
            static TWO: Pool<Liar> = Pool::new(PoolSpec::new("another liar"));
            CALLS.set(CALLS.get() + 1);
            match CALLS.get() % 3 {
                0 => &ONE,
                1 => &TWO,
                _ => Box::leak(Box::new(Pool::new(PoolSpec::new("a new liar each time")))),
            }
        }
    }
    let liars: Vec<_> = (0..300).map(|n| Liar(n).pooled()).collect();
    assert!(liars.iter().zip(0..).all(|(liar, n)| liar.0 == n));
}

#[test]
fn r15_safe_functions_take_no_pointers_and_print_none_that_dangle() {
    fn traits<T: Debug + Display + Pointer + Eq + Ord + Hash + Unpin>() {}
    fn unwind<T: UnwindSafe + RefUnwindSafe>() {}
    traits::<PoolBox<u8>>();
    traits::<HeapBox<u8>>();
    unwind::<PoolBox<u8>>();
    assert!(!format!("{:?} {:p}", pool::boxed(()), pool::boxed(())).is_empty());
    assert_eq!(format!("{:?}", pool::slot::<u8>()), "PoolSlot { .. }");
}

#[test]
fn r16_refusals_of_the_global_allocator_are_errors_that_change_nothing() {
    static SCARCE: Pool<[u64; 4]> = Pool::new(PoolSpec::new("scarce"));
    static SCARCE_FIXED: Pool<[u64; 4]> = Pool::new(PoolSpec::new("scarce fixed").capacity(100).fixed().prewarm());
    // On a thread that has no cache yet: the cache, the registry, magazines, lists and slabs can all be refused.
    thread::spawn(|| {
        // Growing the lists that reports read is not refused: they are short.
        let mut kept = Vec::with_capacity(10_000);
        let mut refusals = 0;
        for pool in [&SCARCE, &SCARCE_FIXED] {
            for n in 0..8 {
                for _ in 0..20 {
                    match refusing(n, || pool.try_boxed([u64::from(n); 4])) {
                        Ok(value) => kept.push(value),
                        Err(refused) => {
                            refusals += 1;
                            assert_eq!(refused.error(), &AllocError::OutOfMemory { asked: 65536 });
                            assert_eq!(refused.into_value(), [u64::from(n); 4]);
                        }
                    }
                }
                // Freed where magazines may be refused too.
                let half = kept.len() / 2;
                refusing(n % 3, || kept.drain(half..).for_each(drop));
            }
        }
        assert!(refusals > 0);
        let live = SCARCE.stats().live + SCARCE_FIXED.stats().live;
        assert_eq!(live, kept.len());
        refusing(0, || kept.drain(..).for_each(drop));
        assert_eq!((SCARCE.stats().live, SCARCE_FIXED.stats().live), (0, 0));
        assert!(refusing(0, || pool::try_boxed([1_u8; 10_000]).is_err()));
        assert!(refusing(0, || heap::try_boxed([1_u8; 10_000], TagId::NONE).is_err()));
        // After the refusals a fixed pool still holds all that it may.
        let all: Vec<_> = (0..100).map(|n| SCARCE_FIXED.boxed([n; 4])).collect();
        assert!(SCARCE_FIXED.try_slot().is_err());
        drop(all);
    })
    .join()
    .unwrap();
    SCARCE.trim();
    SCARCE_FIXED.trim();
    assert_eq!((SCARCE.stats().bytes, SCARCE_FIXED.stats().bytes), (0, 0));
}

#[test]
fn r17_a_box_goes_back_to_the_pool_it_came_from_whatever_its_type_says() {
    static ONE: Pool<u64> = Pool::new(PoolSpec::new("one of two"));
    static TWO: Pool<u64> = Pool::new(PoolSpec::new("two of two"));
    let mut boxes: Vec<PoolBox<dyn Debug>> = Vec::new();
    for n in 0..100 {
        boxes.push(pool_unsize!(ONE.boxed(n) => dyn Debug));
        boxes.push(pool_unsize!(TWO.boxed(n) => dyn Debug));
        boxes.push(pool_unsize!(pool::boxed(n) => dyn Debug));
    }
    assert_eq!((ONE.stats().live, TWO.stats().live), (100, 100));
    boxes.truncate(150);
    assert_eq!((ONE.stats().live, TWO.stats().live), (50, 50));
    boxes.clear();
    assert_eq!((ONE.stats().live, TWO.stats().live), (0, 0));
}

#[test]
fn r19_a_first_use_that_fails_does_not_spoil_the_second() {
    static LATE: Pool<[u64; 2]> = Pool::new(PoolSpec::new("late").capacity(10).prewarm());
    thread::spawn(|| {
        assert!(refusing(0, || LATE.try_slot()).is_err());
        // Now a slab may be had, but no magazine: good enough for one value.
        drop(refusing(1, || LATE.try_slot()));
        assert_eq!(*LATE.boxed([4; 2]), [4; 2]);
    })
    .join()
    .unwrap();
    assert_eq!(LATE.stats().live, 0);
}
