//! Pool requests over the heap threshold of their allocator go to the heap, and come back from wherever they are dropped.

use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

use framealloc_core::pool::{self, PoolBox};
use framealloc_core::{AllocConfig, SmartAlloc, Tag, heap, pool_unsize};

#[repr(align(4096))]
#[derive(Debug)]
struct Page([u8; 4096]);

struct Bomb([u64; 300]);

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(self.0[299] == 0, "the planned one");
    }
}

/// Slots of size classes outside of the depots.
fn live_in_classes() -> usize {
    pool::class_pools().iter().map(|class| class.live).sum()
}

/// One test: the figures are those of the process.
#[test]
fn requests_over_the_threshold_go_to_the_heap_and_are_counted_by_tag() {
    static LEVEL: Tag = Tag::new("level");
    let alloc = SmartAlloc::new(AllocConfig::default().with_heap_threshold(2000));
    let level = alloc.tagged(&LEVEL);

    let small: Vec<_> = (0..50_u64).map(|n| level.pool_box([n; 100])).collect();
    assert_eq!((live_in_classes(), heap::tag_stats(LEVEL.id()).total), (50, 0), "what is not over it stays");

    let large: Vec<_> = (0..50_u64).map(|n| level.pool_box([n; 300])).collect();
    let slices: Vec<_> = (1000..1050).map(|n| level.pool_slice_copy(&(0..n).collect::<Vec<u16>>())).collect();
    let stats = heap::tag_stats(LEVEL.id());
    assert_eq!((stats.live, live_in_classes()), (100 - 1, 51), "1000 times two bytes are just at the threshold");
    assert_eq!(stats.live_bytes, 50 * 2400 + (1001..1050_u64).map(|n| n * 2).sum::<u64>());
    assert_eq!((pool::oversized().live, pool::oversized().live_bytes), (stats.live, stats.live_bytes));
    assert!(heap::stats().contains(&stats));
    assert!(large.iter().zip(0..).all(|(value, n)| value.iter().all(|word| *word == n)));
    assert!(slices.iter().zip(1000..).all(|(slice, n)| slice.iter().copied().eq(0..n)));

    // Page-aligned, as a trait object, unwritten, taken out of its box, leaked and dropped on another thread.
    let page = level.pool_box(Page([7; 4096]));
    assert_eq!(core::ptr::from_ref(&*page).addr() % 4096, 0);
    let object: PoolBox<dyn Debug + Send> = pool_unsize!(level.pool_box([1_u8; 5000]) => dyn Debug + Send);
    drop(level.pool_alloc::<[u64; 1000]>());
    let inner = PoolBox::into_inner(level.try_pool_box([3_u8; 4000]).expect("there is memory"));
    assert_eq!((page.0[4095], inner[3999]), (7, 3));
    assert_eq!(heap::tag_stats(LEVEL.id()).live, 99 + 2);
    drop(alloc);
    std::thread::spawn(move || drop((large, slices, object, page, small))).join().expect("no panic");
    assert_eq!((heap::tag_stats(LEVEL.id()).live, live_in_classes()), (0, 0));

    // A drop that panics gives its block back all the same.
    let alloc = SmartAlloc::new(AllocConfig::default().with_heap_threshold(1024));
    let bomb = alloc.tagged(&LEVEL).pool_box(Bomb([1; 300]));
    assert_eq!(heap::tag_stats(LEVEL.id()).live, 1);
    assert!(catch_unwind(AssertUnwindSafe(|| drop(bomb))).is_err());
    assert_eq!(heap::tag_stats(LEVEL.id()).live, 0);

    // Without a threshold nothing changes: 8 KiB is the limit of slots.
    let alloc = SmartAlloc::default();
    let values = (alloc.pool_box([1_u64; 1024]), alloc.pool_box([1_u64; 1025]));
    assert_eq!((live_in_classes(), pool::oversized().live), (1, 1));
    drop(values);
    // However low it is, small types never look at it.
    let alloc = SmartAlloc::new(AllocConfig::default().with_heap_threshold(0));
    let values = (alloc.pool_box([1_u64; 127]), alloc.pool_box([1_u64; 128]), alloc.pool_box(()));
    assert_eq!((live_in_classes(), pool::oversized().live), (1, 1));
    drop(values);
}
