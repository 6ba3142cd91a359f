//! The classes of published memory-safety advisories that concern frames, regions and what leaves them, one test each; R numbers
//! are those of the test plan. Vectors have theirs in `tests/collections`.

use std::alloc::Layout;
use std::borrow::Borrow;
use std::cell::Cell;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use framealloc_core::{
    AllocConfig, AllocError, Cursor, Frame, FrameBox, FrameHandle, FrameRetained, RetentionPolicy, Scratch, SmartAlloc,
    TransferHandle,
};

use crate::allocator::refusing_after;
use crate::drops::Drops;

/// Calls `body` with an allocator that refuses blocks of 2 KiB and more from the `n`-th on: heaps of threads and regions are
/// smaller, and without memory for those a program ends.
fn refusing<R>(n: u32, body: impl FnOnce() -> R) -> R {
    refusing_after(n, 2048, body)
}

/// Counts its drops, and panics in the one that was planned.
struct Bomb<'a> {
    drops: &'a Cell<u32>,
    at: u32,
}

impl Drop for Bomb<'_> {
    fn drop(&mut self) {
        self.drops.set(self.drops.get() + 1);
        assert!(self.drops.get() != self.at, "the planned one");
    }
}

#[test]
fn r3_a_panic_in_any_drop_or_constructor_leaves_the_frame_as_it_should_be() {
    for at in 0..7 {
        let mut alloc = SmartAlloc::default();
        let drops = Cell::new(0);
        let bomb = || Bomb { drops: &drops, at };
        let slice = alloc.frame_slice_fill_with(5, |_| bomb());
        assert_eq!(catch_unwind(AssertUnwindSafe(|| drop(slice))).is_err(), (1..=5).contains(&at));
        assert_eq!(drops.get(), 5, "every element is dropped once, panic or not");
        let single = alloc.frame_box(bomb());
        assert_eq!(catch_unwind(AssertUnwindSafe(|| drop(single))).is_err(), at == 6);
        // A constructor that panics: what there is so far is dropped, in a closure, a clone and an iterator.
        let drops = Cell::new(0);
        let bomb = |n| {
            assert!(n != at as usize, "the planned one");
            Bomb { drops: &drops, at: 0 }
        };
        let filled = catch_unwind(AssertUnwindSafe(|| alloc.frame_slice_fill_with(7, bomb).len()));
        assert!(filled.is_err());
        assert_eq!(drops.get(), at);
        let collected = catch_unwind(AssertUnwindSafe(|| alloc.frame_slice_from_iter((0..7).map(bomb)).len()));
        assert!(collected.is_err());
        assert_eq!(drops.get(), 2 * at);
        let report = alloc.end_frame();
        assert_eq!(report.scopes_left_open, 0);
        assert_eq!(*alloc.frame_box(at), at);
    }
}

/// Promises a thousand values, and has fewer.
struct Short(u32);

impl Iterator for Short {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        self.0 = self.0.checked_sub(1)?;
        Some(self.0)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (1000, Some(1000))
    }
}

#[test]
fn r4_nothing_counts_before_it_is_written() {
    let alloc = SmartAlloc::default();
    let drops = Cell::new(0);
    // A place that is never written, and one whose constructor panics, drop nothing.
    drop(alloc.frame_alloc::<Bomb<'_>>());
    assert!(
        catch_unwind(AssertUnwindSafe(|| drop(alloc.frame_alloc::<Bomb<'_>>().write_with(|| panic!("no value")))))
            .is_err()
    );
    assert_eq!(drops.get(), 0);
    // An iterator that promises more than it has.
    assert_eq!(*alloc.frame_slice_from_iter(Short(3)), [2, 1, 0]);
    // The drop of one value sees the others of its slice still whole, or gone, never half made.
    let slice = alloc.frame_slice_fill_with(3, |_| Bomb { drops: &drops, at: 0 });
    std::mem::forget(slice);
    assert_eq!(drops.get(), 0);
}

#[test]
fn r5_types_of_the_frame_cross_threads_only_as_their_values_do() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    send::<SmartAlloc>();
    sync::<SmartAlloc>();
    send::<FrameBox<'_, u8>>();
    sync::<FrameBox<'_, u8>>();
    send::<FrameHandle<u8>>();
    send::<TransferHandle<Cell<u8>>>();
    send::<Scratch>();
    sync::<Scratch>();
    macro_rules! is_not {
        ($trait:ident: $($type:ty),*) => {$({
            // Ambiguous, and so an error, if the type has the trait.
            trait Ambiguous<A> { fn check() {} }
            impl<T: ?Sized> Ambiguous<()> for T {}
            impl<T: ?Sized + $trait> Ambiguous<u8> for T {}
            let _ = <$type as Ambiguous<_>>::check;
        })*};
    }
    is_not!(Send: Frame, &Frame, Cursor<'_>, FrameBox<'_, Rc<u8>>, FrameBox<'_, *mut u8>, FrameRetained<'_, Rc<u8>>);
    is_not!(Sync: Frame, Cursor<'_>, FrameBox<'_, Cell<u8>>, TransferHandle<Cell<u8>>);
}

#[test]
fn r6_the_last_user_frees_an_allocator_once_whoever_that_is() {
    for _ in 0..200 {
        let drops = Drops::default();
        let alloc = Arc::new(SmartAlloc::default());
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let (alloc, drops) = (Arc::clone(&alloc), drops.clone());
                // Its end, with that of its heap, and the end of the allocator are at the same time.
                std::thread::spawn(move || assert!(alloc.frame_share(drops.value()).get(&alloc).is_some()))
            })
            .collect();
        drop(alloc);
        for thread in threads {
            thread.join().expect("no panic");
        }
        assert_eq!(drops.count(), 3);
    }
}

#[test]
fn r8_forbidden_bit_patterns_are_never_made_up() {
    static TARGET: u32 = 7;
    let alloc = SmartAlloc::default();
    let dirty = alloc.frame_slice_fill_with(1000, |_| 0xff_u8);
    drop(dirty);
    let references = alloc.frame_slice_fill_with(100, |_| &TARGET);
    assert!(references.iter().all(|reference| **reference == 7));
    let truths = alloc.frame_slice_from_iter((0..100).map(|n| n % 2 == 0));
    assert_eq!(truths.iter().filter(|truth| **truth).count(), 50);
    // What is not written can only be seen as `MaybeUninit`, and zeroes are for types that may be zero.
    let mut slot = alloc.frame_alloc::<std::num::NonZero<u32>>();
    let _: &mut std::mem::MaybeUninit<_> = slot.as_uninit();
    assert_eq!(slot.write(std::num::NonZero::<u32>::MIN).get(), 1);
}

macro_rules! aligned {
    ($alloc:expr; $($align:literal)*) => {$({
        #[repr(align($align))]
        #[derive(Clone, Copy)]
        struct Aligned<const N: usize>([u8; N]);
        fn check<const N: usize>(alloc: &SmartAlloc) {
            let place = |value: *const Aligned<N>| assert_eq!(value.addr() % $align, 0, "align {} size {N}", $align);
            place(&raw const *alloc.frame_box(Aligned([1; N])));
            // On the stack: valgrind does not load constants at more than a page.
            let source = std::hint::black_box([Aligned([2; N]); 3]);
            place(alloc.frame_slice_copy(&source).as_ptr());
            place(&raw const *alloc.cursor().alloc(Aligned([3; N])));
            place(&raw const *alloc.frame_retain(Aligned([4; N]), RetentionPolicy::Discard));
            place(alloc.frame_share(Aligned([5; N])).get(alloc).expect("of this frame"));
            place(&raw const *alloc.pool_box(Aligned([6; N])));
            place(&raw const *alloc.heap_box(Aligned([7; N])));
            place(&raw const *alloc.frame_box_for_transfer(Aligned([8; N])).receive());
            alloc.scoped(|frame| place(&raw const *frame.frame_box(Aligned([9; N]))));
            let mut vec = alloc.frame_vec();
            (0..9).for_each(|_| vec.push(Aligned([10; N])));
            place(vec.as_ptr());
        }
        check::<1>($alloc);
        check::<24>($alloc);
        check::<520>($alloc);
        check::<5000>($alloc);
    })*};
}

#[test]
fn r9_every_alignment_is_kept_over_an_allocator_that_aligns_no_more_than_it_must() {
    let worker = std::thread::Builder::new().stack_size(64 << 20).spawn(|| {
        let mut alloc = SmartAlloc::new(AllocConfig::default().with_frame_chunk(1000));
        for _ in 0..2 {
            aligned! { &alloc; 2 4 8 16 32 64 128 512 1024 4096 8192 65536 }
            alloc.end_frame();
        }
    });
    worker.expect("the thread starts").join().expect("no panic");
}

#[test]
fn r10_lengths_are_those_of_what_was_written() {
    let alloc = SmartAlloc::default();
    for len in [0_usize, 1, 2, 7, 8, 63, 1000] {
        let filled = alloc.frame_slice_fill_with(len, |n| n);
        assert!(filled.len() == len && filled.iter().copied().eq(0..len));
        // More than promised, and less.
        let values = (0..len).filter(|n| n % 3 == 0);
        assert!(alloc.frame_slice_from_iter(values.clone()).iter().copied().eq(values));
        assert_eq!(alloc.frame_slice_copy(&vec![1_u8; len]).len(), len);
        assert_eq!(alloc.frame_slice_clone(&vec![String::from("x"); len]).concat().len(), len);
        assert_eq!(alloc.frame_str(&"é".repeat(len)).chars().count(), len);
        assert_eq!(alloc.frame_bytes(Layout::array::<u8>(len).expect("small")).len(), len);
    }
}

#[test]
fn r11_sizes_at_the_limits_are_refused_by_every_call() {
    let alloc = SmartAlloc::default();
    for len in [usize::MAX, usize::MAX / 2, isize::MAX as usize, isize::MAX as usize / 16 + 1] {
        let too_large = Err(AllocError::CapacityOverflow);
        assert_eq!(alloc.try_frame_slice_fill_with(len, |_| [0_u64; 2]).map(drop), too_large);
        assert_eq!(alloc.try_frame_slice_zeroed::<[u64; 2]>(len).map(drop), too_large);
        assert_eq!(alloc.try_frame_vec_with_capacity::<[u64; 2]>(len).map(drop), too_large);
        assert!(alloc.try_frame_map_with_capacity::<u64, u64>(len).is_err());
        // A byte each: what is left has to be over what a chunk may have.
        assert!(alloc.try_frame_string_with_capacity(len.max(isize::MAX as usize / 2 + 1)).is_err());
    }
    assert_eq!(alloc.frame().used_bytes(), 0);
}

#[test]
fn r12_limits_of_nothing_are_limits() {
    // 8 bytes, and 8 more between blocks where those are watched.
    let unlimited = SmartAlloc::default();
    unlimited.frame_ref(1_u8);
    let cost = unlimited.frame().used_bytes();
    for bytes in [0, 1, cost - 1, cost, cost + 7] {
        let alloc = SmartAlloc::new(AllocConfig::default().with_thread_frame_budget(bytes).with_frame_chunk(bytes));
        let served = alloc.try_frame_ref(1_u8).is_ok();
        assert_eq!(served, bytes >= cost, "a budget of {bytes} bytes");
        assert!(alloc.try_frame_slice_zeroed::<u8>(16).is_err());
        assert!(alloc.frame_slice_zeroed::<u8>(0).is_empty());
        assert_eq!(alloc.frame_remaining(), Some(if served { bytes - cost } else { bytes }));
    }
}

#[test]
fn r13_memory_that_is_asked_for_as_zeroes_shows_nothing_of_the_last_frame() {
    let mut alloc = SmartAlloc::default();
    for round in 0..4 {
        assert!(alloc.frame_slice_zeroed::<u64>(5000).iter().all(|word| *word == 0), "round {round}");
        assert_eq!(*alloc.frame_alloc::<[u64; 32]>().zeroed(), [0; 32]);
        alloc.frame_slice_fill_with(20_000, |_| 0xa5_u8);
        alloc.scoped(|frame| assert!(frame.frame_slice_zeroed::<u64>(500).iter().all(|word| *word == 0)));
        alloc.scoped(|frame| frame.frame_slice_fill_with(20_000, |_| 0x5a_u8).len());
        alloc.end_frame();
    }
}

#[test]
fn r14_answers_of_users_that_change_harm_nobody() {
    /// A key that is equal to none and to all, and hashes at random.
    #[derive(Debug)]
    struct Liar<'a>(&'a Cell<u64>);
    impl PartialEq for Liar<'_> {
        fn eq(&self, _: &Self) -> bool {
            self.0.set(self.0.get() + 1);
            self.0.get() % 2 == 0
        }
    }
    impl Eq for Liar<'_> {}
    impl Hash for Liar<'_> {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.set(self.0.get() + 7);
            state.write_u64(self.0.get() % 5);
        }
    }
    impl Borrow<u64> for Liar<'_> {
        fn borrow(&self) -> &u64 {
            &3
        }
    }
    let alloc = SmartAlloc::default();
    let lies = Cell::new(0);
    let mut map = alloc.frame_map();
    for n in 0..300_u32 {
        map.insert(Liar(&lies), n);
        map.remove(&3_u64);
    }
    assert!(map.len() <= 300 && map.iter().count() == map.len());
}

#[test]
fn r15_nothing_that_is_printed_follows_a_pointer_that_dangles() {
    fn prints(value: impl Debug) -> usize {
        format!("{value:?}").len()
    }
    let mut alloc = SmartAlloc::default();
    let handle = alloc.frame_share(String::from("gone with the frame"));
    let key = alloc.frame_retain(1_u8, RetentionPolicy::Discard).key();
    assert!(prints(alloc.frame_box(())) > 0 && prints(alloc.frame_alloc::<u8>()) > 0);
    assert!(prints(alloc.frame_vec::<u8>()) > 0 && prints(alloc.frame_map::<u8, u8>()) > 0);
    assert!(prints(alloc.frame_slice_zeroed::<u8>(0)) > 0 && prints(alloc.frame()) > 0);
    alloc.end_frame();
    // Both name what is not there any more.
    assert!(prints(handle) > 0 && prints(key) > 0 && prints(&alloc) > 0);
    assert_eq!(handle.get(&alloc), None);
}

#[test]
fn r16_every_call_survives_every_refusal() {
    type Call = for<'a> fn(&'a SmartAlloc) -> Result<(), AllocError>;
    const KIB: usize = 1024;
    const TEXT: &str = match std::str::from_utf8(&[b'x'; 3 * KIB]) {
        Ok(text) => text,
        Err(_) => panic!("x is a character"),
    };
    let calls: [(&str, Call); 12] = [
        ("box", |a| a.try_frame_box([1_u8; 3 * KIB]).map(drop)),
        ("slot", |a| a.try_frame_alloc::<[u8; 3 * KIB]>().map(drop)),
        ("bytes", |a| a.try_frame_bytes(Layout::new::<[u64; 400]>()).map(|_| ())),
        ("slice", |a| a.try_frame_slice_fill_with(400, |n| n as u64).map(drop)),
        ("zeroes", |a| a.try_frame_slice_zeroed::<u64>(400).map(drop)),
        ("text", |a| a.try_frame_str(TEXT).map(drop)),
        ("vec", |a| a.frame_vec().try_extend(0..400_u64)),
        ("map", |a| a.frame_map().try_extend((0..200_u64).map(|n| (n, n)))),
        ("string", |a| a.try_frame_format(format_args!("{:1$}", 1, 3000)).map(drop)),
        ("cursor", |a| a.cursor().try_bytes(Layout::new::<[u64; 400]>()).map(|_| ())),
        ("shared", |a| a.try_frame_share([1_u64; 400]).map(drop)),
        ("retained", |a| a.try_frame_retained::<[u64; 400]>(RetentionPolicy::Discard).map(drop)),
    ];
    for (name, call) in calls {
        let mut refusals = 0;
        for n in 0..4 {
            let mut alloc = SmartAlloc::new(AllocConfig::default().with_frame_chunk(64));
            let kept = alloc.frame_box([n; 4]);
            for scoped in [false, true] {
                let used = alloc.frame().used_bytes();
                let result = refusing(n, || if scoped { alloc.scoped(|frame| call(frame)) } else { call(&alloc) });
                if let Err(error) = result {
                    refusals += 1;
                    assert!(matches!(error, AllocError::OutOfMemory { .. }), "{name}: {error}");
                    // A vector keeps what it had grown to until it is dropped; nothing else has taken anything.
                    assert!(alloc.frame().used_bytes() <= used + 8 * KIB, "{name}");
                }
                assert_eq!(*kept, [n; 4], "{name}");
            }
            drop(kept);
            refusing(0, || alloc.end_frame());
            assert_eq!(call(&alloc), Ok(()), "{name} after the refusals");
        }
        assert!(refusals > 0, "{name} was never refused");
    }
}

#[test]
fn r17_names_of_one_allocator_mean_nothing_in_another() {
    let (mut one, mut two) = (SmartAlloc::default(), SmartAlloc::default());
    let (handle, other) = (one.frame_share(1_u32), two.frame_share(2_u32));
    assert_eq!((handle.get(&two), other.get(&one)), (None, None));
    assert_eq!((handle.get(&one), other.get(&two)), (Some(&1), Some(&2)));
    let key = one.frame_retain(3_u32, RetentionPolicy::PromoteToPool).key();
    two.frame_retain(4_u32, RetentionPolicy::PromoteToPool);
    let mut of_two = two.end_frame_with_promotions();
    assert!(of_two.take(key).is_none());
    assert_eq!(one.end_frame_with_promotions().take(key).map(|kept| *kept), Some(3));
    // Regions of one name in two allocators are two regions; a region refuses the names of its allocator.
    let (left, right) = (one.scratch("level"), two.scratch("level"));
    let handle = left.frame_share(5_u32);
    assert_eq!((handle.get(&left), handle.get(&right), handle.get(&one)), (Some(&5), None, None));
}

#[test]
fn r19_a_first_use_that_panics_does_not_spoil_the_second() {
    // The heap of the thread, an arena of a tag, a region, a pool and a scratch region are each first used by what panics.
    std::thread::spawn(|| {
        let mut alloc = SmartAlloc::default();
        let fails = |body: &dyn Fn()| assert!(catch_unwind(AssertUnwindSafe(body)).is_err());
        fails(&|| drop(alloc.frame_slice_fill_with(3, |_| -> u8 { panic!("in the first value") })));
        fails(&|| alloc.with_tag("first use", |_| panic!("in the first tag")));
        fails(&|| alloc.scoped(|_| panic!("in the first scope")));
        fails(&|| drop(alloc.pool_slice_fill_with(3, |_| -> u8 { panic!("in the first pooled value") })));
        fails(&|| drop(alloc.heap_slice_fill_with(3, |_| -> u8 { panic!("in the first heap value") })));
        fails(&|| drop(alloc.scratch("level").frame_slice_fill_with(3, |_| -> u8 { panic!("in the region") })));
        // Refused memory is as good as a panic.
        let other = SmartAlloc::default();
        assert!(refusing(0, || other.try_frame_box([0_u8; 4096])).is_err());
        assert_eq!(*other.frame_box([1_u8; 4096]), [1; 4096]);

        let values = (alloc.frame_box(1), alloc.with_tag("first use", |a| a.frame_box(2)), alloc.pool_box(3));
        assert_eq!((*values.0, *values.1, *values.2), (1, 2, 3));
        assert_eq!(alloc.scoped(|frame| *frame.frame_box(4)), 4);
        assert_eq!((*alloc.heap_box(5), *alloc.scratch("level").frame_box(6)), (5, 6));
        drop(values);
        assert_eq!(alloc.end_frame().scopes_left_open, 0);
    })
    .join()
    .expect("no panic is left");
}
